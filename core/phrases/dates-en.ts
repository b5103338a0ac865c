import type { LocalDate } from '../types.ts';
import { type DateWords, daysFrom } from './dates.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const partsOf = daysFrom(MONTHS);

/** "17 July". */
function day(date: LocalDate): string {
  const { month, number } = partsOf(date);
  return `${number} ${month}`;
}

/** "18th". */
function ordinal(date: LocalDate): string {
  const number = Number(date.slice(8));
  const ends = ['th', 'st', 'nd', 'rd'];
  const teens = number > 10 && number < 14;
  return `${number}${(teens ? undefined : ends[number % 10]) ?? 'th'}`;
}

/** "17 July", "3–17 July", "28 June – 4 July", "on the 18th". */
export const englishDates: DateWords = {
  day,
  dayWithYear: (date) => `${day(date)} ${date.slice(0, 4)}`,
  span: (from, to) => {
    const [a, b] = [partsOf(from), partsOf(to)];
    if (a.year !== b.year) return `${day(from)} ${a.year} – ${day(to)} ${b.year}`;
    if (a.month !== b.month) return `${day(from)} – ${day(to)}`;
    return a.number === b.number ? day(from) : `${a.number}–${b.number} ${a.month}`;
  },
  after: (date, earlier) => (date.slice(0, 7) === earlier.slice(0, 7) ? `the ${ordinal(date)}` : day(date)),
};
