import { addDays, localDate, startOfLocalDate } from '../../core/calendar.ts';
import type { Instant } from '../../core/types.ts';

const MINUTE_MS = 60_000;

/** Minutes of the day in the customer's zone. */
export interface QuietHours {
  readonly from: number;
  /** At or before `from`: on the next day. */
  readonly to: number;
}

/** When the quiet hours that `now` lies in end; null: it lies in none. */
export function quietUntil(now: Instant, { from, to }: QuietHours, timeZone: string): Instant | null {
  const today = localDate(now, timeZone);
  for (const day of [addDays(today, -1), today]) {
    const start = startOfLocalDate(day, timeZone) + from * MINUTE_MS;
    const lastDay = to > from ? day : addDays(day, 1);
    const end = startOfLocalDate(lastDay, timeZone) + to * MINUTE_MS;
    if (start <= now && now < end) return end;
  }
  return null;
}

/** The next time, from now on, that it is this minute of the day. */
export function nextAt(now: Instant, minute: number, timeZone: string): Instant {
  const today = localDate(now, timeZone);
  const at = startOfLocalDate(today, timeZone) + minute * MINUTE_MS;
  return at >= now ? at : startOfLocalDate(addDays(today, 1), timeZone) + minute * MINUTE_MS;
}
