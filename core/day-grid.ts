import { localDate, startOfLocalDate } from './calendar.ts';
import {
  DAY_MS,
  type DateSpan,
  type DegreeDays,
  type Instant,
  type Population,
  type SiteCalendar,
} from './types.ts';

/**
 * The site's calendar as day numbers (whole days since 1970-01-01 in the site's zone), so that the
 * mathematics of use and of lead times counts days by arithmetic instead of by text.
 */

/** Kinds of days that use is learned for: Monday … Sunday, closures, the customer's holds. */
export const CLOSURE_KIND = 7;
export const HOLD_KIND = 8;
export const DAY_KINDS = 9;

interface DayRange {
  readonly from: number;
  readonly to: number;
}

export interface DayGrid {
  readonly timeZone: string;
  readonly closures: readonly DayRange[];
  readonly holds: readonly DayRange[];
  /** Relative use by day for what follows the weather; null: none. */
  readonly season: Season | null;
  /** Relative use in January … December as the fleet taught it; null: every month alike. */
  readonly months: readonly number[] | null;
}

interface Season {
  /** Normal degree-days per day of each month, January first, relative to their mean. */
  readonly normals: readonly number[];
  readonly observedFrom: number;
  /** Observed degree-days of single days, relative to the same mean. */
  readonly observed: readonly number[];
}

const dayNumber = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);

const rangeOf = (span: DateSpan): DayRange => ({
  from: dayNumber(span.from),
  to: span.to === null ? Number.POSITIVE_INFINITY : dayNumber(span.to),
});

/** Compiling costs a few µs, so a calendar object is compiled once while it lives. */
const compiled = new WeakMap<SiteCalendar, DayGrid>();

/** The calendar's grid, with the fleet's months where the calendar itself does not tell of the season. */
export function gridOf(calendar: SiteCalendar, population: Population | null = null): DayGrid {
  const taught = population?.monthFactors;
  const months = taught?.length === MONTHS && calendar.degreeDays === undefined ? taught : null;
  let grid = compiled.get(calendar);
  if (grid === undefined || grid.months !== months) {
    grid = {
      timeZone: calendar.timeZone,
      closures: calendar.closures.map(rangeOf),
      holds: calendar.holds.map(rangeOf),
      season: calendar.degreeDays === undefined ? null : seasonFrom(calendar.degreeDays),
      months,
    };
    compiled.set(calendar, grid);
  }
  return grid;
}

function seasonFrom({ normals, observed }: DegreeDays): Season {
  const mean = normals.reduce((sum, value) => sum + value, 0) / Math.max(normals.length, 1);
  const relative = (value: number): number => (mean > 0 ? value / mean : 1);
  return {
    normals: normals.map(relative),
    observedFrom: observed === undefined ? 0 : dayNumber(observed.from),
    observed: observed?.values.map(relative) ?? [],
  };
}

export const MONTHS = 12;

/** 0 = January. */
export const monthOf = (day: number): number => new Date(day * DAY_MS).getUTCMonth();

/** Mean length of a month in days, for the position within the year. */
const MONTH_DAYS = 365.2425 / 12;
/** Hot water and losses: even in summer a heating device uses a little. */
const SEASON_FLOOR = 0.02;

/**
 * Relative use of the day: by its degree-days, observed where known, else the months' normals joined by lines;
 * without degree-days by the fleet's months.
 */
export function seasonOf(day: number, grid: DayGrid): number {
  const { season, months } = grid;
  if (season === null) return months === null ? 1 : Math.max(months[monthOf(day)] ?? 1, SEASON_FLOOR);
  const observed = season.observed[day - season.observedFrom];
  if (observed !== undefined) return Math.max(observed, SEASON_FLOOR);
  const position = (((day / MONTH_DAYS) % 12) + 12) % 12;
  // A month's normal stands in its middle.
  const before = Math.floor(position - 0.5);
  const share = position - 0.5 - before;
  const normal = (month: number): number => season.normals[(month + 12) % 12] ?? 1;
  return Math.max((1 - share) * normal(before) + share * normal(before + 1), SEASON_FLOOR);
}

/** Start instants of days, per zone: the only place where the time zone data is asked. */
const dayStarts = new Map<string, Map<number, Instant>>();
/** About 50 years of one zone, or one year of 50: a bound, not a working set. */
const DAY_STARTS_MAX = 20_000;
let dayStartsHeld = 0;

/** First instant of the day in the zone. */
export function dayStart(day: number, timeZone: string): Instant {
  if (timeZone === 'UTC') return day * DAY_MS;
  let ofZone = dayStarts.get(timeZone);
  if (ofZone === undefined) {
    ofZone = new Map();
    dayStarts.set(timeZone, ofZone);
  }
  let start = ofZone.get(day);
  if (start === undefined) {
    if (dayStartsHeld >= DAY_STARTS_MAX) {
      dayStarts.clear();
      dayStartsHeld = 0;
      return dayStart(day, timeZone);
    }
    start = startOfLocalDate(new Date(day * DAY_MS).toISOString().slice(0, 10), timeZone);
    ofZone.set(day, start);
    dayStartsHeld += 1;
  }
  return start;
}

/** The day number of an instant in the zone. */
export function dayOf(at: Instant, timeZone: string): number {
  const guess = Math.floor(at / DAY_MS);
  if (timeZone === 'UTC') return guess;
  if (dayStart(guess, timeZone) > at) return guess - 1;
  return dayStart(guess + 1, timeZone) <= at ? guess + 1 : guess;
}

/** The date of a day number, `YYYY-MM-DD`. */
export function dateOfDay(day: number): string {
  return localDate(day * DAY_MS, 'UTC');
}

/** 0 = Monday … 6 = Sunday; day 0 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

function within(day: number, ranges: readonly DayRange[]): boolean {
  for (const range of ranges) if (day >= range.from && day <= range.to) return true;
  return false;
}

/** The kind of the day: a hold before a closure before its weekday. */
export function kindOf(day: number, grid: DayGrid): number {
  if (grid.holds.length > 0 && within(day, grid.holds)) return HOLD_KIND;
  if (grid.closures.length > 0 && within(day, grid.closures)) return CLOSURE_KIND;
  return weekdayOf(day);
}

/** Whether merchants and carriers work. */
export function isWorkday(day: number, grid: DayGrid): boolean {
  return weekdayOf(day) < 5 && !within(day, grid.closures);
}
