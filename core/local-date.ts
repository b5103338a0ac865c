import type { LocalDate } from './types.ts';

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

const partsOf = (date: LocalDate) => {
  const [year = '', month = '', day = ''] = date.split('-');
  return { year, month: MONTHS[Number(month) - 1] ?? month, day: String(Number(day)) };
};

/** "17 July". */
export function spokenDay(date: LocalDate): string {
  const { month, day } = partsOf(date);
  return `${day} ${month}`;
}

/** "3–17 July", "28 June – 4 July", "28 December 2026 – 4 January 2027"; one date when both are the same. */
export function spokenSpan(from: LocalDate, to: LocalDate): string {
  const [a, b] = [partsOf(from), partsOf(to)];
  if (a.year !== b.year) return `${spokenDay(from)} ${a.year} – ${spokenDay(to)} ${b.year}`;
  if (a.month !== b.month) return `${spokenDay(from)} – ${spokenDay(to)}`;
  return a.day === b.day ? spokenDay(from) : `${a.day}–${b.day} ${a.month}`;
}

/** "18th". */
function ordinal(date: LocalDate): string {
  const day = Number(date.slice(8));
  const ends = ['th', 'st', 'nd', 'rd'];
  const teens = day > 10 && day < 14;
  return `${day}${(teens ? undefined : ends[day % 10]) ?? 'th'}`;
}

/** A later date told after an earlier one: "the 18th" in the same month, else "18 July". */
export function spokenAfter(date: LocalDate, earlier: LocalDate): string {
  return date.slice(0, 7) === earlier.slice(0, 7) ? `the ${ordinal(date)}` : spokenDay(date);
}
