import { slotName } from '../../core/phrases/slot-names.ts';
import type { OrderStatus } from '../../core/types.ts';
import { PAGES, type PageWords } from '../../platform/messages/words/pages.ts';
import { type Reader, readerOf } from '../../platform/messages/words/reader.ts';
import { present } from '../../platform/messages/words/words.ts';
import type { Queryable } from '../../platform/order-store.ts';

/** What a page shows of an order. */
export interface OrderView {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly product: string;
  readonly quantity: number;
  readonly consumable: string;
  readonly device: string;
  readonly totalMinor: number;
  readonly currency: string;
  readonly arrivesFrom: string | null;
  readonly arrivesTo: string | null;
  readonly cancelUntil: Date | null;
  readonly dueAt: Date | null;
  readonly language: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
}

const READ = `
  SELECT o.id, o.customer_id AS "customerId", o.status, p.name AS product, o.quantity, slot.name AS consumable,
    d.name AS device, o.total_minor AS "totalMinor", o.currency, o.arrives_from::text AS "arrivesFrom",
    o.arrives_to::text AS "arrivesTo", o.cancel_until AS "cancelUntil", o.due_at AS "dueAt", cu.language,
    cu.time_zone AS "timeZone", cu.jurisdiction
  FROM "order" o JOIN customer cu ON cu.id = o.customer_id JOIN product p ON p.id = o.product_id
  JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE o.id = $1`;

export async function readOrderView(db: Queryable, orderId: string): Promise<OrderView | null> {
  const { rows } = await db.query<OrderView>(READ, [orderId]);
  return rows[0] ?? null;
}

export interface Speech {
  readonly reader: Reader;
  readonly words: PageWords;
}

export function speechOf(options: Pick<OrderView, 'language' | 'timeZone' | 'jurisdiction'>): Speech {
  const reader = readerOf(options);
  return { reader, words: PAGES[reader.language] };
}

export function factsOf(order: OrderView, { reader, words }: Speech): readonly (readonly [string, string])[] {
  const { arrivesFrom, arrivesTo, cancelUntil, dueAt, status } = order;
  const goods = order.quantity === 1 ? order.product : `${order.quantity} × ${order.product}`;
  const isOpen = status === 'announced' || status === 'proposed';
  const arrives =
    arrivesFrom === null || arrivesTo === null
      ? null
      : arrivesFrom === arrivesTo
        ? reader.day(arrivesFrom)
        : reader.days(arrivesFrom, arrivesTo);
  const moment = (date: Date | null) => (date === null ? null : reader.moment(date.toISOString()));
  return present([
    [words.facts.product, goods],
    [words.facts.device, `${slotName(order.consumable, reader.language)}, ${order.device}`],
    [words.facts.total, reader.money(order.totalMinor, order.currency)],
    [words.facts.arrives, isOpen || status === 'accepted' || status === 'shipped' ? arrives : null],
    [words.facts.cancelUntil, status === 'announced' ? moment(cancelUntil) : null],
    [words.facts.answerUntil, status === 'proposed' ? moment(dueAt) : null],
  ]);
}
