import fc from 'fast-check';
import { addDays } from '../../core/calendar.ts';
import type { DateSpan, LeadTime, SiteCalendar } from '../../core/types.ts';

/** Both hemispheres, half-hour offsets and changes, changes at midnight, and the ends of the date line. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
] as const;

export const zones = fc.constantFrom(...ZONES);

/** Of three years, with the hours around changes of the clocks in them. */
export const instants = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) });

const dates = fc.integer({ min: 0, max: 3 * 365 }).map((days) => addDays('2025-01-01', days));

const spans = (longestDays: number): fc.Arbitrary<DateSpan> =>
  fc
    .tuple(dates, fc.integer({ min: 0, max: longestDays }))
    .map(([from, days]) => ({ from, to: addDays(from, days) }));

export const holds = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: spans(40) },
    { weight: 1, arbitrary: dates.map((from) => ({ from, to: null })) },
  ),
  { maxLength: 12 },
);

export const calendars: fc.Arbitrary<SiteCalendar> = fc.record({
  timeZone: zones,
  closures: fc.array(spans(14), { maxLength: 4 }),
  holds: fc.constant([]),
});

export const heldCalendars: fc.Arbitrary<SiteCalendar> = fc.record({
  timeZone: zones,
  closures: fc.array(spans(14), { maxLength: 4 }),
  holds,
});

export const leadTimes: fc.Arbitrary<LeadTime> = fc
  .array(fc.constantFrom<number[]>(0, 0, 1, 2, 3), { minLength: 1, maxLength: 10 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { pmf: weights.map((weight) => weight / sum) };
  });
