import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, createWorld, insertOrder, NOW, type TestApi, type World } from '../api/support.ts';

describe('thresholds', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const get = async (url: string) => (await api.call('GET', url)).body;
  const patch = (values: object, reason = 'To see.') =>
    api.call('PATCH', '/v1/ops/thresholds', { values, reason });

  test('have the value of the environment until somebody changes them, and history says who', async () => {
    expect((await get('/v1/ops/thresholds')).cancelWindowHours).toEqual({
      value: 24,
      configured: 24,
      unit: 'hours',
      min: 0,
      max: 336,
      step: 'any',
    });
    await patch({ cancelWindowHours: 48, costShippingMinor: 490 }, 'Customers asked.');
    expect((await get('/v1/settings')).cancelWindowHours).toBe(48);
    await patch({ cancelWindowHours: null });
    await patch({ cancelWindowHours: null });
    expect((await get('/v1/ops/thresholds')).cancelWindowHours).toMatchObject({ value: 24, configured: 24 });
    const { items } = await get('/v1/ops/setting-history');
    expect(items).toMatchObject([
      { key: 'thresholds', actor: 'api-token', changes: [{ name: 'cancelWindowHours', from: 48, to: null }] },
      {
        reason: 'Customers asked.',
        changes: [
          { name: 'cancelWindowHours', from: null, to: 48 },
          { name: 'costShippingMinor', from: null, to: 490 },
        ],
      },
    ]);
  });

  test('out of range, unknown or without a reason are refused', async () => {
    for (const body of [
      { values: { cancelWindowHours: -1 }, reason: 'x' },
      { values: { cancelWindowHours: 10_000 }, reason: 'x' },
      { values: { costShippingMinor: 1.5 }, reason: 'x' },
      { values: { somethingElse: 1 }, reason: 'x' },
      { values: {}, reason: 'x' },
      { values: { staleAfterDays: 3 } },
    ]) {
      const { status } = await api.call('PATCH', '/v1/ops/thresholds', body);
      expect(status, JSON.stringify(body)).toBe(400);
    }
  });

  test('their history cannot be changed', async () => {
    await expect(api.database.pool.query(`UPDATE setting_change SET reason = 'other'`)).rejects.toThrow(
      'append-only',
    );
  });

  describe('on trial', () => {
    let id: string;
    test('take consumables that fit, and are refused without any', async () => {
      const settings = { costStockoutMinor: 90_000 };
      const none = await api.call('POST', '/v1/ops/shadows', {
        name: 'None',
        settings,
        productId: world.customerId,
      });
      expect([none.status, none.body.code]).toEqual([409, 'trial-refused']);
      expect((await api.call('POST', '/v1/ops/shadows', { name: 'Empty', settings: {} })).status).toBe(400);
      const { status, body } = await api.call('POST', '/v1/ops/shadows', {
        name: 'Dear stock-outs',
        settings,
      });
      expect([status, body.consumables, body.evaluated, body.stoppedAt]).toEqual([201, 1, 0, null]);
      id = body.id;
    });

    test('are compared with what was ordered in fact', async () => {
      const { pool } = api.database;
      for (const [days, placed] of [
        [1, 5000],
        [9, 5200],
      ] as const) {
        await pool.query(
          `INSERT INTO shadow_decision (shadow_id, consumable_id, at, outcome, sentence, gates, quantity, fillings,
             total_minor, currency, place_at, empty_before_arrival)
           VALUES ($1, $2, $3, 'order', 'It runs out soon.', '[]', 1, 1, $4, 'EUR', $3, 0.02)`,
          [id, world.consumableId, new Date(NOW + days * 86_400_000), placed],
        );
      }
      await insertOrder(api, world, { status: 'cancelled', createdAt: NOW + 2 * 86_400_000 });
      await insertOrder(api, world, { status: 'accepted', createdAt: NOW + 4 * 86_400_000 });
      const compared = await get(`/v1/ops/shadows/${id}`);
      expect(compared).toMatchObject({
        live: { orders: 1, fillings: 1, spend: [{ currency: 'EUR', minor: 8990 }] },
        shadow: { orders: 2, fillings: 2, spend: [{ currency: 'EUR', minor: 10_200 }] },
        paired: 1,
        daysEarlier: 3,
        emptyBeforeArrival: 0.02,
      });
      expect(compared.orders).toMatchObject([
        { totalMinor: 5200, liveAt: null, deviceName: 'Printer in the study' },
        { totalMinor: 5000, liveAt: new Date(NOW + 4 * 86_400_000).toISOString() },
      ]);
    });

    test('are adopted once, with a reason, and stopped by it', async () => {
      const adopt = () => api.call('POST', `/v1/ops/shadows/${id}/adopt`, { reason: 'Fewer stock-outs.' });
      const { body } = await adopt();
      expect(body.adoptedAt).not.toBeNull();
      expect(body.stoppedAt).not.toBeNull();
      expect((await get('/v1/ops/thresholds')).costStockoutMinor.value).toBe(90_000);
      await patch({ costStockoutMinor: null });
      await adopt();
      expect((await get('/v1/ops/thresholds')).costStockoutMinor.value).toBe(2500);
      const [, first] = (await get('/v1/ops/setting-history')).items;
      expect(first).toMatchObject({ reason: 'Fewer stock-outs.' });
    });

    test('are at most five at once', async () => {
      const start = (n: number) =>
        api.call('POST', '/v1/ops/shadows', { name: `Trial ${n}`, settings: { staleAfterDays: n } });
      const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(start));
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
    });
  });
});
