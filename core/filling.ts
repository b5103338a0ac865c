import type { DayGrid } from './day-grid.ts';
import { meanRate, type Prior } from './depletion.ts';
import type { Model } from './state.ts';
import type { ConsumableProfile, Instant } from './types.ts';

/** What folding needs of the context. */
export interface FoldEnvironment {
  readonly grid: DayGrid;
  readonly prior: Prior;
  readonly profile: ConsumableProfile;
  /** Swaps found so far, in order. */
  readonly swaps: Instant[];
}

/** A swap put the next filling in: one less on the shelf. */
function takeFromShelf(model: Model): void {
  model.shelf = Math.max(model.shelf - 1, 0);
}

/** Begins a new filling with `level` in it. */
export function startFilling(model: Model, at: Instant, level: number, env: FoldEnvironment): void {
  takeFromShelf(model);
  model.fillingAt = at;
  model.levelAt = at;
  model.level = level;
  model.variance = env.profile.gaugeNoise ** 2 + env.profile.gaugeQuantum ** 2 / 12;
  model.blockAt = at;
  model.blockLevel = level;
  model.pendingAt = 0;
  model.pendingCount = 0;
  model.emptyAt = 0;
  model.swaps = Math.min(model.swaps + 1, 0xffff);
  if (model.rate === 0) model.rate = meanRate(model, env.prior);
  env.swaps.push(at);
}
