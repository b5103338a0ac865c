import { arrivalWindow } from '../../core/holds.ts';
import type { Said } from '../../core/phrases/phrase.ts';
import type { Instant, OrderStatus } from '../../core/types.ts';
import {
  announceOrders,
  PROPOSAL_LIFE_MS,
  type ProposalReason,
  proposeOrders,
} from '../../platform/messages/order-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { Context } from '../context/load-contexts.ts';
import type { ProposeOrder } from './evaluation.ts';

export interface NewOrder {
  readonly id: string;
  readonly proposal: ProposeOrder;
  readonly context: Context;
  readonly decisionId: string;
  /** Why, for the customer. */
  readonly sentence: string;
  readonly said: Said;
}

/** ON CONFLICT: an order that someone opened meanwhile keeps this one from being made, and the batch goes on. */
const INSERT = `
  WITH made AS (
    INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, consent_id, decision_id, status,
      status_reason, status_said, quantity, fillings, unit_price_minor, shipping_minor, total_minor, currency, created_at,
      cancel_until, due_at, announced_at, arrives_from, arrives_to, quote_id, replaces_order_id)
    SELECT t.id, customer_id, t.consumable_id, product_id, merchant_id, consent_id, decision_id, t.status::order_status,
      reason, said::jsonb, quantity, fillings, unit_price, shipping, total, currency, $1,
      cancel_until, due_at, announced_at, arrives_from, arrives_to, quote_id, predecessor.id
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[],
      $10::text[], $11::int[], $12::int[], $13::int[], $14::int[], $15::int[], $16::text[], $17::timestamptz[],
      $18::timestamptz[], $19::timestamptz[], $20::date[], $21::date[], $22::text[], $23::uuid[]) AS t(id, customer_id, consumable_id,
      product_id, merchant_id, consent_id, decision_id, status, reason, quantity, fillings, unit_price, shipping,
      total, currency, cancel_until, due_at, announced_at, arrives_from, arrives_to, said, quote_id)
    -- The order before it, if that came to nothing: this one stands in for it, and no other ever will.
    LEFT JOIN LATERAL (
      SELECT last.id FROM (
        SELECT id, status FROM "order" WHERE consumable_id = t.consumable_id ORDER BY created_at DESC LIMIT 1
      ) last WHERE last.status IN ('rejected', 'lost')
    ) predecessor ON true
    ON CONFLICT DO NOTHING
    RETURNING id, consumable_id, status, status_reason, status_said
  ), supplied AS (
    UPDATE order_issue i SET resolved_at = $1 FROM made
    WHERE i.consumable_id = made.consumable_id AND i.kind = 'no-supply' AND i.resolved_at IS NULL
  )
  INSERT INTO order_history (order_id, at, from_status, to_status, actor, reason, said)
  SELECT id, $1, NULL, status, 'evaluation', status_reason, status_said FROM made
  RETURNING order_id AS id, to_status AS status`;

export interface MadeOrder {
  readonly id: string;
  readonly status: OrderStatus;
}

/** Makes the orders with their history; returns those made. Their customers are told apart (`tellNewOrders`). */
export async function writeOrders(
  db: Queryable,
  orders: readonly NewOrder[],
  now: Instant,
): Promise<readonly MadeOrder[]> {
  const rows = orders.map((order) => rowOf(order, now)).filter((row) => row !== null);
  if (rows.length === 0) return [];
  const columns = transpose(rows);
  const { rows: made } = await db.query<MadeOrder>(INSERT, [new Date(now), ...columns]);
  return made;
}

/** Announces the automatic ones and asks about the others; after the forecasts were written, which the messages quote. */
export async function tellNewOrders(
  db: Queryable,
  made: readonly MadeOrder[],
  orders: readonly NewOrder[],
  now: Instant,
): Promise<void> {
  const idsOf = (wanted: OrderStatus) => made.filter(({ status }) => status === wanted).map(({ id }) => id);
  await announceOrders(db, idsOf('announced'), now);
  const because = new Map(orders.map((order) => [order.id, reasonOf(order)]));
  await proposeOrders(
    db,
    idsOf('proposed').map((orderId) => ({ orderId, because: because.get(orderId) ?? 'prepared' })),
    now,
  );
}

function reasonOf({ proposal, context }: NewOrder): ProposalReason {
  return proposal.because ?? (context.step.limited == null ? 'prepared' : 'downgraded');
}

function rowOf(
  { id, proposal, context, decisionId, sentence, said }: NewOrder,
  now: Instant,
): unknown[] | null {
  const { about, step } = context;
  if (about.customerId === null) return null;
  const { offer, quantity, placeAt, status } = proposal;
  const announced = status === 'announced';
  // Frozen in it: what the merchant quoted for this very quantity, where it did.
  const known = context.quotes.get(quantity);
  const quote = known?.price === null ? undefined : known;
  const arrives = arrivalWindow(placeAt, step.leadTime, step.calendar);
  const shipping = quote?.price?.shippingMinor ?? step.costs.shippingMinor;
  return [
    id,
    about.customerId,
    about.consumableId,
    offer.productId,
    offer.merchantId,
    // What the customer approves one by one rests on that approval, not on a standing consent.
    announced ? proposal.consentId : null,
    decisionId,
    status,
    sentence,
    quantity,
    quantity * offer.packSize,
    offer.unitPrice.minor,
    shipping,
    offer.unitPrice.minor * quantity + shipping,
    offer.unitPrice.currency,
    announced ? new Date(now + step.settings.cancelWindowMs) : null,
    new Date(announced ? placeAt : now + PROPOSAL_LIFE_MS),
    announced ? new Date(now) : null,
    arrives.from,
    arrives.to,
    JSON.stringify(said),
    quote?.id ?? null,
  ];
}

function transpose(rows: readonly unknown[][]): unknown[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]));
}
