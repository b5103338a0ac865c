import { DAY_MS, type DateSpan, type Instant, type LocalDate, type SiteCalendar } from './types.ts';

/** One formatter a zone: making one costs some 50 µs, using it under 1 µs. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** Wall-clock time of `at` in the zone, as if it were UTC: milliseconds; asks the time zone data. */
function askWallClock(at: Instant, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(at)) part[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * Offsets from UTC by zone and UTC day: a day that begins and ends with the same offset has it
 * throughout, as no zone changes twice in a day; NaN marks a day with a change.
 */
const offsets = new Map<string, Map<number, number>>();
/** Some 50 years of one zone, or one year of 50: a bound, not a working set. */
const OFFSETS_MAX = 20_000;
let offsetsHeld = 0;

/** Milliseconds to add to UTC on that whole UTC day; NaN if they change within it. */
function offsetOfDay(day: number, timeZone: string): number {
  if (offsetsHeld >= OFFSETS_MAX) {
    offsets.clear();
    offsetsHeld = 0;
  }
  let ofZone = offsets.get(timeZone);
  if (ofZone === undefined) {
    ofZone = new Map();
    offsets.set(timeZone, ofZone);
  }
  let offset = ofZone.get(day);
  if (offset === undefined) {
    const [start, end] = [day * DAY_MS, (day + 1) * DAY_MS];
    const first = askWallClock(start, timeZone) - start;
    offset = askWallClock(end, timeZone) - end === first ? first : Number.NaN;
    ofZone.set(day, offset);
    offsetsHeld += 1;
  }
  return offset;
}

/** Wall-clock time of `at` in the zone, as if it were UTC: whole seconds, in milliseconds. */
function wallClock(at: Instant, timeZone: string): number {
  const offset = offsetOfDay(Math.floor(at / DAY_MS), timeZone);
  if (Number.isNaN(offset)) return askWallClock(at, timeZone);
  return Math.floor(at / 1000) * 1000 + offset;
}

const isoDate = (utc: number): LocalDate => new Date(utc).toISOString().slice(0, 10);
const utcOf = (date: LocalDate): number => Date.parse(`${date}T00:00:00Z`);

/** The calendar date on which `at` falls in the zone. */
export function localDate(at: Instant, timeZone: string): LocalDate {
  return isoDate(wallClock(at, timeZone));
}

/** The first instant of the date in the zone (the first valid one where a DST change skips midnight). */
export function startOfLocalDate(date: LocalDate, timeZone: string): Instant {
  const midnight = utcOf(date);
  // Two rounds: the first offset may be that of the other side of a DST change.
  const guess = midnight - (wallClock(midnight, timeZone) - midnight);
  const start = midnight - (wallClock(guess, timeZone) - guess);
  return localDate(start, timeZone) < date ? start + (midnight - wallClock(start, timeZone)) : start;
}

/** The date `days` later; negative goes back. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return isoDate(utcOf(date) + days * DAY_MS);
}

/** Whole days from `from` to `to`. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return Math.round((utcOf(to) - utcOf(from)) / DAY_MS);
}

/** 0 = Monday … 6 = Sunday (ISO 8601 order). */
export function weekday(date: LocalDate): number {
  return (new Date(utcOf(date)).getUTCDay() + 6) % 7;
}

/** Whether the date lies in the span, both ends included. */
export function inSpan(date: LocalDate, span: DateSpan): boolean {
  return date >= span.from && (span.to === null || date <= span.to);
}

/** Whether merchants and carriers work: Monday to Friday, no closure. */
export function isBusinessDay(date: LocalDate, closures: readonly DateSpan[]): boolean {
  return weekday(date) < 5 && !closures.some((closure) => inSpan(date, closure));
}

/** A year of days without one business day is a wrong calendar, not a long closure. */
const SEARCH_LIMIT_DAYS = 366;

/**
 * The date `n` business days after the local date of `at`. With n = 0 the same date when it is a
 * business day, else the next one.
 */
export function addBusinessDays(at: Instant, n: number, calendar: SiteCalendar): LocalDate {
  let date = localDate(at, calendar.timeZone);
  let left = n;
  for (let i = 0; i < SEARCH_LIMIT_DAYS + 2 * n; i += 1) {
    const works = isBusinessDay(date, calendar.closures);
    if (left === 0 && works) return date;
    date = addDays(date, 1);
    if (left > 0 && isBusinessDay(date, calendar.closures)) {
      left -= 1;
      if (left === 0) return date;
    }
  }
  return date;
}
