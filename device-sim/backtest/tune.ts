import { ewmaPolicy } from './policies/ewma.ts';
import { regressionPolicy } from './policies/plain-rules.ts';
import type { Policy } from './policy.ts';
import { windowFigures } from './summary.ts';
import { addWindow, emptyWindow, tallyDevice } from './tally.ts';
import { fixed, textTable } from './text-table.ts';
import { EWMA_GRID, REGRESSION_GRID, TRAIN_SEEDS } from './tuned-rules.ts';
import { BASE_WORLD } from './world-parameters.ts';

const TUNE_DEVICES = 300;

function candidates(): Policy[] {
  const regressions = REGRESSION_GRID.orderBelowDays.flatMap((orderBelowDays) =>
    REGRESSION_GRID.windowDays.map((windowDays) =>
      regressionPolicy(`regression < ${orderBelowDays} d over ${windowDays} d`, {
        orderBelowDays,
        windowDays,
      }),
    ),
  );
  const averages = EWMA_GRID.orderBelowDays.flatMap((orderBelowDays) =>
    EWMA_GRID.halfLifeDays.map((halfLifeDays) =>
      ewmaPolicy(`ewma < ${orderBelowDays} d, half-life ${halfLifeDays} d`, { orderBelowDays, halfLifeDays }),
    ),
  );
  return [...regressions, ...averages];
}

/** Tries every constant of the plain rules on the training seeds; the table, cheapest first. */
export function tuneRules(progress: (what: string) => (done: number, total: number) => void): string {
  const policies = candidates();
  const sums = policies.map(() => emptyWindow());
  const report = progress('training devices');
  TRAIN_SEEDS.forEach((seed, s) => {
    for (let index = 0; index < TUNE_DEVICES; index++) {
      const { policies: tallies } = tallyDevice(BASE_WORLD, seed, index, policies);
      tallies.forEach(({ main }, i) => {
        const sum = sums[i];
        if (sum !== undefined) addWindow(sum, main);
      });
      report(s * TUNE_DEVICES + index + 1, TRAIN_SEEDS.length * TUNE_DEVICES);
    }
  });
  const rows = policies
    .map(({ name }, i) => ({ name, ...windowFigures(sums[i] ?? emptyWindow()) }))
    .sort((a, b) => a.costPerCycle - b.costPerCycle)
    .map(({ name, stockoutPct, wastePct, shelfDays, costPerCycle }) => [
      name,
      fixed(stockoutPct, 2),
      fixed(wastePct, 2),
      fixed(shelfDays, 1),
      fixed(costPerCycle, 2),
    ]);
  return textTable(['rule', 'stockout %', 'waste %', 'shelf d', '€/cycle'], rows);
}
