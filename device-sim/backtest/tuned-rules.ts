/**
 * Constants of the plain rules. `npm run backtest -- --tune` tries the grids below on the training seeds
 * (TRAIN_SEEDS, 300 devices each) and prints the cost of every point; the cheapest stand here, rounded to
 * the grid. They are not touched by the test seeds.
 */
export const REGRESSION_GRID = {
  orderBelowDays: [14, 21, 28, 35, 42, 56],
  windowDays: [14, 28, 56],
} as const;
export const EWMA_GRID = {
  orderBelowDays: [14, 18, 22, 28, 32, 35, 42, 50],
  halfLifeDays: [7, 14, 20, 28, 40, 56],
} as const;

export const TUNED_REGRESSION = { orderBelowDays: 21, windowDays: 28 } as const;
export const TUNED_EWMA = { orderBelowDays: 50, halfLifeDays: 56 } as const;

/** Seeds that rules and priors may be tuned on; tests and reports use others. */
export const TRAIN_SEEDS: readonly number[] = [1001, 1002];
/** Seeds of the default report. Nothing was tuned on them. */
export const TEST_SEEDS: readonly number[] = [7001, 7002];
