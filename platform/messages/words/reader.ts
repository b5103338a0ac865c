import type { SaidOrText } from '../../../contracts/messages/details.ts';
import { inWords, languageOf } from '../../../core/phrases/in-words.ts';
import type { Language, Said } from '../../../core/phrases/phrase.ts';

/** Whoever reads a message: how numbers, dates and money look to them. */
export interface Reader {
  readonly language: Language;
  readonly money: (minor: number, currency: string) => string;
  /** A calendar date: "Tuesday 8 September". */
  readonly day: (date: string) => string;
  /** Two calendar dates, both included. */
  readonly days: (from: string, to: string) => string;
  /** An instant in the reader's time zone, with its zone. Seconds are cut off: never later than it is. */
  readonly moment: (iso: string) => string;
  /** The date of an instant in the reader's time zone: "8 September 2026". */
  readonly date: (iso: string) => string;
  readonly time: (iso: string) => string;
  readonly percent: (fraction: number) => string;
  /** Core's phrases in the reader's language; a sentence that is English alone is told to English readers only. */
  readonly said: (said: SaidOrText | null) => string | null;
}

export interface ReaderOptions {
  /** A language tag; what is neither English nor German is taken for English. */
  readonly language: string;
  readonly timeZone: string;
  /** Decides between the two ways of writing English dates. */
  readonly jurisdiction?: string;
}

function localeOf(language: string, spoken: Language, jurisdiction: string): string {
  const isTag = Intl.DateTimeFormat.supportedLocalesOf([language.replaceAll('_', '-')]).length > 0;
  if (isTag && /^(en|de)[-_]/i.test(language)) return language.replaceAll('_', '-');
  if (spoken === 'de') return 'de';
  return jurisdiction.toUpperCase().startsWith('US') ? 'en-US' : 'en-GB';
}

/** Digits after the point of a currency, by ISO 4217 as Intl knows it. */
const digitsOf = (format: Intl.NumberFormat): number => format.resolvedOptions().maximumFractionDigits ?? 2;

const readers = new Map<string, Reader>();
/** Languages times zones that are in use at once; a bound, not a working set. */
const READERS_MAX = 500;

/** The same reader for the same language and place: its formats cost more to make than a message does. */
export function readerOf({ language, timeZone, jurisdiction = '' }: ReaderOptions): Reader {
  const spoken = languageOf(language);
  const locale = localeOf(language, spoken, jurisdiction);
  const key = `${locale} ${timeZone}`;
  let reader = readers.get(key);
  if (reader === undefined) {
    if (readers.size >= READERS_MAX) readers.clear();
    reader = makeReader(spoken, locale, timeZone);
    readers.set(key, reader);
  }
  return reader;
}

function makeReader(language: Language, locale: string, timeZone: string): Reader {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const day = format({ timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long' });
  const at = { timeZone, day: 'numeric', month: 'long', year: 'numeric' } as const;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const moment = format({ ...at, ...clock, weekday: 'long', timeZoneName: 'short' });
  const date = format(at);
  const time = format({ timeZone, ...clock });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  return {
    language,
    money: (minor, currency) => {
      const money = new Intl.NumberFormat(locale, { style: 'currency', currency });
      return money.format(minor / 10 ** digitsOf(money));
    },
    day: (text) => day.format(new Date(text)),
    // Thin spaces around the dash are beyond some mail programs.
    days: (from, to) => day.formatRange(new Date(from), new Date(to)).replaceAll('\u2009', ' '),
    moment: (iso) => moment.format(new Date(iso)),
    date: (iso) => date.format(new Date(iso)),
    time: (iso) => time.format(new Date(iso)),
    percent: (fraction) => percent.format(fraction),
    said: (said) => {
      if (said === null) return null;
      if (typeof said === 'string') return language === 'en' ? said : null;
      // Kept by core and read back from JSON: codes with the facts that belong to them.
      return inWords(said as Said, language);
    },
  };
}
