import type { ReviewFacts } from '../../core/review.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { bucketOf } from '../breaker/rates.ts';
import { modelScope } from '../breaker/scopes.ts';

/** An order about to be made, by what there is to know about its surroundings. */
export interface ReviewSubject {
  readonly orderId: string;
  readonly customerId: string;
  readonly consumableId: string;
  readonly deviceId: string;
  readonly deviceModelId: string;
  readonly productId: string;
}

export type HistoryFacts = Pick<
  ReviewFacts,
  'ordersBefore' | 'usualUnitPriceMinor' | 'usualQuantity' | 'refusedMessages' | 'modelOrders'
>;

/** Counting stops here: no threshold of any use is higher, and nobody's history is walked whole. */
const COUNT_MAX = 1000;
/** What was usual lately; older orders are another time. */
const USUAL_ORDERS = 20;
const REFUSED_WITHIN_MS = 7 * DAY_MS;

const FACTS = `
  SELECT w.order_id AS "orderId", orders.n AS "ordersBefore", price.usual AS "usualUnitPriceMinor",
    quantity.usual AS "usualQuantity", refused.n AS "refusedMessages", model.n AS "modelOrders"
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[])
    AS w(order_id, customer_id, consumable_id, device_id, product_id, model_scope)
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE consent_id IS NOT NULL AND placed_at IS NOT NULL)::int AS n FROM (
      SELECT consent_id, placed_at FROM "order" WHERE customer_id = w.customer_id ORDER BY created_at DESC LIMIT ${COUNT_MAX}
    ) o
  ) orders
  CROSS JOIN LATERAL (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY unit_price_minor) AS usual FROM (
      SELECT unit_price_minor, placed_at FROM "order" WHERE product_id = w.product_id
      ORDER BY created_at DESC LIMIT ${USUAL_ORDERS}
    ) o WHERE placed_at IS NOT NULL
  ) price
  CROSS JOIN LATERAL (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity) AS usual FROM (
      SELECT quantity, placed_at FROM "order" WHERE consumable_id = w.consumable_id
      ORDER BY created_at DESC LIMIT ${USUAL_ORDERS}
    ) o WHERE placed_at IS NOT NULL
  ) quantity
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS n FROM (
      SELECT FROM dead_letter WHERE device_id = w.device_id AND received_at > $7 LIMIT ${COUNT_MAX}
    ) l
  ) refused
  CROSS JOIN LATERAL (
    -- Those of this batch are counted already; they are no experience yet.
    SELECT coalesce(sum(orders), 0)::int AS n FROM order_rate WHERE scope = w.model_scope AND starts_at < $8
  ) model`;

/** What history says about orders that are about to be made, in one statement for all. */
export async function loadHistoryFacts(
  db: Queryable,
  subjects: readonly ReviewSubject[],
  now: Instant,
): Promise<ReadonlyMap<string, HistoryFacts>> {
  const { rows } = await db.query<HistoryFacts & { orderId: string }>(FACTS, [
    subjects.map(({ orderId }) => orderId),
    subjects.map(({ customerId }) => customerId),
    subjects.map(({ consumableId }) => consumableId),
    subjects.map(({ deviceId }) => deviceId),
    subjects.map(({ productId }) => productId),
    subjects.map(({ deviceModelId }) => modelScope(deviceModelId)),
    new Date(now - REFUSED_WITHIN_MS),
    bucketOf(now),
  ]);
  return new Map(rows.map((row) => [row.orderId, row]));
}
