import { maybeCloseBlock, restartBlock } from './blocks.ts';
import { learnDays } from './day-weights.ts';
import { hasCounter, isHistorical, kindOfEvent, MEASURED, SOME } from './event-ring.ts';
import { begin, clearPending, type FoldEnvironment, startFilling, watchShelf } from './filling.ts';
import {
  type Belief,
  intervalOf,
  isCoarse,
  isFine,
  noiseOf,
  readingVariance,
  seeInterval,
  someInterval,
  turnedLow,
} from './gauge.ts';
import { opDays } from './op-clock.ts';
import type { Model, RingEvent } from './state.ts';
import { judgeJump, judgePending, SUDDEN_FALL } from './swap.ts';
import type { Instant } from './types.ts';
import { COUNTER_RELATIVE_VARIANCE, learnWear, levelPerUse, usesSince } from './use-counter.ts';

/** A belief wider than this is no belief. */
const VARIANCE_MAX = 0.08;
/** What a device that says only "some" is believed to hold at first sight. */
const FIRST_VAGUE: Belief = { level: 0.6, variance: 0.06 };
/** Squared relative error of the mean rate over a short time. */
const RATE_RELATIVE_VARIANCE = 0.1;

/** What is expected of a reading before seeing it. */
export interface Expectation extends Belief {
  /** Op-days since the last accepted reading. */
  readonly tau: number;
  /** Level that the counter says was used; null: not counted. */
  readonly countedUse: number | null;
}

/** Folds one reading of any kind into the model. */
export function acceptReading(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const measured = kindOfEvent(event) === MEASURED;
  const wasVague = model.vagueAt !== 0;
  if (!isHistorical(event)) {
    if (measured) model.vagueAt = 0;
    else if (!wasVague) model.vagueAt = event.at;
  }
  const swapBySerial = event.hash !== 0 && model.serial !== 0 && event.hash !== model.serial;
  if (event.hash !== 0) model.serial = event.hash;
  if (swapBySerial && measured) startAnew(model, event, event.at, env);
  else if (model.levelAt === 0 || (measured && model.readings === 0 && model.swaps === 0))
    first(model, event, env);
  else if (!measured) hearVaguely(model, event, env);
  else {
    const agrees = model.pendingCount > 0 && agreesWithPending(model, event, env);
    const pending = agrees ? null : judgePending(model, event, expect(model, event, env), env);
    if (pending !== null) believePending(model, pending, env);
    const expected = expect(model, event, env);
    const verdict = judgeJump(model, event, expected, wasVague, env);
    if (verdict === 'follow') follow(model, event, expected, env, wasVague);
    else if (verdict === 'swap') startAnew(model, event, event.at, env);
    else pend(model, event, env);
  }
  if (hasCounter(event) && model.pendingCount === 0) model.counter = event.counter;
  if (model.blockCounter === 0) model.blockCounter = model.counter;
  if (model.fillingCounter === 0 && model.swaps > 0) model.fillingCounter = model.counter;
}

function expect(model: Model, event: RingEvent, env: FoldEnvironment): Expectation {
  const tau = model.emptyAt === 0 ? opDays(model.levelAt, event.at, env.grid, model.dayWeights) : 0;
  const uses = usesSince(model, event);
  const perUse = uses === null ? 0 : levelPerUse(model, env.profile);
  if (uses !== null && perUse > 0) {
    const used = uses * perUse;
    const variance = model.variance + used * used * COUNTER_RELATIVE_VARIANCE + 1e-6;
    return { level: model.level - used, variance, tau, countedUse: used };
  }
  const spread = model.rate ** 2 * (tau * model.jitter + tau * tau * RATE_RELATIVE_VARIANCE);
  const variance = Math.min(model.variance + spread, VARIANCE_MAX);
  return { level: model.level - model.rate * tau, variance, tau, countedUse: null };
}

function first(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const measured = kindOfEvent(event) === MEASURED;
  const belief = measured ? { level: event.amount, variance: readingVariance(env.profile) } : FIRST_VAGUE;
  model.fillingAt = event.at;
  begin(model, env);
  if (measured) settle(model, event, belief);
  else settleVaguely(model, event, belief);
  if (hasCounter(event)) model.counter = event.counter;
  restartBlock(model, event.at);
}

function settleVaguely(model: Model, event: RingEvent, belief: Belief): void {
  model.level = Math.min(Math.max(belief.level, 0), 1);
  model.variance = Math.min(belief.variance, VARIANCE_MAX);
  model.levelAt = event.at;
}

function settle(model: Model, event: RingEvent, belief: Belief): void {
  settleVaguely(model, event, belief);
  model.lastLevel = event.amount;
  if (model.firstAt === 0) model.firstAt = event.at;
  if (!isHistorical(event)) model.liveAt = event.at;
  model.readings = Math.min(model.readings + 1, 0xffff);
}

/** "Some" bounds the level from below; "unknown" only brings the counter along. */
function hearVaguely(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const expected = expect(model, event, env);
  const some = kindOfEvent(event) === SOME;
  if (!some && expected.countedUse === null) return;
  watchShelf(model, event.at, expected.tau, env.prior.temptedBelow);
  settleVaguely(model, event, some ? seeInterval(expected, someInterval(env.profile)) : expected);
  if (expected.countedUse !== null) maybeCloseBlock(model, event.at, env, false);
}

/** A new filling seen in the telemetry, put in at `at`. */
function startAnew(model: Model, event: RingEvent, at: Instant, env: FoldEnvironment): void {
  startFilling(model, at, event.amount, env);
  settle(model, event, { level: event.amount, variance: readingVariance(env.profile) });
  if (hasCounter(event)) model.counter = event.counter;
  restartBlock(model, event.at);
}

/** Two readings of one jump agree within this. */
const AGREEMENT = 0.12;

function agreesWithPending(model: Model, event: RingEvent, env: FoldEnvironment): boolean {
  const within = Math.max(AGREEMENT, env.profile.gaugeQuantum + 3 * noiseOf(env.profile));
  return Math.abs(event.amount - model.pendingLevel) <= within;
}

/** Takes up the jump that was kept, as if it had been believed when it came. */
function believePending(model: Model, what: 'swap' | 'fall-and-swap', env: FoldEnvironment): void {
  const kept = {
    at: model.pendingAt,
    seq: 0,
    code: MEASURED,
    amount: model.pendingLevel,
    counter: 0,
    hash: 0,
  };
  if (what === 'swap') startAnew(model, kept, kept.at, env);
  else {
    clearPending(model);
    follow(model, kept, expect(model, kept, env), env);
    model.beforeFall = 0;
  }
}

/** Keeps a jump until a second reading agrees with it. */
function pend(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const y = event.amount;
  if (model.pendingCount === 0 || !agreesWithPending(model, event, env)) {
    model.pendingAt = event.at;
    model.pendingLevel = y;
    model.pendingCount = 1;
  } else if (y > model.level && y <= model.beforeFall + RECOVERY) recover(model, event, env);
  else if (y > model.level) startAnew(model, event, model.pendingAt, env);
  else {
    clearPending(model);
    follow(model, event, expect(model, event, env), env);
    if (hasCounter(event)) model.counter = event.counter;
  }
}

/** A rise to no more than this above the level before the last fall takes the fall back: it was false. */
const RECOVERY = 0.04;

function recover(model: Model, event: RingEvent, env: FoldEnvironment): void {
  clearPending(model);
  settle(model, event, { level: event.amount, variance: readingVariance(env.profile) });
  model.beforeFall = 0;
  model.emptyAt = 0;
  if (hasCounter(event)) model.counter = event.counter;
  restartBlock(model, event.at);
}

function follow(
  model: Model,
  event: RingEvent,
  expected: Expectation,
  env: FoldEnvironment,
  wasVague = false,
): void {
  const y = event.amount;
  const { profile } = env;
  clearPending(model);
  const turned = wasVague && model.lastLevel > profile.gaugeQuantum ? turnedLow(y, profile) : null;
  watchShelf(
    model,
    event.at,
    expected.tau === 0 ? opDays(model.levelAt, event.at, env.grid, model.dayWeights) : expected.tau,
    env.prior.temptedBelow,
  );
  const stepped = y < model.lastLevel - profile.gaugeQuantum / 2;
  if (turned === null) learnFrom(model, event, expected, env);
  else learnFilling(model, event, turned);
  // Only the very next readings can take a fall back: a level that stays was true.
  model.beforeFall = model.lastLevel - y > SUDDEN_FALL ? model.lastLevel : 0;
  settle(model, event, turned ?? seeInterval(expected, intervalOf(y, profile)));
  // A coarse gauge's lowest step is not empty; OUT of an OK/LOW/OUT gauge is.
  const empty = y <= noiseOf(profile) && (isFine(profile) || isCoarse(profile) || model.level < 0.005);
  if (empty) stopClock(model, event, env);
  else {
    model.emptyAt = 0;
    maybeCloseBlock(model, event.at, env, stepped);
  }
}

/** Demand while empty is not seen: the block ends at the first empty reading and none runs until a swap. */
function stopClock(model: Model, event: RingEvent, env: FoldEnvironment): void {
  if (model.emptyAt === 0) {
    model.emptyAt = event.at;
    maybeCloseBlock(model, event.at, env, true);
  }
  restartBlock(model, event.at);
}

/** What a gauge that only says "some" could not tell on the way: the uses of a filling down to LOW. */
function learnFilling(model: Model, event: RingEvent, turned: Belief): void {
  if (!hasCounter(event) || model.fillingCounter <= 0) return;
  learnWear(model, 1 - turned.level, event.counter - model.fillingCounter);
}

/** Weekday weights from the finest measure there is, and level per use from the gauge against the counter. */
function learnFrom(model: Model, event: RingEvent, expected: Expectation, env: FoldEnvironment): void {
  if (model.emptyAt !== 0) return;
  const byGauge = model.lastLevel - event.amount;
  if (expected.countedUse !== null) {
    learnDays(model, model.levelAt, event.at, expected.countedUse, env.grid);
    const uses = usesSince(model, event) ?? 0;
    const filtered = model.level - seeInterval(expected, intervalOf(event.amount, env.profile)).level;
    learnWear(model, filtered, uses);
  } else if (isFine(env.profile)) learnDays(model, model.levelAt, event.at, byGauge, env.grid);
}
