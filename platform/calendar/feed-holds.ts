import type { CalendarSpan, FeedRule } from '../../contracts/ical/expand.ts';
import { addDays, localDate } from '../../core/calendar.ts';
import type { LocalDate } from '../../core/types.ts';
import { holdsChanged, offerMoves } from '../hold-store.ts';
import type { Queryable } from '../order-store.ts';

export interface Feed {
  readonly id: string;
  readonly customerId: string;
  readonly deviceId: string | null;
  readonly addressId: string | null;
  readonly timeZone: string;
}

/** Past holds explain past weeks of little use; nobody plans further ahead than a year and a half. */
const BACK_DAYS = 30;
const AHEAD_DAYS = 550;

/** Dates within which a calendar's events become holds. */
export function feedWindow(now: number, timeZone: string): { from: LocalDate; to: LocalDate } {
  const today = localDate(now, timeZone);
  return { from: addDays(today, -BACK_DAYS), to: addDays(today, AHEAD_DAYS) };
}

export const ruleOf = (rule: string, keyword: string | null): FeedRule =>
  rule === 'keyword' ? { kind: 'keyword', keyword: keyword ?? '' } : { kind: 'all-day-busy' };

const CURRENT = `
  SELECT id, event_key AS "eventKey", starts_on::text AS "from", ends_on::text AS "to" FROM hold
  WHERE feed_id = $1 AND cancelled_at IS NULL AND ends_on >= $2::date`;
const CANCEL = 'UPDATE hold SET cancelled_at = $2 WHERE id = ANY ($1::uuid[])';
const INSERT = `
  INSERT INTO hold (customer_id, device_id, starts_on, ends_on, reason, created_at, feed_id, event_key, address_id)
  SELECT $1, $2, t.from_date, t.to_date, nullif(t.title, ''), $3, $4, t.key, $9
  FROM unnest($5::text[], $6::date[], $7::date[], $8::text[]) AS t(key, from_date, to_date, title)`;

const sameAs = (a: { from: string; to: string | null }, b: CalendarSpan): boolean =>
  a.from === b.from && a.to === b.to;

/**
 * Makes the holds of a calendar those that it says now: what moved is cancelled and made anew, what vanished
 * is cancelled, what stayed is left alone. The caller holds the feed's row. Returns whether any changed.
 */
export async function syncFeedHolds(
  db: Queryable,
  feed: Feed,
  spans: readonly CalendarSpan[],
  now: number,
): Promise<boolean> {
  const { from } = feedWindow(now, feed.timeZone);
  const { rows } = await db.query<{ id: string; eventKey: string; from: string; to: string | null }>(
    CURRENT,
    [feed.id, from],
  );
  const wanted = new Map(spans.map((span) => [span.key, span]));
  const kept = rows.filter((row) => {
    const span = wanted.get(row.eventKey);
    return span !== undefined && sameAs(row, span);
  });
  const keptKeys = new Set(kept.map(({ eventKey }) => eventKey));
  const gone = rows.filter((row) => !kept.includes(row));
  const made = [...wanted.values()].filter(({ key }) => !keptKeys.has(key));
  if (gone.length === 0 && made.length === 0) return false;
  await db.query(CANCEL, [gone.map(({ id }) => id), new Date(now)]);
  await db.query(INSERT, [
    feed.customerId,
    feed.deviceId,
    new Date(now),
    feed.id,
    made.map(({ key }) => key),
    made.map((span) => span.from),
    made.map((span) => span.to),
    made.map(({ title }) => title),
    feed.addressId,
  ]);
  await holdsChanged(db, feed, now, gone.length > 0);
  for (const span of made) await offerMoves(db, feed, span, now);
  return true;
}
