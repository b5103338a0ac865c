import type { SeasonScore } from './block-score.ts';
import { dayOf, monthOf, seasonOf } from './day-grid.ts';
import type { FoldEnvironment } from './filling.ts';
import { halfWidth, isFine } from './gauge.ts';
import { accumulate, observe, refreshRate } from './mixture.ts';
import { opDays } from './op-clock.ts';
import type { Model } from './state.ts';
import type { Instant } from './types.ts';
import { levelPerUse } from './use-counter.ts';

/**
 * Use is learned in blocks: long enough that a block shows more than the gauge's step, and so that
 * the mixture, the costly part of folding, is touched about once a week of op-time.
 */

const BLOCK_OP_DAYS = 7;
/** A block seen through a coarse gauge ends where the gauge has just stepped, after about two steps or more. */
const BLOCK_STEPS = 1.8;
const BLOCK_LONGEST_OP_DAYS = 56;
/** A shorter remainder says nothing. */
const BLOCK_SHORTEST_OP_DAYS = 0.5;
/** Both ends of a block are known as well as the belief at its end says. */
const BELIEF_SDS = 1.5;
/** Use counted by the device: the share by which coverage may be off. */
const COUNTED_WIDTH = 0.1;

export function restartBlock(model: Model, at: Instant): void {
  model.blockAt = at;
  model.blockLevel = model.level;
  model.blockCounter = model.counter;
}

const isCounted = (model: Model, env: FoldEnvironment): boolean =>
  model.counter > 0 && model.blockCounter > 0 && levelPerUse(model, env.profile) > 0;

/** `stepped`: the gauge has just gone down, so that the level is known better than its steps are wide. */
export function maybeCloseBlock(model: Model, at: Instant, env: FoldEnvironment, stepped: boolean): void {
  const tau = opDays(model.blockAt, at, env.grid, model.dayWeights);
  if (tau < BLOCK_OP_DAYS) return;
  const drop = model.blockLevel - model.level;
  const seen = isFine(env.profile) || isCounted(model, env);
  const step = stepped && drop >= BLOCK_STEPS * env.profile.gaugeQuantum;
  if (seen || step || tau >= BLOCK_LONGEST_OP_DAYS) {
    closeBlock(model, at, env);
  }
}

/** Learns from the block up to the level believed now, and starts the next one. */
export function closeBlock(model: Model, at: Instant, env: FoldEnvironment): void {
  const tau = opDays(model.blockAt, at, env.grid, model.dayWeights);
  const drop = model.blockLevel - model.level;
  if (tau > BLOCK_SHORTEST_OP_DAYS) {
    const byGauge = Math.min(halfWidth(env.profile), BELIEF_SDS * Math.sqrt(2 * model.variance) + 0.002);
    const counted = isCounted(model, env);
    const width = counted ? Math.min(byGauge, COUNTED_WIDTH * Math.max(drop, 0) + 0.002) : byGauge;
    const season = seasonScore(model, at, drop, tau, env);
    const score = observe(model, env.prior, drop, width, tau);
    env.scores.push(season === null ? score : { ...score, season });
    noteShift(model, at);
  }
  restartBlock(model, at);
}

/** A device's rate speaks of a month only when it was learned over so long, from a block within about one month. */
const SEASON_KNOWN_OP_DAYS = 42;
const SEASON_LONGEST_OP_DAYS = 21;
/** One block in which far more was used than usual tells of a job, not of a month. */
const SEASON_MOST = 4;

/** What the block says of its month; null: nothing. */
function seasonScore(
  model: Model,
  at: Instant,
  drop: number,
  tau: number,
  { grid }: FoldEnvironment,
): SeasonScore | null {
  const known = model.exposure.at(-1) ?? 0;
  if (grid.season !== null || known < SEASON_KNOWN_OP_DAYS || tau > SEASON_LONGEST_OP_DAYS) return null;
  const middle = dayOf((model.blockAt + at) / 2, grid.timeZone);
  const days = tau / Math.max(seasonOf(middle, grid), 0.05);
  const used = Math.min(Math.max(drop, 0) / Math.max(model.rate, 1e-9), SEASON_MOST * days);
  return { month: monthOf(middle), opDays: days, usedOpDays: used };
}

/** A block younger than this is noise. */
const ANTICIPATED_OP_DAYS = 1;

/**
 * What the block that is not complete yet shows already, for decisions alone: its use joins the sums, so
 * that the newest days count; the experts' weights wait for its end. Steps of a coarse gauge are too wide.
 */
export function anticipateBlock(model: Model, env: FoldEnvironment): void {
  if (model.emptyAt !== 0 || model.rate === 0 || model.blockAt === 0) return;
  if (!isFine(env.profile) && !isCounted(model, env)) return;
  const tau = opDays(model.blockAt, model.levelAt, env.grid, model.dayWeights);
  if (tau <= ANTICIPATED_OP_DAYS) return;
  accumulate(model, Math.max(model.blockLevel - model.level, 0), tau);
  refreshRate(model, env.prior);
}

/** Recent use must differ from the long-run by this factor and by this many standard deviations. */
const SHIFT_LOG = 0.22;
const SHIFT_SDS = 2;
const SHIFT_RECENT_OP_DAYS = 20;
const SHIFT_USUAL_OP_DAYS = 60;

/** ln(recent rate / usual rate) when that is a shift, else 0. */
export function usageShift(model: Model): number {
  const [recentDays = 0, usualDays = 0] = model.exposure;
  const [recent = 0, usual = 0] = model.use;
  if (recentDays < SHIFT_RECENT_OP_DAYS || usualDays < SHIFT_USUAL_OP_DAYS) return 0;
  if (recent <= 0 || usual <= 0) return 0;
  const shift = Math.log(recent / recentDays / (usual / usualDays));
  const sd = Math.sqrt(Math.max(model.jitter, 0.2) / recentDays);
  return Math.abs(shift) > Math.max(SHIFT_LOG, SHIFT_SDS * sd) ? shift : 0;
}

function noteShift(model: Model, at: Instant): void {
  if (usageShift(model) === 0) model.shiftAt = 0;
  else if (model.shiftAt === 0) model.shiftAt = at;
}
