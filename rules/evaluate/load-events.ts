import type { ConsumableEvent, Level, ReadingEvent } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { Announcements } from './claim.ts';

export interface ReadingRow {
  readonly consumableId: string;
  readonly at: Date;
  readonly seq: number;
  readonly levelKind: Level['kind'];
  readonly level: number | null;
  readonly useCounter: number | null;
  readonly supplySerial: string | null;
  readonly historical: boolean;
}

export const READING_COLUMNS = `r.consumable_id AS "consumableId", r.at, r.seq, r.level_kind AS "levelKind", r.level,
  r.use_counter AS "useCounter", r.supply_serial AS "supplySerial", r.historical`;

/** LIMIT 1 keeps the planner from scanning whole months: each key is one index probe in its own partition. */
const READINGS = `
  SELECT ${READING_COLUMNS} FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[]) AS key(id, at, seq)
  CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE consumable_id = key.id AND at = key.at AND seq = key.seq LIMIT 1
  ) r`;

export interface EventRow {
  readonly consumableId: string;
  readonly type: string;
  readonly at: Date;
  readonly quantity: number | null;
  readonly orderId: string | null;
  readonly historical: boolean;
}

export const EVENT_COLUMNS = `e.consumable_id AS "consumableId", e.type, e.at, e.quantity, e.order_id AS "orderId",
  e.historical`;

const EVENTS = `
  SELECT ${EVENT_COLUMNS} FROM consumable_event e
  WHERE e.id = ANY ($1::uuid[]) AND e.consumable_id IS NOT NULL`;

export type EventsByConsumable = Map<string, ConsumableEvent[]>;

export function append(
  events: EventsByConsumable,
  consumableId: string,
  event: ConsumableEvent | null,
): void {
  if (event === null) return;
  const known = events.get(consumableId);
  if (known === undefined) events.set(consumableId, [event]);
  else known.push(event);
}

/** The announced readings and events, by consumable; core sorts them. */
export async function loadEvents(db: Queryable, announced: Announcements): Promise<EventsByConsumable> {
  const events: EventsByConsumable = new Map();
  const { readings, eventIds } = announced;
  if (readings.ids.length > 0) {
    const { rows } = await db.query<ReadingRow>(READINGS, [readings.ids, readings.at, readings.seq]);
    for (const row of rows) append(events, row.consumableId, readingOf(row));
  }
  if (eventIds.length > 0) {
    const { rows } = await db.query<EventRow>(EVENTS, [eventIds]);
    for (const row of rows) append(events, row.consumableId, eventOf(row));
  }
  return events;
}

export function readingOf(row: ReadingRow): ReadingEvent {
  const level: Level =
    row.levelKind === 'measured'
      ? { kind: 'measured', value: row.level ?? Number.NaN }
      : { kind: row.levelKind };
  return {
    type: 'reading',
    at: row.at.getTime(),
    seq: Number(row.seq),
    level,
    useCounter: row.useCounter,
    supplySerial: row.supplySerial,
    historical: row.historical,
  };
}

/** The event as core knows it; null for what says nothing about stock (a button, a fault). */
export function eventOf(row: EventRow): ConsumableEvent | null {
  const at = row.at.getTime();
  switch (row.type) {
    case 'replaced':
      return { type: 'replaced', at, historical: row.historical };
    case 'delivered':
      if (row.quantity === null || row.orderId === null) return null;
      return { type: 'delivered', at, orderId: row.orderId, quantity: row.quantity };
    case 'shelf-count':
      return row.quantity === null ? null : { type: 'shelf-count', at, quantity: row.quantity };
    default:
      return null;
  }
}
