import { told } from '../core/phrases/in-words.ts';
import { say } from '../core/phrases/phrase.ts';
import type { OrderStatus } from '../core/types.ts';
import { type Queryable, type Transition, type TransitionedOrder, transitionOrder } from './order-store.ts';
import { prepared } from './prepared.ts';

/**
 * Moves an order to `returned`; as found before, null when its status does not allow it. What came back had left:
 * one that is only accepted here, because nobody told that it was shipped, takes that step first. Its customer hears
 * of the return alone. In the caller's transaction.
 */
export async function returnOrder(
  db: Queryable,
  transition: Omit<Transition, 'to'>,
): Promise<TransitionedOrder | null> {
  const { orderId, at, actor, merchantReference } = transition;
  const unseen = told(say('order-left-unseen'));
  const left = await transitionOrder(db, {
    ...{ orderId, to: 'shipped', at, actor, ...unseen, isTold: false },
    merchantReference: merchantReference ?? null,
  });
  const back = await transitionOrder(db, { ...transition, to: 'returned' });
  return back === null ? null : { ...back, fromStatus: left?.fromStatus ?? back.fromStatus };
}

const REFUND = prepared('UPDATE "order" SET refunded_minor = $2 WHERE id = $1');

/** Keeps what the merchant paid back. */
export async function noteRefund(db: Queryable, orderId: string, refundMinor: number): Promise<void> {
  await db.query(REFUND, [orderId, refundMinor]);
}

const SETTLE = prepared(`
  UPDATE order_problem SET status = 'settled', due_at = NULL, settled_at = $2, refund_minor = coalesce($3, refund_minor)
  WHERE order_id = $1 AND status IN ('open', 'agreed')`);

/** Nothing is left to be done about what its customer complained of: it is paid back, or need not be paid. */
export async function settleProblems(
  db: Queryable,
  orderId: string,
  refundMinor: number | null,
  at: number,
): Promise<void> {
  await db.query(SETTLE, [orderId, new Date(at), refundMinor]);
}

/** Ends that leave nothing to complain of; what is lost does so once it is paid back. */
const SETTLED_BY: readonly OrderStatus[] = ['returned', 'cancelled', 'rejected'];

/**
 * Moves an order to what its merchant says has become of it, with the money that follows. As found before; null: its
 * status does not allow it, and nothing has changed. In the caller's transaction.
 *
 * @param refundMinor what was paid back; null: the merchant did not say
 */
export async function followMerchant(
  db: Queryable,
  transition: Transition,
  refundMinor: number | null,
): Promise<TransitionedOrder | null> {
  const { orderId, to, at } = transition;
  const moved = to === 'returned' ? await returnOrder(db, transition) : await transitionOrder(db, transition);
  if (moved === null) return null;
  if (refundMinor !== null) await noteRefund(db, orderId, refundMinor);
  if (SETTLED_BY.includes(to) || (to === 'lost' && refundMinor !== null)) {
    await settleProblems(db, orderId, refundMinor, at);
  }
  return moved;
}
