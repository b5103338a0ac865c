import type { Queryable } from '../../platform/order-store.ts';

export interface ShelfCount {
  readonly id: string;
  readonly consumableId: string;
  readonly quantity: number;
  readonly at: Date;
}

/**
 * The event and its queue row in one statement: rules fold the count like any other event. An order that is not yet
 * being placed is due at once, to be thought over with it.
 */
const COUNT = `
  WITH event AS (
    INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity)
    SELECT device_id, id, 'shelf-count', $3, $3, $2 FROM consumable WHERE id = $1
    RETURNING id, consumable_id, quantity, at
  ), look AS (
    INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
    SELECT consumable_id, '{}', '{}', ARRAY[id], $3 FROM event
  ), rethought AS (
    UPDATE "order" o SET due_at = $3 FROM event e
    WHERE o.consumable_id = e.consumable_id AND o.status IN ('proposed', 'announced') AND o.due_at > $3
  )
  SELECT id, consumable_id AS "consumableId", quantity, at FROM event`;

/** Says how many spare fillings there are; null: there is no such consumable. */
export async function countSpares(
  db: Queryable,
  consumableId: string,
  quantity: number,
  at: number,
): Promise<ShelfCount | null> {
  const { rows } = await db.query<ShelfCount>(COUNT, [consumableId, quantity, new Date(at)]);
  return rows[0] ?? null;
}
