import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceOf } from '../../device-sim/backtest/chance.ts';
import { drawDevice } from '../../device-sim/backtest/device-world.ts';
import { clairvoyant, demandOracle, processOracle } from '../../device-sim/backtest/policies/oracles.ts';
import { thresholdPolicy } from '../../device-sim/backtest/policies/plain-rules.ts';
import type { Policy, Review } from '../../device-sim/backtest/policy.ts';
import { arrivalDay, simulateDevice } from '../../device-sim/backtest/simulate.ts';
import { addWindow, emptyWindow, tallyDevice } from '../../device-sim/backtest/tally.ts';
import { epochDay, weekdayOf } from '../../device-sim/backtest/world-calendar.ts';
import { BASE_WORLD, WORLDS, type WorldParameters } from '../../device-sim/backtest/world-parameters.ts';

const NO_FORECASTS = { forecastEveryDays: 0, onForecast: () => undefined };
const SHORT: WorldParameters = { ...BASE_WORLD, horizonDays: 240 };

test('a seed is a world: the same again, and another for another seed, device or purpose', () => {
  expect(drawDevice(SHORT, 5, 3)).toEqual(drawDevice(SHORT, 5, 3));
  const use = drawDevice(SHORT, 5, 3).use;
  expect(drawDevice(SHORT, 6, 3).use).not.toEqual(use);
  expect(drawDevice(SHORT, 5, 4).use).not.toEqual(use);
  const draws = (...key: (string | number)[]) => Array.from({ length: 200 }, chanceOf(...key).uniform);
  const correlation = (a: number[], b: number[]): number =>
    a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] ?? 0) - 0.5), 0) / a.length / (1 / 12);
  expect(Math.abs(correlation(draws(1, 'use'), draws(2, 'use')))).toBeLessThan(0.25);
  expect(Math.abs(correlation(draws(1, 'use'), draws(1, 'lead')))).toBeLessThan(0.25);
});

test('gamma draws have the mean and the variance of their shape', () => {
  for (const shape of [0.05, 0.5, 3, 40]) {
    const chance = chanceOf('gamma', shape);
    const draws = Array.from({ length: 20_000 }, () => chance.gamma(shape));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(mean / shape).toBeGreaterThan(0.9);
    expect(mean / shape).toBeLessThan(1.1);
    expect(variance / shape).toBeGreaterThan(0.8);
    expect(variance / shape).toBeLessThan(1.2);
  }
});

/** Records what the world shows, orders by its own rule. */
function watcher(rule: (review: Review, left: number) => boolean): {
  policy: Policy;
  levels: number[];
  reviews: Review[];
} {
  const reviews: Review[] = [];
  const levels: number[] = [];
  const policy: Policy = {
    name: 'watcher',
    start: () => ({
      review: (review, truth) => {
        reviews.push(review);
        levels.push(truth.left / truth.capacity);
        const order = review.openOrder === null && truth.shelf === 0 && rule(review, truth.left);
        return { quantity: order ? 1 : 0, asks: false, expectedDays: null, believedShelf: truth.shelf };
      },
    }),
  };
  return { policy, levels, reviews };
}

test('policies meet the same days: as long as two act alike, everything is alike', () => {
  for (let index = 0; index < 6; index++) {
    const world = drawDevice(SHORT, 11, index);
    const one = watcher((_, left) => left < 0.4);
    const other = watcher((review, left) => review.day < 100 && left < 0.4);
    simulateDevice(world, one.policy, NO_FORECASTS);
    simulateDevice(world, other.policy, NO_FORECASTS);
    expect(other.levels.slice(0, 100)).toEqual(one.levels.slice(0, 100));
    expect(other.reviews.slice(0, 100)).toEqual(one.reviews.slice(0, 100));
  }
});

test('nothing is lost: what was used, thrown away and is left adds up to what was filled in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.double({ min: 0, max: 0.6, noNaN: true }),
      (index, limit) => {
        const world = drawDevice(SHORT, 3, index);
        const { policy, levels } = watcher((_, left) => left <= limit);
        const { cycles: all, orders } = simulateDevice(world, policy, NO_FORECASTS);
        const cycles = all.filter(({ installed }) => installed);
        expect(cycles.length).toBeLessThanOrEqual(orders.length);
        for (const { residual, shelfDays, stockout, lostDays } of cycles) {
          expect(residual).toBeGreaterThanOrEqual(0);
          expect(residual).toBeLessThan(BASE_WORLD.earlySwap.belowLevel);
          expect(shelfDays).toBeGreaterThanOrEqual(0);
          // A stockout and a thrown-away rest exclude each other.
          if (stockout) expect(residual).toBe(0);
          else expect(lostDays).toBe(0);
        }
        const capacities = world.faults.fillings.slice(0, cycles.length + 1).map(({ capacity }) => capacity);
        const filled =
          capacities.reduce((a, b) => a + b, 0) - (capacities[0] ?? 0) * (1 - world.initialLevel);
        const wasted = cycles.reduce((sum, { residual }, i) => sum + residual * (capacities[i] ?? 0), 0);
        const left = (levels.at(-1) ?? 0) * (capacities.at(-1) ?? 0);
        const demanded = world.use.slice(0, world.days).reduce((a, b) => a + b, 0);
        const used = filled - wasted - left;
        expect(used).toBeLessThanOrEqual(demanded + 1e-9);
        if (all.every(({ stockout }) => !stockout) && left > 0) expect(used).toBeCloseTo(demanded, 9);
      },
    ),
    { numRuns: 30 },
  );
});

test('who knows more pays less: clairvoyant, demand oracle, process oracle, a threshold', () => {
  const policies = [clairvoyant, demandOracle, processOracle, thresholdPolicy('threshold-20', 0.2)];
  const sums = policies.map(() => emptyWindow());
  for (let index = 0; index < 20; index++) {
    tallyDevice({ ...BASE_WORLD, horizonDays: 300 }, 21, index, policies).policies.forEach((tally, i) => {
      addWindow(sums[i] ?? emptyWindow(), tally.main);
    });
  }
  const costs = sums.map(({ cost, cycles }) => cost / cycles);
  expect(costs).toEqual([...costs].sort((a, b) => a - b));
  expect(costs[0]).toBeLessThan(0.5);
});

test('parcels travel on working days only', () => {
  const world = drawDevice(SHORT, 7, 0);
  const friday = Array.from({ length: 60 }, (_, i) => i).find(
    (day) =>
      weekdayOf(world.firstDay + day) === 4 && [3, 4, 5].every((later) => world.workday[day + later] === 1),
  );
  expect(friday).toBeDefined();
  expect(arrivalDay(world, friday ?? 0, 1)).toBe((friday ?? 0) + 3);
  expect(arrivalDay(world, friday ?? 0, 3)).toBe((friday ?? 0) + 5);
  expect(weekdayOf(epochDay('2026-11-21'))).toBe(5);
});

test('every named world can be lived in, and lost parcels are lost', () => {
  for (const [name, parameters] of Object.entries(WORLDS)) {
    const { policies } = tallyDevice({ ...parameters, horizonDays: 200 }, 2, 1, [thresholdPolicy('t', 0.3)]);
    expect(policies[0]?.main.days, name).toBe(125);
  }
  const lost = drawDevice({ ...BASE_WORLD, leadTimes: { ...BASE_WORLD.leadTimes, lostShare: 1 } }, 1, 1);
  const { policy } = watcher((_, left) => left < 0.5);
  const outcome = simulateDevice(lost, policy, NO_FORECASTS);
  expect(outcome.orders.length).toBeGreaterThan(1);
  // Nothing ever arrives: one stockout that the end of the world closes.
  expect(outcome.cycles).toMatchObject([{ installed: false, stockout: true }]);
  expect(outcome.cycles[0]?.lostDays).toBeGreaterThan(100);
});
