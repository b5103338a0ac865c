import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildApi } from '../../api/build-api.ts';
import { DAY_MS } from '../../core/types.ts';
import { type Action, openLinks } from '../../platform/messages/links.ts';
import { createWorld, nearlyEmpty, START, type World } from '../rules/world.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { decodeMail, startSmtp, type TestSmtp } from '../support/smtp.ts';

const ORIGIN = 'http://neverout.test';
const SECRET = 'a secret of the tests, 32 bytes or more';

describe('links in messages', () => {
  let smtp: TestSmtp;
  let shop: TestMerchant;
  let world: World;
  let app: FastifyInstance;
  let orderId: string;
  let consumableId: string;
  let customerId: string;

  beforeAll(async () => {
    smtp = await startSmtp();
  });
  afterAll(() => smtp[Symbol.asyncDispose]());
  beforeEach(async () => {
    smtp.mails.length = 0;
    world = await createWorld({ SMTP_URL: smtp.url, PUBLIC_URL: ORIGIN });
    const { database, clock, config, metrics } = world;
    app = await buildApi({ database, clock, config, log: silentLog, metrics, apiToken: 'x'.repeat(32) });
    shop = await startMerchant(world.clock.now);
    ({ consumableId, customerId } = await nearlyEmpty(world));
    await world.rows('UPDATE merchant SET base_url = $1, api_key = $2', shop.url, shop.apiKey);
    await world.rules.drain();
    const [order] = await world.rows<{ id: string }>('SELECT id FROM "order"');
    orderId = order?.id ?? '';
  });
  afterEach(async () => {
    await app.close();
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  /** Where the links of the last mail lead, by what they do. */
  const linksOf = (mail = decodeMail(smtp.mails.at(-1) ?? '')): Map<string, string> => {
    const reader = openLinks(SECRET, ORIGIN);
    const found = [...mail.matchAll(new RegExp(`${ORIGIN}/a/([\\w-]+)`, 'g'))];
    return new Map(
      found.map(([, token = '']) => [String(reader.read(token)?.action), `/a/${token}`] as const),
    );
  };
  const link = (action: Action): string => {
    const found = linksOf().get(action);
    if (found === undefined) throw new Error(`no link to ${action}`);
    return found;
  };
  const open = (url: string, method: 'GET' | 'HEAD' = 'GET') => app.inject({ method, url });
  const press = (url: string, fields: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
      payload: new URLSearchParams(fields).toString(),
    });
  const order = async () => {
    const [row] = await world.rows<{
      status: string;
      due_at: Date | null;
      cancel_until: Date;
      first: string;
      last: string;
    }>('SELECT *, arrives_from::text AS first, arrives_to::text AS last FROM "order" WHERE id = $1', orderId);
    if (row === undefined) throw new Error('no order');
    return row;
  };
  const everything = () =>
    world.rows(
      `SELECT (SELECT jsonb_agg(o) FROM "order" o) AS orders, (SELECT jsonb_agg(c) FROM consumable c) AS consumables,
         (SELECT count(*) FROM used_link) AS links, (SELECT count(*) FROM order_history) AS history,
         (SELECT count(*) FROM consumable_event) AS events, (SELECT count(*) FROM message_preference) AS preferences`,
    );
  const drainAt = async (instant: number) => {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  };

  test('opening them, as mail scanners do, changes nothing', async () => {
    const before = await everything();
    const links = linksOf();
    expect([...links.keys()].toSorted()).toEqual(['approve', 'cancel', 'delay', 'have', 'skip']);
    for (const url of links.values()) {
      const page = await open(url);
      expect(page.statusCode).toBe(200);
      expect((await open(url, 'HEAD')).statusCode).toBe(200);
      expect(page.body).toContain('€50.00');
      expect(page.body).toContain('<form method="post">');
      expect(page.body).not.toContain('<script');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      expect(page.headers['cache-control']).toBe('no-store');
    }
    await world.rules.drain();
    expect(await everything()).toEqual(before);
  });

  test('cancel: nothing is bought, nor asked about again the same day; a second press says so', async () => {
    const url = link('cancel');
    const done = await press(url);
    expect(done.statusCode).toBe(200);
    expect(done.body).toContain('The order is cancelled. You pay nothing for it.');
    expect((await order()).status).toBe('cancelled');
    const again = await press(url);
    expect(again.statusCode).toBe(200);
    expect(again.body).toContain('This link was used before.');
    expect(again.body).toContain('The order is cancelled; nothing was bought.');
    expect((await open(url)).body).toContain('This link was used before.');
    expect((await press(link('approve'))).statusCode).toBe(409);
    await drainAt(START + 2 * DAY_MS);
    expect(await world.rows('SELECT FROM "order"')).toHaveLength(1);
    expect(shop.calls).toEqual([]);
    const audit = await world.rows(
      `SELECT actor_kind, customer_id FROM audit_entry WHERE operation = 'POST /a/{token}'`,
    );
    // Each press of a button, also the one that changed nothing.
    const entry = { actor_kind: 'nobody', customer_id: customerId };
    expect(audit).toEqual([entry, entry]);
  });

  test('approve: it is placed without waiting for the end of the window', async () => {
    const cancel = link('cancel');
    expect((await press(link('approve'))).statusCode).toBe(200);
    await world.rules.drain();
    expect((await order()).status).toBe('accepted');
    expect(shop.purchases).toHaveLength(1);
    const late = await open(cancel);
    expect(late.body).toContain('The merchant has accepted the order.');
    expect(late.body).not.toContain('<form');
  });

  test('delay: placed and there so many days later, once, and told; to be cancelled until then', async () => {
    const before = await order();
    const url = link('delay');
    expect((await press(url, { days: 'soon' })).statusCode).toBe(400);
    const done = await press(url, { days: '7' });
    expect(done.body).toContain('Thursday 17 September – Friday 18 September');
    await press(url, { days: '7' });
    const after = await order();
    const placeAt = (before.due_at?.getTime() ?? 0) + 7 * DAY_MS;
    expect(after).toMatchObject({ due_at: new Date(placeAt), cancel_until: new Date(placeAt) });
    expect([before.first, before.last]).toEqual(['2026-09-10', '2026-09-11']);
    expect([after.first, after.last]).toEqual(['2026-09-17', '2026-09-18']);
    await world.rules.drain();
    expect(decodeMail(smtp.mails.at(-1) ?? '')).toContain('Thursday 17 September – Friday 18 September');
    await drainAt(START + 2 * DAY_MS);
    expect(shop.calls).toEqual([]);
    await drainAt(placeAt);
    expect(shop.purchases).toHaveLength(1);
  });

  test('skip: declined, and nothing follows before what is in the device is used up', async () => {
    await press(link('skip'));
    expect((await order()).status).toBe('declined');
    const [{ until } = { until: START }] = await world.rows<{ until: Date }>(
      'SELECT skip_until AS until FROM consumable WHERE id = $1',
      consumableId,
    );
    expect(Number(until)).toBeGreaterThanOrEqual(START + 3 * DAY_MS);
    await drainAt(Number(until) - 1);
    expect(await world.rows('SELECT FROM "order"')).toHaveLength(1);
    await drainAt(Number(until) + DAY_MS);
    expect(await world.rows('SELECT FROM "order"')).toHaveLength(2);
  });

  test('"I still have N": enough spares cancel the order, too few leave it and its window as they are', async () => {
    await press(link('have'), { quantity: '0' });
    await world.rules.drain();
    expect(await order()).toMatchObject({ status: 'announced', cancel_until: new Date(START + DAY_MS) });
    expect(shop.calls).toEqual([]);
    world.clock.advanceTo(START + 3_600_000);
    await app.inject({
      method: 'POST',
      url: `/v1/consumables/${consumableId}/shelf-counts`,
      headers: { authorization: `Bearer ${'x'.repeat(32)}` },
      payload: { quantity: 4 },
    });
    await world.rules.drain();
    expect((await order()).status).toBe('cancelled');
    const [told] = await world.rows<{ detail: { change: string; reason: string[][] } }>(
      `SELECT detail FROM message WHERE kind = 'order-update'`,
    );
    expect(told?.detail).toMatchObject({ change: 'cancelled' });
    expect(told?.detail.reason[0]?.[0]).toBe('enough-counted');
  });

  test('a proposal that the customer has enough for is taken back, another stays open', async () => {
    await world.rows(`UPDATE customer SET language = 'de'`);
    await press(link('cancel'));
    await world.rows(`UPDATE consumable SET strategy = 'curated', skip_until = NULL`);
    await drainAt(START + DAY_MS);
    const [proposal] = await world.rows<{ id: string }>(`SELECT id FROM "order" WHERE status = 'proposed'`);
    orderId = proposal?.id ?? '';
    const page = await open(link('have'));
    expect(page.body).toContain('<html lang="de">');
    expect(page.body).toContain('Vorrat im Regal');
    expect(page.body).toContain('50,00');
    await press(link('have'), { quantity: '4' });
    await world.rules.drain();
    expect((await order()).status).toBe('cancelled');
  });

  test('a link is good for its purpose, its order and its time alone', async () => {
    const url = link('delay');
    const bytes = Buffer.from(url.slice(3), 'base64url');
    bytes[0] = 0;
    expect((await press(`/a/${bytes.toString('base64url')}`)).statusCode).toBe(404);
    expect((await open('/a/nonsense')).statusCode).toBe(404);
    const foreign = await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      payload: 'days=7',
    });
    expect(foreign.statusCode).toBe(403);
    const { due_at: due } = await order();
    world.clock.advanceTo(START + DAY_MS);
    const late = await press(url, { days: '7' });
    expect(late.statusCode).toBe(410);
    expect(late.body).toContain('The time of this link is over.');
    expect((await order()).due_at).toEqual(due);
  });

  test('two presses at the same moment act once', async () => {
    const url = link('delay');
    const answers = await Promise.all([press(url, { days: '3' }), press(url, { days: '3' })]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect((await order()).due_at).toEqual(new Date(START + 4 * DAY_MS));
  });

  test('one click in the mail program ends a kind of mail, and no other', async () => {
    await drainAt(START + DAY_MS);
    const mail = decodeMail(smtp.mails.at(-1) ?? '');
    expect(mail).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
    const [, url = ''] = new RegExp(`^List-Unsubscribe: <${ORIGIN}([^>]+)>$`, 'm').exec(mail) ?? [];
    expect((await open(url)).statusCode).toBe(200);
    expect(await world.rows('SELECT FROM message_preference')).toEqual([]);
    const click = await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'List-Unsubscribe=One-Click',
    });
    expect(click.statusCode).toBe(200);
    expect(await world.rows('SELECT kind, channel, enabled FROM message_preference')).toEqual([
      { kind: 'order-update', channel: 'e-mail', enabled: false },
    ]);
  });
});
