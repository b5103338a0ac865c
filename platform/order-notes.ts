import type { Said } from '../core/phrases/phrase.ts';
import type { Actor, Queryable } from './order-store.ts';

/** Something that happened to an order and left its status as it is. */
export interface OrderNote {
  readonly orderId: string;
  readonly at: number;
  readonly actor: Actor;
  /** One plain sentence. */
  readonly reason: string;
  /** The same for readers of any language; absent: someone's own words. */
  readonly said?: Said;
  readonly detail: object;
}

const NOTE = `
  INSERT INTO order_history (order_id, at, from_status, to_status, actor, reason, detail, said)
  SELECT id, $2, status, status, $3, $4, $5, $6 FROM "order" WHERE id = $1`;

/** Keeps it in the order's history: what a merchant answered, what was offered to the customer. */
export async function noteOrder(db: Queryable, note: OrderNote): Promise<void> {
  const { orderId, at, actor, reason, said, detail } = note;
  await db.query(NOTE, [
    orderId,
    new Date(at),
    actor,
    reason,
    JSON.stringify(detail),
    said === undefined ? null : JSON.stringify(said),
  ]);
}
