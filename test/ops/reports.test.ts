import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  type TestApi,
  TOKEN,
  type World,
} from '../api/support.ts';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(NOW - days * DAY_MS);

describe('what the console reports', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const sql = (text: string, ...values: unknown[]) => api.database.pool.query(text, values);
  const get = async (url: string) => (await api.call('GET', url)).body;

  test('today: runs out, waits, is stopped, is silent, is refused, is stuck', async () => {
    const { pool } = api.database;
    expect(await get('/v1/ops/today')).toMatchObject({
      runningOut: { within7Days: 0, empty: 0, soonest: [] },
      review: { pending: 0, late: 0, oldestAt: null },
      halts: [],
      merchants: [],
      deadLetters: { lastDay: 0, byReason: {} },
    });
    await sql(
      'UPDATE consumable_state SET level = 0, level_at = $2, run_out_p10 = $2, run_out_p50 = $3 WHERE consumable_id = $1',
      world.consumableId,
      ago(0),
      ago(-1),
    );
    await sql(`UPDATE device SET presence_at = $1`, ago(9));
    await api.call('POST', '/v1/halts', { reason: 'Wrong prices.', merchantId: world.merchantId });
    await sql(
      `INSERT INTO dead_letter (received_at, device_id, reason, detail) VALUES ($1, $2, 'bad-json', 'x'), ($1, $2, 'bad-json', 'y')`,
      ago(0.5),
      world.deviceId,
    );
    await sql(`INSERT INTO dead_letter (received_at, reason, detail) VALUES ($1, 'bad-json', 'old')`, ago(5));
    const stuck = await insertOrder(api, world, { status: 'placing', createdAt: NOW - 2 * DAY_MS });
    await pool.query(`UPDATE "order" SET placed_at = $2 WHERE id = $1`, [stuck, ago(1)]);
    const today = await get('/v1/ops/today');
    expect(today).toMatchObject({
      runningOut: {
        within7Days: 1,
        empty: 1,
        soonest: [{ consumableId: world.consumableId, level: 0, openOrderStatus: 'placing' }],
      },
      halts: [{ reason: 'Wrong prices.', everything: false, automatic: false }],
      silentDevices: { count: 1, longestSince: ago(9).toISOString() },
      merchants: [{ name: 'Office Supplies', accepted: 0, rejected: 0, waiting: 1 }],
      deadLetters: { lastDay: 2, byReason: { 'bad-json': 2 } },
    });
    // Each count opens the list of what it counted.
    for (const [url, count] of [
      ['/v1/ops/orders?stuck=true', 1],
      [`/v1/ops/devices?sort=silent&silentSince=${ago(3).toISOString()}`, 1],
      ['/v1/ops/consumables?empty=true', 1],
      [`/v1/ops/consumables?runOutBefore=${ago(-7).toISOString()}`, 1],
      ['/v1/ops/orders?status=delivered,installed', 0],
    ] as const) {
      expect((await get(url)).items, url).toHaveLength(count);
    }
  });

  test('searches take no patterns and no SQL', async () => {
    for (const q of ['%', '_amilie', "'; DROP TABLE customer; --", '\\']) {
      expect((await get(`/v1/ops/customers?q=${encodeURIComponent(q)}`)).items, q).toEqual([]);
    }
    expect((await get('/v1/ops/customers?q=FAMILIE')).items).toMatchObject([
      { name: 'Familie Weber', devices: 1, openOrders: 1 },
    ]);
    expect((await get(`/v1/ops/customers?q=${world.customerId}`)).items).toHaveLength(1);
    expect((await api.call('GET', '/v1/ops/orders?status=gone')).status).toBe(400);
    expect((await api.call('GET', '/v1/ops/orders?cursor=abc')).body.code).toBe('invalid-cursor');
  });

  test('CSV never runs as a formula', async () => {
    await sql(
      `UPDATE customer SET name = '=HYPERLINK("http://evil.example")' WHERE id = $1`,
      world.customerId,
    );
    const { body } = await api.app.inject({
      method: 'GET',
      url: '/v1/ops/customers.csv',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(body).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
    await sql(`UPDATE customer SET name = 'Familie Weber' WHERE id = $1`, world.customerId);
  });

  test('demand: the newest forecast of each product, what was bought, and how earlier ones fared', async () => {
    const weeks = Array.from({ length: 8 }, (_, i) => i + 1);
    for (const madeOn of [ago(1), new Date('2026-10-05T00:00:00Z')]) {
      await sql(
        `INSERT INTO demand_forecast (product_id, made_on, weeks, consumables, unknown, mean, p10, p50, p90)
         SELECT $1, $2, w, 40, 2, 3.5 * w, 2 * w, 3 * w, 6 * w FROM unnest($3::int[]) AS w`,
        world.productId,
        madeOn,
        weeks,
      );
    }
    const other = await addConsumable(api, world);
    const bought = await insertOrder(api, world, {
      status: 'installed',
      consumableId: other,
      createdAt: Date.UTC(2026, 9, 7),
    });
    await sql(`UPDATE "order" SET placed_at = created_at, fillings = 4 WHERE id = $1`, bought);
    const all = await get('/v1/ops/demand');
    expect(all).toMatchObject({
      madeOn: '2026-11-20',
      products: [{ sku: 'BK-100', consumables: 40, unknown: 2, packSize: 1 }],
    });
    expect(all.products[0].weeks).toHaveLength(8);
    expect(all.products[0].weeks[7]).toEqual({ weeks: 8, mean: 28, p10: 16, p50: 24, p90: 48 });
    const one = await get(`/v1/ops/demand/${world.productId}`);
    expect(one.past).toEqual([{ madeOn: '2026-10-05', p10: 8, p50: 12, p90: 24, ordered: 4 }]);
    expect(one.ordered).toContainEqual({ week: '2026-10-05', fillings: 4 });
    const csv = await api.app.inject({
      method: 'GET',
      url: '/v1/ops/demand.csv',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(csv.body.trimEnd().split('\r\n')).toHaveLength(9);
    expect((await api.call('GET', `/v1/ops/demand/${world.customerId}`)).status).toBe(404);
  });

  test('accuracy and fleet: shares of sums', async () => {
    for (const [week, below, above] of [
      ['2026-10-05', 10, 10],
      ['2026-10-12', 0, 30],
    ]) {
      await sql(
        `INSERT INTO forecast_score (week, device_model_id, slot_key, forecasts, below, above, pinball, used, error)
         VALUES ($1, $2, 'black', 100, $3, $4, 2, 20, -1)`,
        week,
        world.modelId,
        below,
        above,
      );
    }
    const third = await addConsumable(api, world);
    const order = await insertOrder(api, world, {
      status: 'installed',
      consumableId: third,
      createdAt: NOW - 20 * DAY_MS,
    });
    await sql(
      `INSERT INTO replenishment_outcome (order_id, delivered_at, installed_at, level_at_delivery, empty_since, level_at_swap)
       VALUES ($1, $2, $3, 0, $4, 0)`,
      order,
      ago(10),
      ago(9),
      ago(12),
    );
    const accuracy = await get('/v1/ops/accuracy');
    expect(accuracy.weeks).toMatchObject([
      {
        week: '2026-10-05',
        forecasts: 100,
        coverage: 0.8,
        below: 0.1,
        above: 0.1,
        pinball: 0.1,
        bias: -0.05,
      },
      { week: '2026-10-12', coverage: 0.7, below: 0, above: 0.3 },
    ]);
    expect(accuracy.slots).toMatchObject([{ model: 'Acme Laser 100', slot: 'Black toner', coverage: 0.75 }]);
    expect(accuracy.outcomes).toMatchObject([{ deliveries: 1, stockouts: 1, daysEarly: 1, waste: 0 }]);
    for (const [by, name] of [
      ['model', 'Acme Laser 100'],
      ['product', 'Black toner 100'],
      ['merchant', 'Office Supplies'],
    ]) {
      const fleet = await get(`/v1/ops/fleet?by=${by}`);
      expect(fleet.rows, by).toMatchObject([
        { name, deliveries: 1, stockouts: 1, daysWithout: 2, stockoutRate: 1, cancelRate: 0 },
      ]);
    }
  });
});
