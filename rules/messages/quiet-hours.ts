import { addDays, localDate, startOfLocalDate } from '../../core/calendar.ts';
import { DAY_MS, type Instant, type LocalDate } from '../../core/types.ts';

const MINUTE_MS = 60_000;

/** Minutes of the day in the customer's zone. */
export interface QuietHours {
  readonly from: number;
  /** At or before `from`: on the next day. */
  readonly to: number;
}

/** Minute of the day that clocks in the zone show. */
function minuteShown(at: Instant, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
  });
  const part = (wanted: string) =>
    Number(format.formatToParts(at).find(({ type }) => type === wanted)?.value);
  return part('hour') * 60 + part('minute');
}

/** When clocks in the zone show this minute on this date; one that is left out counts from before the gap. */
function instantOf(date: LocalDate, minute: number, timeZone: string): Instant {
  const start = startOfLocalDate(date, timeZone);
  const at = start + minute * MINUTE_MS;
  if (startOfLocalDate(addDays(date, 1), timeZone) - start === DAY_MS) return at;
  return at + (minute - minuteShown(at, timeZone)) * MINUTE_MS;
}

/** When the quiet hours that `now` lies in end; null: it lies in none. */
export function quietUntil(now: Instant, { from, to }: QuietHours, timeZone: string): Instant | null {
  const today = localDate(now, timeZone);
  for (const day of [addDays(today, -1), today]) {
    const end = instantOf(to > from ? day : addDays(day, 1), to, timeZone);
    if (instantOf(day, from, timeZone) <= now && now < end) return end;
  }
  return null;
}

/** The next time, from now on, that it is this minute of the day. */
export function nextAt(now: Instant, minute: number, timeZone: string): Instant {
  const today = localDate(now, timeZone);
  const at = instantOf(today, minute, timeZone);
  return at >= now ? at : instantOf(addDays(today, 1), minute, timeZone);
}
