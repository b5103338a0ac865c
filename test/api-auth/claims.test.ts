import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newClaimCode } from '../../api/claims/claim-code.ts';
import { eventually } from '../support/eventually.ts';
import type { Browser } from './support/browser.ts';
import { expectStatus, join, ownCustomer } from './support/people.ts';
import { NOW, type ServedApi, serveApi } from './support/served-api.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('devices', () => {
  let api: ServedApi;
  let owner: Browser;
  let customerId: string;
  let deviceModelId: string;
  let merchantId: string;
  let productId: string;
  beforeAll(async () => {
    api = await serveApi();
    owner = await join(api, 'owner@example.org');
    customerId = await ownCustomer(owner);
    const slots = [{ key: 'black', name: 'Black toner', typicalLifeDays: 90 }];
    const model = { make: 'Acme', model: 'Laser 1', family: 'laser printer', slots };
    deviceModelId = (await expectStatus(api.machine.post('/v1/device-models', model), 201)).body.id;
    const merchant = {
      name: 'Shop',
      baseUrl: 'http://shop.example',
      apiKey: 'the key of the shop',
      leadTimePmf: [0, 1],
    };
    merchantId = (await expectStatus(api.machine.post('/v1/merchants', merchant), 201)).body.id;
    const fits = [{ deviceModelId, slotKey: 'black' }];
    const product = { merchantId, sku: 'B', name: 'Black', unitPriceMinor: 5000, currency: 'EUR', fits };
    productId = (await expectStatus(api.machine.post('/v1/products', product), 201)).body.id;
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const register = async () =>
    (await expectStatus(api.machine.post('/v1/devices', { deviceModelId, name: 'Boxed' }), 201)).body;
  const claim = (browser: Browser, code: string, more = {}) =>
    browser.post('/v1/claims', { code, customerId, ...more });
  const claimed = async (code: string, more = {}) => (await expectStatus(claim(owner, code, more), 201)).body;

  test('are bound to a customer by the code that is printed on them, once', async () => {
    const { id, claimCode } = await register();
    await expectStatus(owner.get(`/v1/devices/${id}`), 404);
    const typed = claimCode.toLowerCase().replaceAll('-', ' ');
    const device = await claimed(typed, { name: 'In the study', strategy: 'coach' });
    expect(device).toMatchObject({ id, customerId, name: 'In the study' });
    // Chosen now, because the customer's currency is known now.
    expect(device.consumables).toMatchObject([{ productId, strategy: 'coach' }]);
    await expectStatus(owner.get(`/v1/devices/${id}`), 200);
    const { rows } = await api.database.pool.query('SELECT FROM evaluation_queue WHERE consumable_id = $1', [
      device.consumables[0].id,
    ]);
    expect(rows.length).toBeGreaterThan(0);
    const again = await claim(owner, claimCode);
    expect(again).toMatchObject({ status: 422, body: { code: 'invalid-claim-code' } });
    const stored = await api.database.pool.query("SELECT encode(code_hash, 'hex') AS hash FROM claim_code");
    expect(JSON.stringify(stored.rows)).not.toContain(claimCode);
  });

  test('are claimed by one of two who try at once', async () => {
    const { claimCode } = await register();
    const tries = await Promise.all([1, 2, 3, 4].map(() => claim(owner, claimCode)));
    expect(tries.map(({ status }) => status).toSorted()).toEqual([201, 422, 422, 422]);
  });

  test('are not claimed with an expired, replaced, mistyped or made-up code, nor for somebody else', async () => {
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    const { id, claimCode } = await register();
    const replaced = await expectStatus(
      api.machine.post(`/v1/devices/${id}/claim-code`, { validDays: 1 }),
      201,
    );
    await expectStatus(claim(owner, claimCode), 422);
    await expectStatus(claim(owner, newClaimCode()), 422);
    await expectStatus(claim(owner, 'AAAA-AAAA-AAAA'), 422);
    const stranger = await join(api, 'stranger@example.org');
    await expectStatus(claim(stranger, replaced.body.claimCode), 404);
    api.clock.advanceTo(api.clock.now() + DAY_MS);
    await expectStatus(claim(owner, replaced.body.claimCode), 422);
    const fresh = await expectStatus(api.machine.post(`/v1/devices/${id}/claim-code`), 201);
    await claimed(fresh.body.claimCode);
    const taken = await api.machine.post(`/v1/devices/${id}/claim-code`);
    expect(taken).toMatchObject({ status: 409, body: { code: 'already-claimed' } });
  });

  test('cannot be guessed: attempts are limited by user and by network, right ones too', async () => {
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    const guesser = await join(api, 'guesser@example.org');
    const guesserCustomerId = await ownCustomer(guesser);
    const guess = (browser: Browser, id: string, code = newClaimCode()) =>
      browser.post('/v1/claims', { code, customerId: id });
    for (let i = 0; i < 20; i += 1) await expectStatus(guess(guesser, guesserCustomerId), 422);
    const { claimCode } = await register();
    const limited = await guess(guesser, guesserCustomerId, claimCode);
    expect(limited).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    // Another account behind the same address gets what is left of the network's.
    const second = await join(api, 'second@example.org');
    const secondCustomerId = await ownCustomer(second);
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await guess(second, secondCustomerId)).status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    await expectStatus(guess(guesser, guesserCustomerId, claimCode), 201);
  });

  test('with new or revoked credentials are disconnected: brokers are told at once', async () => {
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    const { id, claimCode, secret } = await register();
    await claimed(claimCode);
    const listener = new pg.Client(api.database.url);
    await listener.connect();
    const told: string[] = [];
    listener.on('notification', ({ payload }) => told.push(payload ?? ''));
    await listener.query('LISTEN device_changed');
    const rotated = await expectStatus(owner.post(`/v1/devices/${id}/secret`), 200);
    expect(rotated.body.secret).not.toBe(secret);
    await eventually(() => expect(told).toEqual([id]));
    await expectStatus(owner.post(`/v1/devices/${id}/revoke`), 200);
    await eventually(() => expect(told).toEqual([id, id]));
    await listener.end();
  });

  test('given away end every consent and order, and show the next owner nothing of before', async () => {
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    const { pool } = api.database;
    const { id: deviceId, claimCode } = await register();
    const device = await claimed(claimCode, { name: "Anna's printer" });
    const consumableId: string = device.consumables[0].id;
    await pool.query(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level) VALUES ($1, $2, 1, $2, 'measured', 0.5)`,
      [consumableId, new Date(NOW)],
    );
    await pool.query(
      `INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, gates)
       VALUES ($1, $2, 'evaluation', 'wait', 'Enough for Anna.', '{}', '[]')`,
      [consumableId, new Date(NOW)],
    );
    await addOrder(consumableId, 'delivered');
    const announced = await addOrder(consumableId, 'announced');
    const consent = {
      customerId,
      purpose: 'telemetry',
      consumableId,
      version: '1',
      text: 'Yes.',
      language: 'en',
      method: 'test',
    };
    const own = await expectStatus(owner.post('/v1/consents', consent), 201);
    const ofDevice = await expectStatus(
      owner.post('/v1/consents', { ...consent, consumableId: null, deviceId }),
      201,
    );
    const general = await expectStatus(owner.post('/v1/consents', { ...consent, consumableId: null }), 201);

    const { body: released } = await expectStatus(owner.post(`/v1/devices/${deviceId}/release`), 200);
    expect(released).toMatchObject({
      releasedDeviceId: deviceId,
      cancelledOrderIds: [announced],
      takenBackOrderIds: [],
    });
    expect(released.withdrawnConsentIds.toSorted()).toEqual([own.body.id, ofDevice.body.id].toSorted());
    expect((await owner.get(`/v1/consents/${own.body.id}`)).body.withdrawal).toMatchObject({
      method: 'device release',
    });
    expect((await owner.get(`/v1/consents/${general.body.id}`)).body.withdrawal).toBeNull();
    expect((await owner.get(`/v1/orders/${announced}`)).body.status).toBe('cancelled');
    // The former owner keeps the history, of a device that can no longer connect.
    const before = await expectStatus(owner.get(`/v1/devices/${deviceId}`), 200);
    expect(before.body).toMatchObject({ hasSecret: false, revokedAt: expect.any(String) });
    expect((await owner.get(`/v1/consumables/${consumableId}`)).body).toMatchObject({
      strategy: 'respond',
      product: null,
    });
    expect((await owner.get(`/v1/consumables/${consumableId}/readings`)).body.items).toHaveLength(1);
    await expectStatus(owner.get(`/v1/devices/${released.deviceId}`), 404);
    const twice = await owner.post(`/v1/devices/${deviceId}/release`);
    expect(twice).toMatchObject({ status: 409, body: { code: 'not-released' } });

    const buyer = await join(api, 'buyer@example.org');
    const buyerCustomerId = await ownCustomer(buyer, 'Household of the buyer');
    const claimIt = { code: released.claimCode, customerId: buyerCustomerId };
    const { body: bought } = await expectStatus(buyer.post('/v1/claims', claimIt), 201);
    expect(bought).toMatchObject({ id: released.deviceId, name: 'Acme Laser 1', hasSecret: false });
    const newConsumableId = bought.consumables[0].id;
    expect(newConsumableId).not.toBe(consumableId);
    const seen = JSON.stringify([
      bought,
      ...(await Promise.all(
        [
          '/v1/devices',
          '/v1/consumables',
          '/v1/orders',
          `/v1/consents?customerId=${buyerCustomerId}`,
          `/v1/holds?customerId=${buyerCustomerId}`,
          `/v1/decisions?consumableId=${newConsumableId}`,
          `/v1/consumables/${newConsumableId}/readings`,
        ].map(async (path) => (await expectStatus(buyer.get(path), 200)).body),
      )),
    ]);
    for (const trace of [deviceId, consumableId, customerId, announced, 'Anna', own.body.id]) {
      expect(seen).not.toContain(trace);
    }
    for (const path of [
      `/v1/devices/${deviceId}`,
      `/v1/consumables/${consumableId}`,
      `/v1/orders/${announced}`,
    ]) {
      await expectStatus(buyer.get(path), 404);
    }
    // A device that was never provisioned gets its new credentials from its new owner.
    await expectStatus(buyer.post(`/v1/devices/${bought.id}/secret`), 200);
  });

  test.each(['placing', 'accepted'])('given away while an order is %s have it taken back', async (status) => {
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    const { id, claimCode } = await register();
    const device = await claimed(claimCode);
    const orderId = await addOrder(device.consumables[0].id, status);
    const { body: released } = await expectStatus(owner.post(`/v1/devices/${id}/release`), 200);
    expect(released).toMatchObject({ cancelledOrderIds: [], takenBackOrderIds: [orderId] });
    const { rows } = await api.database.pool.query('SELECT take_back, due_at FROM "order" WHERE id = $1', [
      orderId,
    ]);
    const dueAt = status === 'accepted' ? new Date(api.clock.now()) : null;
    expect(rows).toEqual([{ take_back: 'device-released', due_at: dueAt }]);
  });

  /** As the rules service would have left it. */
  async function addOrder(consumableId: string, status: string): Promise<string> {
    const id = randomUUID();
    await api.database.pool.query(
      `INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at)
       VALUES ($1, $2, $3, $4, $5, $6::order_status, 1, 1, 5000, 5000, 'EUR', $7)`,
      [id, customerId, consumableId, productId, merchantId, status, new Date(NOW)],
    );
    return id;
  }
});
