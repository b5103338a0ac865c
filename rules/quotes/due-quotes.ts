import type { Instant } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';
import { CALL_PATIENCE_MS } from '../orders/patience.ts';
import { addJobs } from '../outbox/jobs.ts';

const BATCH_QUOTES = 200;

const CLAIM = prepared(`
  UPDATE quote q SET due_at = $2 FROM (
    SELECT id FROM quote WHERE due_at <= $1 ORDER BY due_at LIMIT ${BATCH_QUOTES} FOR UPDATE SKIP LOCKED
  ) due
  WHERE q.id = due.id RETURNING q.id, q.merchant_id AS "merchantId"`);

interface DueQuote {
  readonly id: string;
  readonly merchantId: string;
}

/**
 * Adds the outbox jobs of the quotes that are to be asked for; returns how many those were. A job that was
 * lost with its process is added anew when the call would long have ended.
 */
export async function requestDueQuotes({ database, clock }: RulesDeps): Promise<number> {
  const now: Instant = clock.now();
  return await inTransaction(database.pool, async (db) => {
    const until = new Date(now + CALL_PATIENCE_MS);
    const { rows } = await db.query<DueQuote>(CLAIM, [new Date(now), until]);
    await addJobs(
      db,
      rows.map(({ id, merchantId }) => ({ name: 'fetch-quote', payload: { quoteId: id, merchantId } })),
    );
    return rows.length;
  });
}
