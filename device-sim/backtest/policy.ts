import type { ConsumableEvent, ConsumableProfile, Instant } from '../../core/types.ts';
import type { DeviceWorld } from './device-world.ts';

/** Distribution of what will be used within a span, in fillings. */
export interface UseForecast {
  /** P(use ≤ x). */
  readonly cdf: (x: number) => number;
  /** Smallest x with cdf(x) ≥ p. */
  readonly quantile: (p: number) => number;
}

/** What the world tells a policy at a day's review: only what production would know. */
export interface Review {
  /** Days since the device joined. */
  readonly day: number;
  readonly now: Instant;
  /** What arrived since the last review. */
  readonly events: readonly ConsumableEvent[];
  readonly openOrder: {
    readonly orderId: string;
    readonly placedAt: Instant;
    readonly quantity: number;
  } | null;
}

/** What only the world knows; oracles alone may look. */
export interface Truth {
  readonly world: DeviceWorld;
  /** Nominal fillings left in the device now; 0: empty. */
  readonly left: number;
  /** Capacity of the installed filling in nominal fillings. */
  readonly capacity: number;
  readonly shelf: number;
  /** Orders placed so far. */
  readonly orders: number;
}

export interface Verdict {
  /** Fillings to order now; 0: none. */
  readonly quantity: number;
  /** The customer has to approve before it is placed. */
  readonly asks: boolean;
  /** Days until the policy expects the installed filling to be empty; null if it does not say. */
  readonly expectedDays: number | null;
  /** Spares the policy believes to be on the shelf, for diagnosis. */
  readonly believedShelf: number;
}

export interface PolicyRun {
  readonly review: (review: Review, truth: Truth) => Verdict;
  /** Forecast of use over the `days` after this review; absent: the policy does not forecast. */
  readonly forecast?: (review: Review, truth: Truth, days: number) => UseForecast;
}

export interface Policy {
  readonly name: string;
  readonly start: (world: DeviceWorld, profile: ConsumableProfile) => PolicyRun;
}
