import type { ConsumableProfile } from '../../../core/types.ts';
import { DAY_MS } from '../../../core/types.ts';
import type { Policy, Review, Verdict } from '../policy.ts';
import { type LevelPoint, ShelfBook } from './shelf-book.ts';

const NONE: Verdict = { quantity: 0, asks: false, expectedDays: null, believedShelf: 0 };

function verdictOf(book: ShelfBook, review: Review, short: boolean, expectedDays: number | null): Verdict {
  if (!short || book.spares > 0 || review.openOrder !== null) return { ...NONE, believedShelf: book.spares };
  return { quantity: 1, asks: false, expectedDays, believedShelf: book.spares };
}

const typicalPerDay = (profile: ConsumableProfile): number => 1 / profile.typicalLifeDays;

/** Order when the level read is at or below `limit`. */
export function thresholdPolicy(name: string, limit: number): Policy {
  return {
    name,
    start: (_world, profile) => {
      const book = new ShelfBook();
      return {
        review: (review) => {
          book.take(review.events);
          const level = book.level;
          const short = level !== null && level <= limit + 1e-9;
          return verdictOf(book, review, short, level === null ? null : level / typicalPerDay(profile));
        },
      };
    },
  };
}

/** Least-squares use per day over readings of the last `windowDays` of this filling; null: too few. */
function slope(points: readonly LevelPoint[], windowDays: number): number | null {
  const newest = points.at(-1);
  if (newest === undefined) return null;
  const recent = points.filter(({ at }) => at >= newest.at - windowDays * DAY_MS);
  const first = recent[0];
  if (first === undefined || newest.at - first.at < 5 * DAY_MS || recent.length < 4) return null;
  const meanT = recent.reduce((sum, { at }) => sum + (at - first.at) / DAY_MS, 0) / recent.length;
  const meanL = recent.reduce((sum, { level }) => sum + level, 0) / recent.length;
  let cross = 0;
  let square = 0;
  for (const { at, level } of recent) {
    const t = (at - first.at) / DAY_MS - meanT;
    cross += t * (level - meanL);
    square += t * t;
  }
  return Math.max(0, -cross / square);
}

/** Order when a straight line through the recent levels reaches zero within `orderBelowDays`. */
export function regressionPolicy(
  name: string,
  constants: { readonly orderBelowDays: number; readonly windowDays: number },
): Policy {
  return {
    name,
    start: (_world, profile) => {
      const book = new ShelfBook();
      let perDay = typicalPerDay(profile);
      return {
        review: (review) => {
          book.take(review.events);
          perDay = slope(book.points, constants.windowDays) ?? perDay;
          const level = book.extrapolated(review.now, perDay);
          const daysLeft = level === null ? null : level / Math.max(perDay, 1e-6);
          return verdictOf(book, review, daysLeft !== null && daysLeft <= constants.orderBelowDays, daysLeft);
        },
      };
    },
  };
}

/** The device's own low-ink warning: its threshold is the maker's, not the gauge's step. */
export const LOW_INK_LEVEL = 0.15;
