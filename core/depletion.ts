import betainc from '@stdlib/math-base-special-betainc';
import { type DayGrid, dayOf, dayStart, kindOf } from './day-grid.ts';
import { DEFAULT_EXPERT_WEIGHTS, EXPERTS, HALF_LIVES_OP_DAYS, STEADINESS } from './experts.ts';
import { opDays } from './op-clock.ts';
import { type Model, roundVectors } from './state.ts';
import type { ConsumableProfile, Instant, Population } from './types.ts';

/**
 * Consumption as a mixture of discounted gamma processes: X(τ) | μ ~ Gamma(shape vτ, scale μ/v) and
 * 1/μ ~ Gamma(a₀, rate b₀), μ in fillings per op-day. After exposure S_τ and use S_x the posterior of
 * 1/μ is Gamma(A, vB) with A = a₀ + v·S_τ and B = b₀/v + S_x, and
 *   P(X(τ) > ℓ) = I_{B/(B+ℓ)}(A, vτ),   the regularised incomplete beta function.
 * Paths never fall, so P(run-out by t) = P(X(τ(t)) ≥ what is left) exactly.
 */

/** Prior without a fleet: the typical life is right within a factor of about 2 (sd of ln rate 0.8). */
const PRIOR_SHAPE = 2.1;
/** ψ(2.1): centres the prior of ln rate on −ln(typical life). */
const PRIOR_SHAPE_DIGAMMA = 0.4855;

export interface Prior {
  readonly shape: number;
  readonly rate: number;
  readonly weights: readonly number[];
}

/** What is believed of a consumable before its first reading. */
export function priorOf(profile: ConsumableProfile, population: Population | null): Prior {
  if (population !== null && population.shape > 0 && population.rate > 0) {
    const known = population.expertWeights.length === EXPERTS.length;
    const weights = known ? population.expertWeights : DEFAULT_EXPERT_WEIGHTS;
    return { shape: population.shape, rate: population.rate, weights };
  }
  const rate = Math.exp(PRIOR_SHAPE_DIGAMMA) / profile.typicalLifeDays;
  return { shape: PRIOR_SHAPE, rate, weights: DEFAULT_EXPERT_WEIGHTS };
}

/** P(X(τ) > amount). Early returns where the integral has no mass or all (vτ → 0, amount ≤ 0). */
export function exceedance(amount: number, shape: number, scale: number, steadyTau: number): number {
  if (amount <= 0) return 1;
  if (steadyTau <= 1e-9) return 0;
  return betainc(scale / (scale + amount), shape, steadyTau, true, false);
}

const shapeOf = (model: Model, prior: Prior, memory: number, v: number): number =>
  prior.shape + v * (model.exposure[memory] ?? 0);
const scaleOf = (model: Model, prior: Prior, memory: number, v: number): number =>
  prior.rate / v + (model.use[memory] ?? 0);

/** Normalised weights of the experts. */
export function expertWeights(model: Model, prior: Prior): number[] {
  let sum = 0;
  const weights = EXPERTS.map((_, k) => {
    const weight = (prior.weights[k] ?? 0) * Math.exp(-(model.surprise[k] ?? 0));
    sum += weight;
    return weight;
  });
  return weights.map((weight) => weight / sum);
}

/** Mean of μ over the mixture: E[μ] = vB/(A − 1), fillings per op-day. */
export function meanRate(model: Model, prior: Prior): number {
  return expertWeights(model, prior).reduce((sum, weight, k) => {
    const { memory, steadiness: v } = EXPERTS[k] ?? { memory: 0, steadiness: 1 };
    return (
      sum +
      (weight * v * scaleOf(model, prior, memory, v)) / Math.max(shapeOf(model, prior, memory, v) - 1, 0.5)
    );
  }, 0);
}

/** Evidence of single blocks fades, so that a change of habit is not outvoted for ever. */
const EVIDENCE_KEPT = 0.985;
const LIKELIHOOD_FLOOR = 1e-12;

/**
 * Learns from a block in which `drop` ± `halfWidth` was used over `tau` op-days: the experts' weights
 * by the probability they gave to that interval, then their sums.
 */
export function observe(model: Model, prior: Prior, drop: number, halfWidth: number, tau: number): void {
  const used = Math.max(drop, 0);
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < EXPERTS.length; k += 1) {
    const { memory, steadiness: v } = EXPERTS[k] ?? { memory: 0, steadiness: 1 };
    const shape = shapeOf(model, prior, memory, v);
    const scale = scaleOf(model, prior, memory, v);
    const atLeast = exceedance(used - halfWidth, shape, scale, v * tau);
    const more = exceedance(used + halfWidth, shape, scale, v * tau);
    const surprise =
      (model.surprise[k] ?? 0) * EVIDENCE_KEPT - Math.log(Math.max(atLeast - more, LIKELIHOOD_FLOOR));
    model.surprise[k] = surprise;
    best = Math.min(best, surprise);
  }
  for (let k = 0; k < EXPERTS.length; k += 1) model.surprise[k] = (model.surprise[k] ?? 0) - best;
  HALF_LIVES_OP_DAYS.forEach((halfLife, memory) => {
    const kept = 2 ** (-tau / halfLife);
    model.exposure[memory] = (model.exposure[memory] ?? 0) * kept + tau;
    model.use[memory] = (model.use[memory] ?? 0) * kept + used;
  });
  roundVectors(model);
  model.rate = meanRate(model, prior);
}

/** The run-out distribution seen from the last accepted reading. */
export interface RunOut {
  /** P(the device and its shelf are empty by `at`). */
  probabilityEmptyBy(at: Instant): number;
  /** The instant by which they are empty with probability `p`; null beyond the horizon. */
  quantile(p: number): Instant | null;
}

/** A run-out further away is no date anybody plans with. */
export const HORIZON_DAYS = 1826;
/** Experts below this share change no decision. */
const NEGLIGIBLE = 0.004;
/** Gauss-Hermite nodes for a normal level: three points match five moments. */
const NODES = [
  { offset: -Math.sqrt(3), weight: 1 / 6 },
  { offset: 0, weight: 2 / 3 },
  { offset: Math.sqrt(3), weight: 1 / 6 },
];

interface Active {
  readonly weight: number;
  readonly shape: number;
  readonly scale: number;
  readonly v: number;
}

function activeExperts(model: Model, prior: Prior): Active[] {
  const weights = expertWeights(model, prior);
  const active: Active[] = [];
  let sum = 0;
  EXPERTS.forEach(({ memory, steadiness: v }, k) => {
    const weight = weights[k] ?? 0;
    if (weight < NEGLIGIBLE) return;
    sum += weight;
    active.push({
      weight,
      v,
      shape: shapeOf(model, prior, memory, v),
      scale: scaleOf(model, prior, memory, v),
    });
  });
  return active.map((expert) => ({ ...expert, weight: expert.weight / sum }));
}

/** F(τ): the mixture's probability that more than level + shelf is used within τ op-days. */
function usedUpWithin(active: readonly Active[], model: Model, tau: number): number {
  const sd = Math.sqrt(Math.max(model.variance, 0));
  let total = 0;
  for (const node of NODES) {
    const amount = model.level + model.shelf + node.offset * sd;
    let given = 0;
    if (amount <= 0) given = 1;
    else for (const e of active) given += e.weight * exceedance(amount, e.shape, e.scale, e.v * tau);
    total += node.weight * given;
  }
  return Math.min(total, 1);
}

/** The instant at which `tau` op-days have passed since `from`; null beyond the horizon. */
export function instantAfter(
  from: Instant,
  tau: number,
  grid: DayGrid,
  weights: ArrayLike<number>,
): Instant | null {
  const first = dayOf(from, grid.timeZone);
  let left = tau;
  let at = from;
  for (let day = first; day < first + HORIZON_DAYS; day += 1) {
    const end = dayStart(day + 1, grid.timeZone);
    const weight = weights[kindOf(day, grid)] ?? 1;
    const length = end - dayStart(day, grid.timeZone);
    const available = (weight * (end - at)) / length;
    if (available >= left) return at + (left / weight) * length;
    left -= available;
    at = end;
  }
  return null;
}

const QUANTILE_STEPS = 12;

export function runOut(model: Model, prior: Prior, grid: DayGrid): RunOut {
  const active = activeExperts(model, prior);
  const typical = Math.max(model.level + model.shelf, 0.001) / Math.max(model.rate, 1e-9);
  return {
    probabilityEmptyBy: (at) =>
      usedUpWithin(active, model, opDays(model.levelAt, at, grid, model.dayWeights)),
    quantile: (p) => {
      // Bisection on log τ: F rises with τ. 12 halvings of e^±5 are within 0.3 %.
      let low = Math.log(typical) - 5;
      let high = Math.log(typical) + 5;
      for (let i = 0; i < QUANTILE_STEPS; i += 1) {
        const middle = (low + high) / 2;
        if (usedUpWithin(active, model, Math.exp(middle)) < p) low = middle;
        else high = middle;
      }
      return instantAfter(model.levelAt, Math.exp(high), grid, model.dayWeights);
    },
  };
}

/** The steadiest and the burstiest expert there is: bounds that tests use. */
export const STEADINESS_RANGE = [Math.min(...STEADINESS), Math.max(...STEADINESS)] as const;
