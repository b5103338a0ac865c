import type { DateSpan } from '../../core/types.ts';
import { DAY_MS } from '../../core/types.ts';

/** Days are counted from 1970-01-01 (a Thursday), local to the site; the world's sites live in UTC. */
export type EpochDay = number;

/** 0 Monday … 6 Sunday. */
export const weekdayOf = (day: EpochDay): number => (((day + 3) % 7) + 7) % 7;

export const dateOf = (day: EpochDay): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

export const epochDay = (date: string): EpochDay => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);

const PUBLIC_HOLIDAYS = ['05-01', '10-03'];
const CHRISTMAS = ['12-24', '01-01'] as const;
const SCHOOL_SPANS = [
  ['04-01', '04-14'],
  ['07-10', '08-20'],
  ['12-21', '01-06'],
] as const;

/** The closures of `years` that every site of the country publishes. */
export function nationalClosures(years: readonly number[]): DateSpan[] {
  return years.flatMap((year) => [
    ...PUBLIC_HOLIDAYS.map((date) => ({ from: `${year}-${date}`, to: `${year}-${date}` })),
    { from: `${year}-${CHRISTMAS[0]}`, to: `${year + 1}-${CHRISTMAS[1]}` },
  ]);
}

export function schoolHolidays(years: readonly number[]): DateSpan[] {
  return years.flatMap((year) =>
    SCHOOL_SPANS.map(([from, to]) => ({
      from: `${year}-${from}`,
      to: `${from > to ? year + 1 : year}-${to}`,
    })),
  );
}

/** Marks the days of `spans` within [firstDay, firstDay + days). */
export function daysClosed(spans: readonly DateSpan[], firstDay: EpochDay, days: number): Uint8Array {
  const closed = new Uint8Array(days);
  for (const span of spans) {
    const from = epochDay(span.from) - firstDay;
    const to = (span.to === null ? firstDay + days : epochDay(span.to)) - firstDay;
    for (let i = Math.max(0, from); i <= to && i < days; i++) closed[i] = 1;
  }
  return closed;
}
