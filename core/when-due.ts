import { gridOf } from './day-grid.ts';
import type { RunOut } from './depletion.ts';
import { nextPlacement } from './holds.ts';
import { afterAnswer } from './lead-time.ts';
import { type EarlyCost, type Weighing, weigh, worthOfWaiting } from './reorder.ts';
import type { Model } from './state.ts';
import { needsAnswer } from './trust.ts';
import type { Instant, LeadTime, StepContext } from './types.ts';

/** When an order is due: now against the next review, or along with a parcel that leaves anyway. */

/** What a decision looks at. */
export interface View {
  readonly model: Model;
  readonly future: RunOut;
  readonly early: EarlyCost;
  /** The customer's answer comes before an order, and takes its time; absent: as telemetry wants it. */
  readonly answer?: 'needed';
}

const asksAt = ({ model, answer }: View, { settings }: StepContext, at: Instant): boolean =>
  answer === 'needed' || needsAnswer(model, settings, at);

/** From the decision to the placement. */
export const placementDelay = ({ strategy, settings }: StepContext): number =>
  strategy === 'automatic' ? settings.cancelWindowMs : 0;

export function weighAt(
  view: View,
  context: StepContext,
  at: Instant,
  next: Instant,
  leadTime: LeadTime = context.leadTime,
): Weighing {
  const delay = placementDelay(context);
  const placeAt = at + delay;
  const asks = asksAt(view, context, at);
  return weigh({
    runOut: view.future,
    leadTime: asks ? afterAnswer(leadTime) : leadTime,
    asksLater: !asks && asksAt(view, context, next),
    grid: gridOf(context.calendar, context.population),
    costs: context.costs,
    early: view.early,
    placeAt,
    nextPlaceAt: nextPlacement(placeAt, next + delay, context.leadTime, context.calendar),
  });
}

/**
 * Now against the next review; where a person decides, against the first review from which an order would
 * arrive later: a question that is withdrawn over the weekend and put again on Monday is not answered.
 */
export function weighNow(view: View, context: StepContext, now: Instant): Weighing {
  const review = context.settings.reviewPeriodMs;
  let weighing = weighAt(view, context, now, now + review);
  const person = context.strategy !== 'automatic' || asksAt(view, context, now);
  for (let reviews = 2; person && reviews <= LONG_WEEKEND_REVIEWS && isFree(weighing); reviews += 1) {
    weighing = weighAt(view, context, now, now + reviews * review);
  }
  return weighing;
}

/** Waiting moved no arrival. */
const isFree = ({ due, risk, saved, emptyBeforeArrival }: Weighing): boolean =>
  !due && risk === 0 && saved === 0 && emptyBeforeArrival > 0;

/**
 * Whether it goes with a parcel that leaves anyway: it would fall due before the next one could, and a
 * parcel less is worth more than the days that it lies on the shelf for it.
 */
export function joins(view: View, context: StepContext, now: Instant): boolean {
  const { parcel, settings } = context;
  if (parcel == null) return false;
  const { risk, saved } = weighAt(view, context, now, parcel.until);
  if (worthOfWaiting({ risk, saved }) >= parcel.worthMinor) return false;
  return weighAt(view, context, parcel.until, parcel.until + settings.reviewPeriodMs).due;
}

/** Reviews that a weekend with a holiday spans at the usual one a day. */
export const LONG_WEEKEND_REVIEWS = 4;
