import { CLOSURE_KIND, type DayGrid, dayOf, dayStart, HOLD_KIND, kindOf } from './day-grid.ts';
import type { Instant } from './types.ts';

/**
 * Operating time τ in op-days: each local day counts with the weight of its kind, so that a week
 * without closures and holds is seven op-days (FORECAST: τ = Σ weekday weight × holiday factor).
 */

/** Beyond this many days τ is extended at the mean rate: a forecast that far is not about weekdays. */
const EXACT_DAYS = 400;

/** Weights of day kinds before anything was learned: between an office and a home. */
export const PRIOR_DAY_WEIGHTS: readonly number[] = [1.22, 1.22, 1.22, 1.22, 1.22, 0.5, 0.4, 0.45, 0.06];

/** Share of the day of an instant that is over. */
function elapsedShare(at: Instant, day: number, timeZone: string): number {
  const start = dayStart(day, timeZone);
  return (at - start) / (dayStart(day + 1, timeZone) - start);
}

/** Op-days between two instants; 0 when `to` is not after `from`. */
export function opDays(from: Instant, to: Instant, grid: DayGrid, weights: ArrayLike<number>): number {
  if (to <= from) return 0;
  const { timeZone } = grid;
  const first = dayOf(from, timeZone);
  const last = dayOf(to, timeZone);
  const weightOf = (day: number): number => weights[kindOf(day, grid)] ?? 1;
  if (first === last) {
    const start = dayStart(first, timeZone);
    return ((to - from) / (dayStart(first + 1, timeZone) - start)) * weightOf(first);
  }
  let sum = (1 - elapsedShare(from, first, timeZone)) * weightOf(first);
  const exactEnd = Math.min(last, first + EXACT_DAYS);
  for (let day = first + 1; day < exactEnd; day += 1) sum += weightOf(day);
  if (exactEnd < last) return sum + (last - exactEnd + elapsedShare(to, last, timeZone));
  return sum + elapsedShare(to, last, timeZone) * weightOf(last);
}

/** Whether a day is one on which the consumable is hardly used at all. */
export const isQuietKind = (kind: number): boolean => kind === HOLD_KIND || kind === CLOSURE_KIND;
