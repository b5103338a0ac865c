/**
 * The vocabulary of the domain (docs/glossary.md). Everything here is plain data:
 * core takes it as arguments and returns it, and never reads a clock, a database or chance.
 */

import type { BlockScore } from './block-score.ts';
import type { Said } from './phrases/phrase.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A calendar date, `YYYY-MM-DD`, meant in the customer's time zone. */
export type LocalDate = string;

/** Integer minor units (cents) of `currency` (ISO 4217). */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/**
 * What a device says is left of a consumable: a fraction 0…1 of what remains usable (for a
 * receptacle that fills, of the space left), "some remaining" (RFC 3805 -3), or unknown (-2).
 */
export type Level =
  | { readonly kind: 'measured'; readonly value: number }
  | { readonly kind: 'some' }
  | { readonly kind: 'unknown' };

export interface ReadingEvent {
  readonly type: 'reading';
  /** The device's own time. */
  readonly at: Instant;
  /** The device's sequence number; restarts with the device. */
  readonly seq: number;
  readonly level: Level;
  /** Total of the counter that measures use of this consumable (pages, cups), if the device has one. */
  readonly useCounter: number | null;
  /** Serial or name of the installed supply, if the device tells; a change is a swap. */
  readonly supplySerial: string | null;
  /** Read back from the device's memory: evidence of use, never a reason to order. */
  readonly historical: boolean;
}

/** Things that happen to a consumable beside readings. Quantities are fillings (one cartridge, one carton). */
export type ConsumableEvent =
  | ReadingEvent
  /** `historical`: told late; absent is false. Evidence of a swap, which only a later live reading lets act. */
  | { readonly type: 'replaced'; readonly at: Instant; readonly historical?: boolean }
  | { readonly type: 'delivered'; readonly at: Instant; readonly orderId: string; readonly quantity: number }
  | { readonly type: 'shelf-count'; readonly at: Instant; readonly quantity: number };

/** How the slot measures and what normally goes into it. */
export interface ConsumableProfile {
  readonly key: string;
  /** "Black toner": how people name it in a sentence. */
  readonly name: string;
  /** `fills`: a receptacle (waste toner, bin); its level is the space left. */
  readonly polarity: 'depletes' | 'fills';
  /** Smallest step of the gauge, as a fraction (0.01 for percent, 0.1 for ten bars). */
  readonly gaugeQuantum: number;
  /** Standard deviation of one reading beyond the step, as a fraction. */
  readonly gaugeNoise: number;
  /** Uses (pages, cups) one filling yields by its maker's word; null if unknown. */
  readonly yieldUses: number | null;
  /** Typical life of one filling in days: the prior's centre until the fleet has taught a better one. */
  readonly typicalLifeDays: number;
  /** Days a filling keeps after delivery; null for what does not spoil. */
  readonly shelfLifeDays: number | null;
}

export interface DateSpan {
  readonly from: LocalDate;
  /** Inclusive; null: open end. */
  readonly to: LocalDate | null;
}

/** The site's calendar: time zone, closures with no business, and the customer's holds. */
export interface SiteCalendar {
  readonly timeZone: string;
  readonly closures: readonly DateSpan[];
  readonly holds: readonly DateSpan[];
  /** For what is used with the cold: the clock of use counts degree-days instead of days. Absent: days. */
  readonly degreeDays?: DegreeDays;
}

/** Heating degree-days (K·d per day) of the site. */
export interface DegreeDays {
  /** Mean per day in a normal January … December. */
  readonly normals: readonly number[];
  /** Those of single past days, in order, the first on `from`. */
  readonly observed?: { readonly from: LocalDate; readonly values: readonly number[] };
}

/**
 * Lead time from placement to delivery in business days: `pmf[i]` is the probability of i days;
 * sums to 1 and ends at the longest that the merchant promises or that was ever seen.
 */
export interface LeadTime {
  readonly pmf: readonly number[];
}

/** What the merchant sells for a consumable, as quoted. */
export interface Offer {
  readonly productId: string;
  readonly merchantId: string;
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: Money;
  /** Fillings in one unit. */
  readonly packSize: number;
  readonly minimumQuantity: number;
  /** Unit prices from a quantity on, ascending; absent: `unitPrice` for any quantity. */
  readonly priceBreaks?: readonly { readonly quantity: number; readonly unitPrice: Money }[];
}

/** Money per event, in minor units: what the reorder rule weighs. */
export interface Costs {
  readonly stockoutMinor: number;
  readonly stockoutPerDayMinor: number;
  /** Of one filling lying unused for a day: capital, space, obsolescence. */
  readonly holdingPerDayMinor: number;
  readonly shippingMinor: number;
}

/** The four connected strategies, from least to most autonomy. */
export type Strategy = 'respond' | 'coach' | 'curated' | 'automatic';

export type OrderStatus =
  | 'proposed'
  | 'announced'
  | 'placing'
  | 'accepted'
  | 'shipped'
  | 'delivered'
  | 'installed'
  | 'declined'
  | 'cancelled'
  | 'expired'
  | 'rejected'
  | 'returned'
  | 'lost';

/** The one order that may be open for a consumable. */
export interface OpenOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
  /** Fillings. */
  readonly quantity: number;
  readonly createdAt: Instant;
  /** When it is expected to arrive at the latest; null before the merchant accepted. */
  readonly expectedBy: Instant | null;
  /** A question that was put only because the level is not seen, and that nobody has answered yet. */
  readonly unanswered?: boolean;
}

/** The terms of a live `automatic-order` consent. */
export interface Mandate {
  readonly consentId: string;
  readonly productIds: readonly string[];
  readonly maxUnitPrice: Money;
  /** Units per order. */
  readonly maxQuantity: number;
  /** Per calendar month in the customer's time zone, including shipping. */
  readonly maxSpendPerMonth: Money;
  readonly maxOrdersPerMonth: number | null;
  readonly minDaysBetweenOrders: number | null;
  readonly grantedAt: Instant;
  readonly validUntil: Instant | null;
  /** Products that may take the place of those in `productIds` when none of them can be had. */
  readonly substituteProductIds?: readonly string[];
  /** Merchants that may be ordered from; absent or null: any that sells the product. */
  readonly merchantIds?: readonly string[] | null;
  /** How far, as a fraction, a unit price may lie above the one at grant; absent or null: no such limit. */
  readonly maxPriceDrift?: number | null;
  /** Unit prices at grant by product, in minor units of the mandate's currency. */
  readonly pricesAtGrant?: Readonly<Record<string, number>>;
  /** Where to, in one line; null: the consent names no place. Absent: not asked here. */
  readonly deliveryAddress?: string | null;
  /** The payment service's token; null: on account with the merchant. Absent: not asked here. */
  readonly paymentReference?: string | null;
  /** Where the law wants a rise of the price told some days ahead; absent or null: it need not be. */
  readonly priceNotice?: PriceNotice | null;
}

/** What was told about rises of prices since the grant. */
interface PriceNotice {
  /** Days between telling and charging, at least. */
  readonly days: number;
  readonly told: readonly { readonly productId: string; readonly minor: number; readonly at: Instant }[];
}

/** What was already committed under the mandate's limits this calendar month (open and placed orders). */
export interface Spend {
  readonly minor: number;
  readonly orders: number;
  /** Placement or announcement of the consumable's newest order; null if none. */
  readonly lastOrderAt: Instant | null;
}

/** Settings of the reorder policy; the same for all consumables of a tenant. */
export interface PolicySettings {
  /** How often a consumable is looked at, at most. */
  readonly reviewPeriodMs: number;
  /** Time the customer has to cancel an announced order. */
  readonly cancelWindowMs: number;
  /** An automatic order needs a trusted reading younger than this. */
  readonly staleAfterMs: number;
}

/** Scopes stopped by ops: the reasons of all halts that touch this consumable. */
export interface Halt {
  readonly scope: 'global' | 'product' | 'device-model' | 'firmware' | 'merchant' | 'customer';
  readonly reason: string;
}

/** Everything outside the consumable's own history that a step needs. */
export interface StepContext {
  readonly profile: ConsumableProfile;
  readonly calendar: SiteCalendar;
  readonly leadTime: LeadTime;
  readonly costs: Costs;
  readonly settings: PolicySettings;
  readonly strategy: Strategy;
  readonly offer: Offer | null;
  readonly openOrder: OpenOrder | null;
  readonly mandate: Mandate | null;
  readonly spend: Spend;
  readonly halts: readonly Halt[];
  /** What the fleet taught about such consumables; null: the profile's typical life alone. */
  readonly population: Population | null;
  /** The customer skipped an order: nothing is ordered or prepared before; absent or null: did not. */
  readonly skipUntil?: Instant | null;
  /** What staff said, or have yet to say, about the order or the one before; absent or null: nothing. */
  readonly review?: Review | null;
  /** A parcel of the same merchant to the same customer that is just being made up; absent or null: none. */
  readonly parcel?: JoinableParcel | null;
  /** Why `strategy` is less than the customer chose; absent or null: it is what they chose. */
  readonly limited?: Said | null;
  /** Since when orders go out by themselves again, as long as that is news. */
  readonly backSince?: Instant | null;
}

/** Of an order that staff look at, or of the consumable's last one that they declined. */
export interface Review {
  /** Why the order being placed has to be approved first; null: it need not be, or it was. */
  readonly pending: Said | null;
  /** After an order was declined none follows by itself before this instant; null: none was. */
  readonly pausedUntil: Instant | null;
}

/** What falls due until `until` may go along; one parcel less is worth this much. */
export interface JoinableParcel {
  readonly until: Instant;
  readonly worthMinor: number;
}

/** Empirical-Bayes prior and recalibration of a device model, family or the whole fleet, by version. */
export interface Population {
  readonly version: number;
  /** Prior of 1/μ ~ Gamma(shape, rate): μ in fillings per op-day. */
  readonly shape: number;
  readonly rate: number;
  /** Weights of the experts of the mixture; empty: uniform. */
  readonly expertWeights: readonly number[];
  /** Devices it was learned from. */
  readonly devices: number;
  /** Monotone map of predictive probabilities: value at equally spaced nominal probabilities 0…1; empty: identity. */
  readonly recalibration: readonly number[];
  /** Relative use of Monday … Sunday, a closure, a hold; weeks sum to 7. Absent: the built-in guess. */
  readonly dayWeights?: readonly number[];
  /** How often people swap a low filling early once a spare is there, per shelf day. Absent: a guess. */
  readonly earlySwapPerDay?: number;
  /** The level below which they think of it. Absent: a guess. */
  readonly temptedBelow?: number;
  /** Relative use in January … December beyond what the calendar tells, mean 1. Absent: every month alike. */
  readonly monthFactors?: readonly number[];
}

export type GateName =
  | 'offer'
  | 'halt'
  | 'review'
  | 'open-order'
  | 'trusted-telemetry'
  | 'consent'
  | 'product'
  | 'merchant'
  | 'price'
  | 'price-drift'
  | 'price-notice'
  | 'quantity'
  | 'spend'
  | 'frequency'
  | 'delivery-address'
  | 'payment'
  | 'skip'
  | 'notice'
  | 'hold';

export interface GateVerdict {
  readonly gate: GateName;
  readonly pass: boolean;
  /** One plain sentence with the numbers that decided, in English. */
  readonly reason: string;
  /** The same for readers of any language. */
  readonly said: Said;
  /** For a verdict that time alone can change: when to ask again. */
  readonly retryAt?: Instant;
  /** Not passed only because what it compares with is missing, which another gate already tells. */
  readonly unchecked?: true;
}

/** The run-out forecast at an instant. Instants are null when further away than the horizon. */
export interface Forecast {
  /** Fraction believed left now. */
  readonly level: number;
  /** Whether that rests on a number that the device still tells; else it is a guess from what is usual. */
  readonly measured: boolean;
  /** When the level was last read. */
  readonly levelAt: Instant | null;
  /** Fraction used per day, expected. */
  readonly perDay: number;
  readonly p10: Instant | null;
  readonly p50: Instant | null;
  readonly p90: Instant | null;
}

/** `nothing`: enough left. `wait`: an order is open. `order`: propose one. `defer`: later, because of a hold or a limit that time lifts. `blocked`: a gate refuses. `ask`: needs the customer. */
export type DecisionOutcome = 'nothing' | 'wait' | 'order' | 'defer' | 'blocked' | 'ask';

export interface Decision {
  readonly outcome: DecisionOutcome;
  readonly at: Instant;
  readonly forecast: Forecast | null;
  readonly onHand: number;
  readonly onShelf: number;
  readonly onOrder: number;
  readonly gates: readonly GateVerdict[];
  /** One plain sentence with its numbers, for the customer, in English. */
  readonly sentence: string;
  /** The same for readers of any language. */
  readonly said: Said;
}

/** What the shell has to do; every command is idempotent by its content. */
export type Command =
  | {
      readonly type: 'propose-order';
      /** Units of the offer, not fillings. */
      readonly quantity: number;
      readonly offer: Offer;
      /** `announced`: automatic; `proposed`: the customer approves first. */
      readonly status: 'announced' | 'proposed';
      /** Not to be placed before this instant (cancel window, holds). */
      readonly placeAt: Instant;
      /** Asked only because the level is not seen. */
      readonly because?: 'not-seen';
      readonly consentId: string | null;
      /** Minor units that ordering now avoids, in expectation, and P(empty before it arrives): for `rankBySpend`. */
      readonly avoidedMinor: number;
      readonly emptyBeforeArrival: number;
    }
  /** The open order is a question that needs no answer any more: it makes room for what else is decided here. */
  | { readonly type: 'withdraw-order'; readonly orderId: string; readonly said: Said }
  /** A new filling was seen in the device: the oldest delivered order of this consumable is installed. */
  | {
      readonly type: 'installed';
      readonly at: Instant;
      /** Fraction left in what was taken out; null: not known. */
      readonly left: number | null;
      /** Whether a spare was believed to be at hand. */
      readonly spare: boolean;
    };

export interface StepResult<State> {
  readonly state: State;
  readonly decision: Decision;
  readonly commands: readonly Command[];
  /** Whether the telemetry may cause an order now. */
  readonly trusted: boolean;
  /** When to look again if nothing happens before. */
  readonly evaluateAt: Instant;
  /**
   * For the fleet's calibration: for each stretch of use that was learned from now, between which
   * predictive probabilities it fell (`addScore`).
   */
  readonly blockScores: readonly BlockScore[];
}
