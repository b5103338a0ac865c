import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CountPmf, fillingsToOrder } from '../../core/demand.ts';
import { type ConsumableState, decodeState, isOutdated } from '../../core/state.ts';
import { DAY_MS, type Instant, type OpenOrder } from '../../core/types.ts';
import { type Context, loadContexts } from '../context/load-contexts.ts';
import type { RulesDeps } from '../deps.ts';
import { currentPolicy } from '../policy.ts';
import { DemandBook } from './demand-book.ts';
import { isSnapshotDay, keepSnapshots, type Snapshot, snapshotOf } from './snapshots.ts';

/** Weeks ahead that are forecast. */
const HORIZON_WEEKS = 8;

const PAGE_CONSUMABLES = 500;
/** Milliseconds of pure computing after which others in the process have their turn. */
const TURN_MS = 5;

const PAGE = `
  SELECT c.id, c.product_id AS "productId", s.state FROM consumable c
  JOIN device d ON d.id = c.device_id AND d.revoked_at IS NULL AND d.released_at IS NULL
  JOIN consumable_state s ON s.consumable_id = c.id
  WHERE c.id > $1 AND c.customer_id IS NOT NULL ORDER BY c.id LIMIT ${PAGE_CONSUMABLES}`;

interface Row {
  readonly id: string;
  readonly productId: string | null;
  readonly state: Uint8Array | null;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Walks the fleet once, in pages, each with a fixed number of statements: sums what every product will
 * need, and keeps a seventh of the forecasts until it is known how they fared (docs/demand-forecast.md).
 */
export async function forecastFleet({ database, config, log }: RulesDeps, now: Instant): Promise<void> {
  const { pool } = database;
  const policy = await currentPolicy(pool, config);
  const until = Array.from({ length: HORIZON_WEEKS }, (_, week) => now + 7 * (week + 1) * DAY_MS);
  const book = new DemandBook(HORIZON_WEEKS);
  let snapshots = 0;
  for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
    const { rows }: { rows: Row[] } = await pool.query<Row>(PAGE, [after]);
    const wanted = rows.map(({ id }) => ({ consumableId: id, order: null }));
    const { of } = await loadContexts(pool, wanted, policy, now);
    const taken = await readPage(rows, of, book, until, now);
    await keepSnapshots(pool, taken, now);
    snapshots += taken.length;
    after = rows.length < PAGE_CONSUMABLES ? undefined : rows.at(-1)?.id;
  }
  await book.write(pool, now);
  log.info({ products: book.products, snapshots }, 'demand forecast');
}

async function readPage(
  rows: readonly Row[],
  contexts: ReadonlyMap<string, Context>,
  book: DemandBook,
  until: readonly Instant[],
  now: Instant,
): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const { id, productId, state: bytes } of rows) {
    const context = contexts.get(id);
    if (context === undefined) continue;
    const state = bytes === null ? null : readable(decodeState(bytes));
    if (productId !== null) book.add(productId, state === null ? null : needOf(state, context, until, now));
    const snapshot =
      state !== null && isSnapshotDay(id, now) ? snapshotOf(id, state, context.step, now) : null;
    if (snapshot !== null) snapshots.push(snapshot);
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return snapshots;
}

const readable = (state: ReturnType<typeof decodeState>): ConsumableState | null =>
  isOutdated(state) ? null : state;

/** Decided, but not yet bought: it will be, and what comes after it is needed later by as much. */
const isStillToBuy = ({ status }: OpenOrder): boolean => status === 'proposed' || status === 'announced';

function needOf(
  state: ConsumableState,
  { step }: Context,
  until: readonly Instant[],
  now: Instant,
): readonly CountPmf[] | null {
  const { openOrder } = step;
  const onOrder = openOrder?.quantity ?? 0;
  const need = fillingsToOrder({ state, context: step, onOrder, now, until });
  if (need === null || openOrder === null || !isStillToBuy(openOrder)) return need;
  return need.map((pmf) => [...new Array<number>(onOrder).fill(0), ...pmf]);
}
