import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildApi } from '../../api/build-api.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import { post } from '../../platform/outside/post.ts';
import { createWorld, nearlyEmpty, START, type World } from '../rules/world.ts';
import { silentLog } from '../support/log.ts';
import { type Received, startReceiver, type TestReceiver } from '../support/receiver.ts';

const TOKEN = 'x'.repeat(32);
const NOTHING: Received = { path: '', headers: {}, body: Buffer.of() };

describe('webhooks and push messages', () => {
  let receiver: TestReceiver;
  let world: World;
  let app: FastifyInstance;
  let customerId: string;

  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver[Symbol.asyncDispose]());
  beforeEach(async () => {
    receiver.received.length = 0;
    receiver.status = 204;
    world = await createWorld({
      OUTGOING_ALLOWED_HOSTS: receiver.host,
      PUBLIC_URL: 'https://neverout.example',
    });
    const { database, clock, config, metrics } = world;
    app = await buildApi({ database, clock, config, log: silentLog, metrics, apiToken: TOKEN });
    ({ customerId } = await nearlyEmpty(world));
    // Nothing but what a test sets up can be reached.
    await world.rows('UPDATE customer SET email = NULL');
  });
  afterEach(async () => {
    await app.close();
    await world[Symbol.asyncDispose]();
  });

  const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const response = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${TOKEN}` },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  };
  const endpoints = () => `/v1/customers/${customerId}/webhook-endpoints`;
  const drainAt = async (instant: number) => {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  };
  const deliveries = () =>
    world.rows<{ channel: string; status: string; attempts: number; due_at: Date | null }>(
      'SELECT channel, status, attempts, due_at FROM message_delivery ORDER BY id',
    );
  const status = async () => (await world.rows<{ status: string }>('SELECT status FROM "order"'))[0]?.status;
  const verified = (secret: string, index = 0) => {
    const { headers, body } = receiver.received[index] ?? NOTHING;
    const id = String(headers['webhook-id']);
    const at = new Date(Number(headers['webhook-timestamp']) * 1000);
    // The library's verify looks at the machine's clock; its signature is what is compared.
    const expected = new Webhook(secret).sign(id, at, body.toString());
    return String(headers['webhook-signature']).split(' ').includes(expected);
  };

  test('a customer’s endpoint hears of an order, signed, and that counts as notice', async () => {
    const { status: made, body: endpoint } = await call('POST', endpoints(), { url: receiver.url });
    expect(made).toBe(201);
    await world.rules.drain();
    expect(receiver.received).toHaveLength(1);
    expect(verified(endpoint.secret)).toBe(true);
    expect(verified('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBe(false);
    expect(JSON.parse(String(receiver.received[0]?.body))).toMatchObject({
      type: 'message.announcement',
      data: { customerId, kind: 'announcement', detail: { totalMinor: 5000 } },
    });
    expect(await world.rows('SELECT FROM "order" WHERE noticed_at IS NOT NULL')).toHaveLength(1);
  });

  test('the staff’s endpoint hears of everything, and is nobody’s notice', async () => {
    await call('POST', '/v1/webhook-endpoints', { url: receiver.url });
    await world.rules.drain();
    expect(await status()).toBe('proposed');
    // The announcement was no longer true when its turn came.
    const types = receiver.received.map(({ body }) => JSON.parse(String(body)).type);
    expect(types).toEqual(['message.proposal']);
  });

  test('failures are tried again on the schedule of the standard, then kept as dead letters to be replayed', async () => {
    receiver.status = 500;
    await world.rows(`UPDATE consumable SET strategy = 'curated'`);
    await call('POST', endpoints(), { url: receiver.url });
    await world.rules.drain();
    const pauses: number[] = [];
    for (let now = START; ; ) {
      const [delivery] = await deliveries();
      if (delivery?.due_at == null) break;
      pauses.push((delivery.due_at.getTime() - now) / 1000);
      now = delivery.due_at.getTime();
      await drainAt(now);
    }
    expect(pauses).toEqual([5, 300, 1800, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * 3600)]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const { body } = await call('GET', '/v1/message-deliveries');
    expect(body.items).toMatchObject([
      {
        kind: 'proposal',
        channel: 'webhook',
        status: 'failed',
        attempts: 10,
        lastError: 'The endpoint answered 500.',
      },
    ]);
    receiver.status = 200;
    receiver.received.length = 0;
    expect((await call('POST', `/v1/message-deliveries/${body.items[0].id}/replay`)).status).toBe(200);
    expect((await call('POST', `/v1/message-deliveries/${body.items[0].id}/replay`)).status).toBe(404);
    await world.rules.drain();
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ status: 'sent', attempts: 1 }]);
  });

  test('410 disables an endpoint, and its order is asked about; enabled again it hears more', async () => {
    receiver.status = 410;
    const { body: endpoint } = await call('POST', endpoints(), { url: receiver.url });
    await world.rules.drain();
    expect((await call('GET', endpoints())).body.items).toMatchObject([
      { disabledReason: expect.stringContaining('410') },
    ]);
    expect(await status()).toBe('proposed');
    // The question had no endpoint to go to any more.
    expect(receiver.received).toHaveLength(1);
    await call('POST', `${endpoints()}/${endpoint.id}/enable`);
    receiver.status = 200;
    const text = { kind: 'annual-reminder', customerId, detail: { dutyId: endpoint.id } } as const;
    await addMessages(world.database.pool, [text], START);
    await world.rules.drain();
    expect(receiver.received).toHaveLength(2);
  });

  test('a secret is replaced with a day in which both sign', async () => {
    const { body: first } = await call('POST', endpoints(), { url: receiver.url });
    const { body: second } = await call('POST', `${endpoints()}/${first.id}/rotate-secret`);
    expect(second.secret).not.toBe(first.secret);
    await world.rules.drain();
    expect([verified(first.secret), verified(second.secret)]).toEqual([true, true]);
    world.clock.advanceTo(START + DAY_MS + 1);
    const later = { kind: 'annual-reminder', customerId, detail: { dutyId: first.id } } as const;
    await addMessages(world.database.pool, [later], world.clock.now());
    await world.rules.drain();
    const last = receiver.received.length - 1;
    expect([verified(first.secret, last), verified(second.secret, last)]).toEqual([false, true]);
  });

  test('nothing inside the network can be named as a receiver, nor does a redirect lead there', async () => {
    for (const url of [
      'http://example.org/x',
      'https://127.0.0.1/x',
      'https://[::1]/x',
      'https://169.254.169.254/latest',
      'https://u:p@example.org/',
    ]) {
      expect((await call('POST', endpoints(), { url })).status, url).toBe(422);
    }
    const byName = { url: 'https://localhost:1/x', headers: {}, body: '', allowedHosts: [] };
    expect(await post(byName)).toMatchObject({ outcome: 'failed' });
    receiver.status = 302;
    const answer = await post({ url: receiver.url, headers: {}, body: '', allowedHosts: [receiver.host] });
    expect(answer).toEqual({ outcome: 'answered', status: 302 });
  });

  test('a browser is sent a small encrypted message from a known sender, until it is gone', async () => {
    const browser = createECDH('prime256v1');
    const p256dh = browser.generateKeys('base64url');
    const keys = { p256dh, auth: randomBytes(16).toString('base64url') };
    const url = `/v1/customers/${customerId}/push-subscriptions`;
    const subscription = { endpoint: receiver.url, keys };
    expect((await call('POST', url, subscription)).status).toBe(201);
    const { body: key } = await call('GET', '/v1/push-key');
    await world.rules.drain();
    const [received] = receiver.received;
    expect(received?.headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: '86400',
      urgency: 'high',
    });
    expect(received?.body.length).toBeLessThan(4096);
    expect(String(received?.body)).not.toContain('toner');
    const [, token = '', publicKey = ''] =
      /^vapid t=([^,]+), k=(.+)$/.exec(String(received?.headers.authorization)) ?? [];
    expect(publicKey).toBe(key.publicKey);
    expect(isSignedBy(publicKey, token)).toBe(true);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: `http://${receiver.host}`, sub: 'https://neverout.example' });
    expect(await world.rows('SELECT FROM "order" WHERE noticed_at IS NOT NULL')).toHaveLength(1);
    receiver.status = 404;
    await addMessages(world.database.pool, [{ kind: 'coach-reminder', customerId, detail: COACH }], START);
    await drainAt(START + HOUR_MS);
    expect((await call('GET', url)).body.items).toMatchObject([{ endedAt: expect.any(String) }]);
  });

  test('one message goes to a bounded number of addresses, however many are asked for at once', async () => {
    const keys = { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) };
    const codes = async (url: string, bodies: readonly object[]) => {
      const answers = await Promise.all(bodies.map((body) => call('POST', url, body)));
      return Object.fromEntries(
        Map.groupBy(answers, ({ status: got, body }) => body.code ?? got)
          .entries()
          .map(([code, same]) => [code, same.length]),
      );
    };
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ url: `${receiver.url}/${n}` }));
    const browsers = many(60).map(({ url: endpoint }) => ({ endpoint, keys }));
    const pushes = `/v1/customers/${customerId}/push-subscriptions`;
    expect(await codes(pushes, browsers)).toEqual({ 201: 50, 'too-many-subscriptions': 10 });
    expect(await codes(endpoints(), many(30))).toEqual({ 201: 10, 'too-many-endpoints': 20 });
    // A browser that is known may subscribe anew.
    const [known] = await world.rows<{ endpoint: string }>('SELECT endpoint FROM push_subscription LIMIT 1');
    expect((await call('POST', pushes, { endpoint: known?.endpoint, keys })).status).toBe(201);
  });
});

const COACH = {
  ...{ consumableId: '0197f0c2-6d1e-7000-8000-000000000003', consumable: 'Toner', device: 'Printer' },
  ...{ level: 0.1, runOut: { p10: null, p50: null, p90: null }, tip: null },
};

/** ES256 (RFC 7518 §3.4) under an uncompressed point of P-256. */
function isSignedBy(publicKey: string, token: string): boolean {
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, format: 'jwk' });
  const [head, claims, signature = ''] = token.split('.');
  const signed = Buffer.from(`${head}.${claims}`);
  const bytes = Buffer.from(signature, 'base64url');
  return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes);
}
