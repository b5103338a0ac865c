import { addDays, isBusinessDay, localDate } from './calendar.ts';
import { type DeliveryPlan, planDelivery } from './holds.ts';
import type { Instant, LeadTime, LocalDate, SiteCalendar } from './types.ts';

/** An order as it was planned. */
export interface Planned {
  readonly placeAt: Instant;
  readonly arrivesFrom: LocalDate;
  readonly arrivesTo: LocalDate;
}

/** A longer lead time than this is no promise. */
const LEAD_TIME_MAX_DAYS = 120;

/** Business days from the date of `at` to `date`; 0 on the same day. */
function businessDaysTo(at: Instant, date: LocalDate, { timeZone, closures }: SiteCalendar): number {
  let day = localDate(at, timeZone);
  let count = 0;
  while (day < date && count < LEAD_TIME_MAX_DAYS) {
    day = addDays(day, 1);
    if (isBusinessDay(day, closures)) count += 1;
  }
  return count;
}

/**
 * The same order placed at another time: its dates move by as many business days as they were planned with, and never
 * into a hold. For those who have no lead time at hand but the plan that was made with it.
 */
export function replan(planned: Planned, placeAt: Instant, calendar: SiteCalendar): DeliveryPlan {
  const first = businessDaysTo(planned.placeAt, planned.arrivesFrom, calendar);
  const last = Math.max(businessDaysTo(planned.placeAt, planned.arrivesTo, calendar), first);
  const share = 1 / (last - first + 1);
  const leadTime: LeadTime = { pmf: Array.from({ length: last + 1 }, (_, day) => (day < first ? 0 : share)) };
  return planDelivery({ earliestPlaceAt: placeAt, leadTime, calendar });
}
