import type { OrderChange, SaidOrText } from '../../contracts/messages/details.ts';
import { DAY_MS } from '../../core/types.ts';
import { offerOptions } from '../order-options.ts';
import type { Actor, Queryable } from '../order-store.ts';
import { prepared } from '../prepared.ts';
import { ORDER_FACTS, ORDER_NEIGHBOURS } from './order-facts.ts';

/** One statement for any number of orders; each message's own facts stand beside those of its order. */
const TELL = prepared(`
  INSERT INTO message (customer_id, order_id, kind, detail, created_at, due_at)
  SELECT o.customer_id, o.id, $2, ${ORDER_FACTS} || t.extra, $3, $3
  FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, extra jsonb)
  JOIN "order" o ON o.id = t."orderId" ${ORDER_NEIGHBOURS}`);

async function tell(
  db: Queryable,
  kind: 'announcement' | 'proposal' | 'order-update',
  orders: readonly { readonly orderId: string; readonly extra: object }[],
  at: number,
): Promise<void> {
  if (orders.length > 0) await db.query(TELL, [JSON.stringify(orders), kind, new Date(at)]);
}

/** What was told before no longer counts: the order waits for this notice (DESIGN §4.5). */
const FORGET_NOTICE = `
  UPDATE "order" SET noticed_at = NULL, notice_failed_at = NULL WHERE id = ANY ($1::uuid[])`;

/**
 * Announces automatic orders, as they stand now, in the transaction that makes them `announced` or changes their
 * terms; after what they are about was written (price, dates, forecast). They are placed only after the notice
 * has reached the customer. `again`: an earlier announcement was at other terms.
 */
export async function announceOrders(
  db: Queryable,
  orderIds: readonly string[],
  at: number,
  again = false,
): Promise<void> {
  if (again) await db.query(FORGET_NOTICE, [orderIds]);
  await tell(
    db,
    'announcement',
    orderIds.map((orderId) => ({ orderId, extra: { again } })),
    at,
  );
}

/** A proposal that nobody answers: the forecast it rests on is worth nothing after two weeks. */
export const PROPOSAL_LIFE_MS = 14 * DAY_MS;

/** Why the customer is asked. */
export type ProposalReason = 'prepared' | 'downgraded' | 'notice-failed' | 'not-seen';

/** Asks the customer about orders that are `proposed`, as they stand now, and names what else would do. */
export async function proposeOrders(
  db: Queryable,
  orders: readonly { readonly orderId: string; readonly because: ProposalReason }[],
  at: number,
): Promise<void> {
  const alternativesTo = await offerOptions(
    db,
    orders.map(({ orderId }) => orderId),
  );
  const extra = ({ orderId, because }: (typeof orders)[number]) => ({
    because,
    alternatives: alternativesTo.get(orderId) ?? [],
  });
  await tell(
    db,
    'proposal',
    orders.map((order) => ({ orderId: order.orderId, extra: extra(order) })),
    at,
  );
}

/**
 * Tells what became of orders. `transitionOrders` does so by itself for every move that customers hear of: this is
 * for what changes no status (late, moved, refunded).
 */
export async function tellOrderUpdates(
  db: Queryable,
  updates: readonly {
    readonly orderId: string;
    readonly change: OrderChange;
    readonly by: Actor | null;
    readonly reason: SaidOrText | null;
    readonly refundMinor?: number | null;
  }[],
  at: number,
): Promise<void> {
  await tell(
    db,
    'order-update',
    updates.map(({ orderId, refundMinor = null, ...update }) => ({
      orderId,
      extra: { ...update, refundMinor },
    })),
    at,
  );
}
