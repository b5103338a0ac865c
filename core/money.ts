import type { Money } from './types.ts';

interface Format {
  readonly write: (amount: number) => string;
  /** Minor-unit digits of the currency by ISO 4217, as Intl knows them. */
  readonly digits: number;
}

/** Costlier to make than anything written with one. */
const formats = new Map<string, Format>();

function formatOf(language: 'en' | 'de', currency: string): Format {
  const key = `${language} ${currency}`;
  let found = formats.get(key);
  if (found === undefined) {
    const format = new Intl.NumberFormat(language, { style: 'currency', currency });
    found = {
      write: (amount) => format.format(amount),
      digits: format.resolvedOptions().maximumFractionDigits ?? 2,
    };
    formats.set(key, found);
  }
  return found;
}

function write(language: 'en' | 'de', { minor, currency }: Money): string {
  const { write: inWords, digits } = formatOf(language, currency);
  return inWords(minor / 10 ** digits);
}

/** `€1,212.90`, as people write it in English sentences; dollars that are not American say whose they are. */
export const formatMoney = (money: Money): string => write('en', money);

/** `1.212,90 €`, as people write it in German; the two stay together where a line ends. */
export const formatMoneyInGerman = (money: Money): string => write('de', money);
