import gammainc from '@stdlib/math-base-special-gammainc';
import type { ConsumableProfile } from './types.ts';

/** What one reading says: the true gauge lies in [low, high], give or take a normal error. */
export interface GaugeInterval {
  readonly low: number;
  readonly high: number;
  readonly sd: number;
}

/** A belief about the level: normal, by mean and variance. */
export interface Belief {
  readonly level: number;
  readonly variance: number;
}

/** Even the best gauge repeats itself no better than this. */
const LEAST_NOISE = 0.002;
/** Gauges with wider steps than this only say OK, LOW, OUT. */
const COARSE_QUANTUM = 0.15;
const FINE_QUANTUM = 0.02;

export const noiseOf = (profile: ConsumableProfile): number => Math.max(profile.gaugeNoise, LEAST_NOISE);

/** Variance of one reading's error, the step included. */
export const readingVariance = (profile: ConsumableProfile): number =>
  profile.gaugeQuantum ** 2 / 12 + noiseOf(profile) ** 2;

/** Half of what a reading leaves open: half a step and 1.5 standard deviations. */
export const halfWidth = (profile: ConsumableProfile): number =>
  profile.gaugeQuantum / 2 + 1.5 * noiseOf(profile);

export const isFine = (profile: Pick<ConsumableProfile, 'gaugeQuantum'>): boolean =>
  profile.gaugeQuantum <= FINE_QUANTUM;

/** The interval behind a measured level; the ends of the scale are open. */
export function intervalOf(y: number, profile: ConsumableProfile): GaugeInterval {
  const half = profile.gaugeQuantum / 2;
  return {
    low: y <= half ? Number.NEGATIVE_INFINITY : y - half,
    high: y >= 1 - half ? Number.POSITIVE_INFINITY : y + half,
    sd: noiseOf(profile),
  };
}

/** A gauge of OK, LOW and OUT turns to LOW somewhere about here: makers choose between a tenth and a fifth. */
const LOW_TURNS_AT: Belief = { level: 0.15, variance: 0.035 ** 2 };

export const isCoarse = (profile: ConsumableProfile): boolean => profile.gaugeQuantum >= COARSE_QUANTUM;

/** "Some remaining" (RFC 3805 prtMarkerSuppliesLevel −3): more than what the gauge calls low. */
export function someInterval(profile: ConsumableProfile): GaugeInterval {
  const sd = noiseOf(profile);
  const low = isCoarse(profile) ? LOW_TURNS_AT.level : profile.gaugeQuantum;
  return {
    low,
    high: Number.POSITIVE_INFINITY,
    sd: isCoarse(profile) ? Math.sqrt(LOW_TURNS_AT.variance) : sd,
  };
}

/** What is left when "some" has just turned to LOW; null: the reading does not say LOW. */
export function turnedLow(y: number, profile: ConsumableProfile): Belief | null {
  const low = isCoarse(profile) && y > noiseOf(profile) && y <= 0.75 * profile.gaugeQuantum;
  return low ? LOW_TURNS_AT : null;
}
/** Φ by the incomplete gamma function: Φ(x) = ½ ± ½·P(½, x²/2). */
export function normalCdf(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 1;
  if (x === Number.NEGATIVE_INFINITY) return 0;
  const half = 0.5 * gammainc((x * x) / 2, 0.5, true, Math.abs(x) > 1);
  if (Math.abs(x) > 1) return x > 0 ? 1 - half : half;
  return x > 0 ? 0.5 + half : 0.5 - half;
}

const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const SURPRISING = 1e-3;

/**
 * The belief after a reading: with s² = P + σ², α and β the interval's ends in units of s and
 * λ = (φ(α) − φ(β))/(Φ(β) − Φ(α)), the level is m + λP/s and the variance
 * P + (P/s)²·((αφ(α) − βφ(β))/(Φ(β) − Φ(α)) − λ²): moments of a normal seen through an interval.
 * A level cannot rise: a reading too high to be noise (shaken cartridge) moves the belief one s at
 * most; one that is too low is believed.
 */
export function seeInterval(belief: Belief, seen: GaugeInterval): Belief {
  const s = Math.sqrt(belief.variance + seen.sd ** 2);
  const alpha = (seen.low - belief.level) / s;
  const beta = (seen.high - belief.level) / s;
  const mass = normalCdf(beta) - normalCdf(alpha);
  if (mass < SURPRISING) {
    if (alpha > 0) return { level: belief.level + s, variance: belief.variance };
    return { level: Math.max(seen.high, 0), variance: readSpread(seen) };
  }
  const fromLow = Number.isFinite(alpha) ? normalDensity(alpha) : 0;
  const fromHigh = Number.isFinite(beta) ? normalDensity(beta) : 0;
  const shift = (fromLow - fromHigh) / mass;
  const bend =
    ((Number.isFinite(alpha) ? alpha * fromLow : 0) - (Number.isFinite(beta) ? beta * fromHigh : 0)) / mass;
  const gain = belief.variance / s;
  const variance = belief.variance + gain * gain * (bend - shift * shift);
  return { level: belief.level + gain * shift, variance: Math.max(variance, 1e-8) };
}

function readSpread(seen: GaugeInterval): number {
  const width = Number.isFinite(seen.low) ? seen.high - seen.low : 0.02;
  return width ** 2 / 12 + seen.sd ** 2;
}
