import { claimCodeSchema, DEFAULT_CLAIM_CODE_DAYS, newClaimCodeSchema } from '../../contracts/http/claims.ts';
import { idParams } from '../../contracts/http/common.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transactAudited } from '../audit/within.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { hmac, type Keys } from '../auth/keys.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { newClaimCode } from './claim-code.ts';

const DAY_MS = 86_400_000;

/** A new code ends those that the device had before. */
const INSERT = `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::bytea[]) AS t (device_id, code_hash)
  ), ended AS (
    UPDATE claim_code c SET revoked_at = $3 FROM given
    WHERE c.device_id = given.device_id AND c.used_at IS NULL AND c.revoked_at IS NULL
  )
  INSERT INTO claim_code (device_id, code_hash, created_at, expires_at)
  SELECT device_id, code_hash, $3, $4 FROM given`;

export interface NewClaimCodes {
  readonly deviceIds: readonly string[];
  readonly now: number;
  readonly validDays?: number;
}

/** Makes a code for each device, in their order, and when they expire. Only keyed hashes are kept. */
export async function insertClaimCodes(
  client: PoolClient,
  keys: Keys,
  { deviceIds, now, validDays = DEFAULT_CLAIM_CODE_DAYS }: NewClaimCodes,
): Promise<{ codes: string[]; expiresAt: Date }> {
  const codes = deviceIds.map(() => newClaimCode());
  const expiresAt = new Date(now + validDays * DAY_MS);
  if (codes.length > 0) {
    const hashes = codes.map((code) => hashClaimCode(keys, code));
    await client.query(INSERT, [deviceIds, hashes, new Date(now), expiresAt]);
  }
  return { codes, expiresAt };
}

export const hashClaimCode = (keys: Keys, code: string): Buffer => hmac(keys.claimCodes, code);

const LOCK_DEVICE = `SELECT customer_id AS "customerId" FROM device WHERE id = $1 FOR NO KEY UPDATE`;

export function registerClaimCodes(app: Api, { database, clock, keys }: IdentityDeps): void {
  app.post(
    '/v1/devices/:deviceId/claim-code',
    operation({
      access: 'admin',
      tag: 'Claims',
      summary: 'Make a claim code for a device without owner',
      description: 'A code made before no longer works.',
      params: idParams('deviceId'),
      body: newClaimCodeSchema,
      response: { 201: claimCodeSchema },
      problems: ['not-found', 'already-claimed'],
    }),
    async ({ params: { deviceId }, body: { validDays } }, reply) => {
      const made = await transactAudited(database.pool, async (client) => {
        const { rows } = await client.query<{ customerId: string | null }>(LOCK_DEVICE, [deviceId]);
        const { customerId } = rows[0] ?? notFound('device', deviceId);
        if (customerId !== null) throw new ApiProblem('already-claimed', {});
        return await insertClaimCodes(client, keys, { deviceIds: [deviceId], now: clock.now(), validDays });
      });
      const [claimCode = ''] = made.codes;
      return reply.code(201).send({ deviceId, claimCode, expiresAt: made.expiresAt });
    },
  );
}
