import { DAY_MS } from '../../../core/types.ts';
import type { Policy, PolicyRun, UseForecast } from '../policy.ts';
import { ShelfBook } from './shelf-book.ts';

/**
 * Exponentially weighted rate and variance of use per day between accepted readings; days left is level
 * over rate. The forecast is the customary normal one: mean and variance grow linearly with the span.
 */
class UseAverage {
  perDay: number;
  variance: number;
  readonly #halfLifeDays: number;
  #last: { readonly at: number; readonly level: number } | null = null;

  constructor(perDay: number, halfLifeDays: number) {
    this.perDay = perDay;
    this.variance = perDay * perDay;
    this.#halfLifeDays = halfLifeDays;
  }

  follow(book: ShelfBook): void {
    const point = book.points.at(-1);
    if (point === undefined) {
      this.#last = null;
      return;
    }
    const last = this.#last;
    if (last !== null && point.at <= last.at) return;
    this.#last = point;
    if (last === null || book.points.length < 2) return;
    const days = Math.max(0.25, (point.at - last.at) / DAY_MS);
    const used = last.level - point.level;
    const keep = 2 ** (-days / this.#halfLifeDays);
    const surprise = used - this.perDay * days;
    this.variance = keep * this.variance + (1 - keep) * ((surprise * surprise) / days);
    this.perDay = Math.max(0, keep * this.perDay + (1 - keep) * (used / days));
  }
}

/** Order when level over average use falls below `orderBelowDays`. */
export function ewmaPolicy(
  name: string,
  constants: { readonly orderBelowDays: number; readonly halfLifeDays: number },
): Policy {
  return {
    name,
    start: (_world, profile): PolicyRun => {
      const book = new ShelfBook();
      const average = new UseAverage(1 / profile.typicalLifeDays, constants.halfLifeDays);
      return {
        review: (review) => {
          book.take(review.events);
          average.follow(book);
          const level = book.extrapolated(review.now, average.perDay);
          const daysLeft = level === null ? null : level / Math.max(average.perDay, 1e-6);
          const short = daysLeft !== null && daysLeft <= constants.orderBelowDays;
          const order = short && book.spares === 0 && review.openOrder === null;
          return { quantity: order ? 1 : 0, asks: false, expectedDays: daysLeft, believedShelf: book.spares };
        },
        forecast: (_review, _truth, days) =>
          normalForecast(average.perDay * days, Math.sqrt(average.variance * days)),
      };
    },
  };
}

/** Normal distribution cut at zero: use cannot be negative. */
function normalForecast(mean: number, sd: number): UseForecast {
  const spread = Math.max(sd, 1e-9);
  return {
    cdf: (x) => (x < 0 ? 0 : normalCdf((x - mean) / spread)),
    quantile: (p) => Math.max(0, mean + spread * normalQuantile(p)),
  };
}

/** Abramowitz and Stegun 26.2.17; absolute error below 7.5e-8. */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? 1 - upper : upper;
}

export function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
