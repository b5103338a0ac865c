import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBusinessDays,
  addDays,
  daysBetween,
  inSpan,
  isBusinessDay,
  localDate,
  startOfLocalDate,
  weekday,
} from '../../core/calendar.ts';
import { DAY_MS } from '../../core/types.ts';
import { calendars, instants, ZONES, zones } from './arbitraries.ts';

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The date as the time zone data itself says it: another way than core's. */
function dateOf(at: number, timeZone: string): string {
  const formatter = formatters.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone });
  formatters.set(timeZone, formatter);
  return formatter.format(at);
}

const DAYS_OF_2026 = Array.from({ length: 365 }, (_, i) => addDays('2026-01-01', i));

describe('localDate', () => {
  test('is what the time zone data says, at any instant of any zone', () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        expect(localDate(at, zone)).toBe(dateOf(at, zone));
      }),
      { numRuns: 2000 },
    );
  });

  test('also in the hours around every change of the clocks', () => {
    let changes = 0;
    for (const zone of ZONES) {
      for (const date of DAYS_OF_2026) {
        const [start, end] = [startOfLocalDate(date, zone), startOfLocalDate(addDays(date, 1), zone)];
        if (end - start === DAY_MS) continue;
        changes += 1;
        for (let at = start - DAY_MS / 12; at < end + DAY_MS / 12; at += DAY_MS / 96) {
          expect([zone, at, localDate(at, zone)]).toEqual([zone, at, dateOf(at, zone)]);
        }
      }
    }
    expect(changes).toBeGreaterThan(15);
  });
});

describe('startOfLocalDate', () => {
  test('is the first instant of its date', () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        const date = dateOf(at, zone);
        const start = startOfLocalDate(date, zone);
        expect(dateOf(start, zone)).toBe(date);
        expect(dateOf(start - 1, zone) < date).toBe(true);
        expect(start <= at).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('of every day of a year, in every zone', () => {
    for (const zone of ZONES) {
      for (const date of DAYS_OF_2026) {
        const start = startOfLocalDate(date, zone);
        expect([zone, date, dateOf(start, zone), dateOf(start - 1, zone) < date]).toEqual([
          zone,
          date,
          date,
          true,
        ]);
      }
    }
  });

  test('where midnight does not exist, the day starts later', () => {
    // Santiago put its clocks from 24:00 to 1:00 on 6 September 2026 (tz database).
    expect(startOfLocalDate('2026-09-06', 'America/Santiago')).toBe(Date.UTC(2026, 8, 6, 4));
  });

  test('where midnight happens twice, the day starts with the first', () => {
    // Havana puts its clocks back at 1:00, to 0:00 of the same day, on 1 November 2026.
    expect(startOfLocalDate('2026-11-01', 'America/Havana')).toBe(Date.UTC(2026, 10, 1, 4));
  });
});

describe('dates', () => {
  const dates = fc.tuple(instants, zones).map(([at, zone]) => dateOf(at, zone));

  test('adding and counting days are inverse', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -2000, max: 2000 }), (date, days) => {
        expect(daysBetween(date, addDays(date, days))).toBe(days);
        expect((weekday(date) + ((days % 7) + 7)) % 7).toBe(weekday(addDays(date, days)));
      }),
    );
  });

  test('the weekday is that of ISO 8601', () => {
    expect(['2026-09-07', '2026-09-11', '2026-09-13', '1970-01-01'].map(weekday)).toEqual([0, 4, 6, 3]);
  });

  test('a span contains both its ends, and without an end everything after its start', () => {
    const span = { from: '2026-09-07', to: '2026-09-09' };
    const inside = ['2026-09-06', '2026-09-07', '2026-09-08', '2026-09-09', '2026-09-10'].map((d) =>
      inSpan(d, span),
    );
    expect(inside).toEqual([false, true, true, true, false]);
    expect(inSpan('2099-01-01', { from: '2026-09-07', to: null })).toBe(true);
  });
});

describe('addBusinessDays', () => {
  test('lands on a business day with exactly n of them passed', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 20 }), calendars, (at, n, calendar) => {
        const from = localDate(at, calendar.timeZone);
        const to = addBusinessDays(at, n, calendar);
        expect(isBusinessDay(to, calendar.closures)).toBe(true);
        let passed = 0;
        for (let date = addDays(from, 1); date <= to; date = addDays(date, 1)) {
          if (isBusinessDay(date, calendar.closures)) passed += 1;
        }
        // With n = 0 the very day if it is one, else the next.
        expect(passed).toBe(n === 0 && to !== from ? 1 : n);
      }),
    );
  });

  test('is monotone in the instant and in the number of days', () => {
    const days = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: 0, max: 10 * DAY_MS }),
        days,
        calendars,
        (at, later, n, calendar) => {
          expect(addBusinessDays(at, n, calendar) <= addBusinessDays(at + later, n, calendar)).toBe(true);
          expect(addBusinessDays(at, n, calendar) <= addBusinessDays(at, n + 1, calendar)).toBe(true);
        },
      ),
    );
  });

  test('a calendar without any business day ends the search', () => {
    const calendar = { timeZone: 'UTC', closures: [{ from: '2000-01-01', to: null }], holds: [] };
    expect(addBusinessDays(Date.UTC(2026, 8, 7), 3, calendar) > '2026-09-07').toBe(true);
  });
});
