import type { BreakerHistory } from '../../core/breaker.ts';
import { DAY_MS, HOUR_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { SCOPE_KINDS, scopeOf } from './scopes.ts';

/** Days are made of these, so that a day always ends now. */
const BUCKET_MS = 6 * HOUR_MS;
/** History that a breaker looks at; older counts are kept as one sum. */
const HISTORY_DAYS = 28;
const KEEP_MS = (HISTORY_DAYS + 2) * DAY_MS;

/** Start of the six hours that are being counted. */
export const bucketOf = (now: Instant): Date => new Date(Math.floor(now / BUCKET_MS) * BUCKET_MS);

/** In the order of scopes, so that two workers cannot wait for each other in a circle. */
const COUNT = `
  INSERT INTO order_rate (scope, starts_at, orders)
  SELECT scope, $2, n FROM unnest($1::text[], $3::int[]) AS t(scope, n) ORDER BY scope
  ON CONFLICT (scope, starts_at) DO UPDATE SET orders = order_rate.orders + excluded.orders`;

/**
 * Counts orders in their scopes. Holds the rows until the transaction ends: the next worker that announces in
 * one of the scopes sees what this one did.
 */
export async function countOrders(
  db: Queryable,
  counts: ReadonlyMap<string, number>,
  now: Instant,
): Promise<void> {
  if (counts.size === 0) return;
  await db.query(COUNT, [[...counts.keys()], bucketOf(now), [...counts.values()]]);
}

const HISTORIES = `
  SELECT scope, floor(extract(epoch FROM $2::timestamptz - starts_at) / 86400)::int AS day, sum(orders)::int AS orders
  FROM order_rate WHERE scope = ANY ($1::text[]) AND starts_at <= $2 GROUP BY 1, 2`;

/** What was let pass by lifting a halt that the breaker had made. */
const ACCEPTED = `
  SELECT detail ->> 'scope' AS scope, max((detail ->> 'observed')::int) AS observed FROM halt
  WHERE actor = 'breaker' AND lifted_at > $1 GROUP BY 1`;

/** The counts of scopes, day by day back from now, in two statements however many there are. */
async function loadHistories(
  db: Queryable,
  scopes: readonly string[],
  graceMs: number,
  now: Instant,
): Promise<ReadonlyMap<string, BreakerHistory>> {
  const rates = await db.query<{ scope: string; day: number; orders: number }>(HISTORIES, [
    scopes,
    bucketOf(now),
  ]);
  const lifted = await db.query<{ scope: string; observed: number }>(ACCEPTED, [new Date(now - graceMs)]);
  const byScope = Map.groupBy(rates.rows, ({ scope }) => scope);
  return new Map(
    scopes.map((scope) => {
      const rows = byScope.get(scope) ?? [];
      const counts = new Map(rows.map(({ day, orders }) => [day, orders]));
      // Days before the first order ever are not days without orders.
      const oldest = Math.min(Math.max(0, ...counts.keys()), HISTORY_DAYS);
      const days = Array.from({ length: oldest }, (_, i) => counts.get(i + 1) ?? 0);
      return [scope, { observed: counts.get(0) ?? 0, days, accepted: acceptedIn(scope, lifted.rows) }];
    }),
  );
}

/** What people let pass in a scope counts in every wider one too: it is the same orders. */
function acceptedIn(
  scope: string,
  lifted: readonly { readonly scope: string; readonly observed: number }[],
): number | null {
  const width = (key: string) => SCOPE_KINDS.indexOf(scopeOf(key).kind);
  const known = lifted.filter((one) => one.scope === scope || width(one.scope) < width(scope));
  return known.length === 0 ? null : Math.max(...known.map(({ observed }) => observed));
}

const HALTED = `
  SELECT DISTINCT detail ->> 'scope' AS scope FROM halt WHERE actor = 'breaker' AND lifted_at IS NULL`;

/**
 * The histories of what may still trip: scopes that are halted already cannot, and what they ordered today
 * explains a part of what the fleet did.
 */
export async function loadUnexplained(
  db: Queryable,
  scopes: readonly string[],
  graceMs: number,
  now: Instant,
): Promise<ReadonlyMap<string, BreakerHistory>> {
  const { rows } = await db.query<{ scope: string }>(HALTED, []);
  const halted = new Set(rows.map(({ scope }) => scope));
  const histories = await loadHistories(db, [...new Set([...scopes, ...halted])], graceMs, now);
  const explained = SCOPE_KINDS.map((kind) =>
    [...halted]
      .filter((key) => scopeOf(key).kind === kind)
      .reduce((sum, key) => sum + (histories.get(key)?.observed ?? 0), 0),
  );
  return new Map(
    scopes
      .filter((key) => !halted.has(key))
      .map((key) => {
        const history = histories.get(key) ?? { observed: 0, days: [], accepted: null };
        // Scopes of different kinds overlap: the largest explains at least that much.
        const others = key === 'all' ? Math.max(...explained) : 0;
        return [key, { ...history, observed: Math.max(history.observed - others, 0) }];
      }),
  );
}

/** Counts too old to be history become one, which still tells that there were any. */
const FOLD = `
  WITH old AS (
    DELETE FROM order_rate WHERE starts_at < $1 AND starts_at > 'epoch' RETURNING scope, orders
  )
  INSERT INTO order_rate (scope, starts_at, orders)
  SELECT scope, 'epoch', sum(orders)::int FROM old GROUP BY scope
  ON CONFLICT (scope, starts_at) DO UPDATE SET orders = order_rate.orders + excluded.orders`;

export async function foldRates(db: Queryable, now: Instant): Promise<void> {
  await db.query(FOLD, [new Date(now - KEEP_MS)]);
}

const ACTIVE = 'SELECT DISTINCT scope FROM order_rate WHERE starts_at > $1 ORDER BY scope';

/** Scopes in which anything was ordered within the last day. */
export async function activeScopes(db: Queryable, now: Instant): Promise<readonly string[]> {
  const { rows } = await db.query<{ scope: string }>(ACTIVE, [new Date(now - DAY_MS)]);
  return rows.map(({ scope }) => scope);
}
