import type { DayGrid } from './day-grid.ts';
import { type Prior, posteriors, usedMoreThan } from './mixture.ts';
import { OpTimeline } from './op-clock.ts';
import type { Correction } from './recalibration.ts';
import type { Model } from './state.ts';
import type { Instant } from './types.ts';

/**
 * The run-out distribution. Paths of use never fall, so P(run-out by t) = P(X(τ(t)) ≥ what is left)
 * exactly; what is left is a normal belief (three Gauss–Hermite points) plus the shelf, and the shelf's
 * last spare may be a phantom. τ counts from the last accepted reading, so staleness widens by itself.
 */
export interface RunOut {
  /** P(the device and its shelf are empty by `at`). */
  probabilityEmptyBy(at: Instant): number;
  /** The instant by which they are empty with probability `p`; null beyond the horizon. */
  quantile(p: number): Instant | null;
  /** P(the filling in the device, without the shelf, is empty by `at`), roughly, and what is then left of it. */
  expectedLevel(at: Instant): number;
}

/** Experts below this share change no decision. */
export const NEGLIGIBLE = 0.02;
/** A gauge drifts away from the truth as the filling empties: sd at empty. */
const GAUGE_DRIFT = 0.02;
const ROOT3 = Math.sqrt(3);
/** A device that is not at its end has something left: at least this share of the belief's sd. */
const LEAST_LEFT_SD = 0.2;
/** A doubt below this orders nothing: it is the customer's spare until something speaks against it. */
const DOUBT_NEGLIGIBLE = 0.25;
/** A level known better than this share of itself is one number; below the second share, two points do. */
const SURE = 0.06;
const FAIRLY_SURE = 0.3;

interface Amount {
  readonly weight: number;
  readonly left: number;
}

/** Standard deviation of what is left in the device. */
function levelSd(model: Model): number {
  return Math.sqrt(Math.max(model.variance, 0) + (GAUGE_DRIFT * (1 - model.level)) ** 2);
}

function levelPoints(model: Model): Amount[] {
  if (model.emptyAt !== 0) return [{ weight: 1, left: 0 }];
  const sd = levelSd(model);
  const floor = LEAST_LEFT_SD * sd;
  const level = Math.max(model.level, floor);
  if (sd < SURE * (level + model.shelf)) return [{ weight: 1, left: level }];
  if (sd < FAIRLY_SURE * level) {
    return [
      { weight: 0.5, left: level - sd },
      { weight: 0.5, left: level + sd },
    ];
  }
  return [
    { weight: 1 / 6, left: Math.max(model.level - ROOT3 * sd, floor) },
    { weight: 2 / 3, left: level },
    { weight: 1 / 6, left: model.level + ROOT3 * sd },
  ];
}

export function amountsLeft(model: Model): Amount[] {
  const points = levelPoints(model);
  const doubt = model.shelf >= 0.5 ? model.shelfDoubt : 0;
  const believed = points.map(({ weight, left }) => ({
    weight: weight * (1 - doubt),
    left: left + model.shelf,
  }));
  if (doubt < DOUBT_NEGLIGIBLE) return believed;
  return [
    ...believed,
    ...points.map(({ weight, left }) => ({ weight: weight * doubt, left: left + model.shelf - 1 })),
  ];
}

/** F is tabulated on ln τ in steps of 15 % and joined in logits, where it is nearly straight. */
const TABLE_STEP = 0.15;
const TABLE_FROM = -27;
const TABLE_SIZE = 107;
const PROBABILITY_FLOOR = 1e-9;

const logit = (p: number): number => {
  const inside = Math.min(Math.max(p, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR);
  return Math.log(inside / (1 - inside));
};
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export function runOut(model: Model, prior: Prior, grid: DayGrid, correct: Correction = (p) => p): RunOut {
  const experts = posteriors(model, prior, NEGLIGIBLE);
  const amounts = amountsLeft(model);
  const timeline = new OpTimeline(model.levelAt, grid, model.dayWeights);
  const table: (number | undefined)[] = new Array<undefined>(TABLE_SIZE).fill(undefined);

  const exact = (tau: number): number => {
    let sum = 0;
    for (const { weight, left } of amounts) sum += weight * usedMoreThan(experts, model.idleShare, left, tau);
    return 1 - correct(1 - Math.min(sum, 1));
  };
  const entry = (index: number): number => {
    let value = table[index];
    if (value === undefined) {
      value = logit(exact(Math.exp((TABLE_FROM + index) * TABLE_STEP)));
      table[index] = value;
    }
    return value;
  };
  const usedUpWithin = (tau: number): number => {
    const position = Math.log(Math.max(tau, 1e-9)) / TABLE_STEP - TABLE_FROM;
    if (position < 0) return exact(tau);
    const before = Math.min(Math.floor(position), TABLE_SIZE - 2);
    const share = Math.min(position - before, 1);
    return logistic((1 - share) * entry(before) + share * entry(before + 1));
  };
  return {
    probabilityEmptyBy: (at) => usedUpWithin(timeline.tauAt(at)),
    quantile: (p) => {
      const wanted = logit(p);
      let low = 0;
      let high = TABLE_SIZE - 1;
      if (entry(high) < wanted) return null;
      if (entry(low) >= wanted) return timeline.instantAt(Math.exp(TABLE_FROM * TABLE_STEP));
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (entry(middle) < wanted) low = middle;
        else high = middle;
      }
      const rise = entry(high) - entry(low);
      const share = rise > 0 ? (wanted - entry(low)) / rise : 1;
      return timeline.instantAt(Math.exp((TABLE_FROM + low + share) * TABLE_STEP));
    },
    expectedLevel: (at) => Math.max(model.level - model.rate * timeline.tauAt(at), 0),
  };
}
