import { uuidv7 } from 'uuidv7';
import { DETAILS, type MessageKind, type NewDetailOf } from '../../contracts/messages/details.ts';
import type { Queryable } from '../order-store.ts';

/** What somebody is to be told. */
export type NewMessage = {
  [Kind in MessageKind]: {
    readonly kind: Kind;
    /** null: the staff of the installation. */
    readonly customerId: string | null;
    readonly orderId?: string | null;
    readonly detail: NewDetailOf<Kind>;
    /** What it is about, with ids in it: of two messages with the same key only the first is written. */
    readonly key?: string | null;
  };
}[MessageKind];

const ADD = `
  INSERT INTO message (id, customer_id, order_id, kind, detail, key, created_at, due_at)
  SELECT id, "customerId", "orderId", kind, detail, key, $2, $2
  FROM jsonb_to_recordset($1::jsonb) AS t(id uuid, "customerId" uuid, "orderId" uuid, kind text, detail jsonb, key text)
  ON CONFLICT (key) DO NOTHING RETURNING id`;

/**
 * Writes messages with the change that causes them: call it in the same transaction. Their deliveries are made
 * from due_at by whoever sends. One statement for any number. Returns each message's id, in the order given;
 * null: its key was there already. For messages about orders there is order-messages.ts.
 */
export async function addMessages(
  db: Queryable,
  messages: readonly NewMessage[],
  at: number,
): Promise<readonly (string | null)[]> {
  if (messages.length === 0) return [];
  const rows = messages.map(({ kind, customerId, orderId = null, detail, key = null }) => {
    const checked: unknown = DETAILS[kind].parse(detail);
    return { id: uuidv7(), customerId, orderId, kind, detail: checked, key };
  });
  const made = await db.query<{ id: string }>(ADD, [JSON.stringify(rows), new Date(at)]);
  const ids = new Set(made.rows.map(({ id }) => id));
  return rows.map(({ id }) => (ids.has(id) ? id : null));
}
