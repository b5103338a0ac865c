import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addBusinessDays, localDate } from '../../core/calendar.ts';
import { arrivalWindow, holdBetween, isHeld, planDelivery } from '../../core/holds.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import { DAY_MS } from '../../core/types.ts';
import { heldCalendars, holds, instants, leadTimes } from './arbitraries.ts';

/** Every date on which an order placed then may arrive, by the probabilities alone. */
function possibleArrivals(
  placeAt: number,
  pmf: readonly number[],
  calendar: Parameters<typeof addBusinessDays>[2],
): string[] {
  return pmf.flatMap((p, days) => (p > 0 ? addBusinessDays(placeAt, days, calendar) : []));
}

describe('planDelivery', () => {
  test('no possible arrival of a planned order ever lies inside a hold', () => {
    let moved = 0;
    fc.assert(
      fc.property(instants, leadTimes, heldCalendars, (earliestPlaceAt, leadTime, calendar) => {
        const plan = planDelivery({ earliestPlaceAt, leadTime, calendar });
        expect(plan.placeAt).toBeGreaterThanOrEqual(earliestPlaceAt);
        if (!Number.isFinite(plan.placeAt)) {
          expect(plan.reason).not.toBeNull();
          return;
        }
        if (plan.movedBy !== null) moved += 1;
        const dates = possibleArrivals(plan.placeAt, leadTime.pmf, calendar);
        expect(dates.filter((date) => isHeld(date, calendar.holds))).toEqual([]);
        expect([dates[0], dates.at(-1)]).toEqual([plan.arrivesFrom, plan.arrivesTo]);
      }),
      { numRuns: 2000 },
    );
    // The property means something only if holds really were in the way.
    expect(moved).toBeGreaterThan(100);
  });

  test('control: placing at once would arrive inside a hold', () => {
    let inside = 0;
    fc.assert(
      fc.property(instants, leadTimes, heldCalendars, (earliestPlaceAt, leadTime, calendar) => {
        const dates = possibleArrivals(earliestPlaceAt, leadTime.pmf, calendar);
        if (dates.some((date) => isHeld(date, calendar.holds))) inside += 1;
      }),
      { numRuns: 500 },
    );
    expect(inside).toBeGreaterThan(50);
  });

  test('an order that holds do not touch keeps its time', () => {
    fc.assert(
      fc.property(instants, leadTimes, heldCalendars, (earliestPlaceAt, leadTime, calendar) => {
        const window = arrivalWindow(earliestPlaceAt, leadTime, calendar);
        fc.pre(holdBetween(window.from, window.to, calendar.holds) === undefined);
        expect(planDelivery({ earliestPlaceAt, leadTime, calendar })).toEqual({
          placeAt: earliestPlaceAt,
          arrivesFrom: window.from,
          arrivesTo: window.to,
          movedBy: null,
          reason: null,
        });
      }),
    );
  });

  test('waiting is not longer than needed: a day earlier would run into the hold', () => {
    fc.assert(
      fc.property(instants, leadTimes, heldCalendars, (earliestPlaceAt, leadTime, calendar) => {
        const plan = planDelivery({ earliestPlaceAt, leadTime, calendar });
        fc.pre(Number.isFinite(plan.placeAt) && plan.placeAt - DAY_MS >= earliestPlaceAt);
        const before = arrivalWindow(plan.placeAt - DAY_MS, leadTime, calendar);
        expect(holdBetween(before.from, before.to, calendar.holds)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  const calendar = {
    timeZone: 'Europe/Berlin',
    closures: [],
    holds: [{ from: '2026-10-19', to: '2026-10-30' }],
  };
  const leadTime = { pmf: [0, 0, 0.5, 0.5] };

  test('one that surely arrives before the hold is not kept waiting', () => {
    const earliestPlaceAt = Date.UTC(2026, 9, 13, 8);
    expect(planDelivery({ earliestPlaceAt, leadTime, calendar })).toMatchObject({
      placeAt: earliestPlaceAt,
      arrivesTo: '2026-10-16',
      movedBy: null,
    });
  });

  test('one that might arrive inside is placed so that it comes on return, across a change of the clocks', () => {
    const plan = planDelivery({ earliestPlaceAt: Date.UTC(2026, 9, 14, 8), leadTime, calendar });
    // Placed on Thursday the 29th or Friday the 30th, it would come on Monday 2 November at the earliest.
    expect(localDate(plan.placeAt, 'Europe/Berlin')).toBe('2026-10-29');
    expect(plan).toMatchObject({ arrivesFrom: '2026-11-02', arrivesTo: '2026-11-03' });
    expect(inWords(plan.reason === null ? [] : [plan.reason])).toBe(
      "You are away 19–30 October; we'll have it there on 2–3 November.",
    );
  });

  test('without a return date nothing is planned', () => {
    const open = { ...calendar, holds: [{ from: '2026-10-15', to: null }] };
    const plan = planDelivery({ earliestPlaceAt: Date.UTC(2026, 9, 14, 8), leadTime, calendar: open });
    expect(plan.placeAt).toBe(Number.POSITIVE_INFINITY);
    expect(plan.reason?.[0]).toBe('away-open-end');
  });
});

describe('holdBetween', () => {
  test('finds a hold exactly when one has a date in the interval, and the earliest one', () => {
    const date = instants.map((at) => localDate(at, 'UTC'));
    fc.assert(
      fc.property(date, fc.integer({ min: 0, max: 20 }), holds, (from, days, spans) => {
        const to = localDate(Date.parse(from) + days * DAY_MS, 'UTC');
        const found = holdBetween(from, to, spans);
        let any = false;
        for (let day = 0; day <= days; day += 1) {
          if (isHeld(localDate(Date.parse(from) + day * DAY_MS, 'UTC'), spans)) any = true;
        }
        expect(found !== undefined).toBe(any);
        const earlier = spans.filter(
          (span) => holdBetween(from, to, [span]) && found && span.from < found.from,
        );
        expect(earlier).toEqual([]);
      }),
    );
  });
});
