import ICAL from 'ical.js';
import { addDays, localDate } from '../../core/calendar.ts';
import type { LocalDate } from '../../core/types.ts';
import { instantIn, isTimeZone } from './zone.ts';

/** Which events count: those whose title or category holds a word, or whole days marked as busy. */
export type FeedRule =
  | { readonly kind: 'keyword'; readonly keyword: string }
  | { readonly kind: 'all-day-busy' };

export interface ExpandRequest {
  readonly text: string;
  readonly rule: FeedRule;
  /** The customer's: floating times are meant in it, and dates are told in it. */
  readonly timeZone: string;
  /** Window, both included: what lies outside is left out. */
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Dates that one occurrence of one event takes, both included. */
export interface CalendarSpan {
  /** Stays the same when the event moves: its UID, and which of its occurrences. */
  readonly key: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly title: string;
}

/** What is wrong with a calendar, in one sentence for the customer. */
export class UnreadableCalendar extends Error {
  override readonly name = 'UnreadableCalendar';
}

/** Two calendars of a busy person fit five times; more is no calendar of absences. */
const MAX_EVENTS = 10_000;
/** A daily event since 1970 has 20,000 occurrences. */
const MAX_OCCURRENCES = 100_000;
const MAX_SPANS = 500;
const MAX_TITLE = 200;

/** The dates that a calendar (RFC 5545) takes within a window. Throws UnreadableCalendar. */
export function expandCalendar(request: ExpandRequest): readonly CalendarSpan[] {
  const calendars = parse(request.text);
  const events = calendars.flatMap((calendar) => calendar.getAllSubcomponents('vevent'));
  if (events.length > MAX_EVENTS) {
    throw new UnreadableCalendar(`The calendar has ${events.length} events; at most ${MAX_EVENTS} are read.`);
  }
  const budget = { occurrences: MAX_OCCURRENCES };
  const byUid = Map.groupBy(events, (event, index) =>
    String(event.getFirstPropertyValue('uid') ?? `#${index}`),
  );
  const spans = [...byUid].flatMap(([uid, parts]) => spansOf(uid, parts, request, budget));
  if (spans.length > MAX_SPANS) {
    throw new UnreadableCalendar(
      `${spans.length} events would hold deliveries; at most ${MAX_SPANS} can. Narrow the rule.`,
    );
  }
  return spans.toSorted((a, b) => (a.from === b.from ? (a.key < b.key ? -1 : 1) : a.from < b.from ? -1 : 1));
}

function parse(text: string): readonly ICAL.Component[] {
  try {
    const parsed: unknown = ICAL.parse(text);
    // One calendar is [name, properties, components], several are a list of those.
    const roots = Array.isArray(parsed) && typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][]);
    const components = roots.map((root) => new ICAL.Component(root as never));
    if (components.length === 0 || components.some(({ name }) => name !== 'vcalendar'))
      throw new Error('no VCALENDAR');
    return components;
  } catch {
    throw new UnreadableCalendar('This is not a calendar in iCalendar format (RFC 5545).');
  }
}

type Budget = { occurrences: number };

/** One event with all its overrides. */
function spansOf(
  uid: string,
  parts: readonly ICAL.Component[],
  request: ExpandRequest,
  budget: Budget,
): CalendarSpan[] {
  if (!parts.some((part) => counts(part, request.rule))) return [];
  const newest = newestOfEach(parts);
  const masters = newest.filter((part) => !part.hasProperty('recurrence-id'));
  const overrides = newest.filter((part) => part.hasProperty('recurrence-id'));
  const [master] = masters;
  try {
    const spans =
      master === undefined
        ? overrides.map((part) => spanOf(uid, part, plain(part), request))
        : occurrencesOf(uid, master, overrides, request, budget);
    return spans.filter((span) => span !== null);
  } catch (error) {
    if (error instanceof UnreadableCalendar) throw error;
    throw new UnreadableCalendar(`The event “${titleOf(parts[0])}” cannot be read.`);
  }
}

/** A part that is there twice counts by its SEQUENCE (RFC 5545 §3.8.7.4), the later one of equals. */
function newestOfEach(parts: readonly ICAL.Component[]): readonly ICAL.Component[] {
  const best = new Map<string, ICAL.Component>();
  for (const part of parts) {
    const id = String(part.getFirstPropertyValue('recurrence-id') ?? '');
    const known = best.get(id);
    const sequence = (one: ICAL.Component) => Number(one.getFirstPropertyValue('sequence') ?? 0);
    if (known === undefined || sequence(part) >= sequence(known)) best.set(id, part);
  }
  return [...best.values()];
}

interface Occurrence {
  /** Which one of the series; null: the event happens once. */
  readonly id: string | null;
  readonly start: ICAL.Time;
  readonly end: ICAL.Time;
}

const plain = (part: ICAL.Component): Occurrence => {
  const event = new ICAL.Event(part, { exceptions: [], strictExceptions: true } as never);
  const id = part.getFirstPropertyValue('recurrence-id');
  return { id: id === null ? null : String(id), start: event.startDate, end: event.endDate };
};

function occurrencesOf(
  uid: string,
  master: ICAL.Component,
  overrides: readonly ICAL.Component[],
  request: ExpandRequest,
  budget: Budget,
): (CalendarSpan | null)[] {
  const event = new ICAL.Event(master, { exceptions: [...overrides], strictExceptions: true } as never);
  if (!event.isRecurring()) return [spanOf(uid, master, plain(master), request)];
  const spans: (CalendarSpan | null)[] = [];
  const seen = new Set<string>();
  const iterator = event.iterator();
  const end = addDays(request.to, 1);
  for (let next = iterator.next(); next != null; next = iterator.next()) {
    budget.occurrences -= 1;
    if (budget.occurrences < 0) throw new UnreadableCalendar('Its events repeat too often to be read.');
    // The series moves on in order of its own dates; what an override moves is looked at below.
    if (next.toString().slice(0, 10) > end) break;
    const { item, startDate, endDate, recurrenceId } = event.getOccurrenceDetails(next);
    const id = recurrenceId.toString();
    seen.add(id);
    spans.push(spanOf(uid, item.component, { id, start: startDate, end: endDate }, request));
  }
  for (const override of overrides) {
    const occurrence = plain(override);
    if (occurrence.id !== null && !seen.has(occurrence.id)) {
      spans.push(spanOf(uid, override, occurrence, request));
    }
  }
  return spans;
}

/** The dates that the occurrence takes; null when it does not count or lies outside the window. */
function spanOf(
  uid: string,
  part: ICAL.Component,
  { id, start, end }: Occurrence,
  request: ExpandRequest,
): CalendarSpan | null {
  if (!counts(part, request.rule)) return null;
  const from = start.isDate
    ? dateOf(start)
    : localDate(instantOf(part, 'dtstart', start, request), request.timeZone);
  // Ends are exclusive (RFC 5545 §3.6.1): what ends at midnight does not touch the day that begins.
  const last = end.isDate
    ? addDays(dateOf(end), -1)
    : localDate(instantOf(part, 'dtend', end, request) - 1, request.timeZone);
  // Dates are text: what ends before it starts takes its first day.
  const [, to = from] = [from, last].toSorted();
  if (to < request.from || from > request.to) return null;
  return { key: id === null ? uid : `${uid} ${id}`, from, to, title: titleOf(part) };
}

const dateOf = (time: ICAL.Time): LocalDate => time.toString().slice(0, 10);

/**
 * The instant of a time: in UTC, in the zone that the calendar itself defines, in the zone of the IANA
 * database that it only names, else, floating, in the customer's.
 */
function instantOf(
  part: ICAL.Component,
  property: string,
  time: ICAL.Time,
  { timeZone }: ExpandRequest,
): number {
  const { zone } = time;
  if (zone === ICAL.Timezone.utcTimezone || zone?.component != null) return time.toUnixTime() * 1000;
  const named = String(
    part.getFirstProperty(property)?.getParameter('tzid') ??
      part.getFirstProperty('dtstart')?.getParameter('tzid') ??
      '',
  );
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  return instantIn(wall, named !== '' && isTimeZone(named) ? named : timeZone);
}

function counts(part: ICAL.Component, rule: FeedRule): boolean {
  if (upperOf(part, 'status') === 'CANCELLED') return false;
  if (rule.kind === 'keyword') {
    const words = part.getAllProperties('categories').flatMap((property) => property.getValues().map(String));
    return [titleOf(part), ...words].some((text) => fold(text).includes(fold(rule.keyword)));
  }
  const wholeDays = (part.getFirstPropertyValue('dtstart') as ICAL.Time | null)?.isDate === true;
  // Opaque unless it says otherwise (RFC 5545 §3.8.2.7); Outlook tells by a property of its own.
  return (
    wholeDays &&
    upperOf(part, 'transp') !== 'TRANSPARENT' &&
    upperOf(part, 'x-microsoft-cdo-busystatus') !== 'FREE'
  );
}

const upperOf = (part: ICAL.Component, property: string): string =>
  String(part.getFirstPropertyValue(property) ?? '').toUpperCase();
const titleOf = (part: ICAL.Component | undefined): string =>
  String(part?.getFirstPropertyValue('summary') ?? '').slice(0, MAX_TITLE);
const fold = (text: string): string => text.normalize('NFKC').toLocaleLowerCase('en');
