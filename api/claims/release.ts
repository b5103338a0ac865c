import { releasedDeviceSchema } from '../../contracts/http/claims.ts';
import { idParams } from '../../contracts/http/common.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrders } from '../../platform/order-store.ts';
import { auditWithin } from '../audit/within.ts';
import { actorName, actsFor } from '../auth/caller.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { CONSUMABLES_OF_DEVICES } from '../devices/new-consumables.ts';
import type { Api } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { insertClaimCodes } from './claim-codes.ts';

/** A sale takes weeks, not years; an admin can make another code. */
const RESALE_CODE_DAYS = 365;

const READ_OWNER = `SELECT customer_id AS "customerId", released_at AS "releasedAt" FROM device WHERE id = $1`;
const WITHDRAW_CONSENTS = `
  INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method, reason)
  SELECT t.id, $2, $3, 'device release', 'The device was given away.'
  FROM consent t LEFT JOIN consumable c ON c.id = t.consumable_id
  WHERE t.device_id = $1 OR c.device_id = $1
  ON CONFLICT (consent_id) DO NOTHING RETURNING consent_id AS id`;
const NOT_YET_SHIPPED = `
  SELECT o.id, o.status FROM "order" o JOIN consumable c ON c.id = o.consumable_id
  WHERE c.device_id = $1 AND o.status IN ('proposed', 'announced', 'placing', 'accepted')
  ORDER BY o.id FOR NO KEY UPDATE OF o`;
/** The rules service takes them back: from the merchant at once, or as soon as the merchant has answered. */
const TAKE_BACK = `
  UPDATE "order" SET take_back = 'device-released', due_at = CASE WHEN status = 'accepted' THEN $2 ELSE due_at END
  WHERE id = ANY ($1::uuid[]) AND take_back IS NULL`;
/** Nothing is ordered for them any more: on demand only, and without a product. */
const RETIRE_CONSUMABLES = `UPDATE consumable SET strategy = 'respond', product_id = NULL WHERE device_id = $1`;
const RETIRE_DEVICE = `
  UPDATE device SET released_at = $2, revoked_at = coalesce(revoked_at, $2), secret_hash = NULL,
    certificate_fingerprint = NULL
  WHERE id = $1`;
/** Named by its model: what the former owner called it is theirs. */
const INSERT_SUCCESSOR = `
  INSERT INTO device (device_model_id, name, serial, firmware, predecessor_id, created_at)
  SELECT d.device_model_id, m.make || ' ' || m.model, d.serial, d.firmware, d.id, $2
  FROM device d JOIN device_model m ON m.id = d.device_model_id WHERE d.id = $1
  RETURNING id`;
/** It may trade its manufacturer's token once more, for the credentials of its new row. */
const MOVE_PROVISIONING = 'UPDATE provisioned_serial SET device_id = $2, reset_at = $3 WHERE device_id = $1';

/**
 * Gives a device away. Its row stays with the former owner, revoked and with all its history; a new row
 * stands for the same thing from then on, with consumables, credentials and a claim code of its own. So no
 * query can show the next owner what was before, whatever it joins.
 */
export function registerRelease(app: Api, { database, clock, keys, metrics }: IdentityDeps): void {
  app.post(
    '/v1/devices/:deviceId/release',
    operation({
      access: 'owner',
      tag: 'Claims',
      summary: 'Give a device away',
      description:
        'Ends the consents of the device and its consumables, cancels its orders, at the merchant where need be, and disconnects it. Its history stays with the former owner.',
      params: idParams('deviceId'),
      response: { 200: releasedDeviceSchema },
      problems: ['not-found', 'not-released'],
    }),
    async ({ params: { deviceId }, caller }) => {
      const actor = { name: actorName(caller), actingFor: actsFor(caller, 'customer') };
      const now = clock.now();
      const released = await transact(database.pool, async (client) => {
        const customerId = await lockOwner(client, deviceId);
        const ended = await endUse(client, deviceId, actor, now);
        const successorId = await succeed(client, deviceId, new Date(now));
        const code = await insertClaimCodes(client, keys, {
          deviceIds: [successorId],
          now,
          validDays: RESALE_CODE_DAYS,
        });
        const [claimCode = ''] = code.codes;
        await auditWithin(client, { id: deviceId, customerId });
        return {
          ...ended,
          releasedDeviceId: deviceId,
          deviceId: successorId,
          claimCode,
          claimCodeExpiresAt: code.expiresAt,
        };
      });
      metrics.orders.inc({ status: 'cancelled' }, released.cancelledOrderIds.length);
      return released;
    },
  );
}

/** The customer's row first, as everybody who changes what a customer allows. */
async function lockOwner(client: PoolClient, deviceId: string): Promise<string> {
  type Owner = { customerId: string | null; releasedAt: Date | null };
  const before = await client.query<Owner>(READ_OWNER, [deviceId]);
  const { customerId } = before.rows[0] ?? notFound('device', deviceId);
  if (customerId !== null) await client.query(LOCK_CUSTOMER, [customerId]);
  const locked = await client.query<Owner>(`${READ_OWNER} FOR NO KEY UPDATE`, [deviceId]);
  const device = locked.rows[0];
  if (device === undefined || device.customerId === null || device.releasedAt !== null) {
    throw new ApiProblem('not-released', {});
  }
  return device.customerId;
}

async function endUse(
  client: PoolClient,
  deviceId: string,
  actor: { name: string; actingFor: 'customer' | 'ops' },
  now: number,
) {
  const at = new Date(now);
  const consents = await client.query<{ id: string }>(WITHDRAW_CONSENTS, [deviceId, at, actor.name]);
  const orders = await client.query<{ id: string; status: string }>(NOT_YET_SHIPPED, [deviceId]);
  const idsOf = (...statuses: string[]) =>
    orders.rows.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  const cancelledOrderIds = idsOf('proposed', 'announced');
  const takenBackOrderIds = idsOf('placing', 'accepted');
  const why = told(say('order-device-given-away'));
  await transitionOrders(
    client,
    cancelledOrderIds.map((orderId) => ({
      orderId,
      to: 'cancelled',
      at: now,
      actor: actor.actingFor,
      ...why,
    })),
  );
  await client.query(TAKE_BACK, [takenBackOrderIds, at]);
  await client.query(RETIRE_CONSUMABLES, [deviceId]);
  await client.query(RETIRE_DEVICE, [deviceId, at]);
  return {
    cancelledOrderIds,
    takenBackOrderIds,
    withdrawnConsentIds: consents.rows.map(({ id }) => id),
  };
}

async function succeed(client: PoolClient, deviceId: string, at: Date): Promise<string> {
  const { rows } = await client.query<{ id: string }>(INSERT_SUCCESSOR, [deviceId, at]);
  const { id } = rows[0] ?? notFound('device', deviceId);
  await client.query(CONSUMABLES_OF_DEVICES, [[id], ['curated'], at]);
  await client.query(MOVE_PROVISIONING, [deviceId, id, at]);
  return id;
}
