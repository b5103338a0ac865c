import { addBusinessDays, addDays, inSpan, localDate, startOfLocalDate } from './calendar.ts';
import { type Phrase, say } from './phrases/phrase.ts';
import type { DateSpan, Instant, LeadTime, LocalDate, SiteCalendar } from './types.ts';

/** When an order is placed and on which dates, both included, it may then arrive. */
export interface DeliveryPlan {
  readonly placeAt: Instant;
  readonly arrivesFrom: LocalDate;
  readonly arrivesTo: LocalDate;
  /** The hold that moved it; null if none did. */
  readonly movedBy: DateSpan | null;
  /** Why it was moved, or cannot be: one sentence; null if it was not. */
  readonly reason: Phrase | null;
}

export interface DeliveryRequest {
  readonly earliestPlaceAt: Instant;
  readonly leadTime: LeadTime;
  readonly calendar: SiteCalendar;
}

/** First and last business day of the lead time that have any probability. */
function support(leadTime: LeadTime): { first: number; last: number } {
  const first = leadTime.pmf.findIndex((p) => p > 0);
  const last = leadTime.pmf.findLastIndex((p) => p > 0);
  return { first: Math.max(first, 0), last: Math.max(last, 0) };
}

/** Dates on which an order placed at `placeAt` may arrive. */
export function arrivalWindow(
  placeAt: Instant,
  leadTime: LeadTime,
  calendar: SiteCalendar,
): { from: LocalDate; to: LocalDate } {
  const { first, last } = support(leadTime);
  return { from: addBusinessDays(placeAt, first, calendar), to: addBusinessDays(placeAt, last, calendar) };
}

/** The hold that a delivery between two dates, both included, could fall into; the earliest one. */
export function holdBetween(
  from: LocalDate,
  to: LocalDate,
  holds: readonly DateSpan[],
): DateSpan | undefined {
  return holds
    .filter((hold) => hold.from <= to && (hold.to === null || hold.to >= from))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];
}

/** A chain of holds longer than this is a calendar of work, not of absence. */
const HOLDS_TO_SKIP = 100;

/**
 * Plans an order so that no possible arrival date lies inside a hold (DESIGN §4.4). An order that
 * can still surely arrive before the hold keeps its time; any other is deferred to arrive on return.
 * With an open-ended hold there is no return: `placeAt` is Infinity and the reason says so.
 */
export function planDelivery(request: DeliveryRequest): DeliveryPlan {
  const { leadTime, calendar } = request;
  const { timeZone, holds } = calendar;
  let placeAt = request.earliestPlaceAt;
  let movedBy: DateSpan | null = null;
  for (let i = 0; i < HOLDS_TO_SKIP; i += 1) {
    const window = arrivalWindow(placeAt, leadTime, calendar);
    const hold = holdBetween(window.from, window.to, holds);
    if (hold === undefined) {
      const reason = movedBy === null ? null : onReturn(movedBy, window);
      return { placeAt, arrivesFrom: window.from, arrivesTo: window.to, movedBy, reason };
    }
    movedBy = hold;
    if (hold.to === null) {
      const reason = say('away-open-end', { from: hold.from });
      const never = Number.POSITIVE_INFINITY;
      return { placeAt: never, arrivesFrom: window.from, arrivesTo: window.to, movedBy, reason };
    }
    placeAt = firstPlacementArrivingAfter(hold.to, placeAt, request, timeZone);
  }
  const window = arrivalWindow(placeAt, leadTime, calendar);
  const reason = say('held-for-months');
  return {
    placeAt: Number.POSITIVE_INFINITY,
    arrivesFrom: window.from,
    arrivesTo: window.to,
    movedBy,
    reason,
  };
}

/** "You are away 3–17 July; we'll have it there on the 18th." */
function onReturn(hold: DateSpan, { from, to }: { from: LocalDate; to: LocalDate }): Phrase {
  return say('on-return', { from: hold.from, until: hold.to ?? hold.from, first: from, last: to });
}

/** "You are away 3–17 July; we'll have it there before, by the 2nd." */
export function beforeLeaving(plan: DeliveryPlan, holds: readonly DateSpan[]): Phrase | null {
  const hold = holds
    .filter(({ from }) => from > plan.arrivesTo)
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];
  if (hold === undefined) return null;
  return say('before-leaving', { from: hold.from, to: hold.to, by: plan.arrivesTo });
}

/**
 * When an order decided at the next occasion could really be placed. One that is decided now and still
 * arrives before a hold has no next occasion: whoever waits gets it on return. Weighing the two is
 * weighing before against after. An open-ended hold has no after: the occasion stays as it is.
 */
export function nextPlacement(
  placeAt: Instant,
  nextPlaceAt: Instant,
  leadTime: LeadTime,
  calendar: SiteCalendar,
): Instant {
  if (calendar.holds.length === 0) return nextPlaceAt;
  const next = planDelivery({ earliestPlaceAt: nextPlaceAt, leadTime, calendar });
  if (next.movedBy === null || !Number.isFinite(next.placeAt)) return nextPlaceAt;
  const now = planDelivery({ earliestPlaceAt: placeAt, leadTime, calendar });
  return now.movedBy === null ? next.placeAt : nextPlaceAt;
}

/** Whether an order placed at the one instant arrives before a hold, and at the other only after it. */
export function isLastChance(
  placeAt: Instant,
  nextPlaceAt: Instant,
  leadTime: LeadTime,
  calendar: SiteCalendar,
): boolean {
  return nextPlacement(placeAt, nextPlaceAt, leadTime, calendar) !== nextPlaceAt;
}

/**
 * The earliest start of a day, not before `placeAt`, at which an order cannot arrive on or before
 * `date`. Lead times are monotone in the day of placement, so the search may walk back from the day
 * after.
 */
function firstPlacementArrivingAfter(
  date: LocalDate,
  placeAt: Instant,
  request: DeliveryRequest,
  timeZone: string,
): Instant {
  const { first } = support(request.leadTime);
  const floor = localDate(placeAt, timeZone);
  let day = addDays(date, 1);
  while (day > floor) {
    const before = addDays(day, -1);
    const start = startOfLocalDate(before, timeZone);
    if (addBusinessDays(start, first, request.calendar) <= date) break;
    day = before;
  }
  return Math.max(placeAt, startOfLocalDate(day, timeZone));
}

/** Whether the date lies inside any of the spans. */
export function isHeld(date: LocalDate, holds: readonly DateSpan[]): boolean {
  return holds.some((hold) => inSpan(date, hold));
}
