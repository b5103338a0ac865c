import digamma from '@stdlib/math-base-special-digamma';
import trigamma from '@stdlib/math-base-special-trigamma';
import type { BlockScore } from './block-score.ts';
import { DAY_KINDS, MONTHS } from './day-grid.ts';
import { DEFAULT_EXPERT_WEIGHTS, EXPERTS } from './experts.ts';
import { isFine } from './gauge.ts';
import { TEMPTED_BELOW } from './mixture.ts';
import { PRIOR_DAY_WEIGHTS } from './op-clock.ts';
import { addPit, fitMaps, PIT_COUNTS } from './recalibration.ts';
import type { ConsumableState } from './state.ts';
import type { ConsumableProfile, Population } from './types.ts';

/**
 * What a fleet teaches about a consumable nobody has seen yet (empirical Bayes), refitted nightly:
 *   ψ′(a₀) = Var(ln rate) across devices less its estimation error,   ln b₀ = ψ(a₀) + E ln rate,
 *   expert weights = mean responsibility with 3 % spread evenly,
 * and a monotone recalibration map from the PIT histogram. A small fleet leans on its parent
 * (model → family → all) by pseudo-devices. Pure: the same summaries give the same population.
 */

/** What one consumable contributes. */
export interface DeviceSummary {
  /** Long-memory op-days and use, fillings. */
  readonly exposure: number;
  readonly use: number;
  /** Mean of 1/v: how erratic. */
  readonly jitter: number;
  /** −log of its experts' weights. */
  readonly surprise: readonly number[];
  readonly dayWeights: readonly number[];
  /** Whether single days could be told apart: by a fine gauge or by a counter. */
  readonly tellsDays: boolean;
  readonly lowDays: number;
  readonly earlySwaps: number;
  /** The highest level at which one of those happened. */
  readonly earlyHighest: number;
}

export function summaryOf(
  state: ConsumableState,
  profile: Pick<ConsumableProfile, 'gaugeQuantum'>,
): DeviceSummary {
  const { model } = state;
  return {
    exposure: model.exposure.at(-1) ?? 0,
    use: model.use.at(-1) ?? 0,
    jitter: model.jitter,
    surprise: [...model.surprise],
    dayWeights: [...model.dayWeights],
    tellsDays: isFine(profile) || model.counter > 0,
    lowDays: model.lowDays,
    earlySwaps: model.earlySwaps,
    earlyHighest: model.earlyHighest,
  };
}

/** Fewer op-days say little about a device's rate. */
const LEAST_OP_DAYS = 20;
const LEAST_OP_DAYS_FOR_WEEK = 60;
/** Pseudo-devices and pseudo-days by which the parent counts. */
const PARENT_DEVICES = 8;
const PARENT_LOW_DAYS = 200;
/** Nearly the highest level at which anybody replaced early is where people begin to think of it. */
const TEMPTED_QUANTILE = 0.9;
/** Spread of ln rate: never so narrow that a device unlike the others is not believed. */
const LOG_VARIANCE_MIN = 0.04;
const LOG_VARIANCE_MAX = 2;
const EVEN_SHARE = 0.03;

/** The parent of the whole fleet: the profile's typical life, right within a factor of about 2. */
export function rootPopulation(profile: Pick<ConsumableProfile, 'typicalLifeDays'>): Population {
  const logVariance = 0.64;
  const shape = inverseTrigamma(logVariance);
  return {
    version: 0,
    shape,
    rate: Math.exp(digamma(shape)) / profile.typicalLifeDays,
    expertWeights: DEFAULT_EXPERT_WEIGHTS,
    devices: 0,
    recalibration: [],
    dayWeights: PRIOR_DAY_WEIGHTS,
    earlySwapPerDay: 0.025,
    temptedBelow: TEMPTED_BELOW,
  };
}

/** ψ′ falls from ∞ to 0: bisection on ln a. */
export function inverseTrigamma(value: number): number {
  let low = -10;
  let high = 20;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (trigamma(Math.exp(middle)) > value) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

export interface Refit {
  readonly devices: readonly DeviceSummary[];
  /** How the fleet's blocks fared (`addScore`): PIT values in equal bins over 0…1, then the months. */
  readonly counts: readonly number[];
  readonly parent: Population;
  readonly version: number;
}

/** A new version of the population from its devices and its parent. */
export function refitPopulation({ devices, counts, parent, version }: Refit): Population {
  const known = devices.filter((device) => device.exposure >= LEAST_OP_DAYS && device.use > 0);
  return {
    version,
    ...rateOf(known, parent),
    expertWeights: weightsOf(known, parent),
    devices: known.length,
    recalibration: fitMaps(counts, parent.recalibration),
    dayWeights: weekOf(devices, parent),
    earlySwapPerDay: earlySwapsOf(devices, parent),
    temptedBelow: temptedBelowOf(devices, parent),
    monthFactors: monthsOf(counts.slice(PIT_COUNTS), parent),
  };
}

function rateOf(devices: readonly DeviceSummary[], parent: Population): { shape: number; rate: number } {
  const parentVariance = trigamma(parent.shape);
  const parentMean = Math.log(parent.rate) - digamma(parent.shape);
  let weight = PARENT_DEVICES;
  let sum = PARENT_DEVICES * parentMean;
  for (const { use, exposure } of devices) {
    weight += 1;
    sum += Math.log(use / exposure);
  }
  const mean = sum / weight;
  let spread = PARENT_DEVICES * parentVariance;
  for (const { use, exposure, jitter } of devices) {
    const error = Math.min(jitter / exposure, LOG_VARIANCE_MAX);
    spread += (Math.log(use / exposure) - mean) ** 2 - error;
  }
  const variance = Math.min(Math.max(spread / weight, LOG_VARIANCE_MIN), LOG_VARIANCE_MAX);
  const shape = inverseTrigamma(variance);
  return { shape, rate: Math.exp(digamma(shape) + mean) };
}

function weightsOf(devices: readonly DeviceSummary[], parent: Population): number[] {
  const prior =
    parent.expertWeights.length === EXPERTS.length ? parent.expertWeights : DEFAULT_EXPERT_WEIGHTS;
  const sums = prior.map((weight) => weight * PARENT_DEVICES);
  for (const { surprise } of devices) {
    const shares = prior.map((weight, k) => weight * Math.exp(-(surprise[k] ?? 0)));
    const total = shares.reduce((a, b) => a + b, 0);
    for (let k = 0; k < sums.length; k += 1) sums[k] = (sums[k] ?? 0) + (shares[k] ?? 0) / total;
  }
  const total = sums.reduce((a, b) => a + b, 0);
  return sums.map((sum) => ((1 - EVEN_SHARE) * sum) / total + EVEN_SHARE / sums.length);
}

function weekOf(devices: readonly DeviceSummary[], parent: Population): number[] {
  const prior = parent.dayWeights ?? PRIOR_DAY_WEIGHTS;
  const taught = devices.filter(({ tellsDays, exposure }) => tellsDays && exposure >= LEAST_OP_DAYS_FOR_WEEK);
  return Array.from({ length: DAY_KINDS }, (_, kind) => {
    const sum = taught.reduce((total, device) => total + (device.dayWeights[kind] ?? 1), 0);
    return (sum + PARENT_DEVICES * (prior[kind] ?? 1)) / (taught.length + PARENT_DEVICES);
  });
}

function earlySwapsOf(devices: readonly DeviceSummary[], parent: Population): number {
  const prior = parent.earlySwapPerDay ?? 0.025;
  const swaps = devices.reduce((sum, device) => sum + device.earlySwaps, 0);
  const days = devices.reduce((sum, device) => sum + device.lowDays, 0);
  return (prior * PARENT_LOW_DAYS + swaps) / (PARENT_LOW_DAYS + days);
}

/** Most early swaps happen further down, because the spare came later: only the highest tell. */
function temptedBelowOf(devices: readonly DeviceSummary[], parent: Population): number {
  const prior = parent.temptedBelow ?? TEMPTED_BELOW;
  const levels = devices.flatMap(({ earlyHighest }) => (earlyHighest > 0 ? [earlyHighest] : []));
  levels.sort((a, b) => a - b);
  const highest = levels[Math.floor(TEMPTED_QUANTILE * levels.length)] ?? prior;
  // Where spares come late nobody is tempted higher up: that says nothing of whether they would be.
  const fleets = parent.devices > 0 ? prior : 0;
  return Math.max(
    (PARENT_DEVICES * prior + levels.length * highest) / (PARENT_DEVICES + levels.length),
    fleets,
  );
}

/** The parent's months count like this many op-days each: a hundred device-weeks. */
const PARENT_MONTH_OP_DAYS = 700;

/**
 * Relative use by month: what was used, in op-days at each device's own rate, over the op-days in which it was.
 * Where no month was seen, the parent's; the mean of the twelve is 1, as rates are per mean op-day.
 */
function monthsOf(sums: readonly number[], parent: Population): number[] {
  const factors = Array.from({ length: MONTHS }, (_, month) => {
    const known = parent.monthFactors?.[month] ?? 1;
    const [opDays = 0, used = 0] = [sums[month], sums[MONTHS + month]];
    return (used + PARENT_MONTH_OP_DAYS * known) / (opDays + PARENT_MONTH_OP_DAYS);
  });
  const mean = factors.reduce((a, b) => a + b, 0) / MONTHS;
  return factors.map((factor) => factor / mean);
}

/** Entries of a fleet's counts: the histograms, the months' op-days, and what was used in them. */
export const SCORE_COUNTS = PIT_COUNTS + 2 * MONTHS;

/** Adds one block's score to a fleet's counts. */
export function addScore(counts: number[], { low, high, jitter, season }: BlockScore): void {
  addPit(counts, low, high, jitter);
  if (season === undefined) return;
  const at = PIT_COUNTS + season.month;
  counts[at] = (counts[at] ?? 0) + season.opDays;
  counts[at + MONTHS] = (counts[at + MONTHS] ?? 0) + season.usedOpDays;
}

/** The wider group counts like this many blocks at most: a slot with some thousands speaks for itself. */
const WIDER_BLOCKS = 1000;

/** The counts of a group together with those of the rest of the wider group that it is part of. */
export function leaningOn(own: readonly number[], wider: readonly number[]): readonly number[] {
  const others = wider.map((count, bin) => Math.max(count - (own[bin] ?? 0), 0));
  const total = others.slice(0, PIT_COUNTS).reduce((sum, count) => sum + count, 0);
  if (total === 0) return own;
  const share = Math.min(1, WIDER_BLOCKS / total);
  return others.map((count, bin) => count * share + (own[bin] ?? 0));
}
