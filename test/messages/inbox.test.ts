import type { FastifyInstance } from 'fastify';
import ical from 'ical.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApi } from '../../api/build-api.ts';
import { writeDeliveries } from '../../contracts/ical/deliveries.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import { nextAt, quietUntil } from '../../rules/messages/quiet-hours.ts';
import { createWorld, nearlyEmpty, START, type World } from '../rules/world.ts';
import { silentLog } from '../support/log.ts';
import { decodeMail, startSmtp, type TestSmtp } from '../support/smtp.ts';

const TOKEN = 'x'.repeat(32);

describe('the inbox of a customer', () => {
  let smtp: TestSmtp;
  let world: World;
  let app: FastifyInstance;
  let customerId: string;
  let orderId: string;

  beforeAll(async () => {
    smtp = await startSmtp();
    world = await createWorld({ SMTP_URL: smtp.url, PUBLIC_URL: 'https://neverout.example' });
    const { database, clock, config, metrics } = world;
    app = await buildApi({ database, clock, config, log: silentLog, metrics, apiToken: TOKEN });
    ({ customerId } = await nearlyEmpty(world));
    await world.rules.drain();
    orderId = (await world.rows<{ id: string }>('SELECT id FROM "order"'))[0]?.id ?? '';
  });
  afterAll(async () => {
    await app.close();
    await world[Symbol.asyncDispose]();
    await smtp[Symbol.asyncDispose]();
  });

  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
    language = 'en',
  ) => {
    const url = path.startsWith('/v1') ? path : `/v1/customers/${customerId}/${path}`;
    const headers = { authorization: `Bearer ${TOKEN}`, 'accept-language': language };
    const response = await app.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    const { body } = response;
    return { status: response.statusCode, body: body.startsWith('{') ? JSON.parse(body) : body };
  };
  const drainAt = async (instant: number) => {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  };
  const update = (change: 'late' | 'shipped') =>
    world.rows(
      `INSERT INTO message (customer_id, order_id, kind, detail, created_at, due_at)
       SELECT customer_id, order_id, 'order-update', detail || jsonb_build_object('change', $2::text, 'by', 'worker',
         'reason', NULL), $1, $1 FROM message WHERE kind = 'announcement'`,
      new Date(world.clock.now()),
      change,
    );

  test('has every message in the reader’s language, and knows what was read', async () => {
    const { body } = await call('GET', 'messages');
    expect(body).toMatchObject({ unread: 1, nextCursor: null });
    const [message] = body.items;
    expect(message).toMatchObject({
      kind: 'announcement',
      orderId,
      subject: 'We order Black toner for Printer: €50.00',
      readAt: null,
      deliveries: [{ channel: 'e-mail', status: 'sent' }],
    });
    const german = await call('GET', 'messages', undefined, 'de-AT');
    expect(german.body.items[0].subject).toBe('Wir bestellen Black toner für Printer: 50,00\u00a0€');
    expect((await call('POST', `messages/${message.id}/read`)).body.readAt).toBe(
      new Date(START).toISOString(),
    );
    expect((await call('GET', 'messages?unread=true')).body).toMatchObject({ items: [], unread: 0 });
    await update('late');
    expect((await call('GET', 'messages?limit=1')).body).toMatchObject({
      unread: 1,
      nextCursor: expect.any(String),
    });
    const { nextCursor } = (await call('GET', 'messages?limit=1')).body;
    expect((await call('GET', `messages?limit=1&cursor=${nextCursor}`)).body.items).toMatchObject([
      { id: message.id },
    ]);
    expect((await call('POST', 'messages/read-all')).body).toEqual({ read: 1 });
    await world.rules.drain();
  });

  test('announcements and duties cannot be turned off, and the refusal says why', async () => {
    const off = (kind: string) => ({ kinds: [{ kind, channel: 'e-mail', enabled: false }] });
    expect(await call('PATCH', 'message-settings', off('announcement'))).toMatchObject({
      status: 422,
      body: { code: 'announcement-needed', detail: expect.stringContaining('choose another strategy') },
    });
    expect(await call('PATCH', 'message-settings', off('annual-reminder'))).toMatchObject({
      status: 422,
      body: { code: 'duty-needed' },
    });
    const { body } = await call('PATCH', 'message-settings', off('order-update'));
    const channelsOf = (kind: string) =>
      body.kinds.find((one: { kind: string }) => one.kind === kind).channels['e-mail'];
    expect([channelsOf('announcement'), channelsOf('order-update')]).toEqual([true, false]);
    const before = smtp.mails.length;
    await update('shipped');
    await world.rules.drain();
    expect(smtp.mails).toHaveLength(before);
    await call('PATCH', 'message-settings', {
      kinds: [{ kind: 'order-update', channel: 'e-mail', enabled: true }],
    });
    expect((await call('PATCH', 'message-settings', { digestAt: '25:00' })).status).toBe(400);
  });

  test('quiet hours hold back what can wait until they end in the customer’s zone', async () => {
    const settings = { quietHours: { from: '22:00', to: '07:30' } };
    expect((await call('PATCH', 'message-settings', settings)).body).toMatchObject({
      ...settings,
      digestAt: null,
    });
    // 23:00 in Berlin.
    world.clock.advanceTo(START + 11 * HOUR_MS);
    const before = smtp.mails.length;
    await update('late');
    await world.rules.drain();
    expect(smtp.mails).toHaveLength(before);
    const morning = START + 19.5 * HOUR_MS;
    await drainAt(morning - 1);
    expect(smtp.mails).toHaveLength(before);
    await drainAt(morning);
    expect(smtp.mails).toHaveLength(before + 1);
    await call('PATCH', 'message-settings', { quietHours: null });
  });

  test('a daily mail gathers what is not urgent; what is owed or urgent does not wait for it', async () => {
    await call('PATCH', 'message-settings', { digestAt: '18:00' });
    const before = smtp.mails.length;
    await update('late');
    await update('shipped');
    await addMessages(
      world.database.pool,
      [{ kind: 'annual-reminder', customerId, detail: { dutyId: orderId } }],
      world.clock.now(),
    );
    await world.rules.drain();
    expect(smtp.mails).toHaveLength(before + 1);
    // 18:00 in Berlin, of the second day.
    await drainAt(START + DAY_MS + 6 * HOUR_MS - 1);
    expect(smtp.mails).toHaveLength(before + 1);
    await drainAt(START + DAY_MS + 6 * HOUR_MS);
    const digests = smtp.mails
      .slice(before + 1)
      .map(decodeMail)
      .filter((mail) => mail.includes('pieces of news'));
    expect(digests).toHaveLength(1);
    expect(digests[0]).toContain('Late: Black toner for Printer');
    expect(digests[0]).toContain('On its way: Black toner for Printer');
    await call('PATCH', 'message-settings', { digestAt: null });
  });

  test('coming deliveries are a calendar at a secret address that can be changed', async () => {
    const { body: feed } = await call('POST', 'delivery-feed');
    const path = new URL(feed.url).pathname + new URL(feed.url).search;
    const read = async (url = path) => {
      const response = await app.inject({ url });
      return { status: response.statusCode, type: response.headers['content-type'], body: response.body };
    };
    const first = await read();
    expect(first).toMatchObject({ status: 200, type: 'text/calendar; charset=utf-8' });
    const eventOf = (text: string) => {
      const calendar = new ical.Component(ical.parse(text));
      expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
      const [event, ...others] = calendar.getAllSubcomponents('vevent');
      expect(others).toEqual([]);
      if (event === undefined) throw new Error('no event');
      return { event: new ical.Event(event), status: event.getFirstPropertyValue('status') };
    };
    const before = eventOf(first.body);
    expect(before.event.uid).toBe(`order-${orderId}@neverout.example`);
    expect(before.event.startDate.isDate).toBe(true);
    expect(before.event.summary).toContain('Black toner');
    await world.rows(`UPDATE "order" SET status = 'cancelled', status_reason = NULL WHERE id = $1`, orderId);
    const after = eventOf((await read()).body);
    expect(after.status).toBe('CANCELLED');
    expect(after.event.uid).toBe(before.event.uid);
    expect(after.event.sequence).toBeGreaterThan(before.event.sequence);
    await call('POST', 'delivery-feed');
    expect((await read()).status).toBe(404);
    expect((await read('/v1/deliveries.ics?token=guess')).status).toBe(404);
    expect((await call('DELETE', 'delivery-feed')).status).toBe(204);
    expect((await call('GET', 'delivery-feed')).body).toEqual({ createdAt: null });
  });
});

test('calendar lines are folded between characters and texts escaped', () => {
  const summary = `${'Öl, Wäsche; und mehr\\ '.repeat(12)}\nEND:VEVENT`;
  const text = writeDeliveries({
    name: 'Lieferungen',
    domain: 'neverout.example',
    entries: [
      {
        ...{ orderId: 'o', revision: 3, summary, description: 'x', status: 'CONFIRMED' },
        ...{ from: '2026-12-31', to: '2026-12-31', changedAt: new Date(START) },
      },
    ],
  });
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const [event] = new ical.Component(ical.parse(text)).getAllSubcomponents('vevent');
  expect(event?.getFirstPropertyValue('summary')).toBe(summary);
  expect(String(event?.getFirstPropertyValue('dtend'))).toBe('2027-01-01');
});

describe('quiet hours', () => {
  const zone = 'Europe/Berlin';
  const at = (text: string) => Date.parse(text);

  test('over midnight and within a day', () => {
    const night = { from: 22 * 60, to: 7 * 60 };
    expect(quietUntil(at('2026-09-07T21:00:00Z'), night, zone)).toBe(at('2026-09-08T05:00:00Z'));
    expect(quietUntil(at('2026-09-08T04:59:00Z'), night, zone)).toBe(at('2026-09-08T05:00:00Z'));
    expect(quietUntil(at('2026-09-08T05:00:00Z'), night, zone)).toBeNull();
    const noon = { from: 12 * 60, to: 14 * 60 };
    expect(quietUntil(at('2026-09-08T10:30:00Z'), noon, zone)).toBe(at('2026-09-08T12:00:00Z'));
    expect(quietUntil(at('2026-09-08T09:59:00Z'), noon, zone)).toBeNull();
  });

  test('by what the clocks show, also on the days when they change', () => {
    const night = { from: 22 * 60, to: 7 * 60 };
    // Back from 3:00 to 2:00 on the 25th of October, forward from 2:00 to 3:00 on the 28th of March.
    expect(quietUntil(at('2026-10-24T22:00:00Z'), night, zone)).toBe(at('2026-10-25T06:00:00Z'));
    expect(quietUntil(at('2026-10-25T05:59:00Z'), night, zone)).toBe(at('2026-10-25T06:00:00Z'));
    expect(quietUntil(at('2026-10-25T20:59:00Z'), night, zone)).toBeNull();
    expect(quietUntil(at('2027-03-28T05:00:00Z'), night, zone)).toBeNull();
    expect(quietUntil(at('2027-03-28T04:59:00Z'), night, zone)).toBe(at('2027-03-28T05:00:00Z'));
    expect(nextAt(at('2026-10-25T00:30:00Z'), 18 * 60, zone)).toBe(at('2026-10-25T17:00:00Z'));
    expect(nextAt(at('2027-03-28T00:30:00Z'), 18 * 60, zone)).toBe(at('2027-03-28T16:00:00Z'));
    expect(nextAt(at('2027-03-28T00:30:00Z'), 60, zone)).toBe(at('2027-03-28T23:00:00Z'));
  });

  test('the next time of a minute of the day', () => {
    expect(nextAt(at('2026-09-08T10:00:00Z'), 18 * 60, zone)).toBe(at('2026-09-08T16:00:00Z'));
    expect(nextAt(at('2026-09-08T16:00:01Z'), 18 * 60, zone)).toBe(at('2026-09-09T16:00:00Z'));
  });
});
