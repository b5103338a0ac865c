import type { EventRow, ReadingRow } from './ingest-rows.ts';

/** Named, so that the server parses and plans each statement once a connection. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What one batch stored; the rest of it was already there. */
export interface StoredCounts {
  readonly readings: number;
  readonly events: number;
}

const STORE_READINGS = `
  stored AS (
    INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level, use_counter, supply_serial, historical)
    SELECT consumable_id, to_timestamp(at / 1000), seq, to_timestamp(received_at / 1000), level_kind, level,
      use_counter, supply_serial, historical
    FROM unnest($2::uuid[], $3::float8[], $4::bigint[], $5::float8[], $6::level_kind[], $7::float8[], $8::float8[],
      $9::text[], $10::boolean[])
      AS given (consumable_id, at, seq, received_at, level_kind, level, use_counter, supply_serial, historical)
    ON CONFLICT DO NOTHING
    RETURNING consumable_id, at, seq
  ), announced AS (
    INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
    SELECT consumable_id, array_agg(at ORDER BY at, seq), array_agg(seq ORDER BY at, seq), '{}',
      to_timestamp($1::float8 / 1000)
    FROM stored GROUP BY consumable_id
  )`;

const STORE_EVENTS = `
  happened AS (
    INSERT INTO consumable_event (device_id, consumable_id, type, at, seq, received_at, detail, historical)
    SELECT device_id, consumable_id, type, to_timestamp(at / 1000), seq, to_timestamp(received_at / 1000),
      jsonb_build_object('text', detail), historical
    FROM unnest($11::uuid[], $12::uuid[], $13::text[], $14::float8[], $15::bigint[], $16::float8[], $17::text[],
      $18::boolean[])
      AS given (device_id, consumable_id, type, at, seq, received_at, detail, historical)
    ON CONFLICT (device_id, at, seq, type) DO NOTHING
    RETURNING id, consumable_id
  ), announced_events AS (
    INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
    SELECT consumable_id, '{}', '{}', array_agg(id ORDER BY id), to_timestamp($1::float8 / 1000)
    FROM happened WHERE consumable_id IS NOT NULL GROUP BY consumable_id
  )`;

const READINGS_ONLY = `WITH ${STORE_READINGS} SELECT count(*)::int AS readings, 0 AS events FROM stored`;
const READINGS_AND_EVENTS = `WITH ${STORE_READINGS}, ${STORE_EVENTS}
  SELECT (SELECT count(*)::int FROM stored) AS readings, (SELECT count(*)::int FROM happened) AS events`;

/**
 * One statement, hence one transaction: the readings, the events, and the rows of evaluation_queue that
 * announce exactly those that are new. Sending it again after a lost answer stores and announces nothing.
 */
export function storeStatement(
  readings: readonly ReadingRow[],
  events: readonly EventRow[],
  now: number,
): PreparedStatement {
  const values = [now, ...readingColumns(readings)];
  if (events.length === 0) return { name: 'store-readings', text: READINGS_ONLY, values };
  return {
    name: 'store-readings-and-events',
    text: READINGS_AND_EVENTS,
    values: [...values, ...eventColumns(events)],
  };
}

// Array literals are written here: pg's own way of writing arrays quotes and escapes every number, which
// at 20,000 rows/s costs more than the rest of the ingest path together.
const readingColumns = (rows: readonly ReadingRow[]): string[] => [
  arrayOf(rows, (row) => row.consumableId),
  arrayOf(rows, (row) => row.at),
  arrayOf(rows, (row) => row.seq),
  arrayOf(rows, (row) => row.receivedAt),
  arrayOf(rows, (row) => row.levelKind),
  arrayOf(rows, (row) => row.level ?? 'NULL'),
  arrayOf(rows, (row) => row.useCounter ?? 'NULL'),
  arrayOf(rows, (row) => quoted(row.supplySerial)),
  arrayOf(rows, (row) => (row.historical ? 't' : 'f')),
];

const eventColumns = (rows: readonly EventRow[]): string[] => [
  arrayOf(rows, (row) => row.deviceId),
  arrayOf(rows, (row) => row.consumableId ?? 'NULL'),
  arrayOf(rows, (row) => quoted(row.type)),
  arrayOf(rows, (row) => row.at),
  arrayOf(rows, (row) => row.seq),
  arrayOf(rows, (row) => row.receivedAt),
  arrayOf(rows, (row) => quoted(row.detail)),
  arrayOf(rows, (row) => (row.historical ? 't' : 'f')),
];

function arrayOf<Row>(rows: readonly Row[], element: (row: Row) => string | number): string {
  let literal = '{';
  let separator = '';
  for (const row of rows) {
    literal += separator + element(row);
    separator = ',';
  }
  return `${literal}}`;
}

/** An element of a text array literal (PostgreSQL manual, 8.15.2). */
const quoted = (text: string | null): string =>
  text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
