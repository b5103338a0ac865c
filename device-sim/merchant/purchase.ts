import type { MerchantOrder, PlaceOrder } from '../../contracts/merchant.ts';
import { addBusinessDays, localDate, startOfLocalDate } from '../../core/calendar.ts';
import { HOUR_MS, type Instant, type LocalDate, type SiteCalendar } from '../../core/types.ts';
import type { Chance } from '../backtest/chance.ts';

export type PurchaseStatus = 'accepted' | 'shipped' | 'delivered' | 'cancelled';

/** One order as the merchant's books have it: the truth that the platform's books are checked against. */
export interface Purchase {
  readonly reference: string;
  readonly clientReference: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  /** What of it is shipping; 0 when another of its box pays. */
  readonly shippingMinor: number;
  readonly currency: string;
  /** Purchases with the same one travel together. */
  readonly box: string;
  readonly deliveryAddress: PlaceOrder['deliveryAddress'];
  readonly placedAt: Instant;
  readonly arrivesFrom: LocalDate;
  readonly arrivesTo: LocalDate;
  readonly shipsAt: Instant;
  readonly deliversAt: Instant;
  status: PurchaseStatus;
  /** When it entered its status. */
  updatedAt: Instant;
}

export interface Journey {
  readonly arrivesFrom: LocalDate;
  readonly arrivesTo: LocalDate;
  readonly shipsAt: Instant;
  readonly deliversAt: Instant;
}

/** Parcels are handed over between 10 and 17 o'clock local time. */
const ROUNDS_START_MS = 10 * HOUR_MS;
const ROUNDS_LENGTH_MS = 7 * HOUR_MS;
/** A parcel leaves the warehouse after this share of its way through time. */
const SHIPPED_AFTER_SHARE = 0.4;

/** Dates between which a parcel ordered at `at` is promised: the support of the lead time. */
export function promise(at: Instant, pmf: readonly number[], calendar: SiteCalendar) {
  const first = Math.max(
    pmf.findIndex((p) => p > 0),
    0,
  );
  const last = Math.max(
    pmf.findLastIndex((p) => p > 0),
    0,
  );
  return {
    arrivesFrom: addBusinessDays(at, first, calendar),
    arrivesTo: addBusinessDays(at, last, calendar),
  };
}

/** Draws a parcel's way: its day from the lead-time distribution, always within the promise. */
export function drawJourney(
  at: Instant,
  pmf: readonly number[],
  calendar: SiteCalendar,
  chance: Chance,
): Journey {
  let rest = chance.uniform() * pmf.reduce((sum, p) => sum + p, 0);
  let days = Math.max(
    pmf.findLastIndex((p) => p > 0),
    0,
  );
  for (const [i, p] of pmf.entries()) {
    rest -= p;
    if (rest < 0) {
      days = i;
      break;
    }
  }
  const date = addBusinessDays(at, days, calendar);
  const morning = startOfLocalDate(date, calendar.timeZone) + ROUNDS_START_MS;
  // With no days at all, a parcel still takes the time it takes.
  const deliversAt = Math.max(morning + chance.uniform() * ROUNDS_LENGTH_MS, at + HOUR_MS);
  const rounded = Math.round(deliversAt / 1000) * 1000;
  const shipsAt = Math.round((at + SHIPPED_AFTER_SHARE * (rounded - at)) / 1000) * 1000;
  const promised = promise(at, pmf, calendar);
  // Ordered within the last hour of its day, a parcel without any days of travel comes after midnight.
  const arrives = localDate(rounded, calendar.timeZone);
  const arrivesTo = [promised.arrivesTo, arrives].toSorted().at(-1) ?? arrives;
  return { ...promised, arrivesTo, shipsAt, deliversAt: rounded };
}

/** The purchase as the contract tells it. */
export function toMerchantOrder(purchase: Purchase): MerchantOrder {
  const { reference, clientReference, status, totalMinor, currency, arrivesFrom, arrivesTo, updatedAt } =
    purchase;
  return {
    reference,
    clientReference,
    status,
    totalMinor,
    currency,
    arrivesFrom,
    arrivesTo,
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
