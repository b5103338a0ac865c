import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOf } from '../../core/day-grid.ts';
import { EXPERTS } from '../../core/experts.ts';
import { opDays } from '../../core/op-clock.ts';
import {
  addScore,
  type DeviceSummary,
  refitPopulation,
  rootPopulation,
  SCORE_COUNTS,
} from '../../core/population.ts';
import { correctionFor, PIT_BINS, PIT_COUNTS } from '../../core/recalibration.ts';
import { step } from '../../core/step.ts';
import { contextWith, daily, morning, steady } from './engine-support.ts';

const parent = rootPopulation({ typicalLifeDays: 90 });
const week = [1.4, 1.4, 1.4, 1.4, 1.4, 0, 0, 0.1, 0.05];

function device(lifeDays: number, change: Partial<DeviceSummary> = {}): DeviceSummary {
  const exposure = 200;
  return {
    exposure,
    use: exposure / lifeDays,
    jitter: 0.7,
    surprise: EXPERTS.map(({ steadiness }) => (steadiness === 1.3 ? 0 : 6)),
    dayWeights: week,
    tellsDays: true,
    lowDays: 50,
    earlySwaps: 2,
    earlyHighest: 0.2,
    ...change,
  };
}

/** Medians of a life under a population: b₀/a₀-ish, by its log mean. */
const fleet = (n: number, lifeDays: number) =>
  Array.from({ length: n }, (_, i) => device(lifeDays * (1 + 0.1 * ((i % 5) - 2))));

describe('population', () => {
  it('learns the fleet: rate, spread, steadiness, weekdays, early swaps', () => {
    const taught = refitPopulation({ devices: fleet(200, 30), counts: [], parent, version: 3 });
    expect(taught.version).toBe(3);
    expect(taught.shape / taught.rate).toBeGreaterThan(25);
    expect(taught.shape / taught.rate).toBeLessThan(36);
    expect(taught.shape).toBeGreaterThan(parent.shape * 2);
    const steadyShare = EXPERTS.reduce(
      (sum, { steadiness }, k) => sum + (steadiness === 1.3 ? (taught.expertWeights[k] ?? 0) : 0),
      0,
    );
    expect(steadyShare).toBeGreaterThan(0.8);
    expect(Math.min(...taught.expertWeights)).toBeGreaterThan(0.001);
    expect(taught.dayWeights?.[5]).toBeLessThan(0.1);
    expect(taught.earlySwapPerDay).toBeCloseTo(0.04, 2);
    expect(taught.temptedBelow).toBeCloseTo(0.2, 2);
  });

  it('a small fleet leans on its parent, an empty one is its parent', () => {
    const few = refitPopulation({ devices: fleet(3, 30), counts: [], parent, version: 1 });
    const many = refitPopulation({ devices: fleet(300, 30), counts: [], parent, version: 1 });
    expect(few.rate / few.shape).toBeGreaterThan(parent.rate / parent.shape);
    expect(few.rate / few.shape).toBeLessThan(many.rate / many.shape);
    const none = refitPopulation({ devices: [], counts: [], parent, version: 1 });
    expect(none.rate).toBeCloseTo(parent.rate, 6);
    expect(none.shape).toBeCloseTo(parent.shape, 6);
  });

  it('weights are a distribution, whatever the fleet', () => {
    const summaries = fc.array(
      fc.double({ min: 5, max: 900, noNaN: true }).map((life) => device(life)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(summaries, (devices) => {
        const { expertWeights, shape, rate } = refitPopulation({ devices, counts: [], parent, version: 1 });
        expect(expertWeights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(shape).toBeGreaterThan(0);
        expect(rate).toBeGreaterThan(0);
      }),
    );
  });

  /** PIT values of a forecast that is sure of itself beyond reason: Beta(½, ½) by its quantiles. */
  const overconfident = (counts: number[], jitter: number): void => {
    for (let i = 0; i < 20_000; i += 1) {
      const u = Math.sin((Math.PI / 2) * ((i + 0.5) / 20_000)) ** 2;
      addScore(counts, { low: u, high: u, jitter });
    }
  };

  it('the recalibration map rises, keeps its ends, and undoes a known distortion', () => {
    const counts = new Array<number>(SCORE_COUNTS).fill(0);
    overconfident(counts, 0.5);
    const population = refitPopulation({ devices: [], counts, parent, version: 1 });
    const map = population.recalibration.slice(0, PIT_BINS + 1);
    expect(map[0]).toBe(0);
    expect(map.at(-1)).toBe(1);
    for (const [i, value] of map.entries()) expect(value).toBeGreaterThanOrEqual(map[i - 1] ?? 0);
    // P(U ≤ 0.05) of that distribution is 2/π·asin √0.05 = 0.1436.
    expect(correctionFor(0.5, population)(0.05)).toBeCloseTo(0.1436, 2);
    expect(correctionFor(0.5, null)(0.3)).toBe(0.3);
  });

  it('what erratic devices taught does not correct steady ones, and those between are told by both', () => {
    const counts = new Array<number>(SCORE_COUNTS).fill(0);
    overconfident(counts, 6);
    const population = refitPopulation({ devices: [], counts, parent, version: 1 });
    const at = (jitter: number) => correctionFor(jitter, population)(0.05);
    expect(at(0.3)).toBeCloseTo(0.05, 6);
    expect(at(1.2)).toBeCloseTo(0.05, 6);
    expect(at(6)).toBeCloseTo(0.1436, 2);
    expect(at(60)).toBeCloseTo(at(6), 9);
    for (const jitter of [2.6, 3, 4, 5]) {
      expect(at(jitter)).toBeGreaterThan(at(jitter - 0.1));
      expect(at(jitter)).toBeLessThan(at(6));
    }
    // A fleet that scored nothing takes over its parent's maps; a map of an older kind holds for all.
    const child = refitPopulation({ devices: [], counts: [], parent: population, version: 2 });
    for (const p of [0.01, 0.2, 0.93]) {
      expect(correctionFor(6, child)(p)).toBeCloseTo(correctionFor(6, population)(p), 9);
    }
    expect(correctionFor(6, { ...population, recalibration: [0, 0.2, 1] })(0.5)).toBe(0.2);
  });

  it('months are learned from what was used in them, lean on the parent, and average one', () => {
    const counts = new Array<number>(SCORE_COUNTS).fill(0);
    for (let month = 0; month < 12; month += 1) {
      const usual = month === 7 ? 0.6 : 1;
      for (let i = 0; i < 5000; i += 1)
        addScore(counts, {
          low: 0.5,
          high: 0.5,
          jitter: 1,
          season: { month, opDays: 7, usedOpDays: 7 * usual },
        });
    }
    const months = refitPopulation({ devices: [], counts, parent, version: 1 }).monthFactors ?? [];
    expect(months.reduce((a, b) => a + b, 0) / 12).toBeCloseTo(1, 9);
    expect((months[7] ?? 0) / (months[6] ?? 1)).toBeCloseTo(0.6, 1);
    const unseen = refitPopulation({
      devices: [],
      counts: [],
      parent: { ...parent, monthFactors: months },
      version: 1,
    }).monthFactors;
    for (const [month, factor] of months.entries()) expect(unseen?.[month]).toBeCloseTo(factor, 9);
  });

  it('a quiet August of the fleet runs the clock slower in August alone, and keeps the rate', () => {
    const monthFactors = Array.from({ length: 12 }, (_, month) => (month === 7 ? 0.5 : 1));
    const population = { ...refitPopulation({ devices: fleet(300, 30), counts: [], parent, version: 1 }) };
    const grid = gridOf({ timeZone: 'UTC', closures: [], holds: [] }, { ...population, monthFactors });
    const even = new Array<number>(9).fill(1);
    const span = (from: string, to: string) => opDays(Date.parse(from), Date.parse(to), grid, even);
    expect(span('2026-08-03', '2026-08-13')).toBeCloseTo(5, 9);
    expect(span('2026-09-07', '2026-09-17')).toBeCloseTo(10, 9);
    const heated = { timeZone: 'UTC', closures: [], holds: [], degreeDays: { normals: monthFactors } };
    expect(gridOf(heated, { ...population, monthFactors }).months).toBeNull();
  });

  it('a block known between two probabilities counts one in all', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.double({ min: 0, max: 100, noNaN: true }), (a, b, jitter) => {
        const counts = new Array<number>(PIT_COUNTS).fill(0);
        addScore(counts, { low: Math.min(a, b), high: Math.max(a, b), jitter });
        expect(counts).toHaveLength(PIT_COUNTS);
        expect(counts.reduce((x, y) => x + y, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('where spares come late nobody is tempted higher up: the threshold is never below that of the whole fleet', () => {
    const wide = refitPopulation({ devices: fleet(200, 30), counts: [], parent, version: 1 });
    const late = fleet(200, 300).map((one) => ({ ...one, earlyHighest: 0.1 }));
    expect(refitPopulation({ devices: late, counts: [], parent: wide, version: 1 }).temptedBelow).toBe(
      wide.temptedBelow,
    );
    expect(refitPopulation({ devices: late, counts: [], parent, version: 1 }).temptedBelow).toBeLessThan(
      0.12,
    );
  });

  it('blocks are scored once, when they are final', () => {
    const events = daily(steady(0.9, 0.012, 60));
    const context = contextWith();
    const atOnce = step(null, events, context, morning(60)).blockScores;
    let state = null;
    const one: unknown[] = [];
    for (const event of events) {
      const result = step(state, [event], context, event.at);
      state = result.state;
      one.push(...result.blockScores);
    }
    expect(one).toEqual(atOnce);
    expect(atOnce.length).toBeGreaterThanOrEqual(6);
    for (const { low, high } of atOnce) expect(low).toBeLessThanOrEqual(high);
  });

  it('a taught population makes a new device sensible from its first reading', () => {
    const population = refitPopulation({ devices: fleet(300, 30), counts: [], parent, version: 1 });
    const ignorant = step(null, daily([0.9]), contextWith(), morning(1)).decision.forecast;
    const taught = step(null, daily([0.9]), contextWith({ population }), morning(1)).decision.forecast;
    const width = (f: typeof taught) => (f?.p90 ?? 0) - (f?.p10 ?? 0);
    expect(width(taught)).toBeLessThan(width(ignorant) / 2);
  });
});
