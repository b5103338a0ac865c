import { addDays, localDate, startOfLocalDate } from './calendar.ts';
import { HOUR_MS, type Instant } from './types.ts';

/** When nobody is reminded of anything, in the customer's own time. */
const QUIET_FROM_HOUR = 21;
const QUIET_TO_HOUR = 8;

/** The same instant, or the end of the night that it falls into. */
export function afterQuietHours(at: Instant, timeZone: string): Instant {
  const today = localDate(at, timeZone);
  // A day with a change of the clocks has its night an hour off; nobody is woken by that.
  const hours = (at - startOfLocalDate(today, timeZone)) / HOUR_MS;
  if (hours < QUIET_TO_HOUR) return startOfLocalDate(today, timeZone) + QUIET_TO_HOUR * HOUR_MS;
  if (hours < QUIET_FROM_HOUR) return at;
  return startOfLocalDate(addDays(today, 1), timeZone) + QUIET_TO_HOUR * HOUR_MS;
}
