import type { z } from 'zod';
import { newClaimSchema } from '../../contracts/http/claims.ts';
import { deviceSchema } from '../../contracts/http/devices.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transactAudited } from '../audit/within.ts';
import { networkOf } from '../auth/attempts.ts';
import { actorName } from '../auth/caller.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { type Device, READ_DEVICE } from '../devices/read-devices.ts';
import type { Api } from '../http/deps.ts';
import { LOCK_CUSTOMER, LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { normalizeClaimCode } from './claim-code.ts';
import { hashClaimCode } from './claim-codes.ts';

type NewClaim = z.output<typeof newClaimSchema>;

/** Nobody unpacks more devices an hour; the odds beside the alphabet in claim-code.ts are computed from these. */
const BY_USER = { name: 'claim user', max: 20, windowMinutes: 60 };
const BY_NETWORK = { name: 'claim network', max: 30, windowMinutes: 60 };

/** Used up in the statement that finds it: of two that race, one finds nothing. */
const USE_CODE = `
  UPDATE claim_code SET used_at = $2, used_by = $3
  WHERE code_hash = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
  RETURNING device_id AS "deviceId"`;
const BIND_DEVICE = `
  UPDATE device SET customer_id = $2, name = coalesce($3, name)
  WHERE id = $1 AND customer_id IS NULL AND revoked_at IS NULL`;
/** The product as at registration: the cheapest a filling in the customer's currency (api/devices/new-consumables.ts). */
const BIND_CONSUMABLES = `
  UPDATE consumable SET customer_id = $2, strategy = $3, product_id = (
    SELECT p.id FROM product_fit f JOIN product p ON p.id = f.product_id AND p.active
    JOIN customer c ON c.id = $2 AND c.currency = p.currency
    WHERE f.device_model_id = consumable.device_model_id AND f.slot_key = consumable.key
    ORDER BY p.unit_price_minor::float8 / p.pack_size, p.id LIMIT 1)
  WHERE device_id = $1`;

export function registerClaim(app: Api, deps: IdentityDeps): void {
  const { database, clock, attempts, keys } = deps;
  app.post(
    '/v1/claims',
    operation({
      access: 'member',
      tag: 'Claims',
      summary: 'Claim a device with the code printed on it',
      description:
        'The code works once. It makes the device known to its customer; consents are given apart.',
      body: newClaimSchema,
      response: { 201: deviceSchema },
      problems: ['invalid-claim-code', 'unknown-reference'],
    }),
    async (request, reply) => {
      const { caller, body } = request;
      const code = normalizeClaimCode(body.code);
      if (caller.kind === 'person') {
        await attempts.count(BY_USER, caller.userId, reply);
        await attempts.count(BY_NETWORK, networkOf(request.ip), reply);
      }
      if (code === null) throw new ApiProblem('invalid-claim-code', {});
      const device = await transactAudited(database.pool, (client) =>
        claim(client, {
          ...body,
          hash: hashClaimCode(keys, code),
          actor: actorName(caller),
          now: clock.now(),
        }),
      );
      return reply.code(201).send(device);
    },
  );
}

async function claim(
  client: PoolClient,
  { hash, actor, now, customerId, name, strategy }: NewClaim & { hash: Buffer; actor: string; now: number },
): Promise<Device> {
  const at = new Date(now);
  const locked = await client.query(LOCK_CUSTOMER, [customerId]);
  if (locked.rowCount === 0) throw new ApiProblem('unknown-reference', { field: 'customerId' });
  const used = await client.query<{ deviceId: string }>(USE_CODE, [hash, at, actor]);
  const [code] = used.rows;
  if (code === undefined) throw new ApiProblem('invalid-claim-code', {});
  const { deviceId } = code;
  const bound = await client.query(BIND_DEVICE, [deviceId, customerId, name ?? null]);
  if (bound.rowCount === 0) throw new ApiProblem('invalid-claim-code', {});
  await client.query(BIND_CONSUMABLES, [deviceId, customerId, strategy]);
  await client.query(LOOK_AGAIN_CUSTOMER, [customerId, deviceId, null, at]);
  const { rows } = await client.query<Device>(READ_DEVICE, [deviceId]);
  return rows[0] ?? notFound('device', deviceId);
}
