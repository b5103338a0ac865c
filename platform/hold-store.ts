import { englishDates } from '../core/phrases/dates-en.ts';
import type { LocalDate } from '../core/types.ts';
import { addMessages } from './messages/add-messages.ts';
import { noteOrder } from './order-notes.ts';
import type { Queryable } from './order-store.ts';

/** Whose deliveries a hold concerns. */
export interface HoldScope {
  readonly customerId: string;
  /** null: every device of the customer, or of the address. */
  readonly deviceId: string | null;
  /** null: wherever it stands. */
  readonly addressId: string | null;
}

const concerns = (device: string, n: { device: number; address: number }): string => `
  ($${n.device}::uuid IS NULL OR ${device} = $${n.device})
  AND ($${n.address}::uuid IS NULL OR ${device} IN (SELECT id FROM device WHERE address_id = $${n.address}))`;

const LOOK_AGAIN = `
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT id, '{}', '{}', '{}', $3 FROM consumable WHERE customer_id = $1 AND ${concerns('device_id', { device: 2, address: 4 })}`;

/** Announced orders that a hold may have put off are due again. */
const MAKE_DUE = `
  UPDATE "order" o SET due_at = greatest(o.cancel_until, $3::timestamptz)
  FROM consumable c
  WHERE o.customer_id = $1 AND o.status = 'announced' AND c.id = o.consumable_id
    AND ${concerns('c.device_id', { device: 2, address: 4 })} AND o.due_at > greatest(o.cancel_until, $3::timestamptz)`;

/** Held dates changed: what rests on them is thought over. `freed`: some are free again. */
export async function holdsChanged(
  db: Queryable,
  { customerId, deviceId, addressId }: HoldScope,
  at: number,
  freed: boolean,
): Promise<void> {
  const values = [customerId, deviceId, new Date(at), addressId];
  if (freed) await db.query(MAKE_DUE, values);
  await db.query(LOOK_AGAIN, values);
}

/** Bought, not yet on its way, and it may arrive on a held date. */
const OVERLAPPING = `
  SELECT o.id, p.name FROM "order" o JOIN consumable c ON c.id = o.consumable_id JOIN product p ON p.id = o.product_id
  WHERE o.customer_id = $1 AND ${concerns('c.device_id', { device: 2, address: 5 })} AND o.status IN ('placing', 'accepted')
    AND o.take_back IS NULL AND o.arrives_to >= $3::date AND ($4::date IS NULL OR o.arrives_from <= $4::date)
    AND NOT EXISTS (SELECT FROM message m WHERE m.order_id = o.id AND m.kind = 'move-offer')
  ORDER BY o.id`;

/**
 * Orders that were placed before their customer said to be away: each is offered, once, to be moved. The
 * merchant is asked only when the customer takes the offer. Returns their ids.
 */
export async function offerMoves(
  db: Queryable,
  { customerId, deviceId, addressId }: HoldScope,
  hold: { readonly from: LocalDate; readonly to: LocalDate | null },
  at: number,
): Promise<readonly string[]> {
  const values = [customerId, deviceId, hold.from, hold.to, addressId];
  const { rows } = await db.query<{ id: string; name: string }>(OVERLAPPING, values);
  const away = hold.to === null ? `from ${hold.from} on` : englishDates.span(hold.from, hold.to);
  for (const { id: orderId, name } of rows) {
    const text = `You are away ${away}, and ${name} may arrive then. If you like, we ask the merchant to take it back, and order it for your return.`;
    const detail = { moveOffered: { from: hold.from, to: hold.to } };
    await noteOrder(db, { orderId, at, actor: 'worker', reason: text, detail });
  }
  const messages = rows.map(({ id: orderId, name: product }) => ({
    kind: 'move-offer' as const,
    customerId,
    orderId,
    detail: { orderId, product, moveOffered: { from: hold.from, to: hold.to } },
  }));
  await addMessages(db, messages, at);
  return rows.map(({ id }) => id);
}
