import type { LocalDate } from '../types.ts';

/** How a language speaks of dates. */
export interface DateWords {
  /** Day and month. */
  readonly day: (date: LocalDate) => string;
  readonly dayWithYear: (date: LocalDate) => string;
  /** From one date to another, both included; one date when both are the same. */
  readonly span: (from: LocalDate, to: LocalDate) => string;
  /** A later date told after an earlier one: short when both lie in the same month. */
  readonly after: (date: LocalDate, earlier: LocalDate) => string;
}

/** Year, name of the month and number of the day, taken from a date. */
export function daysFrom(months: readonly string[]) {
  return (date: LocalDate) => {
    const [year = '', month = '', day = ''] = date.split('-');
    return { year, month: months[Number(month) - 1] ?? month, number: String(Number(day)) };
  };
}

/** With the year when it is not that of `today`. */
export function dayFrom(words: DateWords, date: LocalDate, today: LocalDate): string {
  return date.slice(0, 4) === today.slice(0, 4) ? words.day(date) : words.dayWithYear(date);
}
