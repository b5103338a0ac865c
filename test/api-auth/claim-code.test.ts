import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newClaimCode, normalizeClaimCode } from '../../api/claims/claim-code.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('claim codes', () => {
  test('are three groups of four without letters that people confuse', () => {
    for (let i = 0; i < 200; i += 1) {
      const code = newClaimCode();
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
      expect(normalizeClaimCode(code)).toBe(code);
    }
  });

  test('are found however they are typed', () => {
    const code =
      Array.from({ length: 500 }, newClaimCode).find((c) => c.includes('0') && c.includes('1')) ?? '';
    const typed = code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' ');
    expect(normalizeClaimCode(` ${typed} `)).toBe(code);
    expect(normalizeClaimCode(code.replaceAll('-', ''))).toBe(code);
  });

  test('with one wrong character are no codes', () => {
    fc.assert(
      fc.property(fc.nat(11), fc.constantFrom(...ALPHABET), (position, character) => {
        const plain = newClaimCode().replaceAll('-', '');
        const wrong = plain.slice(0, position) + character + plain.slice(position + 1);
        fc.pre(wrong !== plain);
        expect(normalizeClaimCode(wrong)).toBeNull();
      }),
    );
  });

  test('with two neighbours swapped are no codes, but for the pairs that Luhn cannot tell', () => {
    let missed = 0;
    let swapped = 0;
    for (let i = 0; i < 1000; i += 1) {
      const plain = newClaimCode().replaceAll('-', '');
      for (let at = 0; at < 11; at += 1) {
        const wrong = plain.slice(0, at) + plain.charAt(at + 1) + plain.charAt(at) + plain.slice(at + 2);
        if (wrong === plain) continue;
        swapped += 1;
        if (normalizeClaimCode(wrong) !== null) missed += 1;
      }
    }
    expect(missed / swapped).toBeLessThan(0.01);
  });

  test('of another shape are no codes', () => {
    for (const typed of ['', 'ABCD', 'U'.repeat(12), '!'.repeat(12), newClaimCode() + newClaimCode()]) {
      expect(normalizeClaimCode(typed)).toBeNull();
    }
  });
});
