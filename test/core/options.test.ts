import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FittingProduct, orderOptions, perUse } from '../../core/options.ts';

const product = (id: string, changes: Partial<FittingProduct> = {}): FittingProduct => ({
  ...{ productId: id, merchantId: 'shop', name: id, unitPrice: { minor: 6000, currency: 'EUR' } },
  ...{ packSize: 1, minimumQuantity: 1, yieldUses: null, ...changes },
});

describe('what else would do', () => {
  test('the price of a page: price over the pages of the pack', () => {
    expect(perUse(product('a', { yieldUses: 1500 }), 3000)).toBe(4);
    expect(perUse(product('a', { packSize: 2 }), 1500)).toBe(2);
    expect(perUse(product('a'), null)).toBeNull();
  });

  test('the chosen one first, then the cheapest for each page, and the best is marked', () => {
    const [chosen, standard, large, foreign, dear] = [
      product('chosen', { yieldUses: 1000 }),
      product('standard', { yieldUses: 1200 }),
      product('large', { unitPrice: { minor: 9000, currency: 'EUR' }, yieldUses: 3000 }),
      product('foreign', { unitPrice: { minor: 10, currency: 'USD' } }),
      product('dear', { yieldUses: 100 }),
    ];
    const options = orderOptions({
      chosen,
      quantity: 1,
      others: [chosen, dear, foreign, standard, large],
      slotYield: 1000,
    });
    expect(options.map(({ productId }) => productId)).toEqual(['chosen', 'large', 'standard']);
    expect(options.map(({ perUseMinor }) => perUseMinor)).toEqual([6, 3, 5]);
    expect(options.filter(({ best }) => best).map(({ productId }) => productId)).toEqual(['large']);
  });

  test('each fills at least the same need, in units that its merchant sells', () => {
    const arbitrary = fc.record({
      packSize: fc.integer({ min: 1, max: 6 }),
      minimumQuantity: fc.integer({ min: 1, max: 4 }),
      minor: fc.integer({ min: 1, max: 20_000 }),
    });
    fc.assert(
      fc.property(
        arbitrary,
        fc.array(arbitrary, { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        (own, rest, n) => {
          const make = (id: string, { packSize, minimumQuantity, minor }: typeof own) =>
            product(id, { packSize, minimumQuantity, unitPrice: { minor, currency: 'EUR' } });
          const chosen = make('own', own);
          const others = rest.map((one, i) => make(`p${i}`, one));
          const options = orderOptions({ chosen, quantity: n, others, slotYield: null });
          expect(options.length).toBeLessThanOrEqual(3);
          expect(options.filter(({ best }) => best)).toHaveLength(1);
          for (const option of options) {
            expect(option.fillings).toBeGreaterThanOrEqual(n * own.packSize);
            expect(option.goodsMinor).toBe(option.quantity * option.unitPriceMinor);
          }
        },
      ),
    );
  });
});
