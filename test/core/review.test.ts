import { describe, expect, test } from 'vitest';
import { REVIEW_FLAGS, type ReviewFacts, type ReviewThresholds, reviewFlags } from '../../core/review.ts';

const USUAL: ReviewFacts = {
  quantity: 1,
  unitPriceMinor: 5000,
  totalMinor: 5000,
  currency: 'EUR',
  ordersBefore: 4,
  usualUnitPriceMinor: 5000,
  usualQuantity: 1,
  useRise: 0,
  refusedMessages: 0,
  modelOrders: 50,
};
const THRESHOLDS: ReviewThresholds = {
  firstOrders: 1,
  highPriceMinor: 30_000,
  priceRise: 0.25,
  quantityTimes: 2,
  quantityMax: 6,
  useRise: 0.8,
  refusedMessages: 20,
  newModelOrders: 3,
};
const OFF = Object.fromEntries(
  Object.keys(THRESHOLDS).map((key) => [key, null]),
) as unknown as ReviewThresholds;
const flags = (facts: Partial<ReviewFacts>, thresholds = THRESHOLDS) =>
  reviewFlags({ ...USUAL, ...facts }, thresholds).map(({ flag }) => flag);

describe('what makes an order wait for the staff', () => {
  test('an ordinary order goes through', () => {
    expect(flags({})).toEqual([]);
  });

  test.each([
    ['first-order', { ordersBefore: 0 }, { ordersBefore: 1 }],
    ['high-price', { totalMinor: 30_000 }, { totalMinor: 29_999 }],
    ['price-rise', { unitPriceMinor: 6251 }, { unitPriceMinor: 6250 }],
    ['odd-quantity', { quantity: 3 }, { quantity: 2 }],
    ['odd-quantity', { quantity: 7, usualQuantity: 6 }, { quantity: 6, usualQuantity: 6 }],
    ['consumption-spike', { useRise: 0.8 }, { useRise: 0.79 }],
    ['low-trust', { refusedMessages: 20 }, { refusedMessages: 19 }],
    ['new-model', { modelOrders: 2 }, { modelOrders: 3 }],
  ] as const)('%s: from its threshold on, not below, and not when it is off', (flag, from, below) => {
    expect(flags(from)).toEqual([flag]);
    expect(flags(below)).toEqual([]);
    expect(flags(from, OFF)).toEqual([]);
  });

  test('without a history nothing is unusual about price and quantity', () => {
    const unknown = { usualUnitPriceMinor: null, usualQuantity: null };
    expect(flags({ ...unknown, unitPriceMinor: 9000, quantity: 5 })).toEqual([]);
  });

  test('all at once are told in a fixed order', () => {
    const worst: Partial<ReviewFacts> = {
      ...{ ordersBefore: 0, totalMinor: 99_000, unitPriceMinor: 9900, quantity: 10, useRise: 2 },
      ...{ refusedMessages: 99, modelOrders: 0 },
    };
    expect(flags(worst)).toEqual(REVIEW_FLAGS);
  });
});
