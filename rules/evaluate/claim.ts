import type { Queryable } from '../../platform/order-store.ts';

/** A consumable whose state row this transaction holds. */
export interface ClaimedState {
  readonly consumableId: string;
  /** Core's encoding; null before the first evaluation. */
  readonly state: Uint8Array | null;
  readonly evaluateAt: Date;
  readonly outcomeDigest: string | null;
  readonly lastDecisionId: string | null;
}

const COLUMNS = `s.consumable_id AS "consumableId", s.state, s.evaluate_at AS "evaluateAt", s.outcome_digest AS "outcomeDigest",
  s.last_decision_id AS "lastDecisionId"`;

/** What somebody did (a consent, a hold, a delivery) is looked at first, whatever floods in beside it. */
const CLAIM_NUDGED = `
  SELECT ${COLUMNS} FROM evaluation_queue q JOIN consumable_state s ON s.consumable_id = q.consumable_id
  WHERE q.reading_at = '{}' ORDER BY q.id LIMIT $1 FOR UPDATE OF s SKIP LOCKED`;

/** Queue rows looked through for those whose consumable may be looked at again: bounds the walk under a flood. */
const WALK_PER_CLAIM = 8;

/**
 * Oldest announcements first. The lock is taken while the queue is walked, so that a worker walks past
 * what others hold instead of waiting or finding nothing.
 */
const CLAIM_QUEUED = `
  SELECT ${COLUMNS} FROM (SELECT id, consumable_id FROM evaluation_queue ORDER BY id LIMIT $1 * ${WALK_PER_CLAIM}) q
  JOIN consumable_state s ON s.consumable_id = q.consumable_id
  WHERE s.evaluated_at IS NULL OR s.evaluated_at <= $2
  ORDER BY q.id LIMIT $1 FOR UPDATE OF s SKIP LOCKED`;

const CLAIM_DUE = `
  SELECT ${COLUMNS} FROM consumable_state s WHERE s.evaluate_at <= $2
  ORDER BY s.evaluate_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

export interface ClaimOptions {
  /** Consumables, at most. */
  readonly limit: number;
  /** Readings alone make a consumable evaluated no more often than this; 0: as soon as there are any. */
  readonly spacingMs: number;
}

/**
 * Locks at most `limit` consumables that have queue rows, and fills up with those that are due by time.
 * An announcement that another worker has just handled may still be seen here; taking the queue rows,
 * which reads anew, then finds none.
 */
export async function claimConsumables(
  db: Queryable,
  now: number,
  { limit, spacingMs }: ClaimOptions,
): Promise<Map<string, ClaimedState>> {
  const claimed = new Map<string, ClaimedState>();
  const nudged = await db.query<ClaimedState>(CLAIM_NUDGED, [limit]);
  for (const row of nudged.rows) claimed.set(row.consumableId, row);
  if (claimed.size < limit) {
    const rested = new Date(now - spacingMs);
    const queued = await db.query<ClaimedState>(CLAIM_QUEUED, [limit - claimed.size, rested]);
    for (const row of queued.rows) claimed.set(row.consumableId, row);
  }
  if (claimed.size < limit) {
    const due = await db.query<ClaimedState>(CLAIM_DUE, [limit - claimed.size, new Date(now)]);
    for (const row of due.rows) claimed.set(row.consumableId, row);
  }
  return claimed;
}

/** Queue rows of one consumable taken at once: bounds memory when a device was let back after days. */
const QUEUE_ROWS_MAX = 256;

const TAKE = `
  DELETE FROM evaluation_queue WHERE id IN (
    SELECT q.id FROM unnest($1::uuid[]) AS claimed(id)
    CROSS JOIN LATERAL (
      SELECT id FROM evaluation_queue WHERE consumable_id = claimed.id ORDER BY id LIMIT ${QUEUE_ROWS_MAX}
    ) q
  )
  RETURNING consumable_id AS "consumableId", reading_at AS "readingAt", reading_seq AS "readingSeq",
    event_ids AS "eventIds", enqueued_at AS "enqueuedAt"`;

interface QueueRow {
  readonly consumableId: string;
  readonly readingAt: readonly Date[];
  readonly readingSeq: readonly number[];
  readonly eventIds: readonly string[];
  readonly enqueuedAt: Date;
}

/** What is new of the claimed consumables, as keys. */
export interface Announcements {
  /** Those that any row was taken of. */
  readonly consumableIds: ReadonlySet<string>;
  readonly readings: { readonly ids: string[]; readonly at: Date[]; readonly seq: number[] };
  readonly eventIds: readonly string[];
  /** Of the oldest queue row taken; null if there was none. */
  readonly oldestAt: number | null;
}

/** Deletes and returns the queue rows of locked consumables: exactly those seen, so that none is lost. */
export async function takeAnnouncements(
  db: Queryable,
  consumableIds: readonly string[],
): Promise<Announcements> {
  const { rows } = await db.query<QueueRow>(TAKE, [consumableIds]);
  const readings: Announcements['readings'] = { ids: [], at: [], seq: [] };
  const eventIds: string[] = [];
  let oldestAt: number | null = null;
  for (const row of rows) {
    for (const [i, at] of row.readingAt.entries()) {
      readings.ids.push(row.consumableId);
      readings.at.push(at);
      readings.seq.push(Number(row.readingSeq[i] ?? 0));
    }
    eventIds.push(...row.eventIds);
    const at = row.enqueuedAt.getTime();
    if (oldestAt === null || at < oldestAt) oldestAt = at;
  }
  const announced = new Set(rows.map(({ consumableId }) => consumableId));
  return { consumableIds: announced, readings, eventIds, oldestAt };
}
