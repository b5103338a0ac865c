import type { Money } from './types.ts';

/** Minor-unit digits of a currency by ISO 4217, as Intl knows them. */
function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

const digitsByCurrency = new Map<string, number>();

function digitsOf(currency: string): number {
  let digits = digitsByCurrency.get(currency);
  if (digits === undefined) {
    digits = minorDigits(currency);
    digitsByCurrency.set(currency, digits);
  }
  return digits;
}

/** `EUR 12.90`: unambiguous in every language; screens format by locale. */
export function formatMoney({ minor, currency }: Money): string {
  const digits = digitsOf(currency);
  return `${currency} ${(minor / 10 ** digits).toFixed(digits)}`;
}

/** `12,90 EUR`, as German writes amounts in running text. */
export function formatMoneyInGerman({ minor, currency }: Money): string {
  const digits = digitsOf(currency);
  return `${(minor / 10 ** digits).toFixed(digits).replace('.', ',')} ${currency}`;
}
