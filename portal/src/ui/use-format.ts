import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { platformNow } from '../api/platform-time.ts';

type At = string | number;

export interface Format {
  readonly money: (minor: number, currency: string) => string;
  readonly percent: (fraction: number) => string;
  readonly number: (value: number) => string;
  /** "3 Dec", with the year when it is another one. */
  readonly day: (at: At) => string;
  /** A calendar date that belongs to no instant. */
  readonly date: (localDate: string) => string;
  readonly span: (from: string, to: string) => string;
  readonly moment: (at: At) => string;
  /** "in 3 hours", "2 days ago". */
  readonly relative: (at: At) => string;
  /** "3 h 20 min". */
  readonly duration: (ms: number) => string;
}

const MINUTE_MS = 60_000;
const STEPS = [
  { unit: 'day', ms: 24 * 60 * MINUTE_MS },
  { unit: 'hour', ms: 60 * MINUTE_MS },
  { unit: 'minute', ms: MINUTE_MS },
] as const;

/** Money, numbers and times as the reader writes them, in the time zone they are meant in. */
export function useFormat(timeZone?: string): Format {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => makeFormat(localeFor(language), timeZone), [language, timeZone]);
}

/** The reader's own region where it speaks the language: en-GB rather than en. */
const localeFor = (language: string): string =>
  navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? language;

function makeFormat(locale: string, timeZone: string | undefined): Format {
  const zone = timeZone === undefined ? {} : { timeZone };
  const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...zone });
  const long = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', ...zone });
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const dateYear = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const moment = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...zone,
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const number = new Intl.NumberFormat(locale);
  const toMs = (at: At) => (typeof at === 'number' ? at : Date.parse(at));
  const yearOf = (ms: number) => new Date(ms).getUTCFullYear();
  const isThisYear = (ms: number) => yearOf(ms) === yearOf(platformNow());
  const dateOf = (text: string) => Date.parse(`${text}T00:00:00Z`);
  return {
    money: (minor, currency) => {
      const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
      const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
      return format.format(minor / 10 ** digits);
    },
    percent: (fraction) => percent.format(fraction),
    number: (value) => number.format(value),
    day: (at) => (isThisYear(toMs(at)) ? short : long).format(toMs(at)),
    date: (text) => (isThisYear(dateOf(text)) ? date : dateYear).format(dateOf(text)),
    span: (from, to) => date.formatRange(dateOf(from), dateOf(to)),
    moment: (at) => moment.format(toMs(at)),
    relative: (at) => {
      const ms = toMs(at) - platformNow();
      const step = STEPS.find((candidate) => Math.abs(ms) >= candidate.ms);
      return step === undefined
        ? relative.format(0, 'second')
        : relative.format(Math.trunc(ms / step.ms), step.unit);
    },
    duration: (ms) => {
      const parts = STEPS.map(({ unit, ms: size }, index) => {
        const whole = Math.floor((index === 0 ? ms : ms % (STEPS[index - 1]?.ms ?? ms)) / size);
        return { unit, whole };
      }).filter(({ whole }) => whole > 0);
      const shown = parts.length === 0 ? [{ unit: 'minute' as const, whole: 1 }] : parts.slice(0, 2);
      return shown
        .map(({ unit, whole }) =>
          new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(whole),
        )
        .join(' ');
    },
  };
}
