import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { type BreakerRule, breakerVerdict } from '../../core/breaker.ts';

const RULE: BreakerRule = { floorPerDay: 20, chance: 1e-6, halfLifeDays: 7 };
const DAYS = 28;

/** Draws of a negative binomial distribution, as a Poisson's of a gamma's (by sums of exponentials). */
function counts(seed: number, mean: number, shape: number, n: number): number[] {
  const generator = xoroshiro128plus(seed);
  const exponential = () => -Math.log(1 - uniformFloat64(generator));
  return Array.from({ length: n }, () => {
    const rate = (mean / shape) * Array.from({ length: shape }, exponential).reduce((a, b) => a + b, 0);
    let [sum, events] = [exponential(), 0];
    while (sum < rate) {
      events += 1;
      sum += exponential();
    }
    return events;
  });
}

/** A new installation has no history: what its first weeks do is another question. */
const FIRST_DAYS = 14;

/** Trips over the days of a series, each judged by the days before it, newest first. */
function trips(series: readonly number[], rule = RULE): number {
  return series.filter((observed, i) => {
    if (i < FIRST_DAYS) return false;
    const days = series.slice(Math.max(i - DAYS, 0), i).toReversed();
    return breakerVerdict({ observed, days, accepted: null }, rule).trips;
  }).length;
}

const seeds = fc.integer({ min: 1, max: 2 ** 30 });

describe('the breaker', () => {
  test('no false alarm in years of days that scatter more than chance, steady or growing by a few percent a week', () => {
    let days = 0;
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0.2, max: 400, noNaN: true }),
        fc.integer({ min: 5, max: 60 }),
        fc.double({ min: 0, max: 0.05, noNaN: true }),
        (seed, mean, shape, growth) => {
          const steady = counts(seed, mean, shape, 365);
          const grown = steady.map((n, day) => Math.round(n * (1 + growth) ** (day / 7 / 2)));
          days += grown.length;
          expect(trips(grown)).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
    expect(days).toBeGreaterThan(50_000);
  });

  test('an order rate ten times the usual is always seen, whatever the history', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.integer({ min: 8, max: 60 }),
        (seed, mean, shape) => {
          const days = counts(seed, mean, shape, DAYS);
          const observed = Math.ceil(10 * Math.max(mean, ...days.slice(0, 1), RULE.floorPerDay));
          expect(breakerVerdict({ observed, days, accepted: null }, RULE).trips).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a dozen at most is never too many, even where nothing was ever ordered', () => {
    for (let observed = 0; observed <= RULE.floorPerDay; observed += 1) {
      for (const days of [[], [0], new Array<number>(DAYS).fill(0)]) {
        expect(breakerVerdict({ observed, days, accepted: null }, RULE).trips).toBe(false);
      }
    }
  });

  test('more orders never look more usual, and more history never less', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: DAYS }), fc.nat(2000), fc.nat(200), (days, n, more) => {
        const at = (observed: number) => breakerVerdict({ observed, days, accepted: null }, RULE);
        expect(at(n + more).probability).toBeLessThanOrEqual(at(n).probability + 1e-12);
        if (at(n).trips) expect(at(n + more).trips).toBe(true);
      }),
    );
  });

  test('lifted by people, it lets pass what they accepted, and trips again far above that', () => {
    const days = new Array<number>(DAYS).fill(10);
    const at = (observed: number, accepted: number | null) =>
      breakerVerdict({ observed, days, accepted }, RULE).trips;
    expect(at(200, null)).toBe(true);
    expect(at(200, 200)).toBe(false);
    expect(at(300, 200)).toBe(false);
    expect(at(2000, 200)).toBe(true);
  });

  test('the sum of the distribution is the sum of its terms', () => {
    // r = 4 (scatter 0.25 without a history), mean 20: P(N ≥ n) summed from its probability function.
    const [mean, r] = [20, 4];
    const p = mean / (mean + r);
    let term = (1 - p) ** r;
    let below = 0;
    for (let n = 0; n < 60; n += 1) {
      const { probability } = breakerVerdict({ observed: n, days: [], accepted: null }, RULE);
      expect(probability).toBeCloseTo(1 - below, 9);
      below += term;
      term *= ((n + r) / (n + 1)) * p;
    }
  });
});
