import { inSpan, localDate } from '../../core/calendar.ts';
import type { Instant } from '../../core/types.ts';
import type { SimDevice } from '../fleet/sim-device.ts';
import type { SimSlot } from '../fleet/sim-slot.ts';
import type { Purchase } from '../merchant/purchase.ts';
import type { ConnectedDevice } from './connected-device.ts';
import type { CustomerPlan, HoldPlan } from './world-plan.ts';

/** One slot of the world under the platform's id for it. */
export interface Place {
  readonly consumableId: string;
  readonly productId: string | null;
  readonly customer: Customer;
  readonly device: SimDevice;
  readonly slot: SimSlot;
}

/** A consent as the customer gave it: what purchases are judged by. */
export interface GivenConsent {
  readonly id: string;
  readonly grantedAt: Instant;
  /** When it was withdrawn and how many purchases the merchant had booked by then; null: in force. */
  withdrawn: { readonly at: Instant; readonly afterPurchase: number } | null;
  readonly skus: ReadonlySet<string>;
  readonly maxUnitPriceMinor: number;
  readonly maxQuantity: number;
  readonly maxSpendPerMonthMinor: number;
}

/** A customer of the simulated world, as registered. */
export interface Customer {
  readonly id: string;
  readonly plan: CustomerPlan;
  consent: GivenConsent | null;
  /** Orders that this customer approved. */
  readonly approved: Set<string>;
  declined: number;
  /** Holds told to the platform, with the number of purchases booked before. */
  readonly toldHolds: { readonly hold: HoldPlan; readonly afterPurchase: number }[];
}

/** A purchase at the merchant and the slot that it is for. */
export interface Parcel {
  readonly purchase: Purchase;
  /** Its number in the merchant's books, from 0. */
  readonly number: number;
  readonly place: Place;
  readonly fillings: number;
  readonly announcedAt: Instant | null;
  handedOver: boolean;
}

export interface World {
  readonly customers: readonly Customer[];
  readonly devices: readonly ConnectedDevice[];
  readonly places: ReadonlyMap<string, Place>;
}

/** Whether nobody is at home on the local date of `at`: a vacation is real, told or not. */
export function isAway({ plan }: Customer, at: Instant): boolean {
  const date = localDate(at, plan.timeZone);
  return plan.holds.some(({ from, to }) => inSpan(date, { from, to }));
}
