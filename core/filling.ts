import type { BlockScore } from './block-score.ts';
import { closeBlock, restartBlock } from './blocks.ts';
import type { DayGrid } from './day-grid.ts';
import { readingVariance } from './gauge.ts';
import { IDLE_FIRST, type Prior, refreshRate } from './mixture.ts';
import { opDays } from './op-clock.ts';
import { type Model, roundVectors } from './state.ts';
import { type ConsumableProfile, DAY_MS, type Instant } from './types.ts';

/** What a swap tells beside its time. */
export interface SwapNote {
  /** Fraction left in the filling that was taken out; null: not known. */
  readonly left: number | null;
  /** Whether a spare was believed to be at hand. */
  readonly spare: boolean;
}

/** What folding needs of the context. */
export interface FoldEnvironment {
  readonly grid: DayGrid;
  readonly prior: Prior;
  readonly profile: ConsumableProfile;
  /** Swaps found so far, in order. */
  readonly swaps: Instant[];
  /** What was known of each when it happened. */
  readonly swapNotes: Map<Instant, SwapNote>;
  /** Scores of the blocks learned so far. */
  readonly scores: BlockScore[];
}

/** A filling replaced with more than this in it was replaced early. */
const EARLY_RESIDUAL = 0.04;
/** One that last read more than this, and two days' use, had not just run out. */
const NOT_YET_OUT = 0.1;
const SHELF_MAX = 1000;

const notYetOut = (model: Model): boolean => model.level > NOT_YET_OUT + 2 * model.rate;

/** A spare beside a filling so low that people think of replacing it. */
const tempts = (model: Model, temptedBelow: number): boolean =>
  model.shelf >= 0.5 && model.level < temptedBelow && notYetOut(model);

const lowDaysUntil = (model: Model, at: Instant): number =>
  Math.min((at - model.levelAt) / DAY_MS, LONGEST_STEP_DAYS);

/** Begins a new filling with `level` in it. */
export function startFilling(model: Model, at: Instant, level: number, env: FoldEnvironment): void {
  closeBlock(model, model.levelAt, env);
  const early = model.level - model.rate * opDays(model.levelAt, at, env.grid, model.dayWeights);
  // The stretch in which it happened counts like those in which it did not: else the hazard comes out too high.
  if (model.levelAt > 0 && tempts(model, env.prior.temptedBelow)) {
    model.earlySwaps += 1;
    model.lowDays += lowDaysUntil(model, at);
  }
  if (model.shelf >= 0.5 && model.levelAt > 0 && model.vagueAt === 0 && early > EARLY_RESIDUAL) {
    model.earlyHighest = Math.max(model.earlyHighest, Math.min(early, 1));
  }
  const left = model.levelAt === 0 || model.readings === 0 ? null : Math.min(Math.max(early, 0), 1);
  env.swapNotes.set(at, { left, spare: model.shelf >= 0.5 });
  model.shelf = Math.max(model.shelf - 1, 0);
  // The doubted spare is the last one: what spoke against it still does when another was put in.
  model.shelfDoubt = model.shelf >= 0.5 ? Math.max(model.shelfDoubt, PHANTOM) : 0;
  model.beforeFall = 0;
  model.fillingCounter = 0;
  model.fillingAt = at;
  model.levelAt = at;
  model.level = level;
  model.lastLevel = level;
  model.variance = readingVariance(env.profile);
  model.emptyAt = 0;
  clearPending(model);
  model.swaps = Math.min(model.swaps + 1, 0xffff);
  if (model.rate === 0) begin(model, env);
  restartBlock(model, at);
  env.swaps.push(at);
}

/** Takes the prior's picture when the first level becomes known. */
export function begin(model: Model, env: FoldEnvironment): void {
  model.dayWeights.set(env.prior.dayWeights);
  model.idleShare = IDLE_FIRST;
  roundVectors(model);
  refreshRate(model, env.prior);
}

export function clearPending(model: Model): void {
  model.pendingAt = 0;
  model.pendingCount = 0;
  model.pendingLevel = 0;
}

export function delivered(model: Model, at: Instant, quantity: number): void {
  model.deliveredAt = Math.max(model.deliveredAt, at);
  if (at <= model.countedAt) return;
  if (model.shelf < 0.5) model.shelfDoubt = PHANTOM;
  model.shelf = Math.min(model.shelf + quantity, SHELF_MAX);
}

export function counted(model: Model, at: Instant, quantity: number): void {
  model.countedAt = at;
  model.shelf = Math.min(Math.max(quantity, 0), SHELF_MAX);
  model.shelfDoubt = 0;
}

/** A spare told of is not there with this probability: lost, lent, put in unseen. */
const PHANTOM = 0.06;
/** A device that is empty beside a spare is refilled within about a day of use, an erratic one when it is next used … */
const REFILL_OP_DAYS = 0.7;
/** … but a gauge at zero may hide this much. */
const HIDDEN_AT_ZERO = 0.02;
const LONGEST_STEP_DAYS = 3;
/** A delivery to a device that stands empty is put in within this. */
const UNTOUCHED_MS = 1.2 * DAY_MS;

/** Learns from the time since the last reading, spent with what was believed to be on the shelf. */
export function watchShelf(model: Model, at: Instant, opElapsed: number, temptedBelow: number): void {
  if (model.shelf < 0.5) return;
  if (model.emptyAt !== 0) {
    if (model.shelf >= 1.5) {
      // What was just delivered is not put in either: the device is not empty, and nothing spoke against the spare.
      if (at - model.deliveredAt > UNTOUCHED_MS) model.shelfDoubt = PHANTOM;
      return;
    }
    // Bayes on the odds: staying empty has likelihood e^(−t/c) with a spare, 1 without.
    const refill = REFILL_OP_DAYS * Math.max(model.jitter, 1);
    const patience = refill + HIDDEN_AT_ZERO / Math.max(model.rate, 1e-6);
    const prior = Math.max(model.shelfDoubt, PHANTOM);
    const odds = (prior / (1 - prior)) * Math.exp(Math.min(opElapsed / patience, 10));
    model.shelfDoubt = Math.min(odds / (1 + odds), 0.999);
  } else if (tempts(model, temptedBelow)) model.lowDays += lowDaysUntil(model, at);
}
