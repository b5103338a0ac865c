import { isLastChance } from './holds.ts';
import { outline } from './lead-time.ts';
import { DAY_MS, type Instant, type StepContext } from './types.ts';
import { LONG_WEEKEND_REVIEWS, placementDelay, type View, weighAt } from './when-due.ts';

/** Even a consumable that nothing can happen to is looked at this often. */
export const LONGEST_SLEEP_MS = 30 * DAY_MS;

/**
 * The first review at which the decision could change if nothing is heard: the same weighing, later.
 * Until then the consumable costs nothing; a reading wakes it anyway. By bisection on reviews.
 */
export function nextLook(view: View, context: StepContext, now: Instant): Instant {
  const review = context.settings.reviewPeriodMs;
  const rough = outline(context.leadTime);
  const dueAfter = (reviews: number): boolean =>
    weighAt(view, context, now + reviews * review, now + (reviews + 1) * review, rough).due;
  // On the eve of a weekend waiting is free and nothing is due: only beyond it does "due" stay due.
  for (let soon = 1; soon <= LONG_WEEKEND_REVIEWS; soon += 1) {
    if (dueAfter(soon)) return now + soon * review;
  }
  let low = 1;
  let high = reviewsUntilAway(context, now);
  if (!dueAfter(high)) return now + high * review;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (dueAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return now + low * review;
}

/** Reviews until the last one from which an order still arrives before a hold: there the answer can jump. */
function reviewsUntilAway(context: StepContext, now: Instant): number {
  const { settings, leadTime, calendar } = context;
  const longest = Math.max(Math.ceil(LONGEST_SLEEP_MS / settings.reviewPeriodMs), 1);
  if (calendar.holds.length === 0) return longest;
  const start = now + placementDelay(context);
  for (let reviews = 1; reviews < longest; reviews += 1) {
    const placeAt = start + reviews * settings.reviewPeriodMs;
    if (isLastChance(placeAt, placeAt + settings.reviewPeriodMs, leadTime, calendar)) return reviews;
  }
  return longest;
}
