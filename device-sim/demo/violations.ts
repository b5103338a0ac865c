import { inSpan, localDate } from '../../core/calendar.ts';
import type { Instant } from '../../core/types.ts';
import { termsOf } from './roles.ts';
import type { GivenConsent, Parcel } from './world.ts';

export interface Violations {
  readonly withoutConsent: number;
  readonly insideHold: number;
  readonly duplicate: number;
}

/**
 * Judges every purchase by what the simulated customers themselves know: what they agreed to and when,
 * what they approved, when they said they were away. Nothing of the platform's gates is used.
 */
export function judge(parcels: readonly Parcel[]): Violations {
  return {
    withoutConsent: parcels.filter((parcel) => !isAgreed(parcel, parcels)).length,
    insideHold: parcels.filter(isInsideHold).length,
    duplicate: countDuplicates(parcels),
  };
}

function isAgreed(parcel: Parcel, all: readonly Parcel[]): boolean {
  const { purchase, place, number } = parcel;
  const { consent, approved } = place.customer;
  if (termsOf(place.customer.plan.role).strategy !== 'automatic') {
    return approved.has(purchase.clientReference);
  }
  if (consent === null || consent.grantedAt > purchase.placedAt) return false;
  if (consent.withdrawn !== null && number >= consent.withdrawn.afterPurchase) return false;
  return (
    consent.skus.has(purchase.sku) &&
    purchase.unitPriceMinor <= consent.maxUnitPriceMinor &&
    purchase.quantity <= consent.maxQuantity &&
    isWithinBudget(parcel, consent, all)
  );
}

const monthOf = (at: Instant, timeZone: string): string => localDate(at, timeZone).slice(0, 7);

/** An order counts in the month in which it was announced. */
function isWithinBudget(parcel: Parcel, consent: GivenConsent, all: readonly Parcel[]): boolean {
  const { customer } = parcel.place;
  const month = (of: Parcel) => monthOf(of.announcedAt ?? of.purchase.placedAt, customer.plan.timeZone);
  const spent = all
    .filter((other) => other.place.customer === customer && other.number <= parcel.number)
    .filter((other) => other.purchase.status !== 'cancelled' && month(other) === month(parcel))
    .reduce((sum, other) => sum + other.purchase.totalMinor, 0);
  return spent <= consent.maxSpendPerMonthMinor;
}

/** Only holds that were told before the purchase: nothing can call a parcel back. */
function isInsideHold({ purchase, place, number }: Parcel): boolean {
  if (purchase.status !== 'delivered') return false;
  const { plan, toldHolds } = place.customer;
  const date = localDate(purchase.deliversAt, plan.timeZone);
  return toldHolds.some(({ hold, afterPurchase }) => afterPurchase <= number && inSpan(date, hold));
}

/** A second purchase for a slot while the first was still on its way, or two for one order. */
function countDuplicates(parcels: readonly Parcel[]): number {
  let count = 0;
  const open = new Map<string, Instant>();
  const references = new Set<string>();
  for (const { purchase, place } of parcels) {
    const underwayUntil = open.get(place.consumableId) ?? Number.NEGATIVE_INFINITY;
    if (purchase.placedAt < underwayUntil || references.has(purchase.clientReference)) count += 1;
    references.add(purchase.clientReference);
    const { status, updatedAt } = purchase;
    const ended = status === 'delivered' || status === 'cancelled';
    open.set(place.consumableId, Math.max(underwayUntil, ended ? updatedAt : Number.POSITIVE_INFINITY));
  }
  return count;
}
