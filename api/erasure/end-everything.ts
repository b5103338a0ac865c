import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrders } from '../../platform/order-store.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { insertClaimCodes } from '../claims/claim-codes.ts';
import { CONSUMABLES_OF_DEVICES } from '../devices/new-consumables.ts';

export interface Ending {
  readonly customerId: string;
  readonly actor: { readonly name: string; readonly actingFor: 'customer' | 'ops' };
  readonly now: number;
}

const WITHDRAW_CONSENTS = `
  INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method)
  SELECT id, $2, $3, 'erasure' FROM consent WHERE customer_id = $1 ON CONFLICT (consent_id) DO NOTHING`;
const NOT_YET_SHIPPED = `
  SELECT id, status FROM "order"
  WHERE customer_id = $1 AND status IN ('proposed', 'announced', 'placing', 'accepted')
  ORDER BY id FOR NO KEY UPDATE`;
/** The rules service asks the merchant at once, or as soon as it has answered. */
const TAKE_BACK = `
  UPDATE "order" SET take_back = 'customer-erased', due_at = CASE WHEN status = 'accepted' THEN $2 ELSE due_at END
  WHERE id = ANY ($1::uuid[]) AND take_back IS NULL`;

/** Ends consents and orders in the transaction that forgets whose they were. */
export async function endConsentsAndOrders(client: PoolClient, { customerId, actor, now }: Ending) {
  const at = new Date(now);
  await client.query(WITHDRAW_CONSENTS, [customerId, at, actor.name]);
  const { rows } = await client.query<{ id: string; status: string }>(NOT_YET_SHIPPED, [customerId]);
  const isUnplaced = (status: string) => status === 'proposed' || status === 'announced';
  const cancelledOrderIds = rows.filter(({ status }) => isUnplaced(status)).map(({ id }) => id);
  const takenBackOrderIds = rows.filter(({ status }) => !isUnplaced(status)).map(({ id }) => id);
  const why = told(say('order-customer-erased'));
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
  return { cancelledOrderIds, takenBackOrderIds };
}

const RETIRE_CONSUMABLES = `UPDATE consumable SET strategy = 'respond', product_id = NULL WHERE customer_id = $1`;
const RETIRE_DEVICES = `
  UPDATE device SET released_at = $2, revoked_at = coalesce(revoked_at, $2), secret_hash = NULL,
    certificate_fingerprint = NULL
  WHERE customer_id = $1 AND released_at IS NULL RETURNING id, name`;
/**
 * Rows for whoever has the things next, named by their model. A serial number that only the customer told is
 * theirs; one that the manufacturer registered stays with the thing.
 */
const INSERT_SUCCESSORS = `
  INSERT INTO device (device_model_id, name, serial, predecessor_id, created_at)
  SELECT d.device_model_id, m.make || ' ' || m.model, p.serial, d.id, $2
  FROM device d JOIN device_model m ON m.id = d.device_model_id LEFT JOIN provisioned_serial p ON p.device_id = d.id
  WHERE d.id = ANY ($1::uuid[]) RETURNING id, predecessor_id AS "predecessorId"`;
const MOVE_PROVISIONINGS = `
  UPDATE provisioned_serial p SET device_id = s.id, reset_at = $2 FROM device s
  WHERE s.predecessor_id = p.device_id AND s.id = ANY ($1::uuid[])`;

/** More are a fleet: nobody types their codes from an answer. */
const MAX_CODES = 500;
/** As when a device is given away (api/claims/release.ts). */
const CODE_DAYS = 365;

/** Gives every device away to nobody yet, set-wise. */
export async function releaseDevices(
  client: PoolClient,
  { keys }: Pick<IdentityDeps, 'keys'>,
  { customerId, now }: Ending,
): Promise<{ deviceId: string; name: string; claimCode: string }[]> {
  const at = new Date(now);
  await client.query(RETIRE_CONSUMABLES, [customerId]);
  const retired = await client.query<{ id: string; name: string }>(RETIRE_DEVICES, [customerId, at]);
  if (retired.rows.length === 0) return [];
  const { rows: successors } = await client.query<{ id: string; predecessorId: string }>(INSERT_SUCCESSORS, [
    retired.rows.map(({ id }) => id),
    at,
  ]);
  const ids = successors.map(({ id }) => id);
  await client.query(CONSUMABLES_OF_DEVICES, [ids, ids.map(() => 'curated'), at]);
  await client.query(MOVE_PROVISIONINGS, [ids, at]);
  if (ids.length > MAX_CODES) return [];
  const { codes } = await insertClaimCodes(client, keys, { deviceIds: ids, now, validDays: CODE_DAYS });
  const names = new Map(retired.rows.map(({ id, name }) => [id, name]));
  return successors.map(({ id, predecessorId }, i) => ({
    deviceId: id,
    name: names.get(predecessorId) ?? '',
    claimCode: codes[i] ?? '',
  }));
}
