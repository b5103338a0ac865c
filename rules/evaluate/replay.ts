import { fold } from '../../core/fold.ts';
import { type ConsumableState, initialState } from '../../core/state.ts';
import type { ConsumableEvent, Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { Context } from '../context/load-contexts.ts';
import {
  append,
  EVENT_COLUMNS,
  type EventRow,
  type EventsByConsumable,
  eventOf,
  READING_COLUMNS,
  type ReadingRow,
  readingOf,
} from './load-events.ts';

/** A state made anew from stored history, and the swaps seen on the way that no order was told of. */
interface Replayed {
  readonly state: ConsumableState;
  readonly swaps: readonly Instant[];
}

/** Readings of one consumable read at once: years of daily readings, and bounded memory for the rest. */
const PAGE_ROWS = 500;
/** Long histories that one batch carries; the others wait for the next one, with their queue rows. */
const LONG_HISTORIES_MAX = 16;

const PAGES = `
  SELECT ${READING_COLUMNS} FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[]) AS after(id, at, seq)
  CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE consumable_id = after.id AND at >= after.at AND (at, seq) > (after.at, after.seq)
    ORDER BY at, seq LIMIT ${PAGE_ROWS}
  ) r`;

const EVENTS = `
  SELECT ${EVENT_COLUMNS} FROM consumable_event e
  WHERE e.consumable_id = ANY ($1::uuid[]) AND e.type IN ('replaced', 'delivered', 'shelf-count') ORDER BY e.at`;

/** Swaps up to the last installed order are known; those after it are news. */
const TOLD = `
  SELECT consumable_id AS "consumableId", max(installed_at) AS "toldAt" FROM "order"
  WHERE consumable_id = ANY ($1::uuid[]) AND status = 'installed' AND installed_at IS NOT NULL
  GROUP BY consumable_id`;

interface Progress extends Replayed {
  readonly consumableId: string;
  readonly afterAt: Date;
  readonly afterSeq: number;
  /** Events beside readings that are not folded yet. */
  readonly rest: readonly ConsumableEvent[];
}

export interface Replay {
  readonly done: ReadonlyMap<string, Replayed>;
  /** Histories that core failed on. */
  readonly broken: ReadonlyMap<string, Error>;
}

/**
 * Folds the stored history of consumables whose state is missing or of an older version. Long histories
 * beyond the bound are in neither result: the caller leaves them for the next batch.
 */
export async function replay(
  db: Queryable,
  consumableIds: readonly string[],
  contexts: ReadonlyMap<string, Context>,
  now: Instant,
): Promise<Replay> {
  const done = new Map<string, Replayed>();
  const broken = new Map<string, Error>();
  let open = consumableIds.length === 0 ? [] : await begin(db, consumableIds);
  while (open.length > 0) {
    const pages = await loadPages(db, open);
    const next: Progress[] = [];
    for (const progress of open) {
      const { consumableId: id } = progress;
      const page = pages.get(id) ?? [];
      const context = contexts.get(id);
      if (context === undefined) continue;
      try {
        const advanced = advance(progress, page, context, now);
        if (page.length < PAGE_ROWS) done.set(id, finish(advanced));
        else if (next.length < LONG_HISTORIES_MAX) next.push(advanced);
      } catch (error) {
        broken.set(id, error instanceof Error ? error : new Error(String(error)));
      }
    }
    open = next;
  }
  return { done, broken };
}

async function begin(db: Queryable, consumableIds: readonly string[]): Promise<Progress[]> {
  const [events, told] = [new Map() as EventsByConsumable, new Map<string, number>()];
  for (const row of (await db.query<EventRow>(EVENTS, [consumableIds])).rows) {
    append(events, row.consumableId, eventOf(row));
  }
  const { rows } = await db.query<{ consumableId: string; toldAt: Date }>(TOLD, [consumableIds]);
  for (const { consumableId, toldAt } of rows) told.set(consumableId, toldAt.getTime());
  return consumableIds.map((consumableId) => ({
    consumableId,
    state: { ...initialState(), installedAt: told.get(consumableId) ?? 0 },
    swaps: [],
    afterAt: new Date(0),
    afterSeq: -1,
    rest: events.get(consumableId) ?? [],
  }));
}

async function loadPages(db: Queryable, open: readonly Progress[]): Promise<Map<string, ReadingRow[]>> {
  const { rows } = await db.query<ReadingRow>(PAGES, [
    open.map(({ consumableId }) => consumableId),
    open.map(({ afterAt }) => afterAt),
    open.map(({ afterSeq }) => afterSeq),
  ]);
  return Map.groupBy(rows, ({ consumableId }) => consumableId);
}

/** The swaps of history are told by the caller: the state must not tell them again. */
function finish({ state, swaps }: Progress): Replayed {
  return { state: { ...state, installedAt: swaps.at(-1) ?? state.installedAt }, swaps };
}

/** Folds one page, and of the other events those up to its end; after the last page, all of them. */
function advance(progress: Progress, page: readonly ReadingRow[], { step }: Context, now: Instant): Progress {
  const last = page.length < PAGE_ROWS ? undefined : page.at(-1);
  const until = last?.at.getTime() ?? Number.POSITIVE_INFINITY;
  const events = [...page.map(readingOf), ...progress.rest.filter(({ at }) => at <= until)];
  const folded = fold(progress.state, events, step, now);
  const { installedAt } = progress.state;
  const swaps = new Set([...progress.swaps, ...folded.swaps.filter((at) => at > installedAt)]);
  return {
    ...progress,
    state: folded.state,
    swaps: [...swaps].sort((a, b) => a - b),
    afterAt: last?.at ?? progress.afterAt,
    afterSeq: last?.seq ?? progress.afterSeq,
    rest: progress.rest.filter(({ at }) => at > until),
  };
}
