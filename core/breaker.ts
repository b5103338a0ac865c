import betainc from '@stdlib/math-base-special-betainc';

/**
 * Whether more orders were announced than a history of quiet days explains. Counts of a day scatter more than
 * a Poisson's, because consumables of one purchase run out together; so the day's count N is taken as negative
 * binomial around its expectation μ, with a variance of μ + φ·μ²:
 *   P(N ≥ n) = I_p(n, r),  r = 1/φ,  p = μ / (μ + r)
 * (NIST Digital Library of Mathematical Functions, §8.17(i), for the regularised incomplete beta function I).
 */

export interface BreakerRule {
  /** Orders of a day that are never too many, however few there were before. */
  readonly floorPerDay: number;
  /** A day that happens by chance less often than this trips. */
  readonly chance: number;
  /** Half-life of history, in days. */
  readonly halfLifeDays: number;
}

export interface BreakerHistory {
  /** Orders announced within the last 24 hours, those about to be announced included. */
  readonly observed: number;
  /** Orders of each 24 hours before, the newest first; days before the first order ever are left out. */
  readonly days: readonly number[];
  /** What was announced when the same breaker tripped last and people lifted it not long ago; null: it did not. */
  readonly accepted: number | null;
}

export interface BreakerVerdict {
  readonly trips: boolean;
  /** Orders of a day that history lets one expect. */
  readonly expected: number;
  /** P(as many or more by chance). */
  readonly probability: number;
}

/** Fewer days than this say little about how much days scatter. */
const SCATTER_FROM_DAYS = 7;
/** Days as they scatter in a fleet that nobody knows yet: a standard deviation of half the mean. */
const USUAL_SCATTER = 0.25;
const LEAST_SCATTER = 0.05;
/** Of a few orders now and then the relative scatter says nothing about many. */
const MOST_SCATTER = 0.5;
/** A trend of a few days is growth; this much above the mean is within it. */
const GROWTH = 1.5;

export function breakerVerdict(history: BreakerHistory, rule: BreakerRule): BreakerVerdict {
  const { mean, scatter } = weigh(history.days, rule.halfLifeDays);
  const expected = Math.max(mean * GROWTH, rule.floorPerDay, history.accepted ?? 0);
  const probability = tail(history.observed, expected, scatter);
  return { trips: history.observed > expected && probability < rule.chance, expected, probability };
}

/** Exponentially weighted mean of the days, and φ by the method of moments. */
function weigh(days: readonly number[], halfLifeDays: number): { mean: number; scatter: number } {
  let [weight, sum, squares] = [0, 0, 0];
  for (const [age, n] of days.entries()) {
    const w = 2 ** (-age / halfLifeDays);
    weight += w;
    sum += w * n;
    squares += w * n * n;
  }
  if (weight === 0) return { mean: 0, scatter: USUAL_SCATTER };
  const mean = sum / weight;
  const variance = Math.max(squares / weight - mean * mean, 0);
  if (days.length < SCATTER_FROM_DAYS || mean <= 0) return { mean, scatter: USUAL_SCATTER };
  const scatter = (variance - mean) / (mean * mean);
  return { mean, scatter: Math.min(Math.max(scatter, LEAST_SCATTER), MOST_SCATTER) };
}

/** P(N ≥ n) of the negative binomial distribution with that mean and φ. */
function tail(n: number, mean: number, scatter: number): number {
  if (n <= 0) return 1;
  const r = 1 / scatter;
  return betainc(mean / (mean + r), n, r, true, false);
}
