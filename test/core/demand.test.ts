import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CountPmf, CountSum, fillingsToOrder } from '../../core/demand.ts';
import { fold } from '../../core/fold.ts';
import type { ConsumableState } from '../../core/state.ts';
import { DAY_MS, type StepContext } from '../../core/types.ts';
import { type Chance, chanceOf } from '../../device-sim/backtest/chance.ts';
import { contextWith, daily, morning, START, TONER } from './engine-support.ts';

const pmfs: fc.Arbitrary<CountPmf> = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })
  .filter((weights) => weights.some((weight) => weight > 0.01))
  .map((weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });

function draw(pmf: CountPmf, { uniform }: Chance): number {
  let left = uniform();
  for (const [k, p] of pmf.entries()) {
    left -= p;
    if (left < 0) return k;
  }
  return pmf.length - 1;
}

const sumOf = (terms: readonly CountPmf[]): CountSum => {
  const sum = new CountSum();
  for (const pmf of terms) sum.add(pmf);
  return sum;
};

const DRAWS = 3_000;
/** Standard errors of a share of the draws: by chance alone one in some 10^8 lies further off. */
const STANDARD_ERRORS = 6;

describe('the sum of counts', () => {
  test('has the quantiles that simulation finds', () => {
    fc.assert(
      fc.property(fc.array(pmfs, { minLength: 1, maxLength: 60 }), fc.integer(), (terms, seed) => {
        const sum = sumOf(terms);
        const chance = chanceOf('demand', seed);
        const draws = Array.from({ length: DRAWS }, () =>
          terms.reduce((total, pmf) => total + draw(pmf, chance), 0),
        );
        for (const p of [0.1, 0.5, 0.9]) {
          const margin = STANDARD_ERRORS * Math.sqrt((p * (1 - p)) / DRAWS);
          const quantile = sum.quantile(p);
          const share = (limit: number) => draws.filter((total) => total <= limit).length / DRAWS;
          expect(share(quantile)).toBeGreaterThanOrEqual(p - margin);
          expect(share(quantile - 1)).toBeLessThanOrEqual(p + margin);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('that is too wide to be kept exactly stays within one of the exact one', () => {
    const chance = chanceOf('wide');
    const terms = Array.from({ length: 6_000 }, () => {
      const p = 0.6 * chance.uniform() ** 3;
      return [1 - p, 0.8 * p, 0.2 * p];
    });
    let exact = [1];
    for (const pmf of terms) {
      const next = new Array<number>(exact.length + 2).fill(0);
      for (const [i, mass] of exact.entries()) {
        if (mass < 1e-16) continue;
        for (const [k, p] of pmf.entries()) next[i + k] = (next[i + k] ?? 0) + mass * p;
      }
      exact = next;
    }
    const sum = sumOf(terms);
    for (const p of [0.1, 0.5, 0.9]) {
      let mass = 0;
      const expected = exact.findIndex((share) => {
        mass += share;
        return mass >= p;
      });
      expect(Math.abs(sum.quantile(p) - expected)).toBeLessThanOrEqual(1);
    }
  });

  test('of nothing is nothing', () => {
    const sum = new CountSum();
    expect([sum.terms, sum.mean, sum.quantile(0.1), sum.quantile(0.9)]).toEqual([0, 0, 0, 0]);
  });
});

const WEEKS = [1, 2, 4, 8];
const OBSERVED_DAYS = 60;
const NOW = morning(OBSERVED_DAYS);
const until = WEEKS.map((weeks) => NOW + 7 * weeks * DAY_MS);
/** Use by the day, not by its kind: what is simulated knows no weekend. */
const AT_ONCE: StepContext = contextWith({
  calendar: { timeZone: 'UTC', closures: [], holds: [] },
  leadTime: { pmf: [1] },
});

interface Simulated {
  readonly state: ConsumableState;
  readonly level: number;
  readonly perDay: number;
}

/** A device that used at its own pace so far, read every day. */
function simulate(chance: Chance): Simulated {
  const perDay = Math.exp(0.4 * chance.normal()) / 60;
  let level = 0.05 + 0.95 * chance.uniform();
  const levels: number[] = [];
  for (let day = 0; day < OBSERVED_DAYS; day += 1) {
    level -= chance.gamma(1) * perDay;
    if (level < 0) level += 1;
    levels.push(Math.round(level * 100) / 100);
  }
  const { state } = fold(null, daily(levels), AT_ONCE, NOW);
  return { state, level, perDay };
}

/** Orders that it makes within the days to come, each when the filling before is used up. */
function countUntil({ level, perDay }: Simulated, days: number, chance: Chance): number {
  let used = 0;
  for (let day = 0; day < days; day += 1) used += chance.gamma(1) * perDay;
  return Math.max(Math.ceil(used - level), 0);
}

describe('what a fleet will order', () => {
  const chance = chanceOf('fleet', 7);
  const fleet = Array.from({ length: 120 }, () => simulate(chance));
  const needs = fleet.map(({ state }) =>
    fillingsToOrder({ state, context: AT_ONCE, onOrder: 0, now: NOW, until }),
  );
  const sums = WEEKS.map((_, i) => sumOf(needs.map((need) => need?.[i] ?? [1])));

  test('is what the same devices then use', () => {
    WEEKS.forEach((weeks, i) => {
      const futures = Array.from({ length: 60 }, () =>
        fleet.reduce((total, device) => total + countUntil(device, 7 * weeks, chance), 0),
      );
      const mean = futures.reduce((total, count) => total + count, 0) / futures.length;
      const [low = 0, high = 0] = [sums[i]?.quantile(0.01), sums[i]?.quantile(0.99)];
      expect(mean).toBeGreaterThanOrEqual(low);
      expect(mean).toBeLessThanOrEqual(high);
      const inside = futures.filter((count) => count >= low && count <= high).length;
      expect(inside / futures.length).toBeGreaterThan(0.85);
    });
  });

  test('never falls with a longer span, and each distribution is one', () => {
    for (const need of needs) {
      let before = 0;
      for (const pmf of need ?? []) {
        expect(pmf.every((p) => p >= 0)).toBe(true);
        expect(pmf.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
        const mean = pmf.reduce((sum, p, k) => sum + k * p, 0);
        expect(mean).toBeGreaterThanOrEqual(before - 1e-6);
        before = mean;
      }
    }
  });

  test('is less by what is on its way', () => {
    const onTheWay = fleet.map(({ state }) =>
      fillingsToOrder({ state, context: AT_ONCE, onOrder: 1, now: NOW, until }),
    );
    const sum = sumOf(onTheWay.map((need) => need?.at(-1) ?? [1]));
    const without = sums.at(-1)?.mean ?? 0;
    expect(sum.mean).toBeLessThan(without - 20);
  });

  test('is not known of a device that says nothing', () => {
    const { state } = fold(null, [], AT_ONCE, START);
    const request = { state, context: { ...AT_ONCE, profile: TONER }, onOrder: 0, now: NOW, until };
    expect(fillingsToOrder(request)).toBeNull();
  });
});
