/** An amount as somebody typed it, in minor units; or why it is none. */
export type Typed =
  | { readonly minor: number }
  | { readonly problem: 'empty' | 'notAnAmount' | 'tooFine' | 'tooSmall' | 'tooLarge' };

export interface AmountRules {
  /** Minor-unit digits of the currency (ISO 4217). */
  readonly digits: number;
  /** Digits behind those: what a spare costs a day is less than a cent. */
  readonly finer?: number;
  /** In minor units. */
  readonly min: number;
  readonly max: number;
  /** The reader's decimal separator; the other one is for thousands. */
  readonly decimal: '.' | ',';
}

/** Digits in threes, or without anything between them. */
const WHOLE = { '.': /^(\d+|\d{1,3}(,\d{3})+)$/, ',': /^(\d+|\d{1,3}(\.\d{3})+)$/ } as const;
const OTHER = { '.': ',', ',': '.' } as const;
/** `12,90` where 12.90 is written, and the other way round: it can mean nothing else. */
const FOREIGN = { '.': /^\d+,\d{1,2}$/, ',': /^\d+\.\d{1,2}$/ } as const;

/** Reads `25`, `25.00` and `1,250.00`, and the same as German writes them; spaces do not count. */
export function parseAmount(text: string, { digits, finer = 0, min, max, decimal }: AmountRules): Typed {
  const typed = text.replaceAll(/[\s\u00a0\u202f]/g, '');
  if (typed === '') return { problem: 'empty' };
  const own = FOREIGN[decimal].test(typed) ? typed.replace(OTHER[decimal], decimal) : typed;
  const [whole = '', fraction = '', ...rest] = own.split(decimal);
  if (rest.length > 0 || !WHOLE[decimal].test(whole) || !/^\d*$/.test(fraction))
    return { problem: 'notAnAmount' };
  if (fraction.length > digits + finer) return { problem: 'tooFine' };
  const minor = Number(
    (Number(`${whole.replaceAll(OTHER[decimal], '')}.${fraction}`) * 10 ** digits).toFixed(finer),
  );
  if (minor < min) return { problem: 'tooSmall' };
  return minor > max ? { problem: 'tooLarge' } : { minor };
}

/** As it is typed again: no thousands, all digits of the currency, and the finer ones that say something. */
export function writeAmount(
  minor: number,
  { digits, finer = 0, decimal }: Pick<AmountRules, 'digits' | 'finer' | 'decimal'>,
): string {
  const [whole = '', fraction = ''] = (minor / 10 ** digits).toFixed(digits + finer).split('.');
  const kept = `${fraction.slice(0, digits)}${fraction.slice(digits).replace(/0+$/, '')}`;
  return kept === '' ? whole : `${whole}${decimal}${kept}`;
}
