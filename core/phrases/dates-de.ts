import type { LocalDate } from '../types.ts';
import { type DateWords, daysFrom } from './dates.ts';

const MONTHS = [
  'Januar',
  'Februar',
  'März',
  'April',
  'Mai',
  'Juni',
  'Juli',
  'August',
  'September',
  'Oktober',
  'November',
  'Dezember',
];

const partsOf = daysFrom(MONTHS);

/** "17. Juli". */
function day(date: LocalDate): string {
  const { month, number } = partsOf(date);
  return `${number}. ${month}`;
}

/** "17. Juli", "3.–17. Juli", "28. Juni – 4. Juli", "18." after a date of the same month. */
export const germanDates: DateWords = {
  day,
  dayWithYear: (date) => `${day(date)} ${date.slice(0, 4)}`,
  span: (from, to) => {
    const [a, b] = [partsOf(from), partsOf(to)];
    if (a.year !== b.year) return `${day(from)} ${a.year} – ${day(to)} ${b.year}`;
    if (a.month !== b.month) return `${day(from)} – ${day(to)}`;
    return a.number === b.number ? day(from) : `${a.number}.–${b.number}. ${a.month}`;
  },
  after: (date, earlier) =>
    date.slice(0, 7) === earlier.slice(0, 7) ? `${partsOf(date).number}.` : day(date),
};
