import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MERCHANT_STATUSES } from '../../contracts/merchant.ts';
import { COMMITTED_STATUSES } from '../../core/order-lifecycle.ts';
import {
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  type TestApi,
  takeQueue,
  type World,
} from './support.ts';

describe('webhooks of merchants', () => {
  let api: TestApi;
  let world: World;
  let orderId: string;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    await api.database.pool.query(`UPDATE "order" SET status = 'cancelled'`);
    orderId = await insertOrder(api, world, { status: 'placing' });
    await takeQueue(api);
  });

  interface Sending {
    status?: (typeof MERCHANT_STATUSES)[number];
    id?: string;
    secret?: string;
    signedAt?: number;
    data?: object;
    merchantId?: string;
    tamper?: (payload: string) => string;
    headers?: Record<string, string>;
  }
  const send = async (sending: Sending = {}) => {
    const { status = 'accepted', id = `msg_${randomUUID()}`, secret = world.webhookSecret } = sending;
    const signedAt = new Date(sending.signedAt ?? api.clock.now());
    const payload = JSON.stringify({
      type: `order.${status}`,
      timestamp: signedAt.toISOString(),
      data: {
        reference: `M-${orderId}`,
        clientReference: orderId,
        status,
        totalMinor: 8890,
        currency: 'EUR',
        arrivesFrom: '2026-11-24',
        arrivesTo: '2026-11-26',
        updatedAt: signedAt.toISOString(),
        ...sending.data,
      },
    });
    const response = await api.app.inject({
      method: 'POST',
      url: `/v1/merchants/${sending.merchantId ?? world.merchantId}/webhooks`,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, signedAt, payload),
        ...sending.headers,
      },
      payload: sending.tamper?.(payload) ?? payload,
    });
    return { status: response.statusCode, body: response.json() };
  };
  const order = async () => (await api.call('GET', `/v1/orders/${orderId}`)).body;
  const counted = async (outcome: string) =>
    (await api.deps.metrics.webhooks.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ??
    0;

  test('move the order along, and a delivery becomes stock on the shelf', async () => {
    expect(await send()).toEqual({ status: 200, body: { outcome: 'applied' } });
    expect(await order()).toMatchObject({
      status: 'accepted',
      merchantReference: `M-${orderId}`,
      totalMinor: 8890,
      arrivesFrom: '2026-11-24',
      arrivesTo: '2026-11-26',
      acceptedAt: new Date(NOW).toISOString(),
    });
    await send({ status: 'shipped' });
    await takeQueue(api);
    await send({ status: 'delivered' });
    const { status, history } = await order();
    expect(status).toBe('delivered');
    expect(history.map(({ actor }: { actor: string }) => actor)).toEqual([
      'evaluation',
      'merchant',
      'merchant',
      'merchant',
    ]);
    const { rows } = await api.database.pool.query(
      `SELECT id, type, quantity FROM consumable_event WHERE order_id = $1`,
      [orderId],
    );
    expect(rows).toEqual([{ id: expect.any(String), type: 'delivered', quantity: 1 }]);
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [rows[0].id] }]);
  });

  test.each(['shipped', 'delivered'] as const)(
    'that overtake a lost answer to the placement set what it cost (%s); afterwards the price stands',
    async (status) => {
      expect((await order()).totalMinor).not.toBe(7777);
      expect((await send({ status, data: { totalMinor: 7777 } })).body).toEqual({ outcome: 'applied' });
      expect(await order()).toMatchObject({ status, totalMinor: 7777, merchantReference: `M-${orderId}` });
      expect((await send({ status: 'accepted', data: { totalMinor: 1 } })).body).toEqual({
        outcome: 'stale',
      });
      expect((await order()).totalMinor).toBe(7777);
    },
  );

  test('of a refusal end the order, its money free again and the reason kept', async () => {
    const rejection = { code: 'out-of-stock', detail: 'Sold out.' };
    expect((await send({ status: 'rejected', data: { rejection } })).body).toEqual({ outcome: 'applied' });
    expect(await order()).toMatchObject({ status: 'rejected' });
    const money = await api.database.pool.query(
      `SELECT rejection_code AS code, refunded_minor AS refunded, status = ANY ($2::order_status[]) AS committed
       FROM "order" WHERE id = $1`,
      [orderId, COMMITTED_STATUSES],
    );
    expect(money.rows).toEqual([{ code: 'out-of-stock', refunded: null, committed: false }]);
    expect((await send({ status: 'shipped' })).body).toEqual({ outcome: 'stale' });
  });

  test('of a return pay back what they say, and settle what was complained of', async () => {
    for (const status of ['accepted', 'shipped', 'delivered'] as const) await send({ status });
    await api.call('POST', `/v1/orders/${orderId}/problems`, { kind: 'damaged' });
    const returned = await send({ status: 'returned', data: { refundedMinor: 8000 } });
    expect(returned.body).toEqual({ outcome: 'applied' });
    expect(await order()).toMatchObject({
      status: 'returned',
      totalMinor: 8890,
      refundedMinor: 8000,
      problems: [{ status: 'settled', refundMinor: 8000 }],
    });
    // Said again under another id, it is over: no other sum.
    expect((await send({ status: 'returned', data: { refundedMinor: 1 } })).body).toEqual({
      outcome: 'stale',
    });
    expect(await order()).toMatchObject({ refundedMinor: 8000 });
  });

  test('of a cancellation with money back settle what was not needed', async () => {
    await send();
    await api.call('POST', `/v1/orders/${orderId}/problems`, { kind: 'not-needed' });
    const sent = await send({ status: 'cancelled', data: { refundedMinor: 8890 } });
    expect(sent.body).toEqual({ outcome: 'applied' });
    expect(await order()).toMatchObject({
      status: 'cancelled',
      refundedMinor: 8890,
      problems: [{ kind: 'not-needed', status: 'settled', refundMinor: 8890 }],
    });
  });

  test('that are repeated are answered and ignored', async () => {
    const duplicates = await counted('duplicate');
    const id = `msg_${randomUUID()}`;
    expect((await send({ id })).body).toEqual({ outcome: 'applied' });
    expect(await send({ id })).toEqual({ status: 200, body: { outcome: 'duplicate' } });
    const many = await Promise.all(Array.from({ length: 5 }, () => send({ id, status: 'shipped' })));
    expect(new Set(many.map(({ body }) => body.outcome))).toEqual(new Set(['duplicate']));
    expect(await order()).toMatchObject({ status: 'accepted' });
    expect(await counted('duplicate')).toBe(duplicates + 6);
  });

  test('sent many times at once are applied once', async () => {
    const id = `msg_${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => send({ id })));
    const applied = answers.filter(({ body }) => body.outcome === 'applied');
    expect(applied).toHaveLength(1);
    expect((await order()).history).toHaveLength(2);
  });

  test('that were overtaken never move an order back', async () => {
    expect((await send({ status: 'delivered' })).body).toEqual({ outcome: 'applied' });
    for (const status of ['accepted', 'shipped', 'cancelled', 'rejected', 'delivered'] as const) {
      expect(await send({ status }), status).toEqual({ status: 200, body: { outcome: 'stale' } });
    }
    expect(await order()).toMatchObject({ status: 'delivered' });
    expect((await order()).history).toHaveLength(2);
  });

  test.each<[string, Sending]>([
    ['another key', { secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }],
    ['a changed body', { tamper: (payload) => payload.replace('8890', '1') }],
    ['another id', { headers: { 'webhook-id': 'msg_other' } }],
    ['no signature', { headers: { 'webhook-signature': '' } }],
    ['an unknown version', { headers: { 'webhook-signature': 'v9,AAAA' } }],
    ['a timestamp that is none', { headers: { 'webhook-timestamp': 'yesterday' } }],
    ['an old timestamp', { signedAt: NOW - 301_000 }],
    ['a timestamp from the future', { signedAt: NOW + 301_000 }],
  ])('with %s are refused and counted', async (_name, sending) => {
    const forged = await counted('forged');
    const { status, body } = await send(sending);
    expect(status).toBe(401);
    expect(body.code).toBe('invalid-signature');
    expect((await order()).status).toBe('placing');
    expect(await counted('forged')).toBe(forged + 1);
  });

  test('are fresh by the clock of the platform, not of the machine', async () => {
    expect(Math.abs(Date.now() - NOW)).toBeGreaterThan(0);
    expect((await send({ signedAt: NOW - 299_000 })).body).toEqual({ outcome: 'applied' });
  });

  test('may carry several signatures while a key is being rotated', async () => {
    const id = 'msg_two_signatures';
    const signature = (secret: string) => new Webhook(secret).sign(id, new Date(api.clock.now()), '');
    const wrong = signature(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    const headers = { 'webhook-signature': wrong };
    expect((await send({ id, headers })).status).toBe(401);
    const both = await api.app.inject({
      method: 'POST',
      url: `/v1/merchants/${world.merchantId}/webhooks`,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(api.clock.now() / 1000)),
        'webhook-signature': `${wrong} ${new Webhook(world.webhookSecret).sign(id, new Date(api.clock.now()), '{}')}`,
      },
      payload: '{}',
    });
    // Trusted, and only then found to have the wrong shape.
    expect(both.statusCode).toBe(400);
    expect(both.json().code).toBe('invalid-request');
  });

  test('about an order that is not theirs, or not placed yet, are refused and can be sent again', async () => {
    const unknown = await counted('unknown-order');
    const id = `msg_${randomUUID()}`;
    const stranger = await send({ id, data: { clientReference: randomUUID() } });
    expect(stranger).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await counted('unknown-order')).toBe(unknown + 1);
    expect((await send({ id })).body).toEqual({ outcome: 'applied' });

    const other = await api.call('POST', '/v1/merchants', {
      name: `Other ${randomUUID()}`,
      baseUrl: 'http://other.example',
      apiKey: 'k',
      leadTimePmf: [1],
    });
    const foreign = {
      merchantId: other.body.id,
      secret: other.body.webhookSecret,
      status: 'shipped',
    } as const;
    expect((await send(foreign)).status).toBe(404);
    expect((await send({ merchantId: randomUUID() })).status).toBe(404);

    await api.database.pool.query(`UPDATE "order" SET status = 'cancelled'`);
    orderId = await insertOrder(api, world, { status: 'announced' });
    expect(await send({ status: 'cancelled' })).toMatchObject({
      status: 409,
      body: { code: 'order-mismatch' },
    });
    expect((await order()).status).toBe('announced');
  });

  test('about another reference or currency than the order has are refused', async () => {
    await send();
    const reference = await send({ status: 'shipped', data: { reference: 'M-other' } });
    expect(reference).toMatchObject({ status: 409, body: { code: 'order-mismatch' } });
    const currency = await send({ status: 'shipped', data: { currency: 'USD' } });
    expect(currency).toMatchObject({ status: 409, body: { code: 'order-mismatch' } });
    expect((await order()).status).toBe('accepted');
  });
});
