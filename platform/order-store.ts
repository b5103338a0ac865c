import { ENDED_WITHOUT_GOODS, predecessorsOf } from '../core/order-lifecycle.ts';
import type { Said } from '../core/phrases/phrase.ts';
import type { OrderStatus } from '../core/types.ts';
import { ORDER_FACTS, ORDER_NEIGHBOURS } from './messages/order-facts.ts';
import { prepared, type Statement } from './prepared.ts';

/** Anything that runs a query: the pool, or a connection inside a transaction. */
export interface Queryable {
  readonly query: <Row extends object>(
    text: string | Statement,
    values: unknown[],
  ) => Promise<{ rows: Row[]; rowCount: number | null }>;
}

export type Actor = 'evaluation' | 'customer' | 'ops' | 'merchant' | 'worker' | 'telemetry';

/** Why an order waits for its customer, and where they can do something about it. */
export interface NextStep {
  readonly code: 'address' | 'payment' | 'authentication-required' | 'no-delivery-address';
  readonly url: string | null;
}

export interface Transition {
  readonly orderId: string;
  readonly to: OrderStatus;
  readonly at: number;
  readonly actor: Actor;
  /** One plain sentence. */
  readonly reason: string | null;
  /** The same for readers of any language; absent: someone's own words. */
  readonly said?: Said | null;
  /** When a worker next has to act on it; null: nothing to do but wait for others. */
  readonly dueAt?: number | null;
  readonly merchantReference?: string | null;
  /** Local dates between which it may arrive, as the merchant promises. */
  readonly arrivesFrom?: string | null;
  readonly arrivesTo?: string | null;
  readonly totalMinor?: number | null;
  /** Why the merchant refused it, as a code of the contract. */
  readonly rejectionCode?: string | null;
  /** What the customer has to do before it can go on. */
  readonly nextStep?: NextStep | null;
  readonly detail?: object | null;
  /** false: a step on the way to another, of which the customer and the device hear instead, or nothing that concerns them. */
  readonly isTold?: boolean;
}

export interface TransitionedOrder {
  readonly id: string;
  readonly customerId: string;
  readonly consumableId: string;
  readonly fromStatus: OrderStatus;
}

/** Moves that the customer hears of; a cancellation of their own they know of. Questions and announcements are apart. */
const TOLD: readonly OrderStatus[] = [
  'accepted',
  'shipped',
  'delivered',
  'cancelled',
  'declined',
  'expired',
  'rejected',
  'returned',
  'lost',
];

/** A parcel takes days; what a display says of an order after two weeks helps nobody. */
const STATUS_LIFE_DAYS = 14;
/** What the device's own display may say: from when it was bought. */
const SHOWN_BY_DEVICE = `(m."to" IN ('accepted', 'shipped', 'delivered', 'returned', 'lost')
      OR (m."to" = 'cancelled' AND m.accepted_at IS NOT NULL))`;

const ENDED = ENDED_WITHOUT_GOODS.map((status) => `'${status}'`).join(', ');
/** Longer than a call lasts, so that what was under way has arrived. */
const FIRST_LOOK_MINUTES = 15;

/**
 * One statement, so that no caller can move an order without its history, without telling the
 * consumable, its device and the customer, or without the delivery being known as stock. The status is checked in the UPDATE itself:
 * of two that race, one finds nothing to do. Set-wise: a worker moves a batch as one caller moves one.
 */
const TRANSITION = prepared(`
  WITH asked AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, "to" order_status, "from" order_status[],
      "at" timestamptz, actor text, reason text, said jsonb, "dueAt" timestamptz, "merchantReference" text,
      "arrivesFrom" date, "arrivesTo" date, "totalMinor" int, "rejectionCode" text, "nextStep" jsonb, detail jsonb, "isTold" boolean)
  ), moved AS (
    UPDATE "order" o SET status = a."to", status_reason = a.reason, status_said = a.said, due_at = a."dueAt",
      merchant_reference = coalesce(a."merchantReference", o.merchant_reference),
      arrives_from = coalesce(a."arrivesFrom", o.arrives_from), arrives_to = coalesce(a."arrivesTo", o.arrives_to),
      total_minor = coalesce(a."totalMinor", o.total_minor),
      rejection_code = coalesce(a."rejectionCode", o.rejection_code),
      -- What was to be done is done, or no longer asked, once the order moves on.
      next_step = a."nextStep",
      watch_at = CASE WHEN a."to" IN ('placing', 'accepted', 'shipped', 'delivered') THEN a."at"
        -- A request that was under way may reach the merchant after the refusal or the end: it is asked.
        WHEN a."to" IN ('proposed', ${ENDED}) AND o.placed_at IS NOT NULL AND o.accepted_at IS NULL
          THEN a."at" + interval '${FIRST_LOOK_MINUTES} minutes' END,
      -- Placing that is tried again is not a new announcement: its month stays.
      announced_at = CASE WHEN a."to" = 'announced' AND o.status <> 'placing' THEN a."at" ELSE o.announced_at END,
      placed_at = CASE WHEN a."to" = 'placing' AND o.placed_at IS NULL THEN a."at" ELSE o.placed_at END,
      accepted_at = CASE WHEN a."to" = 'accepted' THEN a."at" ELSE o.accepted_at END,
      shipped_at = CASE WHEN a."to" = 'shipped' THEN a."at" ELSE o.shipped_at END,
      delivered_at = CASE WHEN a."to" = 'delivered' THEN a."at" ELSE o.delivered_at END,
      installed_at = CASE WHEN a."to" = 'installed' THEN a."at" ELSE o.installed_at END
    FROM asked a
    WHERE o.id = a."orderId" AND o.status = ANY (a."from")
    RETURNING o.*, OLD.status AS from_status, a."to", a."at", a.actor, a.reason, a.said, a.detail,
      coalesce(a."isTold", true) AS is_told
  ), history AS (
    INSERT INTO order_history (order_id, at, from_status, to_status, actor, reason, said, detail)
    SELECT id, "at", from_status, "to", actor, reason, said, detail FROM moved
  ), resolved AS (
    -- What was wrong with it belongs to the status that it left.
    UPDATE order_issue i SET resolved_at = m."at" FROM moved m
    WHERE i.order_id = m.id AND i.resolved_at IS NULL AND m."to" <> 'shipped'
  ), delivery AS (
    INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity, order_id)
    SELECT c.device_id, c.id, 'delivered', m."at", m."at", m.fillings, m.id
    FROM moved m JOIN consumable c ON c.id = m.consumable_id WHERE m."to" = 'delivered'
    RETURNING id, order_id
  ), told AS (
    INSERT INTO message (customer_id, order_id, kind, detail, created_at, due_at)
    SELECT o.customer_id, o.id, 'order-update', ${ORDER_FACTS} || jsonb_build_object('change', o."to", 'by', o.actor,
        'reason', coalesce(o.said, to_jsonb(o.reason))), o."at", o."at"
    FROM moved o ${ORDER_NEIGHBOURS}
    WHERE o."to" = ANY ($2::order_status[]) AND o.is_told AND (o.actor <> 'customer' OR o."to" NOT IN ('cancelled', 'declined'))
  ), superseded AS (
    DELETE FROM device_command d USING moved m
    WHERE d.order_id = m.id AND d.delivered_at IS NULL AND ${SHOWN_BY_DEVICE}
  ), commanded AS (
    INSERT INTO device_command (device_id, order_id, type, payload, created_at, expires_at)
    SELECT c.device_id, m.id, 'order-status', jsonb_strip_nulls(jsonb_build_object('v', 1, 'type', 'order-status',
        'consumable', c.key, 'status', m."to", 'arrivesFrom', m.arrives_from, 'arrivesTo', m.arrives_to)),
      m."at", m."at" + interval '${STATUS_LIFE_DAYS} days'
    FROM moved m JOIN consumable c ON c.id = m.consumable_id JOIN device d ON d.id = c.device_id
    WHERE d.revoked_at IS NULL AND m.is_told AND ${SHOWN_BY_DEVICE}
  ), look_again AS (
    INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
    SELECT consumable_id, '{}', '{}', ARRAY(SELECT d.id FROM delivery d WHERE d.order_id = moved.id), "at" FROM moved
  )
  SELECT id, customer_id AS "customerId", consumable_id AS "consumableId", from_status AS "fromStatus" FROM moved`);

/**
 * Moves orders along the lifecycle of core, each named at most once. Returns those that moved, as they
 * were found: one that does not exist, or whose status does not allow the move, is not among them (DESIGN §4.2).
 */
export async function transitionOrders(
  db: Queryable,
  transitions: readonly Transition[],
): Promise<readonly TransitionedOrder[]> {
  if (transitions.length === 0) return [];
  const asked = transitions.map(({ at, dueAt, ...transition }) => ({
    ...transition,
    from: predecessorsOf(transition.to),
    at: new Date(at),
    dueAt: dueAt == null ? null : new Date(dueAt),
  }));
  const { rows } = await db.query<TransitionedOrder>(TRANSITION, [JSON.stringify(asked), TOLD]);
  return rows;
}

/** Moves one order; null when it does not exist or its status does not allow the move. */
export async function transitionOrder(
  db: Queryable,
  transition: Transition,
): Promise<TransitionedOrder | null> {
  const [moved] = await transitionOrders(db, [transition]);
  return moved ?? null;
}

/** Asks for a new evaluation of the consumables: something around them changed (a consent, a hold, an offer). */
export async function lookAgain(db: Queryable, consumableIds: readonly string[], at: number): Promise<void> {
  await db.query(
    `INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
     SELECT id, '{}', '{}', '{}', $2 FROM unnest($1::uuid[]) AS id`,
    [consumableIds, new Date(at)],
  );
}
