import { mixtureExceeds, type Posterior } from './mixture.ts';
import type { Costs, Offer } from './types.ts';

/**
 * How many units to order: 1 unless buying more at once is cheaper per filling than the days that the
 * extra fillings then lie on the shelf, and only what is used, with 95 % probability, before it spoils:
 *   cost(n) = (shipping + n·price(n)) / fillings + holding · mean days on the shelf.
 */

/** Share of certainty that nothing spoils. */
const USED_IN_TIME = 0.95;
const UNITS_MAX = 100;

export interface QuantityRequest {
  readonly offer: Offer;
  readonly costs: Costs;
  /** The mixture's experts and the mean rate in fillings per op-day. */
  readonly experts: readonly Posterior[];
  readonly ratePerDay: number;
  /** Days a filling keeps after delivery; null: it does not spoil. */
  readonly shelfLifeDays: number | null;
  /** Fillings in the device and on the shelf when it arrives. */
  readonly stock: number;
  /** Units per order that the customer allows; null: no limit. */
  readonly maxQuantity: number | null;
}

/** Unit price in minor units for a quantity. */
function unitPriceAt(offer: Offer, quantity: number): number {
  let price = offer.unitPrice.minor;
  for (const level of offer.priceBreaks ?? []) if (quantity >= level.quantity) price = level.unitPrice.minor;
  return price;
}

/** The offer at the unit price of this quantity: what gates ask about and an order is made of. */
export function offerAt(offer: Offer, quantity: number): Offer {
  const { priceBreaks: _, ...plain } = offer;
  return { ...plain, unitPrice: { ...offer.unitPrice, minor: unitPriceAt(offer, quantity) } };
}

/** P(the stock and n units are used before the last of them spoils). */
function usedInTime(request: QuantityRequest, units: number): number {
  const { shelfLifeDays, experts, stock, offer } = request;
  if (shelfLifeDays === null) return 1;
  return mixtureExceeds(experts, stock + units * offer.packSize, shelfLifeDays);
}

/** Cost per filling, minor units. */
function costPerFilling(request: QuantityRequest, units: number): number {
  const { offer, costs, ratePerDay } = request;
  const fillings = units * Math.max(offer.packSize, 1);
  const money = (costs.shippingMinor + units * unitPriceAt(offer, units)) / fillings;
  const meanDaysWaiting = (fillings - 1) / 2 / Math.max(ratePerDay, 1e-6);
  return money + costs.holdingPerDayMinor * meanDaysWaiting;
}

/** Units of the offer to order; at least the merchant's minimum, even when some of that may spoil. */
export function orderQuantity(request: QuantityRequest): number {
  const least = Math.max(request.offer.minimumQuantity, 1);
  const most = Math.max(Math.min(request.maxQuantity ?? UNITS_MAX, UNITS_MAX), least);
  let best = least;
  let bestCost = costPerFilling(request, least);
  for (let units = least + 1; units <= most; units += 1) {
    if (usedInTime(request, units) < USED_IN_TIME) break;
    const cost = costPerFilling(request, units);
    if (cost < bestCost - 1e-9) {
      best = units;
      bestCost = cost;
    }
  }
  return best;
}
