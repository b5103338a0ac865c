import type { Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

/** Deliveries that reach the customer: what goes to the staff's endpoints does not. */
const REACHES_CUSTOMER = `
  (x.channel <> 'webhook' OR EXISTS (
    SELECT FROM webhook_endpoint w WHERE w.id = nullif(x.target, '')::uuid AND w.customer_id IS NOT NULL))`;

/** Not overtaken by another announcement of its order, at other terms. */
export const IS_CURRENT = `
  NOT EXISTS (SELECT FROM message newer
    WHERE newer.order_id = m.order_id AND newer.kind = m.kind AND (newer.created_at, newer.id) > (m.created_at, m.id))`;

/**
 * The announcement arrived: the customer's time to cancel begins now. It may end later than planned, and placement
 * with it, never earlier. Only the first arrival counts, and only of the announcement that is in force.
 */
const NOTICED = `
  UPDATE "order" o SET noticed_at = $2, notice_failed_at = NULL, cancel_until = greatest(o.cancel_until, $3),
    due_at = greatest(o.due_at, o.cancel_until, $3),
    arrives_from = coalesce($4::date, o.arrives_from), arrives_to = coalesce($5::date, o.arrives_to)
  FROM message_delivery x JOIN message m ON m.id = x.message_id
  WHERE x.id = $1 AND m.kind = 'announcement' AND o.id = m.order_id AND o.status = 'announced'
    AND o.noticed_at IS NULL AND o.consent_id IS NOT NULL AND ${REACHES_CUSTOMER} AND ${IS_CURRENT}
  RETURNING o.id`;

export interface Arrival {
  readonly from: string;
  readonly to: string;
}

/** Returns whether an order is noticed by it. */
export async function recordNotice(
  db: Queryable,
  deliveryId: string,
  at: Instant,
  cancelUntil: Instant,
  arrival: Arrival | null,
): Promise<boolean> {
  const { rows } = await db.query(NOTICED, [
    deliveryId,
    new Date(at),
    new Date(cancelUntil),
    arrival?.from ?? null,
    arrival?.to ?? null,
  ]);
  return rows.length > 0;
}

/** Orders whose announcement has no way left: due at once, so that a worker asks the customer instead. */
const FAIL = `
  UPDATE "order" SET notice_failed_at = $2, due_at = $2
  WHERE id = ANY ($1::uuid[]) AND status = 'announced' AND noticed_at IS NULL AND consent_id IS NOT NULL`;

export async function failNotices(db: Queryable, orderIds: readonly string[], at: Instant): Promise<number> {
  if (orderIds.length === 0) return 0;
  const { rowCount } = await db.query(FAIL, [orderIds, new Date(at)]);
  return rowCount ?? 0;
}

/** The order of an announcement none of whose ways to the customer is open any more. */
const WITHOUT_WAY = `
  SELECT m.order_id AS id FROM message_delivery lost JOIN message m ON m.id = lost.message_id
  WHERE lost.id = $1 AND m.kind = 'announcement' AND m.order_id IS NOT NULL AND ${IS_CURRENT}
    AND NOT EXISTS (
      SELECT FROM message_delivery x WHERE x.message_id = m.id AND x.status IN ('pending', 'sent') AND ${REACHES_CUSTOMER})`;

/** After a delivery failed for good; returns whether its order is asked about now. */
export async function failNoticeOf(db: Queryable, deliveryId: string, at: Instant): Promise<boolean> {
  const { rows } = await db.query<{ id: string }>(WITHOUT_WAY, [deliveryId]);
  return (
    (await failNotices(
      db,
      rows.map(({ id }) => id),
      at,
    )) > 0
  );
}
