import { predecessorsOf } from '../core/order-lifecycle.ts';
import type { OrderStatus } from '../core/types.ts';

/** Anything that runs a query: the pool, or a connection inside a transaction. */
export interface Queryable {
  readonly query: <Row extends object>(
    text: string,
    values: unknown[],
  ) => Promise<{ rows: Row[]; rowCount: number | null }>;
}

export type Actor = 'evaluation' | 'customer' | 'ops' | 'merchant' | 'worker' | 'telemetry';

export interface Transition {
  readonly orderId: string;
  readonly to: OrderStatus;
  readonly at: number;
  readonly actor: Actor;
  /** One plain sentence. */
  readonly reason: string | null;
  /** When a worker next has to act on it; null: nothing to do but wait for others. */
  readonly dueAt?: number | null;
  readonly merchantReference?: string | null;
  /** Local dates between which it may arrive, as the merchant promises. */
  readonly arrivesFrom?: string | null;
  readonly arrivesTo?: string | null;
  readonly totalMinor?: number | null;
  readonly detail?: object | null;
}

export interface TransitionedOrder {
  readonly id: string;
  readonly customerId: string;
  readonly consumableId: string;
  readonly fromStatus: OrderStatus;
}

/**
 * One statement, so that no caller can move an order without its history, without telling the
 * consumable, or without the delivery being known as stock. The status is checked in the UPDATE itself:
 * of two that race, one finds nothing to do.
 */
const TRANSITION = `
  WITH moved AS (
    UPDATE "order" SET status = $2::order_status, status_reason = $5, due_at = $7,
      merchant_reference = coalesce($8, merchant_reference),
      arrives_from = coalesce($9::date, arrives_from), arrives_to = coalesce($10::date, arrives_to),
      total_minor = coalesce($11::int, total_minor),
      announced_at = CASE WHEN $2::order_status = 'announced' THEN $3 ELSE announced_at END,
      placed_at = CASE WHEN $2::order_status = 'placing' AND placed_at IS NULL THEN $3 ELSE placed_at END,
      accepted_at = CASE WHEN $2::order_status = 'accepted' THEN $3 ELSE accepted_at END,
      shipped_at = CASE WHEN $2::order_status = 'shipped' THEN $3 ELSE shipped_at END,
      delivered_at = CASE WHEN $2::order_status = 'delivered' THEN $3 ELSE delivered_at END,
      installed_at = CASE WHEN $2::order_status = 'installed' THEN $3 ELSE installed_at END
    WHERE id = $1 AND status = ANY ($6::order_status[])
    RETURNING id, customer_id, consumable_id, fillings, OLD.status AS from_status
  ), history AS (
    INSERT INTO order_history (order_id, at, from_status, to_status, actor, reason, detail)
    SELECT id, $3, from_status, $2::order_status, $4, $5, $12::jsonb FROM moved
  ), delivery AS (
    INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity, order_id)
    SELECT c.device_id, c.id, 'delivered', $3, $3, moved.fillings, moved.id
    FROM moved JOIN consumable c ON c.id = moved.consumable_id WHERE $2::order_status = 'delivered'
    RETURNING id, consumable_id
  ), look_again AS (
    INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
    SELECT consumable_id, '{}', '{}', ARRAY(SELECT id FROM delivery), $3 FROM moved
  )
  SELECT id, customer_id AS "customerId", consumable_id AS "consumableId", from_status AS "fromStatus" FROM moved`;

/**
 * Moves an order along the lifecycle of core. Returns the order as it was found, or null when it does not
 * exist or its status does not allow the move (DESIGN §4.2).
 */
export async function transitionOrder(
  db: Queryable,
  transition: Transition,
): Promise<TransitionedOrder | null> {
  const {
    orderId,
    to,
    at,
    actor,
    reason,
    dueAt,
    merchantReference,
    arrivesFrom,
    arrivesTo,
    totalMinor,
    detail,
  } = transition;
  const { rows } = await db.query<TransitionedOrder>(TRANSITION, [
    orderId,
    to,
    new Date(at),
    actor,
    reason,
    predecessorsOf(to),
    dueAt == null ? null : new Date(dueAt),
    merchantReference ?? null,
    arrivesFrom ?? null,
    arrivesTo ?? null,
    totalMinor ?? null,
    detail == null ? null : JSON.stringify(detail),
  ]);
  return rows[0] ?? null;
}

/** Asks for a new evaluation of the consumables: something around them changed (a consent, a hold, an offer). */
export async function lookAgain(db: Queryable, consumableIds: readonly string[], at: number): Promise<void> {
  await db.query(
    `INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
     SELECT id, '{}', '{}', '{}', $2 FROM unnest($1::uuid[]) AS id`,
    [consumableIds, new Date(at)],
  );
}
