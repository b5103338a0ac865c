import { type DayGrid, dayOf, dayStart, kindOf, seasonOf } from './day-grid.ts';
import { HOUR_MS, type Instant } from './types.ts';

/**
 * Operating time τ in op-days: each local day counts with the weight of its kind, so that a week
 * without closures and holds is seven op-days (FORECAST: τ = Σ weekday weight × holiday factor), times
 * the season's degree-days where the site has them. Within a day use is spread over the waking hours.
 */

/** Weights of day kinds before anything was learned: mostly workplaces, some homes. */
export const PRIOR_DAY_WEIGHTS: readonly number[] = [1.25, 1.25, 1.25, 1.25, 1.2, 0.45, 0.35, 0.3, 0.05];

/** Use happens between 07:00 and 19:00; homes and shifts outside it move a few percent of a day. */
const USE_FROM_MS = 7 * HOUR_MS;
const USE_SPAN_MS = 12 * HOUR_MS;

/** Share of a day's use that is over `sinceStart` after the day's start. */
function shareOver(sinceStart: number): number {
  return Math.min(Math.max((sinceStart - USE_FROM_MS) / USE_SPAN_MS, 0), 1);
}

const opWeight = (day: number, grid: DayGrid, weights: ArrayLike<number>): number =>
  (weights[kindOf(day, grid)] ?? 1) * seasonOf(day, grid);

/** Op-days between two instants; 0 when `to` is not after `from`. */
export function opDays(from: Instant, to: Instant, grid: DayGrid, weights: ArrayLike<number>): number {
  if (to <= from) return 0;
  const { timeZone } = grid;
  const first = dayOf(from, timeZone);
  const last = dayOf(to, timeZone);
  let sum = -shareOver(from - dayStart(first, timeZone)) * opWeight(first, grid, weights);
  for (let day = first; day < last; day += 1) sum += opWeight(day, grid, weights);
  return Math.max(sum + shareOver(to - dayStart(last, timeZone)) * opWeight(last, grid, weights), 0);
}

/** A run-out further away is no date anybody plans with. */
const HORIZON_DAYS = 1826;

/** Op-time since one instant, with the sums kept, for the many questions of one decision. */
export class OpTimeline {
  readonly #grid: DayGrid;
  readonly #weights: ArrayLike<number>;
  readonly #firstDay: number;
  readonly #from: Instant;
  /** Op-days from `from` to the start of day firstDay + i + 1. */
  readonly #sums: number[] = [];

  constructor(from: Instant, grid: DayGrid, weights: ArrayLike<number>) {
    this.#grid = grid;
    this.#weights = weights;
    this.#from = from;
    this.#firstDay = dayOf(from, grid.timeZone);
  }

  #sumTo(index: number): number {
    const sums = this.#sums;
    while (sums.length <= index) {
      const day = this.#firstDay + sums.length;
      const weight = opWeight(day, this.#grid, this.#weights);
      const over = sums.length === 0 ? shareOver(this.#from - dayStart(day, this.#grid.timeZone)) : 0;
      sums.push((sums.at(-1) ?? 0) + (1 - over) * weight);
    }
    return sums[index] ?? 0;
  }

  /** Op-days from the timeline's start to `at`. */
  tauAt(at: Instant): number {
    if (at <= this.#from) return 0;
    const { timeZone } = this.#grid;
    const day = dayOf(at, timeZone);
    const index = Math.min(day - this.#firstDay, HORIZON_DAYS * 2);
    const over = shareOver(at - dayStart(day, timeZone)) * opWeight(day, this.#grid, this.#weights);
    if (index === 0) {
      const before = shareOver(this.#from - dayStart(day, timeZone));
      return Math.max(over - before * opWeight(day, this.#grid, this.#weights), 0);
    }
    return this.#sumTo(index - 1) + over;
  }

  /** The instant at which `tau` op-days have passed; null beyond the horizon. */
  instantAt(tau: number): Instant | null {
    let index = 0;
    while (this.#sumTo(index) < tau) {
      index += 1;
      if (index > HORIZON_DAYS) return null;
    }
    const day = this.#firstDay + index;
    const before = index === 0 ? 0 : this.#sumTo(index - 1);
    const weight = opWeight(day, this.#grid, this.#weights);
    const over = index === 0 ? shareOver(this.#from - dayStart(day, this.#grid.timeZone)) : 0;
    const share = weight > 0 ? over + (tau - before) / weight : over;
    return dayStart(day, this.#grid.timeZone) + Math.round(USE_FROM_MS + share * USE_SPAN_MS);
  }
}
