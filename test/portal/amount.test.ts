import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAmount, writeAmount } from '../../portal/src/ops/ui/amount.ts';

const EUROS = { digits: 2, min: 0, max: 10_000_000 } as const;

describe('amounts as staff type them', () => {
  test.each([
    ['25', '.', 2500],
    ['25.00', '.', 2500],
    ['25,00', '.', 2500],
    ['25,00', ',', 2500],
    ['25.5', ',', 2550],
    ['1,250.00', '.', 125_000],
    ['1.250,00', ',', 125_000],
    // A thousand and two hundred and fifty, as its reader writes it.
    ['1,250', '.', 125_000],
    ['1.250', ',', 125_000],
    [' 1 250.00 ', '.', 125_000],
    ['0', '.', 0],
  ] as const)('%s, read with "%s" as the point, is %i', (text, decimal, minor) => {
    expect(parseAmount(text, { ...EUROS, decimal })).toEqual({ minor });
  });

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['a lot', 'notAnAmount'],
    ['25 EUR', 'notAnAmount'],
    ['-3', 'notAnAmount'],
    ['1.2.3', 'notAnAmount'],
    ['1,25,000', 'notAnAmount'],
    ['.50', 'notAnAmount'],
    ['1e3', 'notAnAmount'],
    ['1.250', 'tooFine'],
    ['100000.01', 'tooLarge'],
  ] as const)('%s is refused: %s', (text, problem) => {
    expect(parseAmount(text, { ...EUROS, decimal: '.' })).toEqual({ problem });
  });

  test('fractions of a cent, yen without any, and a least amount', () => {
    expect(parseAmount('0.0125', { ...EUROS, finer: 4, decimal: '.' })).toEqual({ minor: 1.25 });
    expect(parseAmount('500.5', { ...EUROS, digits: 0, decimal: '.' })).toEqual({ problem: 'tooFine' });
    expect(parseAmount('0.99', { ...EUROS, min: 100, decimal: '.' })).toEqual({ problem: 'tooSmall' });
    expect(writeAmount(1.25, { digits: 2, finer: 4, decimal: ',' })).toBe('0,0125');
    expect(writeAmount(500, { digits: 0, decimal: '.' })).toBe('500');
  });

  test('what is written is read as the same amount', () => {
    const rules = fc.record({
      digits: fc.constantFrom(0, 2, 3),
      decimal: fc.constantFrom('.' as const, ',' as const),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), rules, (minor, own) => {
        expect(parseAmount(writeAmount(minor, own), { ...EUROS, ...own })).toEqual({ minor });
      }),
    );
  });
});
