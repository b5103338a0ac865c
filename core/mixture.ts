import betainc from '@stdlib/math-base-special-betainc';
import type { BlockScore } from './block-score.ts';
import { DEFAULT_EXPERT_WEIGHTS, EXPERTS, HALF_LIVES_OP_DAYS, STEADINESS } from './experts.ts';
import { PRIOR_DAY_WEIGHTS } from './op-clock.ts';
import { type Model, roundVectors } from './state.ts';
import type { ConsumableProfile, Population } from './types.ts';

/**
 * Consumption as a mixture of discounted gamma processes: X(τ) | μ ~ Gamma(shape vτ, scale μ/v) and
 * 1/μ ~ Gamma(a₀, rate b₀), μ in fillings per op-day. After exposure S_τ and use S_x the posterior of
 * 1/μ is Gamma(A, vB) with A = a₀ + v·S_τ and B = b₀/v + S_x, and
 *   P(X(τ) > ℓ) = I_{B/(B+ℓ)}(A, vτ),   the regularised incomplete beta function.
 */

/** Prior without a fleet: the typical life is right within a factor of about 2 (sd of ln rate 0.8). */
const PRIOR_SHAPE = 2.1;
/** ψ(2.1): centres the prior of ln rate on −ln(typical life). */
const PRIOR_SHAPE_DIGAMMA = 0.4855;

export interface Prior {
  readonly shape: number;
  readonly rate: number;
  readonly weights: readonly number[];
  readonly dayWeights: readonly number[];
  /** Level below which people with a spare at hand think of replacing. */
  readonly temptedBelow: number;
}

/** Before a fleet has told: somewhere in the last third of a filling. */
export const TEMPTED_BELOW = 0.3;

/** What is believed of a consumable before its first reading. */
export function priorOf(profile: ConsumableProfile, population: Population | null): Prior {
  const temptedBelow = population?.temptedBelow ?? TEMPTED_BELOW;
  if (population !== null && population.shape > 0 && population.rate > 0) {
    const known = population.expertWeights.length === EXPERTS.length;
    const weekly = population.dayWeights?.length === PRIOR_DAY_WEIGHTS.length;
    return {
      shape: population.shape,
      rate: population.rate,
      weights: known ? population.expertWeights : DEFAULT_EXPERT_WEIGHTS,
      dayWeights: weekly ? (population.dayWeights ?? PRIOR_DAY_WEIGHTS) : PRIOR_DAY_WEIGHTS,
      temptedBelow,
    };
  }
  return {
    shape: PRIOR_SHAPE,
    rate: Math.exp(PRIOR_SHAPE_DIGAMMA) / profile.typicalLifeDays,
    weights: DEFAULT_EXPERT_WEIGHTS,
    dayWeights: PRIOR_DAY_WEIGHTS,
    temptedBelow,
  };
}

/** P(X(τ) > amount). Early returns where the integral has no mass or all (vτ → 0, amount ≤ 0). */
export function exceedance(amount: number, shape: number, scale: number, steadyTau: number): number {
  if (amount <= 0) return 1;
  if (steadyTau <= 1e-9) return 0;
  return betainc(scale / (scale + amount), shape, steadyTau, true, false);
}

/** One expert with its posterior: weight, steadiness v, A and B. */
export interface Posterior {
  readonly weight: number;
  readonly v: number;
  readonly shape: number;
  readonly scale: number;
}

/** Memories that have forgotten nothing yet hold the same sums: their experts count as one. */
const SAME_MEMORY = 0.05;

/** The experts whose share is at least `negligible`, weights summing to 1. */
export function posteriors(model: Model, prior: Prior, negligible: number): Posterior[] {
  const weights = new Float64Array(EXPERTS.length);
  const [short = 0, long = 0] = model.exposure;
  const young = long - short <= SAME_MEMORY * long;
  let total = 0;
  for (let k = 0; k < EXPERTS.length; k += 1) {
    const weight = (prior.weights[k] ?? 0) * Math.exp(-(model.surprise[k] ?? 0));
    total += weight;
    const into = young ? k % STEADINESS.length : k;
    weights[into] = (weights[into] ?? 0) + weight;
  }
  const list: Posterior[] = [];
  let kept = 0;
  for (const weight of weights) if (weight > negligible * total) kept += weight;
  EXPERTS.forEach(({ memory, steadiness: v }, k) => {
    const weight = weights[k] ?? 0;
    if (weight <= negligible * total) return;
    const shape = prior.shape + v * (model.exposure[memory] ?? 0);
    const scale = prior.rate / v + (model.use[memory] ?? 0);
    list.push({ weight: weight / kept, v, shape, scale });
  });
  return list;
}

/** P(X(τ) > amount) over the mixture. */
export function mixtureExceeds(experts: readonly Posterior[], amount: number, tau: number): number {
  if (amount <= 0) return 1;
  let sum = 0;
  for (const e of experts) sum += e.weight * exceedance(amount, e.shape, e.scale, e.v * tau);
  return sum;
}

/** Op-days that a share of idle blocks is told of. */
const IDLE_SPAN_OP_DAYS = 7;
/** Less idleness than this changes nothing. */
const HARDLY_IDLE = 0.002;

/**
 * Shape of the use in τ op-days given that there was some, when a share q of weeks is idle. Within an
 * active week it is 7v; over n = τ/7 weeks the number of active ones varies too. By moments, with
 *   W = (1 + 1/(7v))/(1 − q) − 1,   the squared variation of any week,
 *   1/shape = (1 + W/n)·(1 − qⁿ) − 1.
 */
function activeShape(v: number, tau: number, idleShare: number): number {
  const weeks = tau / IDLE_SPAN_OP_DAYS;
  if (weeks <= 1 || idleShare < HARDLY_IDLE) return v * tau;
  const week = (1 + 1 / (IDLE_SPAN_OP_DAYS * v)) / (1 - idleShare) - 1;
  return 1 / ((1 + week / weeks) * (1 - idleShare ** weeks) - 1);
}

/**
 * P(X(τ) > amount) with idleness: nothing is used with probability p₀(τ), else the mixture's process
 * runs faster by 1/(1 − p₀), so that the mean stays: (1 − p₀)·P(X(τ) > (1 − p₀)·amount). Idle spans are
 * independent beyond a block: p₀(τ) = idle^(τ/7), at most the idle share itself.
 */
export function usedMoreThan(
  experts: readonly Posterior[],
  idleShare: number,
  amount: number,
  tau: number,
): number {
  if (amount <= 0) return 1;
  const active = 1 - idleShare ** Math.max(tau / IDLE_SPAN_OP_DAYS, 1);
  let sum = 0;
  for (const e of experts) {
    const shape = activeShape(e.v, tau, idleShare);
    // The mean stays μτ: at another shape than vτ the scale is μτ/shape, which is the amount in units of it.
    const scaled = tau > 0 ? (active * amount * shape) / (e.v * tau) : amount;
    sum += e.weight * exceedance(scaled, e.shape, e.scale, shape);
  }
  return active * sum;
}

/** E[μ] of one expert: vB/(A − 1). */
const meanOf = (e: Posterior): number => (e.v * e.scale) / Math.max(e.shape - 1, 0.5);

/** Refreshes what is cached of the mixture: the mean rate and the mean of 1/v. */
export function refreshRate(model: Model, prior: Prior): void {
  const experts = posteriors(model, prior, 0);
  model.rate = experts.reduce((sum, e) => sum + e.weight * meanOf(e), 0);
  model.jitter = experts.reduce((sum, e) => sum + e.weight / e.v, 0);
}

/** Evidence of single blocks fades, so that a change of habit is not outvoted for ever. */
const EVIDENCE_KEPT = 0.985;
const LIKELIHOOD_FLOOR = 1e-12;
/** Share of blocks without use: at first, what that guess counts for, at most, and how fast it follows at least. */
export const IDLE_FIRST = 0.04;
const IDLE_PRIOR_WEEKS = 8;
const IDLE_MAX = 0.7;
const IDLE_FOLLOWS = 0.04;

/** A block in which less than this share of the usual was used may hold days of rest … */
const LITTLE_USE = 0.8;
/** … with this chance at least: people are away a few times a year. */
const REST_LEAST = 0.03;
/** … and explains what is less likely without it than this; else it would change next to nothing. */
const UNLIKELY = 0.05;
/** Shares of the block that were not rest. */
const AWAKE: readonly number[] = [0.3, 0.65];

/**
 * P(use within ± `halfWidth`) when the device rested for part of the block. Without it an absence of days counts
 * as evidence of erratic use, and for a year an office's forecast is as wide as that of a device used in bursts.
 */
function restedInPart(
  used: number,
  halfWidth: number,
  shape: number,
  scale: number,
  steadyTau: number,
): number {
  let sum = 0;
  for (const awake of AWAKE) {
    const atLeast = exceedance(used - halfWidth, shape, scale, awake * steadyTau);
    sum += atLeast - exceedance(used + halfWidth, shape, scale, awake * steadyTau);
  }
  return sum / AWAKE.length;
}

/** Adds what was used over `tau` op-days to the discounted sums of each memory. */
export function accumulate(model: Model, used: number, tau: number): void {
  HALF_LIVES_OP_DAYS.forEach((halfLife, memory) => {
    const kept = 2 ** (-tau / halfLife);
    model.exposure[memory] = (model.exposure[memory] ?? 0) * kept + tau;
    model.use[memory] = (model.use[memory] ?? 0) * kept + used;
  });
}

/**
 * Learns from a block in which `drop` ± `halfWidth` was used over `tau` op-days: the experts' weights
 * by the probability they gave to that interval, then their sums.
 */
export function observe(
  model: Model,
  prior: Prior,
  drop: number,
  halfWidth: number,
  tau: number,
): BlockScore {
  const used = Math.max(drop, 0);
  const { jitter } = model;
  // An idle stretch is a rest as likely as `share`, or, for an expert of bursts, use that did not come.
  const idle = used - halfWidth <= 0;
  const share = model.idleShare ** Math.max(tau / IDLE_SPAN_OP_DAYS, 1);
  const active = 1 - share;
  const rested = REST_LEAST + 0.5 * model.idleShare * (1 - model.idleShare);
  const little = !idle && used < LITTLE_USE * model.rate * tau;
  let best = Number.POSITIVE_INFINITY;
  let weights = 0;
  let above = 0;
  let atLeastMean = 0;
  for (let k = 0; k < EXPERTS.length; k += 1) {
    const { memory, steadiness: v } = EXPERTS[k] ?? { memory: 0, steadiness: 1 };
    const shape = prior.shape + v * (model.exposure[memory] ?? 0);
    const scale = prior.rate / v + (model.use[memory] ?? 0);
    const steady = activeShape(v, tau, model.idleShare);
    const unit = (active * steady) / (v * tau);
    const atLeast = exceedance(unit * (used - halfWidth), shape, scale, steady);
    const more = exceedance(unit * (used + halfWidth), shape, scale, steady);
    const weight = (prior.weights[k] ?? 0) * Math.exp(-(model.surprise[k] ?? 0));
    weights += weight;
    above += weight * more;
    atLeastMean += weight * atLeast;
    let plain = Math.max(atLeast - more, LIKELIHOOD_FLOOR);
    if (little && plain < UNLIKELY)
      plain = (1 - rested) * plain + rested * restedInPart(used, halfWidth, shape, scale, v * tau);
    const likelihood = active * plain + (idle ? share : 0);
    const surprise = (model.surprise[k] ?? 0) * EVIDENCE_KEPT - Math.log(likelihood);
    model.surprise[k] = surprise;
    best = Math.min(best, surprise);
  }
  for (let k = 0; k < EXPERTS.length; k += 1) model.surprise[k] = (model.surprise[k] ?? 0) - best;
  const long = model.exposure.at(-1) ?? 0;
  accumulate(model, used, tau);
  const follows = Math.max(1 / (IDLE_PRIOR_WEEKS + long / IDLE_SPAN_OP_DAYS), IDLE_FOLLOWS);
  model.idleShare = Math.min(model.idleShare + follows * ((idle ? 1 : 0) - model.idleShare), IDLE_MAX);
  roundVectors(model);
  refreshRate(model, prior);
  const atLeastUsed = idle ? 1 : (active * atLeastMean) / weights;
  return { low: 1 - atLeastUsed, high: 1 - (active * above) / weights, jitter };
}
