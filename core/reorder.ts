import { CLOSURE_KIND, type DayGrid, kindOf } from './day-grid.ts';
import type { RunOut } from './depletion.ts';
import { ANSWER_PMF, arrivals, leadQuantile } from './lead-time.ts';
import { TEMPTED_BELOW } from './mixture.ts';
import type { Model } from './state.ts';
import { type Costs, DAY_MS, type Instant, type LeadTime, type Offer, type Population } from './types.ts';

/**
 * When to order: the expected money of waiting for one more review against that of ordering now
 * (FORECAST, "Decision"). With h0 and h1 the arrivals of an order placed now or at the next review and
 * F the probability of being empty,
 *   risk = Σ_L p_L [ c_day · ½(F(h0)+F(h1)) · (h1−h0) + K · (F(h1)−F(h0)) ]
 *   saved = Σ_L p_L · c_o(h0) · (1−F(h0)) · (h1−h0)
 * and an order is due when WAITING_TEACHES · risk > saved; without that share, in the limit, that is the
 * newsvendor's critical ratio.
 */
export interface Weighing {
  readonly due: boolean;
  /** Minor units that waiting one review costs, and saves. */
  readonly risk: number;
  readonly saved: number;
  /** P(empty before an order placed now arrives). */
  readonly emptyBeforeArrival: number;
}

/** What a filling costs by lying on the shelf: people who see a spare replace early. */
export interface EarlyCost {
  readonly holdingPerDayMinor: number;
  /** Price of one filling, minor units. */
  readonly fillingMinor: number;
  /** P(a low filling is replaced early) per day with a spare beside it. */
  readonly earlySwapPerDay: number;
  /** Level below which people think of it. */
  readonly temptedBelow: number;
  /** Expected use, fillings per day: how long the temptation lasts. */
  readonly perDay: number;
}

/** Before anything was learned: once in forty days of low level beside a spare. */
const EARLY_SWAP_PER_DAY = 0.035;
/** The days that this guess, or the fleet's figure, counts for. */
const EARLY_SWAP_PRIOR_DAYS = 80;

export function earlyCostOf(
  model: Model,
  costs: Costs,
  offer: Offer | null,
  population: Population | null,
): EarlyCost {
  const prior = population?.earlySwapPerDay ?? EARLY_SWAP_PER_DAY;
  return {
    holdingPerDayMinor: costs.holdingPerDayMinor,
    fillingMinor: offer === null ? 0 : offer.unitPrice.minor / Math.max(offer.packSize, 1),
    earlySwapPerDay:
      (prior * EARLY_SWAP_PRIOR_DAYS + model.earlySwaps) / (EARLY_SWAP_PRIOR_DAYS + model.lowDays),
    temptedBelow: population?.temptedBelow ?? TEMPTED_BELOW,
    perDay: model.rate,
  };
}

/** Where people begin to think of replacing is known about so well: a fifth above it nobody does. */
const HARDLY_TEMPTED = 1.2;

/**
 * What one day less beside a spare saves: holding, and the waste of an early swap that day less the waste
 * w that the days after it would bring anyway. With hazard h and a level ℓ falling to 0 in D days
 *   w = ∫₀ᴰ h e^(−ht) ℓ (1 − t/D) dt,   ℓ − w = ℓ · (1 − e^(−hD)) / (hD).
 */
function earlyCostAt(cost: EarlyCost, level: number): number {
  const share = Math.min(
    (HARDLY_TEMPTED * cost.temptedBelow - level) / ((HARDLY_TEMPTED - 1) * cost.temptedBelow),
    1,
  );
  if (!(share > 0)) return cost.holdingPerDayMinor;
  const tempted = (cost.earlySwapPerDay * level) / Math.max(cost.perDay, 1e-6);
  const spared = tempted > 1e-6 ? -Math.expm1(-tempted) / tempted : 1;
  return cost.holdingPerDayMinor + share * cost.earlySwapPerDay * cost.fillingMinor * level * spared;
}

/** From this doubt on one does not count on the spare: a lost day costs more than a spare too many. */
const LOST_SPARE = 0.3;
const CALENDAR_PER_BUSINESS_DAY = 7 / 5;

/**
 * Whether the inventory position can be short at all. With a spare on the shelf the next order waits
 * until that spare is in use, unless one filling lasts less than twice as long as nearly every parcel
 * takes; the far tail of a forecast is no reason to pile up spares.
 */
export function positionShort(model: Model, leadTime: LeadTime): boolean {
  const spares = model.shelf - (model.shelfDoubt >= LOST_SPARE ? 1 : 0);
  if (spares < 0.5) return true;
  const slowestDays = leadQuantile(leadTime, 0.95) * CALENDAR_PER_BUSINESS_DAY;
  return model.rate * 2 * slowestDays > spares;
}

export interface WeighingRequest {
  readonly runOut: RunOut;
  readonly leadTime: LeadTime;
  readonly grid: DayGrid;
  readonly costs: Costs;
  readonly early: EarlyCost;
  /** Placement of an order decided now, and of one decided at the next occasion. */
  readonly placeAt: Instant;
  readonly nextPlaceAt: Instant;
  /** At the next occasion the customer would have to be asked first: that order waits for the answer. */
  readonly asksLater?: boolean;
}

/**
 * An order at the next review is not what waiting leads to: by then more has been read, and one may wait again.
 * So the risk of waiting is overstated; by so much it was, in money, on the training seeds of the back-test.
 */
const WAITING_TEACHES = 0.9;

/** What waiting saves less what it costs, minor units. */
export const worthOfWaiting = ({ risk, saved }: Pick<Weighing, 'risk' | 'saved'>): number =>
  saved - WAITING_TEACHES * risk;

/** From this probability of being empty anyway, an order that arrives no later for waiting goes out at once. */
const FORGONE = 0.5;
const AT_ONCE: readonly number[] = [1];

export function weigh(request: WeighingRequest): Weighing {
  const { runOut, costs, grid, leadTime, early } = request;
  const waits = request.asksLater === true ? ANSWER_PMF : AT_ONCE;
  const now = arrivals(request.placeAt, leadTime, grid);
  const last = arrivals(request.nextPlaceAt, leadTime, grid, waits.length - 1).at(-1);
  if (last !== undefined && surelyEarly(runOut.probabilityEmptyBy(last.at), costs)) {
    return { due: false, risk: 0, saved: 0, emptyBeforeArrival: 0 };
  }
  let risk = 0;
  let saved = 0;
  let empty = 0;
  waits.forEach((share, wait) => {
    if (!(share > 0)) return;
    const later = arrivals(request.nextPlaceAt, leadTime, grid, wait);
    for (let i = 0; i < now.length; i += 1) {
      const first = now[i];
      if (first === undefined) continue;
      const second = later[i] ?? first;
      const f0 = runOut.probabilityEmptyBy(first.at);
      const f1 = second.day === first.day ? f0 : runOut.probabilityEmptyBy(second.at);
      const days = (second.at - first.at) / DAY_MS;
      const lost = costs.stockoutPerDayMinor * 0.5 * (f0 + f1) * usedDays(first.day, second.day, grid);
      const weight = share * first.probability;
      risk += weight * (lost + costs.stockoutMinor * (f1 - f0));
      saved += weight * earlyCostAt(early, runOut.expectedLevel(first.at)) * (1 - f0) * days;
      empty += weight * f0;
    }
  });
  const due = worthOfWaiting({ risk, saved }) < 0 || empty >= FORGONE;
  return { due, risk, saved, emptyBeforeArrival: empty };
}

/** Days between two arrivals on which an empty device is missed. */
function usedDays(from: number, to: number, grid: DayGrid): number {
  let days = 0;
  for (let day = from; day < to; day += 1) {
    const kind = kindOf(day, grid);
    if (kind < 5) days += 1;
    else if (kind < CLOSURE_KIND) days += WEEKEND_DAY;
  }
  return days;
}

/** A lost weekend day costs less than a working day: most such devices stand idle then. */
const WEEKEND_DAY = 0.25;

/** Even if every parcel came last, being empty is so unlikely that a day on the shelf costs more. */
function surelyEarly(emptyAtLast: number, costs: Costs): boolean {
  return (
    emptyAtLast * (costs.stockoutPerDayMinor + costs.stockoutMinor) <
    0.5 * costs.holdingPerDayMinor * (1 - emptyAtLast)
  );
}
