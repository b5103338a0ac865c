import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { DueOrder } from '../orders/due-order.ts';

/** An order that comes due and does not pay for the shipping of its parcel. */
export interface Carrying {
  /** Whether the one that pays is only now being placed: what becomes of it is waited for. */
  readonly waits: boolean;
  /** What it has to pay itself, because nobody else of the parcel does so far; 0: somebody does. */
  readonly shippingMinor: number;
}

/** An order that takes over the shipping of its parcel. */
export interface Takeover {
  readonly orderId: string;
  readonly parcelId: string;
  readonly shippingMinor: number;
}

/** The others look again after this. */
export const PAYER_RETRY_MS = 30_000;

/**
 * A merchant that has said nothing for so long holds up no order any more: nobody waits a day longer because of a
 * parcel. Whoever comes next then pays, as if the silent one were gone: what becomes of it nobody knows.
 */
const PAYER_PATIENCE_MS = 4 * HOUR_MS;

const CARRYING = prepared(`
  SELECT due.id, max(m.shipping_minor) AS "shippingMinor",
    bool_or(m.status IN ('accepted', 'shipped', 'delivered', 'installed')) AS paid,
    bool_or(m.status = 'placing' AND m.placed_at > $3 OR m.status = 'announced' AND m.due_at <= $2) AS awaited
  FROM "order" due JOIN merchant shop ON shop.id = due.merchant_id AND shop.combines_parcels
  JOIN "order" m ON m.parcel_id = due.parcel_id AND m.id <> due.id AND m.shipping_minor > 0
  WHERE due.id = ANY ($1::uuid[]) AND due.status = 'announced' AND due.shipping_minor = 0
  GROUP BY due.id`);

interface Row {
  readonly id: string;
  readonly shippingMinor: number;
  readonly paid: boolean;
  readonly awaited: boolean;
}

/**
 * Who of the orders that are due has to wait for the one that pays their parcel's shipping, and who has to pay it
 * because that one has ended, or cannot be placed yet. Orders that pay already, or go alone, are not in the answer.
 */
export async function loadCarrying(
  db: Queryable,
  orderIds: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, Carrying>> {
  if (orderIds.length === 0) return new Map();
  const since = new Date(now - PAYER_PATIENCE_MS);
  const { rows } = await db.query<Row>(CARRYING, [orderIds, new Date(now), since]);
  return new Map(
    rows.map(({ id, shippingMinor, paid, awaited }) => {
      const waits = !paid && awaited;
      return [id, { waits, shippingMinor: paid || awaited ? 0 : shippingMinor }];
    }),
  );
}

/** Another pays already, or is asked to; of two that have yet to go, the first. */
const SPARE = prepared(`
  UPDATE "order" o SET shipping_minor = 0, total_minor = o.total_minor - o.shipping_minor
  WHERE o.id = ANY ($1::uuid[]) AND o.status = 'announced' AND o.shipping_minor > 0
    AND EXISTS (SELECT FROM merchant shop WHERE shop.id = o.merchant_id AND shop.combines_parcels)
    AND EXISTS (SELECT FROM "order" m WHERE m.parcel_id = o.parcel_id AND m.id <> o.id AND m.shipping_minor > 0
      AND (m.status IN ('placing', 'accepted', 'shipped', 'delivered', 'installed') OR m.status = 'announced' AND m.id < o.id))
  RETURNING o.id, o.total_minor AS "totalMinor"`);

/**
 * Nobody pays what another of the parcel pays: of an order that was taken for silent, and comes back to be placed
 * after all, somebody else has taken over the shipping. The orders with what they cost then.
 */
export async function spareShipping<Order extends Pick<DueOrder, 'id' | 'parcelId' | 'totalMinor'>>(
  db: Queryable,
  orders: readonly Order[],
): Promise<readonly Order[]> {
  const inParcels = orders.flatMap(({ id, parcelId }) => (parcelId === null ? [] : [id]));
  if (inParcels.length === 0) return orders;
  const { rows } = await db.query<{ id: string; totalMinor: number }>(SPARE, [inParcels]);
  const totals = new Map(rows.map(({ id, totalMinor }) => [id, totalMinor]));
  return orders.map((order) => ({ ...order, totalMinor: totals.get(order.id) ?? order.totalMinor }));
}

/** What another worker has in hand looks again by itself. */
const RELEASE = prepared(`
  UPDATE "order" o SET due_at = $2
  WHERE o.status = 'announced' AND o.id IN (
    SELECT waiting.id FROM "order" payer JOIN "order" waiting ON waiting.parcel_id = payer.parcel_id AND waiting.id <> payer.id
    WHERE payer.id = $1 AND payer.status <> 'placing' AND payer.shipping_minor > 0
      AND waiting.status = 'announced' AND waiting.due_at > $2 AND waiting.due_at <= $3
    FOR UPDATE OF waiting SKIP LOCKED)`);

/** The merchant has answered about an order: those of its parcel that wait for that need wait no longer. */
export async function releaseParcel(db: Queryable, orderId: string, now: Instant): Promise<void> {
  await db.query(RELEASE, [orderId, new Date(now), new Date(now + PAYER_RETRY_MS)]);
}

/** Whoever was to pay and is not placed yet goes along free instead: the parcel costs what was announced. */
const RELIEVE = `
  UPDATE "order" o SET shipping_minor = 0, total_minor = o.total_minor - o.shipping_minor
  FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, "parcelId" uuid)
  WHERE o.parcel_id = t."parcelId" AND o.id <> t."orderId" AND o.status = 'announced' AND o.shipping_minor > 0`;

const TAKE_OVER = `
  UPDATE "order" o SET shipping_minor = t."shippingMinor", total_minor = o.total_minor + t."shippingMinor"
  FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, "shippingMinor" int)
  WHERE o.id = t."orderId" AND o.shipping_minor = 0`;

/** Writes who pays from now on: at most one order of each parcel. */
export async function takeOverShipping(db: Queryable, takeovers: readonly Takeover[]): Promise<void> {
  if (takeovers.length === 0) return;
  const rows = JSON.stringify(takeovers);
  await db.query(RELIEVE, [rows]);
  await db.query(TAKE_OVER, [rows]);
}
