import { isLastChance } from './holds.ts';
import { outline } from './lead-time.ts';
import { DAY_MS, type Instant, type StepContext } from './types.ts';
import { LONG_WEEKEND_REVIEWS, placementDelay, type View, weighAt } from './when-due.ts';

/** Even a consumable that nothing can happen to is looked at this often. */
export const LONGEST_SLEEP_MS = 30 * DAY_MS;

/**
 * The first review at which the decision could change if nothing is heard: the same weighing, later.
 * Until then the consumable costs nothing; a reading wakes it anyway.
 */
export function nextLook(view: View, context: StepContext, now: Instant): Instant {
  const review = context.settings.reviewPeriodMs;
  const rough = outline(context.leadTime);
  const due = (reviews: number): boolean =>
    weighAt(view, context, now + reviews * review, now + (reviews + 1) * review, rough).due;
  return now + firstReview(due, 1, reviewsUntilAway(view, context, now)) * review;
}

/**
 * When an order would be due if telemetry could be trusted: what a question asks about. The first review from now
 * on at which the same weighing is due without the time that an answer takes; thirty days away at most.
 */
export function dayToOrder(view: View, context: StepContext, now: Instant): Instant {
  const review = context.settings.reviewPeriodMs;
  const answered: View = { ...view, answer: 'given' };
  const due = (reviews: number): boolean =>
    weighAt(answered, context, now + reviews * review, now + (reviews + 1) * review).due;
  const away = reviewsUntilAway(answered, context, now);
  const before = firstReview(due, 0, away);
  const longest = longestSleep(context);
  // Not due when it would still arrive before a hold: then some time after that.
  const reviews = before < away || due(before) ? before : firstReview(due, away + 1, longest);
  return now + Math.min(reviews, longest) * review;
}

/** The first review, not before `from`, that is due; `last` if none is. By bisection. */
function firstReview(due: (reviews: number) => boolean, from: number, last: number): number {
  // On the eve of a weekend waiting is free and nothing is due: only beyond it does "due" stay due.
  for (let soon = from; soon <= LONG_WEEKEND_REVIEWS; soon += 1) {
    if (due(soon)) return soon;
  }
  let low = from;
  let high = last;
  if (low >= high || !due(high)) return high;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (due(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const longestSleep = ({ settings }: StepContext): number =>
  Math.max(Math.ceil(LONGEST_SLEEP_MS / settings.reviewPeriodMs), 1);

/** Reviews until the last one from which an order still arrives before a hold: there the answer can jump. */
function reviewsUntilAway(view: View, context: StepContext, now: Instant): number {
  const { settings, leadTime, calendar } = context;
  const longest = longestSleep(context);
  if (calendar.holds.length === 0) return longest;
  const start = now + placementDelay(view, context);
  for (let reviews = 1; reviews < longest; reviews += 1) {
    const placeAt = start + reviews * settings.reviewPeriodMs;
    if (isLastChance(placeAt, placeAt + settings.reviewPeriodMs, leadTime, calendar)) return reviews;
  }
  return longest;
}
