import { randomUUID } from 'node:crypto';
import type { MerchantOrder } from '../../../contracts/merchant.ts';
import { canTransition, TRANSITIONS } from '../../../core/order-lifecycle.ts';
import type { OrderStatus } from '../../../core/types.ts';
import type { TestDatabase } from '../../support/database.ts';
import type { SeededConsumable } from '../../support/seed.ts';

const STATUSES = Object.keys(TRANSITIONS) as OrderStatus[];

/** An order in one status, at one entry. */
export interface Cell {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly consentId: string | null;
}

const REACHED = ['accepted', 'shipped', 'delivered', 'installed', 'returned', 'lost'];
/** What the merchant's books say of an order that is so here. */
const AT_MERCHANT: Partial<Record<OrderStatus, MerchantOrder['status']>> = {
  accepted: 'accepted',
  shipped: 'shipped',
  delivered: 'delivered',
  installed: 'delivered',
  returned: 'returned',
  lost: 'lost',
};

/** Each with a device and a consumable of its own: at most one order of a consumable is open. */
const PREPARE = `
  WITH asked AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, status order_status, "consentId" uuid, n int)
  ), devices AS (
    INSERT INTO device (id, customer_id, device_model_id, name, created_at)
    SELECT "orderId", $2, $3, 'Printer', $6 FROM asked
  ), consumables AS (
    INSERT INTO consumable (id, device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
    SELECT "orderId", "orderId", $3, 'black', $2, $4, 'automatic', $6 FROM asked
  ), states AS (
    INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT "orderId", $6::timestamptz + interval '1 year' FROM asked
  ), orders AS (
    INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, consent_id, status, quantity, fillings,
      unit_price_minor, total_minor, currency, created_at, cancel_until, noticed_at, announced_at, placed_at, accepted_at,
      shipped_at, delivered_at, merchant_reference, arrives_from, arrives_to)
    SELECT "orderId", $2, "orderId", $4, $5, "consentId", status, 1, 1, 5000, 5000, 'EUR', $6, $6::timestamptz + interval '1 day',
      $6, CASE WHEN status <> 'proposed' THEN $6::timestamptz END, CASE WHEN status = 'placing' OR status::text = ANY ($7) THEN $6::timestamptz END,
      CASE WHEN status::text = ANY ($7) THEN $6::timestamptz END,
      CASE WHEN status IN ('shipped', 'delivered', 'installed') THEN $6::timestamptz END,
      CASE WHEN status IN ('delivered', 'installed') THEN $6::timestamptz END,
      CASE WHEN status::text = ANY ($7) THEN 'P-' || "orderId" END, $6::timestamptz - interval '3 days', $6::timestamptz - interval '2 days'
    FROM asked
  ), reviews AS (
    INSERT INTO order_review (order_id, customer_id, flags, status, approvals_needed, created_at, decide_by)
    SELECT "orderId", $2, '[]', 'pending', 1, $6, $6 FROM asked WHERE "consentId" IS NOT NULL
  )
  INSERT INTO order_history (order_id, at, to_status, actor, reason)
  SELECT "orderId", $6, status, 'evaluation', 'It runs out.' FROM asked`;

export interface Shelf {
  readonly cells: readonly Cell[];
  /** The merchant's books about those that were bought. */
  readonly purchases: readonly MerchantOrder[];
}

export interface ShelfWanted {
  /** What its orders rest on. */
  readonly consentId: string | null;
  /** The status in which they all begin; null: each in its own. */
  readonly all: OrderStatus | null;
}

/**
 * One order for each status of the lifecycle, a shelf for each entry, set-wise: with its history, as bought where its
 * status says so, and one that has a consent waiting for the staff.
 */
export async function prepareCells(
  { pool }: Pick<TestDatabase, 'pool'>,
  seeded: SeededConsumable,
  now: number,
  wanted: readonly ShelfWanted[],
): Promise<Shelf[]> {
  const prepared = wanted.map(({ consentId, all }) => ({
    all,
    cells: STATUSES.map((status) => ({ orderId: randomUUID(), status, consentId })),
  }));
  const rows = prepared.flatMap(({ all, cells }) =>
    cells.map(({ status, ...cell }) => ({ ...cell, status: all ?? status })),
  );
  const { customerId, deviceModelId, productId, merchantId } = seeded;
  await pool.query(PREPARE, [
    JSON.stringify(rows),
    customerId,
    deviceModelId,
    productId,
    merchantId,
    new Date(now),
    REACHED,
  ]);
  return prepared.map(({ all, cells }) => ({
    cells,
    purchases: cells.flatMap(({ orderId, status }) => {
      const there = AT_MERCHANT[status];
      return there === undefined || all !== null ? [] : [purchase(orderId, there, now)];
    }),
  }));
}

export const purchase = (orderId: string, status: MerchantOrder['status'], now: number): MerchantOrder => ({
  reference: `P-${orderId}`,
  clientReference: orderId,
  status,
  totalMinor: 5000,
  currency: 'EUR',
  arrivesFrom: '2026-09-04',
  arrivesTo: '2026-09-05',
  updatedAt: new Date(now).toISOString(),
});

/** Everything that hangs on an order, as text to compare. */
const SNAPSHOT = `
  SELECT o.id, o.status, (to_jsonb(o) - 'revision')::text AS "order", jsonb_build_object(
    'history', (SELECT jsonb_agg(to_jsonb(h) ORDER BY h.id) FROM order_history h WHERE h.order_id = o.id),
    'problems', (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM order_problem p WHERE p.order_id = o.id),
    'issues', (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.id) FROM order_issue i WHERE i.order_id = o.id),
    'messages', (SELECT jsonb_agg(m.id ORDER BY m.id) FROM message m WHERE m.order_id = o.id),
    'events', (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.id) FROM consumable_event e WHERE e.consumable_id = o.consumable_id),
    'commands', (SELECT jsonb_agg(d.id ORDER BY d.id) FROM device_command d WHERE d.order_id = o.id),
    'review', (SELECT to_jsonb(r) FROM order_review r WHERE r.order_id = o.id),
    'votes', (SELECT jsonb_agg(to_jsonb(v)) FROM review_vote v WHERE v.order_id = o.id),
    'decisions', (SELECT jsonb_agg(d.id ORDER BY d.id) FROM decision d WHERE d.consumable_id = o.consumable_id),
    'others', (SELECT count(*) FROM "order" x WHERE x.consumable_id = o.consumable_id),
    'consumable', (SELECT to_jsonb(c) FROM consumable c WHERE c.id = o.consumable_id))::text AS around,
    (SELECT jsonb_agg(jsonb_build_object('from', h.from_status, 'to', h.to_status, 'actor', h.actor) ORDER BY h.id)
      FROM order_history h WHERE h.order_id = o.id) AS history
  FROM "order" o WHERE o.id = ANY ($1::uuid[])`;

export interface Snapshot {
  readonly id: string;
  readonly status: OrderStatus;
  readonly order: string;
  readonly around: string;
  readonly history: readonly {
    readonly from: OrderStatus | null;
    readonly to: OrderStatus;
    readonly actor: string;
  }[];
}

export async function snapshotsOf(
  { pool }: Pick<TestDatabase, 'pool'>,
  cells: readonly Cell[],
): Promise<ReadonlyMap<string, Snapshot>> {
  const { rows } = await pool.query<Snapshot>(SNAPSHOT, [cells.map(({ orderId }) => orderId)]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a worker notes for itself: when to look again, and that it waits. No change of the order. */
const BOOKKEEPING = ['due_at', 'watch_at'];

/** The order and all around it; `ofWorker`: without when a worker looks again. */
export function contentOf({ order, around }: Snapshot, ofWorker: boolean): string {
  if (!ofWorker) return `${order} ${around}`;
  const row = JSON.parse(order) as Record<string, unknown>;
  for (const column of BOOKKEEPING) delete row[column];
  return `${JSON.stringify(row)} ${around}`;
}

/** Actor of what a test did to an order, past the lifecycle. */
export const FORCED = 'forced';

/** Why an order's history does not explain the status it is in; null: it does, step by step. */
export function gapInHistory({ status, history }: Snapshot): string | null {
  let at: OrderStatus | null = null;
  for (const { from, to, actor } of history) {
    if (from !== at) return `a step from ${from} follows one to ${at}`;
    const isWay = from === null || from === to || actor === FORCED || canTransition(from, to);
    if (!isWay) return `${from} → ${to} is no way`;
    at = to;
  }
  return at === status ? null : `it is ${status}, and its history ends with ${at}`;
}
