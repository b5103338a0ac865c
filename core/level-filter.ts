import { meanRate, observe } from './depletion.ts';
import { hasCounter, isHistorical } from './event-ring.ts';
import { type FoldEnvironment, startFilling } from './filling.ts';
import { opDays } from './op-clock.ts';
import type { Model, RingEvent } from './state.ts';
import type { Instant } from './types.ts';

/** A fall of more than this within one reading waits for a second one: it may be a false zero. */
const SUDDEN_FALL = 0.2;
/** A rise of less than this is shaking, temperature or noise. */
const REBOUND = 0.12;
/** A rise this large to nearly full is a swap at once. */
const CLEAR_RISE = 0.35;
const NEARLY_FULL = 0.9;
/** A block is learned from after this many op-days and this many gauge steps, or after the longest. */
const BLOCK_OP_DAYS = 7;
const BLOCK_STEPS = 2;
const BLOCK_LONGEST_OP_DAYS = 56;
const FINE_QUANTUM = 0.02;

/** Standard deviation of one reading's error, the step included. */
const readingVariance = (env: FoldEnvironment): number =>
  env.profile.gaugeQuantum ** 2 / 12 + env.profile.gaugeNoise ** 2;
const halfWidth = (env: FoldEnvironment): number =>
  env.profile.gaugeQuantum / 2 + 1.5 * env.profile.gaugeNoise;

/** Folds one measured reading into the model. */
export function acceptReading(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const y = event.amount;
  if (!isHistorical(event)) model.vagueAt = 0;
  const newSerial = event.hash !== 0 && model.serial !== 0 && event.hash !== model.serial;
  if (event.hash !== 0) model.serial = event.hash;
  if (model.readings === 0 && model.swaps === 0) firstReading(model, event, env);
  else if (newSerial) swapped(model, event, event.at, y, env);
  else compareWithLast(model, event, env);
}

function compareWithLast(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const y = event.amount;
  const jump = y - model.lastLevel;
  const margin = 2 * halfWidth(env);
  const rises = jump > Math.max(REBOUND, margin);
  if (rises && jump > CLEAR_RISE && y >= NEARLY_FULL) swapped(model, event, event.at, y, env);
  else if (rises || -jump > Math.max(SUDDEN_FALL, margin)) pend(model, event, env);
  else {
    clearPending(model);
    follow(model, event, env);
  }
}

function clearPending(model: Model): void {
  model.pendingAt = 0;
  model.pendingCount = 0;
  model.pendingLevel = 0;
}

/** Keeps a jump until a second reading agrees with it. */
function pend(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const y = event.amount;
  const agrees =
    model.pendingCount > 0 && Math.abs(y - model.pendingLevel) <= Math.max(REBOUND, 2 * halfWidth(env));
  if (!agrees) {
    model.pendingAt = event.at;
    model.pendingLevel = y;
    model.pendingCount = 1;
    return;
  }
  if (y > model.lastLevel) swapped(model, event, model.pendingAt, y, env);
  else fellTo(model, event, env);
}

/** A confirmed fall: use that was not seen happening. */
function fellTo(model: Model, event: RingEvent, env: FoldEnvironment): void {
  clearPending(model);
  closeBlock(model, model.levelAt, env);
  settleLevel(model, event, event.amount, readingVariance(env));
  model.blockAt = event.at;
  model.blockLevel = event.amount;
}

function firstReading(model: Model, event: RingEvent, env: FoldEnvironment): void {
  model.firstAt = event.at;
  model.fillingAt = event.at;
  model.blockAt = event.at;
  model.blockLevel = event.amount;
  settleLevel(model, event, event.amount, readingVariance(env));
  model.rate = meanRate(model, env.prior);
}

function swapped(model: Model, event: RingEvent, at: Instant, y: number, env: FoldEnvironment): void {
  closeBlock(model, model.levelAt, env);
  startFilling(model, at, y, env);
  settleLevel(model, event, y, readingVariance(env));
  model.blockAt = event.at;
  model.blockLevel = y;
}

function settleLevel(model: Model, event: RingEvent, level: number, variance: number): void {
  model.level = level;
  model.variance = variance;
  model.lastLevel = event.amount;
  model.levelAt = event.at;
  if (model.firstAt === 0) model.firstAt = event.at;
  if (!isHistorical(event)) model.liveAt = event.at;
  if (hasCounter(event)) model.counter = event.counter;
  model.readings = Math.min(model.readings + 1, 0xffff);
}

/** Scalar Kalman step with the mean rate as drift, kept inside what the gauge's step allows. */
function follow(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const y = event.amount;
  const tau = opDays(model.levelAt, event.at, env.grid, model.dayWeights);
  const predicted = model.level - model.rate * tau;
  const spread = model.variance + model.rate ** 2 * tau * (1 + tau / 4);
  const noise = readingVariance(env);
  const gain = spread / (spread + noise);
  const width = halfWidth(env);
  const filtered = predicted + gain * (y - predicted);
  const level = Math.min(Math.max(filtered, y - width, 0), y + width, 1);
  settleLevel(model, event, level, Math.min((1 - gain) * spread, noise));
  const empty = y <= env.profile.gaugeNoise;
  if (empty && model.emptyAt === 0) {
    closeBlock(model, event.at, env);
    model.emptyAt = event.at;
  }
  if (!empty) model.emptyAt = 0;
  // Demand while empty is not seen: the clock of learning stands still.
  if (empty) restartBlock(model, event.at);
  else maybeCloseBlock(model, event.at, env);
}

function restartBlock(model: Model, at: Instant): void {
  model.blockAt = at;
  model.blockLevel = model.level;
}

function maybeCloseBlock(model: Model, at: Instant, env: FoldEnvironment): void {
  const tau = opDays(model.blockAt, at, env.grid, model.dayWeights);
  if (tau < BLOCK_OP_DAYS) return;
  const fine = env.profile.gaugeQuantum <= FINE_QUANTUM;
  const drop = model.blockLevel - model.level;
  if (fine || drop >= BLOCK_STEPS * env.profile.gaugeQuantum || tau >= BLOCK_LONGEST_OP_DAYS) {
    closeBlock(model, at, env);
  }
}

/** Learns from the block up to the level believed now, and starts the next one. */
function closeBlock(model: Model, at: Instant, env: FoldEnvironment): void {
  const tau = opDays(model.blockAt, at, env.grid, model.dayWeights);
  if (tau > 0.5) observe(model, env.prior, model.blockLevel - model.level, halfWidth(env), tau);
  restartBlock(model, at);
}
