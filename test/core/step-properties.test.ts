import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOf } from '../../core/day-grid.ts';
import { runOut } from '../../core/depletion.ts';
import { fold } from '../../core/fold.ts';
import { priorOf } from '../../core/mixture.ts';
import { weigh } from '../../core/reorder.ts';
import type { ConsumableState } from '../../core/state.ts';
import { decodeState, encodeState, isOutdated, RING_SIZE, STATE_MAX_BYTES } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { type ConsumableEvent, type Costs, DAY_MS, HOUR_MS } from '../../core/types.ts';
import {
  contextWith,
  daily,
  firstOrderDay,
  history,
  measured,
  morning,
  reading,
  START,
  steady,
  TONER,
} from './engine-support.ts';

const context = contextWith();

/** A device's life: some use every day, now and then a strange reading, a swap when it is empty. */
const life = fc
  .array(
    fc.record({
      use: fc.double({ min: 0, max: 0.06, noNaN: true }),
      strange: fc.constantFrom(
        'none',
        'none',
        'none',
        'none',
        'none',
        'none',
        'zero',
        'some',
        'unknown',
        'silent',
      ),
      pages: fc.boolean(),
    }),
    { minLength: 3, maxLength: 70 },
  )
  .map((days) => {
    let level = 1;
    let pages = 500;
    return days.flatMap(({ use, strange, pages: counts }, day): ConsumableEvent[] => {
      pages += Math.round(use * 2500);
      level = level - use <= 0 ? 1 : level - use;
      const shown = Math.round(level * 100) / 100;
      if (strange === 'silent') return [];
      const seen =
        strange === 'some' || strange === 'unknown'
          ? { kind: strange }
          : measured(strange === 'zero' ? 0 : shown);
      return [reading(morning(day), day + 1, seen, { useCounter: counts ? pages : null })];
    });
  })
  .filter((events) => events.length > 1);

const end = START + 120 * DAY_MS;

function foldInBatches(events: readonly ConsumableEvent[], cuts: readonly number[]): ConsumableState {
  let state: ConsumableState | null = null;
  let from = 0;
  for (const cut of [...cuts.map((c) => c % (events.length + 1)).sort((a, b) => a - b), events.length]) {
    if (cut < from) continue;
    state = fold(state, events.slice(from, cut), context, end).state;
    from = cut;
  }
  return state ?? fold(null, [], context, end).state;
}

const sameDecision = (a: ConsumableState, b: ConsumableState): void => {
  const now = morning(72);
  expect(step(a, [], context, now).decision).toEqual(step(b, [], context, now).decision);
};

describe('one history, one state', () => {
  it('batches change nothing', () => {
    fc.assert(
      fc.property(life, fc.array(fc.nat(), { maxLength: 6 }), (events, cuts) => {
        expect(foldInBatches(events, cuts)).toEqual(foldInBatches(events, []));
      }),
    );
  });

  it('repeated readings change nothing, at once or much later', () => {
    fc.assert(
      fc.property(life, (events) => {
        const once = foldInBatches(events, []);
        const twice = foldInBatches([...events, ...events], []);
        expect(twice).toEqual(once);
        expect(fold(once, events, context, end).state).toEqual(once);
      }),
    );
  });

  it('readings that overtake each other by less than the ring change nothing, one by one', () => {
    fc.assert(
      fc.property(life, fc.infiniteStream(fc.nat({ max: RING_SIZE - 1 })), (events, delays) => {
        // Delayed by up to RING_SIZE − 1 places: at most that many newer ones come before it.
        const late = events
          .map((event, i) => ({ event, place: i + (delays.next().value ?? 0) + (0.5 * ((i % 2) + 1)) / 4 }))
          .sort((a, b) => a.place - b.place)
          .map(({ event }) => event);
        const cuts = late.map((_, i) => i);
        sameDecision(foldInBatches(late, cuts), foldInBatches(events, []));
      }),
    );
  });

  it('encoding loses nothing, and is small', () => {
    fc.assert(
      fc.property(life, life, (before, after) => {
        const state = foldInBatches(before, []);
        const bytes = encodeState(state);
        expect(bytes.byteLength).toBeLessThanOrEqual(400);
        const decoded = decodeState(bytes);
        if (isOutdated(decoded)) throw new Error('a fresh encoding is not outdated');
        expect(decoded).toEqual(state);
        expect(fold(decoded, after, context, end).state).toEqual(fold(state, after, context, end).state);
      }),
    );
    expect(STATE_MAX_BYTES).toBeLessThanOrEqual(400);
  });

  it('another schema version or a cut encoding is outdated, not misread', () => {
    const bytes = encodeState(fold(null, daily([0.5, 0.49]), context, end).state);
    expect(decodeState(bytes.slice(0, -1))).toEqual({ outdated: true });
    bytes[0] = 255;
    expect(decodeState(bytes)).toEqual({ outdated: true });
  });

  it('is pure: the state given is left as it was', () => {
    const state = fold(null, daily(steady(0.8, 0.02, 20)), context, end).state;
    const copy = structuredClone(state);
    step(state, daily(steady(0.4, 0.02, 5), 20), context, morning(26));
    expect(state).toEqual(copy);
  });
});

describe('what must be monotone', () => {
  // Of a device whose use is known. In the first weeks two histories also teach two different spreads of
  // use, and the one that looks more erratic may order some days earlier although it uses less.
  it('more use never orders later', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.006, max: 0.012, noNaN: true }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 1.05, max: 2.5, noNaN: true }),
        (usual, change, factor) => {
          const known = steady(1, usual, 40);
          const left = known.at(-1) ?? 0;
          const orders = (perDay: number) =>
            firstOrderDay(history(daily([...known, ...steady(left - perDay, perDay, 100)])));
          const slow = orders(usual * change);
          const fast = orders(usual * change * factor);
          if (slow === null) return;
          expect(fast).not.toBeNull();
          expect(fast ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(slow);
        },
      ),
      { numRuns: 25 },
    );
  });

  const { state, tip } = fold(null, daily(steady(0.7, 0.018, 30)), context, morning(30));
  const grid = gridOf(context.calendar);
  const future = runOut(tip, priorOf(TONER, null), grid);
  const cost = fc.record({
    stockoutMinor: fc.nat({ max: 20_000 }),
    stockoutPerDayMinor: fc.nat({ max: 20_000 }),
    holdingPerDayMinor: fc.integer({ min: 1, max: 200 }),
    shippingMinor: fc.constant(0),
  });
  const weighed = (costs: Costs, early: number, day: number) =>
    weigh({
      runOut: future,
      leadTime: context.leadTime,
      grid,
      costs,
      early: {
        holdingPerDayMinor: costs.holdingPerDayMinor,
        fillingMinor: 8000,
        earlySwapPerDay: early,
        temptedBelow: 0.35,
        perDay: 0.018,
      },
      placeAt: morning(day),
      nextPlaceAt: morning(day + 1),
    });

  it('dearer stockouts never make an order less due; dearer shelf days never more', () => {
    fc.assert(
      fc.property(
        cost,
        fc.nat({ max: 9000 }),
        fc.integer({ min: 29, max: 40 }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (costs, more, day, early) => {
          const base = weighed(costs, early, day).due;
          if (base) {
            expect(weighed({ ...costs, stockoutMinor: costs.stockoutMinor + more }, early, day).due).toBe(
              true,
            );
            expect(
              weighed({ ...costs, stockoutPerDayMinor: costs.stockoutPerDayMinor + more }, early, day).due,
            ).toBe(true);
          } else {
            expect(
              weighed({ ...costs, holdingPerDayMinor: costs.holdingPerDayMinor + more }, early, day).due,
            ).toBe(false);
            expect(weighed(costs, early + more / 9000, day).due).toBe(false);
          }
        },
      ),
    );
  });

  it('the unit of money does not matter', () => {
    fc.assert(
      fc.property(cost, fc.integer({ min: 29, max: 40 }), (costs, day) => {
        const inYen = { ...costs };
        for (const key of ['stockoutMinor', 'stockoutPerDayMinor', 'holdingPerDayMinor'] as const)
          inYen[key] = costs[key] * 160;
        expect(weighed(inYen, 0, day).due).toBe(weighed(costs, 0, day).due);
      }),
    );
  });

  it('the unit of the counter does not matter', () => {
    const inUses = (perLevel: number) =>
      steady(0.9, 0.015, 40).map((level, i) =>
        reading(morning(i), i + 1, measured(level), {
          useCounter: 1000 * perLevel + i * 0.015 * 2000 * perLevel,
        }),
      );
    const pages = contextWith({ profile: { ...TONER, yieldUses: 2000 } });
    const sheets = contextWith({ profile: { ...TONER, yieldUses: 8000 } });
    const a = history(inUses(1), pages).map(({ result }) => [
      result.decision.outcome,
      result.decision.sentence,
    ]);
    const b = history(inUses(4), sheets).map(({ result }) => [
      result.decision.outcome,
      result.decision.sentence,
    ]);
    expect(b).toEqual(a);
  });

  it('run-out probability rises with time, quantiles with p, and both agree', () => {
    const days = Array.from({ length: 90 }, (_, i) => future.probabilityEmptyBy(morning(30 + i)));
    for (const [i, p] of days.entries()) expect(p).toBeGreaterThanOrEqual(days[i - 1] ?? 0);
    for (const p of [0.02, 0.1, 0.5, 0.9, 0.98]) {
      const at = future.quantile(p);
      expect(at).not.toBeNull();
      expect(future.probabilityEmptyBy(at ?? 0)).toBeCloseTo(p, 2);
    }
  });

  it('silence widens: the later it is asked, the likelier it is empty, and the reading grows stale', () => {
    const fresh = step(state, [], context, morning(30));
    const stale = step(state, [], context, morning(46));
    expect(stale.decision.forecast?.level).toBeLessThan(fresh.decision.forecast?.level ?? 0);
    expect(stale.decision.outcome).toBe('ask');
    expect(stale.decision.sentence).toContain('no reading has come since');
  });

  it('asks to be looked at when the decision could change, and then it has', () => {
    const early = fold(null, daily(steady(0.8, 0.012, 20)), context, morning(20)).state;
    const now = morning(19) + HOUR_MS;
    const { decision, evaluateAt } = step(early, [], context, now);
    expect(decision.outcome).toBe('nothing');
    expect(evaluateAt - now).toBeGreaterThan(2 * DAY_MS);
    const before = step(early, [], context, evaluateAt - 2 * DAY_MS);
    expect(before.decision.outcome).toBe('nothing');
  });
});
