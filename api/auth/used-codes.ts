import { createHmac } from 'node:crypto';
import { systemClock } from '../../platform/clock.ts';
import { inTransaction, type Pool } from '../../platform/database.ts';

/** An app's code is good for 30 seconds before and after; the same digits mean another code later. */
const REMEMBERED = '5 minutes';

const USE = `
  INSERT INTO attempt (key, window_start, count)
  SELECT $1, $2, 1
  WHERE NOT EXISTS (SELECT FROM attempt WHERE key = $1 AND window_start > $2::timestamptz - interval '${REMEMBERED}')`;

/**
 * Whether the code is used for the first time, which using it up tells (RFC 6238 §5.2: a verifier must not
 * take a code twice). Of two that come at once, one is first. Kept as a keyed hash.
 */
export async function isFirstUse(pool: Pool, key: string, userId: string, code: string): Promise<boolean> {
  const hash = createHmac('sha256', key).update(`${userId} ${code}`).digest('base64url');
  const name = `totp ${hash}`;
  return await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query(USE, [name, new Date(systemClock.now())]);
    return rowCount === 1;
  });
}
