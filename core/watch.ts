import { addBusinessDays, addDays, localDate, startOfLocalDate } from './calendar.ts';
import { leadQuantile, remainingLeadTime } from './lead-time.ts';
import type { Instant, LeadTime, LocalDate, SiteCalendar } from './types.ts';

/** What is watched of a purchase that has not arrived yet. */
export interface Underway {
  readonly acceptedAt: Instant;
  /** The merchant's own last date; null: it named none. */
  readonly promisedBy: LocalDate | null;
  readonly leadTime: LeadTime;
  readonly calendar: SiteCalendar;
}

/** Slower than all but one in a hundred, by what this merchant's parcels have taken so far. */
const LATE_SHARE = 0.99;
/** Business days after that in which nearly everything that was merely late has come. */
const LOST_AFTER_DAYS = 8;
/** An estimate for a late one: it comes within this with nine chances in ten. */
const ESTIMATE_SHARE = 0.9;
/** Beyond this an age says nothing more. */
const LONGEST_AGE_DAYS = 250;

export interface WatchTimes {
  /** From then on it is late, and from then on it is presumed lost. */
  readonly lateFrom: Instant;
  readonly lostFrom: Instant;
}

/** When to worry: after the last day that the merchant promised and hardly any parcel ever exceeded. */
export function watchTimes({ acceptedAt, promisedBy, leadTime, calendar }: Underway): WatchTimes {
  const usual = addBusinessDays(acceptedAt, leadQuantile(leadTime, LATE_SHARE), calendar);
  const last = promisedBy !== null && promisedBy > usual ? promisedBy : usual;
  const lateFrom = startOfLocalDate(addDays(last, 1), calendar.timeZone);
  const lost = addBusinessDays(lateFrom, LOST_AFTER_DAYS, calendar);
  return { lateFrom, lostFrom: startOfLocalDate(lost, calendar.timeZone) };
}

/**
 * By when it will probably come, seen from `now`: the lead times that are still possible at its age. null: it
 * is older than anything that ever arrived.
 */
export function expectedBy({ acceptedAt, leadTime, calendar }: Underway, now: Instant): LocalDate | null {
  const today = localDate(now, calendar.timeZone);
  let age = 0;
  while (age < LONGEST_AGE_DAYS && addBusinessDays(acceptedAt, age + 1, calendar) <= today) age += 1;
  const rest = remainingLeadTime(leadTime, age);
  return rest === null ? null : addBusinessDays(now, leadQuantile(rest, ESTIMATE_SHARE), calendar);
}
