import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  mandateFor,
  NOW,
  newConsent,
  type TestApi,
  takeQueue,
  type World,
} from './support.ts';

describe('consents', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());
  beforeEach(() => takeQueue(api));

  const grant = async (overrides: object = {}) =>
    (await api.call('POST', '/v1/consents', newConsent(world, overrides))).body;
  const statusOf = async (orderId: string) => (await api.call('GET', `/v1/orders/${orderId}`)).body.status;
  const forget = () => api.database.pool.query(`UPDATE "order" SET status = 'cancelled'`);

  test('are recorded with the hash of the exact text and their mandate', async () => {
    const { status, body } = await api.call('POST', '/v1/consents', newConsent(world));
    expect(status).toBe(201);
    const { paymentReference: _hidden, ...mandate } = mandateFor(world);
    expect(body).toMatchObject({
      customerId: world.customerId,
      textHash: createHash('sha256').update(newConsent(world).text, 'utf8').digest('hex'),
      grantedAt: new Date(NOW).toISOString(),
      withdrawal: null,
      mandate: { ...mandate, maxOrdersPerMonth: null, hasPaymentReference: true },
    });
    expect(JSON.stringify(body)).not.toContain('token-of-the-payment-service');
    expect((await api.call('GET', `/v1/consents/${body.id}`)).body).toEqual(body);
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
  });

  test('to order need a mandate, and the others must have none', async () => {
    const without = await api.call('POST', '/v1/consents', newConsent(world, { mandate: undefined }));
    expect(without).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/body/mandate' }] } });
    for (const purpose of ['telemetry', 'coaching']) {
      const superfluous = await api.call('POST', '/v1/consents', newConsent(world, { purpose }));
      expect(superfluous).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/body/mandate' }] } });
      const plain = await api.call(
        'POST',
        '/v1/consents',
        newConsent(world, { purpose, mandate: undefined }),
      );
      expect(plain).toMatchObject({ status: 201, body: { mandate: null } });
    }
  });

  test('with a limit or a scope that is misspelt are refused, instead of having none', async () => {
    const misspelt = [
      { mandate: { ...mandateFor(world), max_orders_per_month: 1 } },
      { mandate: { ...mandateFor(world), maxOrderPerMonth: 1 } },
      { consumableID: world.consumableId },
      { validTo: '2027-01-01T00:00:00Z' },
    ];
    for (const overrides of misspelt) {
      const { status, body } = await api.call('POST', '/v1/consents', newConsent(world, overrides));
      expect([status, body.code], JSON.stringify(overrides)).toEqual([400, 'invalid-request']);
      expect(body.errors[0].detail).toContain('Unrecognized key');
    }
    const hold = { customerId: world.customerId, startsOn: '2026-12-24', endOn: '2026-12-26' };
    expect((await api.call('POST', '/v1/holds', hold)).status).toBe(400);
    const halt = { merchant: world.merchantId, reason: 'wrong prices' };
    expect((await api.call('POST', '/v1/halts', halt)).status).toBe(400);
    expect((await api.call('GET', '/v1/halts')).body.items).toEqual([]);
  });

  test('refer to what exists and belongs to the customer', async () => {
    const unknown = { customerId: world.modelId };
    expect((await api.call('POST', '/v1/consents', newConsent(world, unknown))).body.detail).toContain(
      'customerId',
    );
    const mandate = { ...mandateFor(world), productIds: [world.productId, world.modelId] };
    const products = await api.call('POST', '/v1/consents', newConsent(world, { mandate }));
    expect(products).toMatchObject({ status: 422, body: { code: 'unknown-reference' } });
    const { body: other } = await api.call('POST', '/v1/customers', {
      name: 'Other',
      timeZone: 'UTC',
      currency: 'EUR',
    });
    const foreign = { customerId: other.id, consumableId: world.consumableId };
    const refused = await api.call('POST', '/v1/consents', newConsent(world, foreign));
    expect(refused).toMatchObject({ status: 422, body: { code: 'foreign-object' } });
  });

  test('for one consumable have only that one evaluated', async () => {
    await addConsumable(api, world);
    await takeQueue(api);
    await grant({ consumableId: world.consumableId });
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
  });

  test('that are withdrawn cancel, in the same call, what was not yet placed', async () => {
    await forget();
    const consent = await grant();
    const other = await grant();
    const consumables = await Promise.all(Array.from({ length: 5 }, () => addConsumable(api, world)));
    const order = (index: number, status: string, consentId: string) =>
      insertOrder(api, world, {
        status,
        consentId,
        consumableId: consumables[index] ?? '',
        dueAt: NOW + DAY_MS,
      });
    const proposed = await order(0, 'proposed', consent.id);
    const announced = await order(1, 'announced', consent.id);
    const placing = await order(2, 'placing', consent.id);
    const accepted = await order(3, 'accepted', consent.id);
    const foreign = await order(4, 'announced', other.id);

    const { status, body } = await api.call('POST', `/v1/consents/${consent.id}/withdraw`, {
      reason: 'I moved.',
    });
    expect(status).toBe(200);
    expect(body.cancelledOrderIds.toSorted()).toEqual([proposed, announced].toSorted());
    expect(body.placingOrderIds).toEqual([placing]);
    expect(body.consent.withdrawal).toEqual({
      withdrawnAt: new Date(NOW).toISOString(),
      actor: 'api-token',
      method: 'api',
      reason: 'I moved.',
    });
    expect(await Promise.all([proposed, announced, placing, accepted, foreign].map(statusOf))).toEqual([
      'cancelled',
      'cancelled',
      'placing',
      'accepted',
      'announced',
    ]);
    const { body: read } = await api.call('GET', `/v1/orders/${announced}`);
    expect(read.dueAt).toBeNull();
    expect(read.history.at(-1)).toMatchObject({
      fromStatus: 'announced',
      toStatus: 'cancelled',
      actor: 'customer',
    });
  });

  test('are withdrawn once: the second time tells the same and cancels nothing', async () => {
    const consent = await grant();
    const first = await api.call('POST', `/v1/consents/${consent.id}/withdraw`);
    api.clock.advanceTo(api.clock.now() + 1000);
    const second = await api.call('POST', `/v1/consents/${consent.id}/withdraw`, { method: 'mail' });
    expect(second.body.consent).toEqual(first.body.consent);
    expect((await api.call('POST', `/v1/consents/${world.modelId}/withdraw`)).status).toBe(404);
  });

  test('live ones are told from those withdrawn or expired', async () => {
    const url = `/v1/consents?customerId=${world.customerId}`;
    const expiring = await grant({ validUntil: new Date(api.clock.now() + DAY_MS).toISOString() });
    const withdrawn = await grant();
    await api.call('POST', `/v1/consents/${withdrawn.id}/withdraw`);
    const ids = async (query: string) =>
      (await api.call('GET', url + query)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids('&live=true')).toContain(expiring.id);
    expect(await ids('&live=true')).not.toContain(withdrawn.id);
    expect(await ids('&live=false')).toContain(withdrawn.id);
    api.clock.advanceTo(api.clock.now() + DAY_MS);
    expect(await ids('&live=true')).not.toContain(expiring.id);
    expect(await ids('&live=false')).toContain(expiring.id);
    expect((await api.call('GET', '/v1/consents')).status).toBe(400);
  });

  /** A rules worker announces under the customer's lock; the withdrawal comes while it does. */
  const announceDuringWithdrawal = async (lock: string) => {
    await forget();
    const consent = await grant();
    const client = await api.database.pool.connect();
    await client.query('BEGIN');
    await client.query(lock, [world.customerId]);
    const withdrawal = api.call('POST', `/v1/consents/${consent.id}/withdraw`);
    const raced = await Promise.race([withdrawal, waitsForLock(api)]);
    await client.query(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, consent_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at) VALUES ($1, $2, $3, $4, $5, 'announced', 1, 1, 1, 1, 'EUR', now())`,
      [world.customerId, world.consumableId, world.productId, world.merchantId, consent.id],
    );
    await client.query('COMMIT');
    client.release();
    return { waited: raced === 'waits', cancelled: (await withdrawal).body.cancelledOrderIds.length };
  };

  test('catch an order that is announced at the very moment of the withdrawal', async () => {
    const lock = 'SELECT FROM customer WHERE id = $1 FOR UPDATE';
    expect(await announceDuringWithdrawal(lock)).toEqual({ waited: true, cancelled: 1 });
  });

  test('control: without the lock on the customer that order would slip through', async () => {
    const noLock = 'SELECT FROM customer WHERE id = $1';
    expect(await announceDuringWithdrawal(noLock)).toEqual({ waited: false, cancelled: 0 });
  });
});

/** Resolves once some session of the database waits for a lock. */
async function waitsForLock({ database }: TestApi): Promise<'waits' | 'nobody'> {
  for (let i = 0; i < 2000; i += 1) {
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return 'waits';
  }
  return 'nobody';
}
