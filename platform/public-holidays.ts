import type { DateSpan, Instant } from '../core/types.ts';

/** As addresses write it. */
export interface Place {
  /** ISO 3166 code of the country. */
  readonly country: string;
  /** State or province, by its code or name; anything else counts as the country as a whole. */
  readonly region: string | null;
}

export type ClosuresOf = (place: Place | null) => readonly DateSpan[];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A day of 23 hours counts as one, half a holiday does not. */
const WHOLE_DAY_MS = 20 * HOUR_MS;
/** About all the countries of the world: a bound, not a working set. */
const HELD_MAX = 300;

const NONE: readonly DateSpan[] = [];

/** By place and year of now. */
const held = new Map<string, readonly DateSpan[]>();

/**
 * The public holidays of places for the year before, the year of `now` and the year after, in order; none
 * for a place that is not known. The library is loaded when the first place asks: its tables are large.
 */
export async function loadPublicHolidays(places: Iterable<Place | null>, now: Instant): Promise<ClosuresOf> {
  const year = new Date(now).getUTCFullYear();
  const keyOf = ({ country, region }: Place): string => `${country}|${region ?? ''}|${year}`;
  for (const place of places) {
    if (place === null || held.has(keyOf(place))) continue;
    if (held.size >= HELD_MAX) held.clear();
    held.set(keyOf(place), await lookUp(place, year));
  }
  return (place) => (place === null ? NONE : (held.get(keyOf(place)) ?? NONE));
}

async function lookUp({ country, region }: Place, year: number): Promise<readonly DateSpan[]> {
  const { default: Holidays } = await import('date-holidays');
  const ofCountry = new Holidays(country);
  const state = stateOf(region, ofCountry.getStates(country) ?? {});
  const calendar = state === null ? ofCountry : new Holidays(country, state);
  const spans = [year - 1, year, year + 1]
    // An unknown country has no holidays.
    .flatMap((each) => calendar.getHolidays(each) ?? [])
    .filter(({ type }) => type === 'public')
    .flatMap(({ date, start, end }) => spanOf(date, end.getTime() - start.getTime()));
  const unique = new Map(spans.map((span) => [`${span.from} ${span.to}`, span]));
  return [...unique.values()].toSorted((a, b) => (a.from < b.from ? -1 : 1));
}

function stateOf(region: string | null, states: Readonly<Record<string, string>>): string | null {
  if (region === null) return null;
  const wanted = region.trim().toLowerCase();
  const found = Object.entries(states).find(
    ([code, name]) => code.toLowerCase() === wanted || name.toLowerCase() === wanted,
  );
  return found?.[0] ?? null;
}

/**
 * The days that it takes up: those whose noon lies in it, since feasts of some calendars begin at sunset.
 * `date` is local, "2026-12-25 00:00:00".
 */
function spanOf(date: string, lengthMs: number): readonly DateSpan[] {
  if (lengthMs < WHOLE_DAY_MS) return [];
  const start = Date.parse(`${date.slice(0, 10)}T${date.slice(11, 19)}Z`);
  const first = Math.ceil((start - DAY_MS / 2) / DAY_MS);
  const last = Math.ceil((start + lengthMs - DAY_MS / 2) / DAY_MS) - 1;
  // An hour less in spring must not cost the day.
  return [{ from: isoDay(first), to: isoDay(Math.max(first, last)) }];
}

const isoDay = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
