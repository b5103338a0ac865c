import { randomInt } from 'node:crypto';

/** Crockford's base 32: without I, L, O and U, which people misread or take offence at. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/**
 * 11 random characters are 55 bits: 3.6·10^16 codes. With 100,000 unclaimed devices and the limits of
 * claims.ts, somebody who tries from 1,000 networks for five years hits one with a chance of 0.4 %, and a
 * particular one with 4·10^-8 (docs/security.md has the arithmetic).
 */
const RANDOM_CHARACTERS = 11;
const GROUP = 4;

/** A code as it is printed: three groups of four, the last character checking the others. */
export function newClaimCode(): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
  const code = random.join('');
  return group(code + checkCharacter(code));
}

/** What was typed in the one form that is hashed; null when it cannot be a code, so that no attempt is lost on a slip. */
export function normalizeClaimCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (code.length !== RANDOM_CHARACTERS + 1) return null;
  if ([...code].some((character) => !ALPHABET.includes(character))) return null;
  return checkCharacter(code.slice(0, -1)) === code.at(-1) ? group(code) : null;
}

/** Luhn mod N (ISO/IEC 7812-1 annex B, for 32 characters): finds every wrong character and nearly every swapped pair. */
function checkCharacter(code: string): string {
  const n = ALPHABET.length;
  let sum = 0;
  for (const [i, character] of [...code].reverse().entries()) {
    const value = ALPHABET.indexOf(character) * (i % 2 === 0 ? 2 : 1);
    sum += Math.floor(value / n) + (value % n);
  }
  return ALPHABET.charAt((n - (sum % n)) % n);
}

const group = (code: string): string => (code.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
