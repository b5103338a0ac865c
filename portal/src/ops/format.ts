import { useTranslation } from 'react-i18next';
import { platformNow } from '../api/platform-time.ts';
import type { Language } from '../i18n/i18n.ts';

const DAY_MS = 86_400_000;
const UNITS = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

export interface Format {
  /** "21 Nov, 10:04"; with the year when it is another one. */
  readonly instant: (at: string | null) => string;
  readonly date: (at: string | null) => string;
  /** "3 days ago", "in 2 hours". */
  readonly relative: (at: string | null) => string;
  readonly money: (minor: number, currency: string) => string;
  readonly number: (value: number | null, digits?: number) => string;
  readonly percent: (share: number | null, digits?: number) => string;
}

/** What is not known. */
export const UNKNOWN = '–';

const isThisYear = (at: Date): boolean => at.getFullYear() === new Date(platformNow()).getFullYear();

/** Times, money and numbers as the reader writes them, in the zone of their browser. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return FORMATS[i18n.language === 'de' ? 'de' : 'en'];
}

function formatFor(locale: string): Format {
  const date = (at: string | null, time: Intl.DateTimeFormatOptions): string => {
    if (at === null) return UNKNOWN;
    const when = new Date(at);
    const year = isThisYear(when) ? {} : ({ year: 'numeric' } as const);
    return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...year, ...time }).format(when);
  };
  return {
    instant: (at) => date(at, { hour: '2-digit', minute: '2-digit' }),
    date: (at) => date(at, {}),
    relative: (at) => (at === null ? UNKNOWN : relative(locale, Date.parse(at) - platformNow())),
    money: (minor, currency) => {
      const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    },
    number: (value, digits = 0) =>
      value === null
        ? UNKNOWN
        : new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
    percent: (share, digits = 0) =>
      share === null
        ? UNKNOWN
        : new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(share),
  };
}

const FORMATS: Readonly<Record<Language, Format>> = { en: formatFor('en-GB'), de: formatFor('de-DE') };

function relative(locale: string, ms: number): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const [unit, size] = UNITS.find(([, length]) => Math.abs(ms) >= length) ?? ['minute', 60_000];
  return format.format(Math.round(ms / size), unit);
}
