import type { DayGrid } from './day-grid.ts';
import type { RunOut } from './depletion.ts';
import { arrivals } from './lead-time.ts';
import { type Costs, DAY_MS, type Instant, type LeadTime, type Offer } from './types.ts';

/**
 * When to order: the expected money of waiting for one more review against that of ordering now
 * (FORECAST, "Decision"). With h0 and h1 the arrivals of an order placed now or at the next review and
 * F the probability of being empty,
 *   risk = Σ_L p_L [ c_day · ½(F(h0)+F(h1)) · (h1−h0) + K · (F(h1)−F(h0)) ]
 *   saved = Σ_L p_L · c_o · (1−F(h0)) · (h1−h0)
 * and an order is due when risk > saved; in the limit that is the newsvendor's critical ratio.
 */
export interface Weighing {
  readonly due: boolean;
  /** Minor units that waiting one review costs, and saves. */
  readonly risk: number;
  readonly saved: number;
  /** P(empty before an order placed now arrives). */
  readonly emptyBeforeArrival: number;
}

/** People swap early when a spare lies there: per shelf day, with about this share left in it. */
const EARLY_SWAP_PER_DAY = 0.01;
const EARLY_SWAP_RESIDUAL = 0.1;

/** Minor units that one filling costs by lying on the shelf for a day. */
export function earlyCostPerDay(costs: Costs, offer: Offer | null): number {
  const price = offer === null ? 0 : offer.unitPrice.minor / Math.max(offer.packSize, 1);
  return costs.holdingPerDayMinor + price * EARLY_SWAP_PER_DAY * EARLY_SWAP_RESIDUAL;
}

export interface WeighingRequest {
  readonly runOut: RunOut;
  readonly leadTime: LeadTime;
  readonly grid: DayGrid;
  readonly costs: Costs;
  readonly offer: Offer | null;
  /** Placement of an order decided now. */
  readonly placeAt: Instant;
  readonly reviewPeriodMs: number;
}

export function weigh(request: WeighingRequest): Weighing {
  const { runOut, costs, grid, leadTime } = request;
  const now = arrivals(request.placeAt, leadTime, grid);
  const later = arrivals(request.placeAt + request.reviewPeriodMs, leadTime, grid);
  const known = new Map<number, number>();
  const emptyBy = (day: number, at: Instant): number => {
    const cached = known.get(day);
    if (cached !== undefined) return cached;
    const value = runOut.probabilityEmptyBy(at);
    known.set(day, value);
    return value;
  };
  const early = earlyCostPerDay(costs, request.offer);
  let risk = 0;
  let saved = 0;
  let empty = 0;
  for (const [i, first] of now.entries()) {
    const second = later[i] ?? first;
    const f0 = emptyBy(first.day, first.at);
    const f1 = emptyBy(second.day, second.at);
    const days = (second.at - first.at) / DAY_MS;
    risk +=
      first.probability *
      (costs.stockoutPerDayMinor * 0.5 * (f0 + f1) * days + costs.stockoutMinor * (f1 - f0));
    saved += first.probability * early * (1 - f0) * days;
    empty += first.probability * f0;
  }
  return { due: risk > saved, risk, saved, emptyBeforeArrival: empty };
}
