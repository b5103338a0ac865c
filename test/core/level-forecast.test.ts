import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { levelForecast } from '../../core/level-forecast.ts';
import { initialState } from '../../core/state.ts';
import { DAY_MS } from '../../core/types.ts';
import { contextWith, daily, history, morning, steady } from './engine-support.ts';

const DAYS = Array.from({ length: 30 }, (_, i) => 3 * i);

/** Two readings of the same, so that a jump is believed. */
const levels = fc
  .record({
    start: fc.double({ min: 0.3, max: 1, noNaN: true }),
    perDay: fc.double({ min: 0.002, max: 0.04, noNaN: true }),
    days: fc.integer({ min: 2, max: 40 }),
  })
  .map(({ start, perDay, days }) => daily(steady(start, perDay, days)));

describe('the level to come', () => {
  test('is between its edges, never rises, and ends where the run-out says that it does', () => {
    fc.assert(
      fc.property(levels, (events) => {
        const context = contextWith();
        const last = history(events, context).at(-1)?.result;
        const forecast = last?.decision.forecast;
        if (last === undefined || forecast == null) throw new Error('No forecast.');
        const now = (events.at(-1)?.at ?? 0) + DAY_MS / 24;
        const instants = DAYS.map((day) => now + day * DAY_MS);
        const bands = levelForecast(last.state, context, now, instants);
        for (const [i, band] of bands.entries()) {
          const before = bands[i - 1] ?? band;
          expect(band.p10).toBeLessThanOrEqual(band.p50);
          expect(band.p50).toBeLessThanOrEqual(band.p90);
          for (const edge of ['p10', 'p50', 'p90'] as const) {
            expect(band[edge]).toBeGreaterThanOrEqual(0);
            expect(band[edge]).toBeLessThanOrEqual(before[edge] + 1e-4);
            // Less than a with probability p: nothing is left with p exactly at the run-out's quantile p.
            const end = forecast[edge] ?? Number.POSITIVE_INFINITY;
            if (band.at > end + DAY_MS) expect(band[edge]).toBeLessThan(0.001);
            if (band.at < end - DAY_MS) expect(band[edge]).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  test('counts the shelf, and holds while nobody is there', () => {
    const events = daily(steady(0.9, 0.02, 20));
    const away = { from: '2026-09-25', to: '2026-10-15' };
    const home = contextWith();
    const context = contextWith({ calendar: { ...home.calendar, holds: [away] } });
    const last = history([...events, { type: 'shelf-count', at: morning(20), quantity: 1 }], home).at(-1);
    if (last === undefined) throw new Error('No state.');
    const now = morning(21);
    const at = [now, Date.parse('2026-10-14T12:00:00Z')];
    const [today, then] = levelForecast(last.result.state, context, now, at);
    const [, used] = levelForecast(last.result.state, home, now, at);
    expect(today?.p50).toBeGreaterThan(1.3);
    // Of some 20 days of use the hold leaves those before it, and very little within.
    expect((today?.p50 ?? 0) - (then?.p50 ?? 0)).toBeLessThan(((today?.p50 ?? 0) - (used?.p50 ?? 0)) / 2);
  });

  test('is not known where nothing was read', () => {
    expect(levelForecast(initialState(), contextWith(), morning(0), [morning(1)])).toEqual([]);
  });
});
