import { isHistorical } from './event-ring.ts';
import type { FoldEnvironment } from './filling.ts';
import { halfWidth, isCoarse, noiseOf } from './gauge.ts';
import type { Expectation } from './level-filter.ts';
import { mixtureExceeds, type Posterior, posteriors } from './mixture.ts';
import { opDays } from './op-clock.ts';
import type { Model, RingEvent } from './state.ts';

export type JumpVerdict = 'follow' | 'swap' | 'pend';

/** A rise of less than this is shaking, temperature or noise. */
const REBOUND = 0.12;
/** A rise this large to nearly full is a swap at once. */
const CLEAR_RISE = 0.35;
const NEARLY_FULL = 0.9;
/** A fall of more than this within one reading, or to zero from above this, waits for a second one … */
export const SUDDEN_FALL = 0.2;
const SUDDEN_ZERO = 0.1;
/** … unless such use had at least this probability. */
const PLAUSIBLE_USE = 0.02;

/** Decides what a measured reading means beside the last *read* level, not the extrapolated one. */
export function judgeJump(
  model: Model,
  event: RingEvent,
  expected: Expectation,
  wasVague: boolean,
  env: FoldEnvironment,
): JumpVerdict {
  const y = event.amount;
  const margin = 2 * halfWidth(env.profile);
  const rise = y - model.lastLevel;
  if (rise > Math.max(REBOUND, margin)) {
    const clear = rise > CLEAR_RISE && y >= NEARLY_FULL && !isHistorical(event);
    return clear ? 'swap' : 'pend';
  }
  if (swapHiddenByGap(model, y, expected, env)) return 'swap';
  const fall = -rise;
  const toZero = y <= noiseOf(env.profile) && fall > Math.max(SUDDEN_ZERO, margin);
  const sudden = fall > Math.max(SUDDEN_FALL, margin);
  if (!toZero && !sudden) return 'follow';
  if (wasVague && !toZero) return 'follow';
  return isPlausible(model, fall, expected, margin, env) ? 'follow' : 'pend';
}

function isPlausible(
  model: Model,
  fall: number,
  expected: Expectation,
  margin: number,
  env: FoldEnvironment,
): boolean {
  if (expected.countedUse !== null) return expected.countedUse >= fall - margin - Math.max(0.05, 0.2 * fall);
  return mixtureExceeds(posteriors(model, env.prior, 0.02), fall - margin, expected.tau) >= PLAUSIBLE_USE;
}

/** A gauge reads far too high, or far too low, about so often. */
const FALSE_RISE = 0.001;
const FALSE_FALL = 0.003;
/** Chance of a swap between two readings: with a spare beside it or an emptied bin, and otherwise. */
const SWAP_AT_HAND = 0.1;
const SWAP_FROM_NOWHERE = 0.01;
/** Odds from which a jump is believed although the next reading does not repeat it. */
const BELIEVED_ODDS = 3;

/**
 * What became of a jump that waited for a second reading, when that reading is elsewhere. A rise was a
 * swap if the use from it down to here is likelier than a false reading; a fall was true, and a swap came
 * after it, if such use is likelier than a false reading. Null: neither.
 */
export function judgePending(
  model: Model,
  event: RingEvent,
  expected: Expectation,
  env: FoldEnvironment,
): 'swap' | 'fall-and-swap' | null {
  if (model.pendingCount !== 1 || isCoarseWord(model, env)) return null;
  const y = event.amount;
  const { grid, profile } = env;
  const width = halfWidth(profile) + 0.01;
  const experts = posteriors(model, env.prior, 0.02);
  const between = (use: number, tau: number): number =>
    Math.max(mixtureExceeds(experts, use - width, tau) - mixtureExceeds(experts, use + width, tau), 1e-9);
  const atHand = model.shelf >= 0.5 || profile.polarity === 'fills';
  const swaps = atHand ? SWAP_AT_HAND : SWAP_FROM_NOWHERE;
  const glitch = between(model.lastLevel - y, expected.tau);
  if (model.pendingLevel > model.lastLevel) {
    if (y > model.pendingLevel) return null;
    const since = opDays(model.pendingAt, event.at, grid, model.dayWeights);
    const odds = ((swaps / FALSE_RISE) * between(model.pendingLevel - y, since)) / glitch;
    return odds > BELIEVED_ODDS ? 'swap' : null;
  }
  if (y - model.pendingLevel <= Math.max(REBOUND, 2 * halfWidth(profile))) return null;
  const before = opDays(model.levelAt, model.pendingAt, grid, model.dayWeights);
  const odds = ((swaps / FALSE_FALL) * between(model.lastLevel - model.pendingLevel, before)) / glitch;
  return odds > BELIEVED_ODDS ? 'fall-and-swap' : null;
}

/** A device that says "some" most of the time says little by a number between. */
const isCoarseWord = (model: Model, env: FoldEnvironment): boolean =>
  isCoarse(env.profile) && model.vagueAt !== 0;

/** Gaps shorter than this hide no whole filling unseen … */
const GAP_OP_DAYS = 4;
/** … nor does use, expected or counted, of less than this. */
const GAP_USE = 0.3;
/** Bayes factor times prior odds from which a hidden swap is believed. */
const SWAP_ODDS = 1;

/**
 * A swap during silence that the level alone does not show. Both hypotheses are intervals of the same
 * use X over the gap: without a swap X ≈ last − y, with one X ≈ last + 1 − y; the counter, where there
 * is one, says what X was. Short of belief, the odds go into the doubt about the spare.
 */
function swapHiddenByGap(model: Model, y: number, expected: Expectation, env: FoldEnvironment): boolean {
  const { tau, countedUse } = expected;
  if (isCoarse(env.profile) || model.emptyAt !== 0) return false;
  const likelyUse = countedUse ?? model.rate * tau;
  if (likelyUse < GAP_USE || (countedUse === null && tau < GAP_OP_DAYS)) return false;
  const width = halfWidth(env.profile) + Math.sqrt(model.variance);
  const kept = model.lastLevel - y;
  const odds =
    countedUse === null
      ? oddsByMixture(posteriors(model, env.prior, 0.02), kept, width, tau)
      : oddsByCounter(countedUse, kept, width);
  if (odds > SWAP_ODDS) return true;
  if (model.shelf >= 0.5) model.shelfDoubt = Math.max(model.shelfDoubt, odds / (1 + odds));
  return false;
}

function oddsByMixture(experts: readonly Posterior[], kept: number, width: number, tau: number): number {
  const between = (use: number): number =>
    Math.max(mixtureExceeds(experts, use - width, tau) - mixtureExceeds(experts, use + width, tau), 1e-9);
  return between(kept + 1) / between(kept);
}

/** Coverage makes the counted use uncertain by a fifth. */
const COUNTED_SD = 0.2;

function oddsByCounter(use: number, kept: number, width: number): number {
  const sd = COUNTED_SD * use + width;
  const z = (wanted: number): number => (use - wanted) / sd;
  return Math.exp(0.5 * (z(kept) ** 2 - z(kept + 1) ** 2));
}
