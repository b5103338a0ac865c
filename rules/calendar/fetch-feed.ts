import { UnreadableCalendar } from '../../contracts/ical/expand.ts';
import { HOUR_MS } from '../../core/types.ts';
import { expandApart } from '../../platform/calendar/expand.ts';
import { type Feed, feedWindow, ruleOf, syncFeedHolds } from '../../platform/calendar/feed-holds.ts';
import { type CalendarAnswer, fetchCalendar } from '../../platform/calendar/fetch-calendar.ts';
import { inTransaction, type PoolClient } from '../../platform/database.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import type { RulesDeps } from '../deps.ts';

/** A calendar of absences changes a few times a year; four looks a day find out soon enough. */
const EVERY_MS = 6 * HOUR_MS;
/** A server that is away is asked hourly, then less and less often, but once a day at least. */
const SLOWEST_MS = 24 * HOUR_MS;
/** One failure is a hiccup; whoever is told of each stops reading. */
const TELL_AFTER_FAILURES = 3;

interface FeedRow extends Feed {
  readonly name: string;
  readonly url: string | null;
  readonly rule: string;
  readonly keyword: string | null;
  readonly content: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly failures: number;
}

const READ = `
  SELECT f.id, f.customer_id AS "customerId", f.device_id AS "deviceId", f.address_id AS "addressId", c.time_zone AS "timeZone", f.name, f.url,
    f.rule, f.keyword, f.content, f.etag, f.last_modified AS "lastModified", f.failures
  FROM calendar_feed f JOIN customer c ON c.id = f.customer_id WHERE f.id = $1 AND f.removed_at IS NULL`;

/** Job fetch-calendar: fetches a calendar, if it has an address, and makes its holds what it says now. */
export async function fetchFeed(deps: RulesDeps, feedId: string): Promise<void> {
  const { pool } = deps.database;
  const { rows } = await pool.query<FeedRow>(READ, [feedId]);
  const [feed] = rows;
  if (feed === undefined) return;
  const answer = await ask(deps, feed);
  if (answer.outcome === 'failed') return broken(deps, feed, answer.reason);
  const text = answer.outcome === 'fetched' ? answer.text : feed.content;
  if (text === null) return broken(deps, feed, 'The calendar has no content.');
  const now = deps.clock.now();
  try {
    const window = feedWindow(now, feed.timeZone);
    const { timeZone } = feed;
    const spans = await expandApart({ text, rule: ruleOf(feed.rule, feed.keyword), timeZone, ...window });
    await inTransaction(pool, async (db) => {
      if (!(await lock(db, feed))) return;
      await syncFeedHolds(db, feed, spans, now);
      const fresh = answer.outcome === 'fetched' ? answer : feed;
      await db.query(
        `UPDATE calendar_feed SET status = 'ok', last_error = NULL, failures = 0, last_fetched_at = $2, last_good_at = $2,
           due_at = $3, content = $4, etag = $5, last_modified = $6 WHERE id = $1`,
        [feed.id, new Date(now), new Date(now + EVERY_MS), text, fresh.etag, fresh.lastModified],
      );
    });
  } catch (error) {
    if (!(error instanceof UnreadableCalendar)) throw error;
    await broken(deps, feed, error.message);
  }
}

/** An uploaded file has nothing to fetch: time alone moves its window on. */
async function ask({ config }: RulesDeps, feed: FeedRow): Promise<CalendarAnswer> {
  if (feed.url === null) return { outcome: 'unchanged' };
  const { etag, lastModified } = feed;
  const known = feed.content === null ? { etag: null, lastModified: null } : { etag, lastModified };
  return await fetchCalendar({ url: feed.url, ...known, allowedHosts: config.CALENDAR_ALLOWED_HOSTS });
}

/** The customer first, as everybody who changes what is allowed; false: removed meanwhile. */
async function lock(db: PoolClient, { id, customerId }: Feed): Promise<boolean> {
  await db.query('SELECT FROM customer WHERE id = $1 FOR NO KEY UPDATE', [customerId]);
  const { rowCount } = await db.query(
    'SELECT FROM calendar_feed WHERE id = $1 AND removed_at IS NULL FOR UPDATE',
    [id],
  );
  return rowCount === 1;
}

/** The last good holds stay; the customer is told once it is more than a hiccup. */
async function broken({ database, clock, log }: RulesDeps, feed: FeedRow, reason: string): Promise<void> {
  const now = clock.now();
  const wait = Math.min(HOUR_MS * 2 ** Math.min(feed.failures, 10), SLOWEST_MS);
  log.info({ feedId: feed.id, reason }, 'a calendar could not be read');
  await inTransaction(database.pool, async (db) => {
    if (!(await lock(db, feed))) return;
    await db.query(
      `UPDATE calendar_feed SET status = 'broken', last_error = $2, failures = failures + 1, last_fetched_at = $3,
         due_at = $4 WHERE id = $1`,
      [feed.id, reason, new Date(now), new Date(now + wait)],
    );
    if (feed.failures + 1 !== TELL_AFTER_FAILURES) return;
    const { id: feedId, name, customerId } = feed;
    await addMessages(db, [{ kind: 'calendar-broken', customerId, detail: { feedId, name, reason } }], now);
  });
}
