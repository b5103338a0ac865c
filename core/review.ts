import { usageShift } from './blocks.ts';
import { fold } from './fold.ts';
import { type Phrase, say } from './phrases/phrase.ts';
import type { ConsumableState } from './state.ts';
import type { Instant, StepContext } from './types.ts';

/** What makes an announced order worth a look by staff before it is placed. */
export const REVIEW_FLAGS = [
  'first-order',
  'high-price',
  'price-rise',
  'odd-quantity',
  'consumption-spike',
  'low-trust',
  'new-model',
] as const;
export type ReviewFlag = (typeof REVIEW_FLAGS)[number];

/** Settings of the staff; null switches a flag off. */
export interface ReviewThresholds {
  /** So many first automatic orders of a customer are looked at. */
  readonly firstOrders: number | null;
  /** Totals from this on, in minor units of the order's currency. */
  readonly highPriceMinor: number | null;
  /** Unit price above what was usually paid for the product, as a fraction. */
  readonly priceRise: number | null;
  /** Units above this many times the consumable's usual quantity … */
  readonly quantityTimes: number | null;
  /** … or above this many at all. */
  readonly quantityMax: number | null;
  /** Recent use above the long-run use, as a fraction. */
  readonly useRise: number | null;
  /** Messages of the device refused within a week. */
  readonly refusedMessages: number | null;
  /** So many first orders for devices of a model are looked at. */
  readonly newModelOrders: number | null;
}

/** What is known about an order beside its terms. */
export interface ReviewFacts {
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  readonly currency: string;
  /** Automatic orders that the customer has had placed. */
  readonly ordersBefore: number;
  /** Median of what was paid for the product; null: never ordered. */
  readonly usualUnitPriceMinor: number | null;
  /** Median units of the consumable's orders; null: never ordered. */
  readonly usualQuantity: number | null;
  /** Recent over long-run use, as a fraction above 0; 0 when it is not clear (`useRiseOf`). */
  readonly useRise: number;
  readonly refusedMessages: number;
  /** Orders announced for devices of the model before the last hours. */
  readonly modelOrders: number;
}

export interface RaisedFlag {
  readonly flag: ReviewFlag;
  /** One sentence with its numbers. */
  readonly said: Phrase;
}

type Rule = (facts: ReviewFacts, thresholds: ReviewThresholds) => Phrase | null;

/** Each flag beside its rule; a rule answers why, or null. */
const RULES: Readonly<Record<ReviewFlag, Rule>> = {
  'first-order': ({ ordersBefore: before }, { firstOrders }) =>
    firstOrders === null || before >= firstOrders ? null : say('review-first-order', { before }),
  'high-price': ({ totalMinor, currency }, { highPriceMinor }) => {
    if (highPriceMinor === null || totalMinor < highPriceMinor) return null;
    const money = (minor: number) => ({ minor, currency });
    return say('review-high-price', { total: money(totalMinor), from: money(highPriceMinor) });
  },
  'price-rise': ({ unitPriceMinor, usualUnitPriceMinor: usual, currency }, { priceRise }) => {
    if (priceRise === null || usual === null || unitPriceMinor <= usual * (1 + priceRise)) return null;
    return say('review-price-rise', {
      price: { minor: unitPriceMinor, currency },
      usual: { minor: usual, currency },
      share: unitPriceMinor / usual - 1,
    });
  },
  'odd-quantity': ({ quantity, usualQuantity: usual }, { quantityTimes, quantityMax }) => {
    if (quantityMax !== null && quantity > quantityMax) {
      return say('review-quantity-above', { quantity, limit: quantityMax });
    }
    if (quantityTimes === null || usual === null || quantity <= usual * quantityTimes) return null;
    return say('review-quantity-odd', { quantity, usual });
  },
  'consumption-spike': ({ useRise: share }, { useRise }) =>
    useRise === null || share < useRise ? null : say('review-use-rise', { share }),
  'low-trust': ({ refusedMessages: count }, { refusedMessages }) =>
    refusedMessages === null || count < refusedMessages ? null : say('review-refused', { count }),
  'new-model': ({ modelOrders: before }, { newModelOrders }) =>
    newModelOrders === null || before >= newModelOrders ? null : say('review-new-model', { before }),
};

/** Why staff should look at the order; none: nothing about it is unusual. */
export function reviewFlags(facts: ReviewFacts, thresholds: ReviewThresholds): readonly RaisedFlag[] {
  return REVIEW_FLAGS.flatMap((flag) => {
    const said = RULES[flag](facts, thresholds);
    return said === null ? [] : [{ flag, said }];
  });
}

/** How far recent use lies above the long-run use, as a fraction; 0 when it does not, or not clearly. */
export function useRiseOf(state: ConsumableState, context: StepContext, now: Instant): number {
  return Math.max(Math.expm1(usageShift(fold(state, [], context, now).tip)), 0);
}
