import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { fetchCalendar } from '../../platform/calendar/fetch-calendar.ts';
import { parseConfig } from '../../platform/config.ts';
import { buildRules, type Rules } from '../../rules/build-rules.ts';
import {
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  type TestApi,
  takeQueue,
  type World,
} from '../api/support.ts';

let server: Server;
let host: string;
let api: TestApi;
let world: World;
let rules: Rules;
/** What the calendar server says next, and what it was asked. */
let says: { status: number; body: string; headers?: Record<string, string> };
let asked: IncomingHttpHeaders[] = [];

const calendar = (...spans: [uid: string, from: string, to: string][]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...spans.flatMap(([uid, from, to]) => [
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'SUMMARY:Vacation',
      `DTSTART;VALUE=DATE:${from}`,
      `DTEND;VALUE=DATE:${to}`,
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(says.status, says.headers).end(says.body);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'neverout-feeds-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const config = parseConfig({ CALENDAR_ALLOWED_HOSTS: host, NEVEROUT_DATA: folder });
  api = await createTestApi({ config });
  world = await createWorld(api);
  rules = await buildRules(api.deps);
});
afterAll(async () => {
  await rules.close();
  await api[Symbol.asyncDispose]();
  server.close();
  for (const close of closing) await close();
});

const url = () => `/v1/customers/${world.customerId}/calendars`;
const rule = { kind: 'keyword', keyword: 'vacation' };
const add = (body: object) => api.call('POST', url(), { name: 'Family', rule, ...body });
const feeds = async () => (await api.call('GET', url())).body.items;
const held = async (): Promise<string[]> => {
  const { body } = await api.call('GET', `/v1/holds?customerId=${world.customerId}&cancelled=false`);
  return body.items
    .map(({ startsOn, endsOn }: { startsOn: string; endsOn: string }) => `${startsOn}/${endsOn}`)
    .toSorted();
};

describe('a calendar with an address', () => {
  let feedId: string;
  beforeEach(() => {
    asked = [];
  });

  test('is fetched, becomes holds, and hides its address', async () => {
    says = { status: 200, body: calendar(['a', '20261203', '20261218']), headers: { etag: '"1"' } };
    const { status, body } = await add({ url: `http://${host}/secret-token.ics` });
    expect(status).toBe(201);
    expect(body).toMatchObject({ host, status: 'pending', holds: 0 });
    expect(JSON.stringify(body)).not.toContain('secret-token');
    feedId = body.id;
    await rules.drain();
    expect(await held()).toEqual(['2026-12-03/2026-12-17']);
    expect(await feeds()).toMatchObject([{ status: 'ok', holds: 1, lastError: null }]);
  });

  test('is asked again by its ETag after six hours, and what is unchanged stays', async () => {
    says = { status: 304, body: '' };
    await rules.drain();
    expect(asked).toEqual([]);
    api.clock.advanceTo(NOW + 6 * HOUR_MS);
    await rules.drain();
    expect(asked.map((headers) => headers['if-none-match'])).toEqual(['"1"']);
    expect(await held()).toEqual(['2026-12-03/2026-12-17']);
  });

  test('that moves and loses events moves and frees their dates; others stay as they are', async () => {
    says = {
      status: 200,
      body: calendar(
        ['a', '20261203', '20261218'],
        ['b', '20270101', '20270103'],
        ['c', '20270201', '20270202'],
      ),
    };
    await api.call('POST', `${url()}/${feedId}/refresh`);
    await rules.drain();
    expect(await held()).toEqual(['2026-12-03/2026-12-17', '2027-01-01/2027-01-02', '2027-02-01/2027-02-01']);
    const before = await api.database.pool.query(
      `SELECT id FROM hold WHERE event_key = 'a' AND cancelled_at IS NULL`,
    );
    says = { status: 200, body: calendar(['a', '20261203', '20261218'], ['b', '20270105', '20270108']) };
    await api.call('POST', `${url()}/${feedId}/refresh`);
    await rules.drain();
    expect(await held()).toEqual(['2026-12-03/2026-12-17', '2027-01-05/2027-01-07']);
    const after = await api.database.pool.query(
      `SELECT id FROM hold WHERE event_key = 'a' AND cancelled_at IS NULL`,
    );
    expect(after.rows).toEqual(before.rows);
  });

  test('that breaks keeps the last good holds and tells the customer, once', async () => {
    for (const [attempt, answer] of [
      { status: 500, body: '' },
      { status: 200, body: '<html>Sign in</html>' },
      { status: 200, body: 'x'.repeat(1_000_000) },
      { status: 404, body: '' },
    ].entries()) {
      says = answer;
      await api.call('POST', `${url()}/${feedId}/refresh`);
      await rules.drain();
      const [feed] = await feeds();
      expect(feed.status, String(attempt)).toBe('broken');
      expect(feed.lastError).toMatch(/\.$/);
      expect(await held()).toEqual(['2026-12-03/2026-12-17', '2027-01-05/2027-01-07']);
    }
    const { rows } = await api.database.pool.query(
      `SELECT detail FROM message WHERE kind = 'calendar-broken'`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].detail).toMatchObject({ name: 'Family', reason: expect.any(String) });
    says = { status: 200, body: calendar(['b', '20270105', '20270108']) };
    api.clock.advanceTo(api.clock.now() + DAY_MS);
    await rules.drain();
    expect(await feeds()).toMatchObject([{ status: 'ok', lastError: null }]);
    expect(await held()).toEqual(['2027-01-05/2027-01-07']);
  });

  test('that is forgotten frees its dates and erases its address', async () => {
    await takeQueue(api);
    await api.call('POST', `${url()}/${feedId}/remove`);
    expect(await held()).toEqual([]);
    expect(await feeds()).toEqual([]);
    expect(await takeQueue(api)).not.toEqual([]);
    const { rows } = await api.database.pool.query('SELECT url, content FROM calendar_feed WHERE id = $1', [
      feedId,
    ]);
    expect(rows).toEqual([{ url: null, content: null }]);
  });
});

describe('an uploaded calendar', () => {
  test('shows first what it would hold, keeps nothing, and counts at once when kept', async () => {
    const text = calendar(['a', '20261203', '20261218']);
    const preview = await api.call('POST', `${url()}/preview`, { text, rule });
    expect(preview.body.holds).toEqual([{ startsOn: '2026-12-03', endsOn: '2026-12-17', title: 'Vacation' }]);
    expect(await held()).toEqual([]);
    expect((await add({ text })).body).toMatchObject({ status: 'ok', host: null, holds: 1 });
    expect(await held()).toEqual(['2026-12-03/2026-12-17']);
  });

  test('that cannot be read is refused with the reason', async () => {
    const refused = await add({ text: 'hello' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'unreadable-calendar' } });
    expect((await add({})).status).toBe(400);
    expect((await add({ text: 'a', url: 'https://a.example' })).status).toBe(400);
  });

  test('an order already placed is offered to be moved, and moved only when the customer says so', async () => {
    const orderId = await insertOrder(api, world, { status: 'accepted' });
    await api.database.pool.query(
      `UPDATE "order" SET arrives_from = '2026-11-28', arrives_to = '2026-12-01', merchant_reference = 'r1' WHERE id = $1`,
      [orderId],
    );
    const hold = { customerId: world.customerId, startsOn: '2026-11-30', endsOn: '2026-12-01' };
    expect((await api.call('POST', `/v1/orders/${orderId}/move`)).status).toBe(409);
    await api.call('POST', '/v1/holds', hold);
    await api.call('POST', '/v1/holds', { ...hold, endsOn: '2026-12-02' });
    const { rows } = await api.database.pool.query(`SELECT detail FROM message WHERE kind = 'move-offer'`);
    expect(rows).toHaveLength(1);
    const { body: order } = await api.call('GET', `/v1/orders/${orderId}`);
    expect(order.history.at(-1)).toMatchObject({
      fromStatus: 'accepted',
      toStatus: 'accepted',
      actor: 'worker',
    });
    const takeBack = () => api.database.pool.query('SELECT take_back FROM "order" WHERE id = $1', [orderId]);
    expect((await takeBack()).rows).toEqual([{ take_back: null }]);
    expect((await api.call('POST', `/v1/orders/${orderId}/move`)).status).toBe(200);
    expect((await takeBack()).rows).toEqual([{ take_back: 'move' }]);
    expect((await api.call('POST', `/v1/orders/${orderId}/move`)).status).toBe(409);
  });
});

describe('addresses inside the network', () => {
  const fetch = (address: string, allowedHosts: string[] = []) =>
    fetchCalendar({ url: address, etag: null, lastModified: null, allowedHosts });

  test.each([
    'http://example.com/a.ics',
    'https://127.0.0.1/a.ics',
    'https://2130706433/a.ics',
    'https://[::1]/a.ics',
    'https://[::ffff:127.0.0.1]/a.ics',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/a.ics',
    'https://user:pass@1.1.1.1/a.ics',
    'file:///etc/passwd',
    'not an address',
  ])('%s is not fetched', async (address) => {
    expect(await fetch(address)).toMatchObject({ outcome: 'failed' });
  });

  test('neither is one that an allowed host redirects to', async () => {
    asked = [];
    says = { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/a.ics' } };
    expect(await fetch(`http://${host}/`, [host])).toEqual({
      outcome: 'failed',
      reason: 'Only addresses that begin with https:// are fetched.',
    });
    says = { status: 302, body: '', headers: { location: 'https://10.0.0.1/a.ics' } };
    expect(await fetch(`http://${host}/`, [host])).toMatchObject({ outcome: 'failed' });
    says = { status: 302, body: '', headers: { location: '/again' } };
    expect(await fetch(`http://${host}/`, [host])).toMatchObject({
      reason: 'The address redirects too often.',
    });
  });

  test('control: the same address is fetched where the installation allows it', async () => {
    says = { status: 200, body: 'content' };
    expect(await fetch(`http://${host}/`, [host])).toMatchObject({ outcome: 'fetched', text: 'content' });
    expect(await fetch(`http://${host}/`)).toMatchObject({ outcome: 'failed' });
  });
});
