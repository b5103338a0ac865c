import type { z } from 'zod';
import {
  asHttps,
  type calendarFeedSchema,
  type calendarPreviewSchema,
  type newCalendarFeedSchema,
  type previewCalendarSchema,
} from '../../contracts/http/calendar-feeds.ts';
import { UnreadableCalendar } from '../../contracts/ical/expand.ts';
import { expandApart } from '../../platform/calendar/expand.ts';
import { feedWindow, syncFeedHolds } from '../../platform/calendar/feed-holds.ts';
import { fetchCalendar } from '../../platform/calendar/fetch-calendar.ts';
import type { PoolClient } from '../../platform/database.ts';
import { holdsChanged } from '../../platform/hold-store.ts';
import { requireOwnAddress } from '../addresses/own-address.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

type Feed = z.output<typeof calendarFeedSchema>;
type Source = z.output<typeof previewCalendarSchema>;

/** More calendars than a large household has people. */
const MAX_FEEDS = 20;

const COLUMNS = `f.id, f.customer_id AS "customerId", f.device_id AS "deviceId", f.address_id AS "addressId", f.name,
  substring(f.url FROM '^[a-z]+://([^/?#]+)') AS host, f.rule, f.keyword, f.status, f.last_error AS "lastError",
  f.last_fetched_at AS "lastFetchedAt", f.last_good_at AS "lastGoodAt", f.created_at AS "createdAt",
  (SELECT count(*)::int FROM hold h WHERE h.feed_id = f.id AND h.cancelled_at IS NULL) AS holds`;
export const LIST_FEEDS = `SELECT ${COLUMNS} FROM calendar_feed f
  WHERE f.customer_id = $1 AND f.removed_at IS NULL ORDER BY f.id DESC`;
const READ = `SELECT ${COLUMNS} FROM calendar_feed f WHERE f.id = $1`;

const INSERT = `
  INSERT INTO calendar_feed (customer_id, device_id, name, url, rule, keyword, content, due_at, created_at, status,
    address_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 'pending', $9) RETURNING id`;

async function zoneOf(client: Pick<PoolClient, 'query'>, customerId: string): Promise<string> {
  const { rows } = await client.query<{ timeZone: string }>(
    'SELECT time_zone AS "timeZone" FROM customer WHERE id = $1',
    [customerId],
  );
  return rows[0]?.timeZone ?? notFound('customer', customerId);
}

const asProblem = (error: unknown): never => {
  if (error instanceof UnreadableCalendar)
    throw new ApiProblem('unreadable-calendar', { reason: error.message });
  throw error;
};

async function spansOf({ clock }: ApiDeps, text: string, { rule }: Pick<Source, 'rule'>, timeZone: string) {
  const window = feedWindow(clock.now(), timeZone);
  return await expandApart({ text, rule, timeZone, ...window }).catch(asProblem);
}

/** What a calendar would hold, before anything is kept. Fetches it now: the customer waits for the answer. */
export async function previewFeed(
  deps: ApiDeps,
  customerId: string,
  source: Source,
): Promise<z.output<typeof calendarPreviewSchema>> {
  const timeZone = await zoneOf(deps.database.pool, customerId);
  const text = source.text ?? (await fetchText(deps, source.url ?? ''));
  const spans = await spansOf(deps, text, source, timeZone);
  return { holds: spans.map(({ from, to, title }) => ({ startsOn: from, endsOn: to, title })) };
}

async function fetchText({ config }: ApiDeps, url: string): Promise<string> {
  const allowedHosts = config.CALENDAR_ALLOWED_HOSTS;
  const answer = await fetchCalendar({ url: asHttps(url), etag: null, lastModified: null, allowedHosts });
  if (answer.outcome === 'fetched') return answer.text;
  const reason = answer.outcome === 'failed' ? answer.reason : 'The server sent nothing.';
  throw new ApiProblem('unreadable-calendar', { reason });
}

/** Keeps a calendar. An uploaded one counts at once; one with an address is fetched by the rules service. */
export async function addFeed(
  deps: ApiDeps,
  customerId: string,
  { deviceId, addressId, name, url, text, rule }: z.output<typeof newCalendarFeedSchema>,
): Promise<Feed> {
  const now = deps.clock.now();
  const timeZone = await zoneOf(deps.database.pool, customerId);
  const spans = text === null ? null : await spansOf(deps, text, { rule }, timeZone);
  return await transact(deps.database.pool, async (client) => {
    const locked = await client.query(LOCK_CUSTOMER, [customerId]);
    if (locked.rowCount === 0) notFound('customer', customerId);
    await checkPlace(client, customerId, deviceId);
    if (addressId !== null) await requireOwnAddress(client, customerId, addressId);
    const keyword = rule.kind === 'keyword' ? rule.keyword : null;
    const values = [
      customerId,
      deviceId,
      name,
      url === null ? null : asHttps(url),
      rule.kind,
      keyword,
      text,
      new Date(now),
      addressId,
    ];
    const inserted = await client.query<{ id: string }>(INSERT, values);
    const id = inserted.rows[0]?.id ?? '';
    if (spans !== null) {
      await syncFeedHolds(client, { id, customerId, deviceId, addressId, timeZone }, spans, now);
      await client.query(`UPDATE calendar_feed SET status = 'ok', last_good_at = $2 WHERE id = $1`, [
        id,
        new Date(now),
      ]);
    }
    return readFeed(client, id);
  });
}

async function checkPlace(client: PoolClient, customerId: string, deviceId: string | null): Promise<void> {
  const { rows } = await client.query<{ feeds: number; owns: boolean }>(
    `SELECT count(*)::int AS feeds, EXISTS (SELECT FROM device WHERE id = $2 AND customer_id = $1) AS owns
     FROM calendar_feed WHERE customer_id = $1 AND removed_at IS NULL`,
    [customerId, deviceId],
  );
  if (deviceId !== null && rows[0]?.owns !== true)
    throw new ApiProblem('foreign-object', { field: 'deviceId' });
  if ((rows[0]?.feeds ?? 0) >= MAX_FEEDS) {
    throw new ApiProblem('unreadable-calendar', { reason: `At most ${MAX_FEEDS} calendars can be kept.` });
  }
}

async function readFeed(client: PoolClient, id: string): Promise<Feed> {
  const { rows } = await client.query<Feed>(READ, [id]);
  return rows[0] ?? notFound('calendar', id);
}

/** Forgets a calendar: its holds end, its content and address are erased. */
export async function removeFeed(
  { database, clock }: ApiDeps,
  customerId: string,
  id: string,
): Promise<Feed> {
  const now = clock.now();
  return await transact(database.pool, async (client) => {
    await client.query(LOCK_CUSTOMER, [customerId]);
    const { rows } = await client.query<{ deviceId: string | null; addressId: string | null }>(
      `UPDATE calendar_feed SET removed_at = coalesce(removed_at, $3), content = NULL, url = NULL, due_at = NULL
       WHERE id = $1 AND customer_id = $2 RETURNING device_id AS "deviceId", address_id AS "addressId"`,
      [id, customerId, new Date(now)],
    );
    const { deviceId, addressId } = rows[0] ?? notFound('calendar', id);
    const freed = await client.query(
      'UPDATE hold SET cancelled_at = $2 WHERE feed_id = $1 AND cancelled_at IS NULL',
      [id, new Date(now)],
    );
    if (freed.rowCount !== 0) await holdsChanged(client, { customerId, deviceId, addressId }, now, true);
    return readFeed(client, id);
  });
}

/** Asks for a fetch now instead of at its time. */
export async function refreshFeed(
  { database, clock }: ApiDeps,
  customerId: string,
  id: string,
): Promise<Feed> {
  return await transact(database.pool, async (client) => {
    const { rowCount } = await client.query(
      'UPDATE calendar_feed SET due_at = $3 WHERE id = $1 AND customer_id = $2 AND removed_at IS NULL',
      [id, customerId, new Date(clock.now())],
    );
    return rowCount === 0 ? notFound('calendar', id) : readFeed(client, id);
  });
}
