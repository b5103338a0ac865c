import type { Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { newId } from '../evaluate/write-decisions.ts';
import type { MadeOrder, NewOrder } from '../evaluate/write-orders.ts';
import type { Policy } from '../policy.ts';

interface Member {
  readonly orderId: string;
  readonly parcelId: string;
  /** Another order of the parcel pays for the shipping. */
  readonly waived: boolean;
}

const JOIN = `
  UPDATE "order" o SET parcel_id = t."parcelId",
    total_minor = CASE WHEN t.waived THEN o.total_minor - o.shipping_minor ELSE o.total_minor END,
    shipping_minor = CASE WHEN t.waived THEN 0 ELSE o.shipping_minor END
  FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, "parcelId" uuid, waived boolean)
  WHERE o.id = t."orderId"`;

/** Together means at the same time: the others wait the minutes until the last one's cancel window has passed. */
const ALIGN = `
  UPDATE "order" o SET due_at = last.due_at FROM (
    SELECT parcel_id, max(due_at) AS due_at FROM "order" WHERE parcel_id = ANY ($1::uuid[]) AND status = 'announced'
    GROUP BY 1
  ) last
  WHERE o.parcel_id = last.parcel_id AND o.status = 'announced' AND o.due_at < last.due_at
    AND last.due_at - o.due_at <= interval '1 hour'`;

/** Others of the same customer from the same merchant that will fall due soon are looked at again, now. */
const NUDGE = `
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT DISTINCT c.id, '{}'::timestamptz[], '{}'::bigint[], '{}'::uuid[], $3::timestamptz
  FROM unnest($1::uuid[], $2::uuid[]) AS t(customer_id, merchant_id)
  JOIN consumable c ON c.customer_id = t.customer_id AND c.strategy = 'automatic'
  JOIN product p ON p.id = c.product_id AND p.merchant_id = t.merchant_id
  JOIN consumable_state s ON s.consumable_id = c.id
  WHERE s.evaluate_at > $3 AND s.evaluate_at <= $4 AND s.outcome = 'nothing'`;

/**
 * Puts what was just announced for one customer at one merchant into one parcel, and has others looked at that
 * would fall due while it is on its way. Each order stays one purchase with its own key; only the shipping is
 * shared, where the merchant charges it once.
 */
export async function consolidate(
  db: Queryable,
  made: readonly MadeOrder[],
  orders: readonly NewOrder[],
  { consolidationSlackMs }: Policy,
  now: Instant,
): Promise<void> {
  if (consolidationSlackMs === 0) return;
  const announced = new Set(made.flatMap(({ id, status }) => (status === 'announced' ? [id] : [])));
  const combining = orders.filter(({ id, context }) => announced.has(id) && context.about.combines);
  if (combining.length === 0) return;
  const begun = new Map<string, NewOrder>();
  const members = membersOf(combining, begun);
  await db.query(JOIN, [JSON.stringify(members)]);
  await db.query(ALIGN, [[...new Set(members.map(({ parcelId }) => parcelId))]]);
  const fresh = [...begun.values()];
  await db.query(NUDGE, [
    fresh.map(({ context }) => context.about.customerId),
    fresh.map(({ proposal }) => proposal.offer.merchantId),
    new Date(now),
    new Date(now + consolidationSlackMs),
  ]);
}

/** `begun` takes the first order of each parcel that did not exist before. */
function membersOf(combining: readonly NewOrder[], begun: Map<string, NewOrder>): readonly Member[] {
  const parcels = new Map<string, { readonly parcelId: string; carries: boolean }>();
  return combining.map((order) => {
    const { context, proposal } = order;
    const pair = `${context.about.customerId} ${proposal.offer.merchantId}`;
    const joined = context.parcel;
    const known = parcels.get(pair) ?? {
      parcelId: joined?.parcelId ?? newId(),
      carries: joined?.carriesShipping ?? false,
    };
    if (!parcels.has(pair) && joined === null) begun.set(pair, order);
    const waived = known.carries && context.about.merchantCombines;
    known.carries = true;
    parcels.set(pair, known);
    return { orderId: order.id, parcelId: known.parcelId, waived };
  });
}
