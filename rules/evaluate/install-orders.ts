import { localDate } from '../../core/calendar.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import { type Queryable, type Transition, transitionOrders } from '../../platform/order-store.ts';
import type { SeenSwap } from './evaluation.ts';

/** Oldest delivery first: what came first is put in first. */
const DELIVERED = `
  SELECT id, consumable_id AS "consumableId", delivered_at AS "deliveredAt" FROM "order"
  WHERE consumable_id = ANY ($1::uuid[]) AND status = 'delivered' AND delivered_at IS NOT NULL
  ORDER BY delivered_at, id`;

/** What is on its way, at most one a consumable. */
const UNDERWAY = `
  SELECT o.id, o.consumable_id AS "consumableId", o.status = 'shipped' AS shipped, o.arrives_from::text AS "arrivesFrom",
    coalesce(o.shipped_at, o.accepted_at) AS since, c.time_zone AS "timeZone"
  FROM "order" o JOIN customer c ON c.id = o.customer_id
  WHERE o.consumable_id = ANY ($1::uuid[]) AND o.status IN ('accepted', 'shipped')`;

interface DeliveredRow {
  readonly id: string;
  readonly consumableId: string;
  readonly deliveredAt: Date;
}

interface UnderwayRow {
  readonly id: string;
  readonly consumableId: string;
  readonly shipped: boolean;
  readonly arrivesFrom: string | null;
  readonly since: Date | null;
  readonly timeZone: string;
}

/** The merchant's word of a delivery may come after somebody has already put the new one in. */
const LATE_NEWS_MS = DAY_MS;
/** Less than this in what is thrown away is what a gauge cannot tell. */
const WASTE_FROM = 0.05;

/** What the swaps seen by telemetry came to. */
export interface SwapReport {
  readonly installed: number;
  /** Fillings thrown away, in fractions. */
  readonly wasted: number;
  /** Fillings that no order brought. */
  readonly offChannel: number;
}

interface Swap extends SeenSwap {
  readonly consumableId: string;
}

/**
 * Each swap seen in a device installs the oldest delivered order of its consumable that was there by then. One
 * that finds none, with no spare at hand, shows that what is on its way has arrived, whatever its merchant
 * says; and with nothing on its way it was bought elsewhere. What was left in the old filling is waste.
 */
export async function installOrders(
  db: Queryable,
  swaps: ReadonlyMap<string, readonly SeenSwap[]>,
): Promise<SwapReport> {
  if (swaps.size === 0) return { installed: 0, wasted: 0, offChannel: 0 };
  const all = [...swaps].flatMap(([consumableId, seen]) => seen.map((swap) => ({ ...swap, consumableId })));
  const { installs, unmatched } = await matchDeliveries(db, all);
  const fresh = unmatched.filter(({ past, spare }) => !past && !spare);
  const { arrivals, elsewhere } = await matchUnderway(db, fresh);
  await transitionOrders(db, arrivals.map(arrived));
  const moved = await transitionOrders(db, [...installs, ...arrivals.map(installed)]);
  const wasted = all.filter(({ past, left }) => !past && left !== null && left >= WASTE_FROM);
  await record(db, 'early-replacement', wasted);
  await record(db, 'off-channel', elsewhere);
  return {
    installed: moved.length,
    wasted: wasted.reduce((sum, { left }) => sum + (left ?? 0), 0),
    offChannel: elsewhere.length,
  };
}

async function matchDeliveries(db: Queryable, swaps: readonly Swap[]) {
  const ids = [...new Set(swaps.map(({ consumableId }) => consumableId))];
  const { rows } = await db.query<DeliveredRow>(DELIVERED, [ids]);
  const byConsumable = Map.groupBy(rows, ({ consumableId }) => consumableId);
  const installs: Transition[] = [];
  const unmatched: Swap[] = [];
  for (const swap of swaps) {
    const { at, consumableId } = swap;
    const waiting = byConsumable.get(consumableId) ?? [];
    const [oldest] = waiting;
    if (oldest === undefined || oldest.deliveredAt.getTime() > at + LATE_NEWS_MS) {
      unmatched.push(swap);
      continue;
    }
    waiting.shift();
    installs.push(installed({ orderId: oldest.id, at: Math.max(at, oldest.deliveredAt.getTime()) }));
  }
  return { installs, unmatched };
}

interface Arrival {
  readonly orderId: string;
  readonly at: Instant;
}

async function matchUnderway(db: Queryable, swaps: readonly Swap[]) {
  const arrivals: Arrival[] = [];
  const elsewhere: Swap[] = [];
  if (swaps.length === 0) return { arrivals, elsewhere };
  const { rows } = await db.query<UnderwayRow>(UNDERWAY, [swaps.map(({ consumableId }) => consumableId)]);
  const byConsumable = new Map(rows.map((row) => [row.consumableId, row]));
  for (const swap of swaps) {
    const row = byConsumable.get(swap.consumableId);
    if (row === undefined || !mayHaveArrived(row, swap.at)) {
      elsewhere.push(swap);
      continue;
    }
    byConsumable.delete(swap.consumableId);
    arrivals.push({ orderId: row.id, at: swap.at });
  }
  return { arrivals, elsewhere };
}

/** Shipped before, or accepted and its first possible day has come. */
function mayHaveArrived({ shipped, arrivesFrom, since, timeZone }: UnderwayRow, at: Instant): boolean {
  if (since === null || since.getTime() >= at) return false;
  return shipped || (arrivesFrom !== null && localDate(at, timeZone) >= arrivesFrom);
}

/** Just before it was put in, so that it was stock when it was taken from the shelf. */
const arrived = ({ orderId, at }: Arrival): Transition => ({
  orderId,
  to: 'delivered',
  at: at - 1,
  actor: 'telemetry',
  ...told(say('order-arrived-seen')),
});

const installed = ({ orderId, at }: Arrival): Transition => ({
  orderId,
  to: 'installed',
  at,
  actor: 'telemetry',
  ...told(say('order-installed-seen')),
});

/** Of the same swap told again, nothing is kept twice. */
const RECORD = `
  INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity)
  SELECT c.device_id, c.id, $1, t.at, t.at, t.quantity
  FROM unnest($2::uuid[], $3::timestamptz[], $4::float8[]) AS t(consumable_id, at, quantity)
  JOIN consumable c ON c.id = t.consumable_id
  WHERE NOT EXISTS (SELECT FROM consumable_event e
    WHERE e.consumable_id = c.id AND e.type = $1 AND e.at BETWEEN t.at - interval '2 days' AND t.at + interval '2 days')`;

/** `quantity`: fillings wasted, or one that came from elsewhere. */
async function record(
  db: Queryable,
  type: 'early-replacement' | 'off-channel',
  swaps: readonly Swap[],
): Promise<void> {
  if (swaps.length === 0) return;
  await db.query(RECORD, [
    type,
    swaps.map(({ consumableId }) => consumableId),
    swaps.map(({ at }) => new Date(at)),
    swaps.map(({ left }) => (type === 'off-channel' ? 1 : left)),
  ]);
}
