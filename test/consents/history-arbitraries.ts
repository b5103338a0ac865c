import fc from 'fast-check';
import type { Strategy } from '../../core/types.ts';

/** What may happen to a customer, in any order. */

const ZONES = ['Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Auckland'];
export const PRODUCTS = ['p0', 'p1', 'p2', 'p3'];

const mandateArbitrary = fc.record({
  productIds: fc.subarray(PRODUCTS, { minLength: 2 }),
  substituteProductIds: fc.subarray(PRODUCTS),
  merchantIds: fc.option(fc.subarray(['m0', 'm1'], { minLength: 1 })),
  maxUnitPrice: fc.integer({ min: 950, max: 2500 }),
  maxPriceDrift: fc.option(fc.constantFrom(0, 0.05, 0.1, 0.5)),
  maxQuantity: fc.integer({ min: 1, max: 3 }),
  maxSpend: fc.integer({ min: 2000, max: 9000 }),
  maxOrders: fc.option(fc.integer({ min: 1, max: 3 })),
  minDays: fc.option(fc.integer({ min: 0, max: 10 })),
  validDays: fc.option(fc.integer({ min: 1, max: 40 })),
});

const eventArbitrary = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant('grant' as const), terms: mandateArbitrary }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('withdraw' as const) }) },
  { weight: 3, arbitrary: fc.constant({ type: 'jump' as const, hours: 25 }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('hold' as const),
      inDays: fc.integer({ min: -3, max: 25 }),
      days: fc.option(fc.integer({ min: 0, max: 15 }), { freq: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unhold' as const), which: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('halt' as const),
      merchant: fc.option(fc.constantFrom('m0', 'm1')),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('lift' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('review' as const),
      which: fc.nat(2),
      verdict: fc.constantFrom('approve' as const, 'decline' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('strategy' as const),
      strategy: fc.constantFrom<Strategy>(
        'automatic',
        'automatic',
        'automatic',
        'automatic',
        'curated',
        'coach',
        'respond',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('ceiling' as const),
      ceiling: fc.constantFrom<Strategy>(
        'automatic',
        'automatic',
        'automatic',
        'automatic',
        'curated',
        'coach',
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('price' as const),
      product: fc.constantFrom(...PRODUCTS),
      minor: fc.integer({ min: 800, max: 3000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('jump' as const), hours: fc.integer({ min: 1, max: 240 }) }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      type: fc.constant('order' as const),
      product: fc.constantFrom(...PRODUCTS),
      merchant: fc.constantFrom('m0', 'm1'),
      quantity: fc.constantFrom(1, 1, 1, 2, 4),
      flagged: fc.constantFrom(true, false, false),
      /** Hours until its announcement arrives; null: it never does. */
      notice: fc.constantFrom(0, 0, 0, 6, 30, null),
    }),
  },
);
export type HistoryEvent = typeof eventArbitrary extends fc.Arbitrary<infer Event> ? Event : never;

export const historyArbitrary = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  pmf: fc.constantFrom([0, 0.5, 0.5], [0.2, 0.8], [0, 0, 0, 0.4, 0.6]),
  first: mandateArbitrary,
  events: fc.array(eventArbitrary, { minLength: 4, maxLength: 22 }),
});
export type History = typeof historyArbitrary extends fc.Arbitrary<infer Whole> ? Whole : never;
