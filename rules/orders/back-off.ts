import type { Instant } from '../../core/types.ts';

const SHORTEST_MS = 30_000;
/** A merchant that has been away for hours is asked hourly: it is one call, and its return is noticed. */
const LONGEST_MS = 3_600_000;
/** Of the wait: keeps a thousand orders from asking a merchant in the same second. */
const JITTER = 0.2;

/**
 * When to try again: the wait doubles with the time since the first try, so no counter has to be kept.
 * The jitter comes from the order's own id and is the same at every run.
 */
export function nextTryAt(orderId: string, firstTryAt: Instant, now: Instant): Instant {
  const wait = Math.min(Math.max(now - firstTryAt, SHORTEST_MS), LONGEST_MS);
  const spread = Number.parseInt(orderId.slice(-4), 16) / 0xffff;
  return now + Math.round(wait * (1 - JITTER / 2 + JITTER * spread));
}
