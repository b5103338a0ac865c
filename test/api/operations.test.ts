import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  type TestApi,
  TOKEN,
  takeQueue,
  type World,
} from './support.ts';

describe('operations', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('halts are in force until lifted; lifting looks again at what they stopped', async () => {
    const halted = await api.call('POST', '/v1/halts', {
      merchantId: world.merchantId,
      reason: 'Wrong prices.',
    });
    expect(halted).toMatchObject({ status: 201, body: { actor: 'ops', productId: null, liftedAt: null } });
    const inForce = async () => (await api.call('GET', '/v1/halts?inForce=true')).body.items;
    expect(await inForce()).toEqual([halted.body]);

    const untouched = await addConsumable(api, world);
    await api.database.pool.query(
      `UPDATE consumable_state SET outcome = 'blocked' WHERE consumable_id = $1`,
      [world.consumableId],
    );
    const orderId = await insertOrder(api, world, {
      status: 'announced',
      consumableId: untouched,
      dueAt: NOW + 9 * DAY_MS,
    });
    await takeQueue(api);
    api.clock.advanceTo(NOW + HOUR_MS);
    const lifted = await api.call('POST', `/v1/halts/${halted.body.id}/lift`);
    const now = new Date(NOW + HOUR_MS).toISOString();
    expect(lifted.body.liftedAt).toBe(now);
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
    expect((await api.call('GET', `/v1/orders/${orderId}`)).body.dueAt).toBe(now);
    expect(await inForce()).toEqual([]);
    expect((await api.call('GET', '/v1/halts?inForce=false')).body.items).toEqual([lifted.body]);
    api.clock.advanceTo(NOW + 2 * HOUR_MS);
    expect((await api.call('POST', `/v1/halts/${halted.body.id}/lift`)).body).toEqual(lifted.body);
    expect((await api.call('POST', `/v1/halts/${world.modelId}/lift`)).status).toBe(404);
    expect((await api.call('POST', '/v1/halts', {})).status).toBe(400);
  });

  test('dead letters are listed by reason and device, newest first', async () => {
    await api.database.pool.query(
      `INSERT INTO dead_letter (received_at, device_id, topic, reason, detail, payload)
       SELECT $1::timestamptz + (n / 2) * interval '1 second', $2, 'neverout/v1/x/telemetry',
         CASE WHEN n % 2 = 0 THEN 'bad-json' ELSE 'bad-schema' END, 'Detail ' || n, convert_to('{"n":' || n, 'UTF8')
       FROM generate_series(0, 9) AS n`,
      [new Date(NOW), world.deviceId],
    );
    const details: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.call('GET', `/v1/dead-letters?reason=bad-json&limit=2${cursor}`);
      details.push(...body.items.map(({ detail }: { detail: string }) => detail));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(details).toEqual(['Detail 8', 'Detail 6', 'Detail 4', 'Detail 2', 'Detail 0']);
    const { body } = await api.call('GET', `/v1/dead-letters?deviceId=${world.deviceId}&limit=1`);
    expect(body.items[0]).toMatchObject({
      deviceId: world.deviceId,
      payload: expect.stringContaining('{"n":'),
    });
    expect((await api.call('GET', `/v1/dead-letters?deviceId=${world.modelId}`)).body.items).toEqual([]);
  });

  test('counts are those of the database and of this process', async () => {
    api.deps.metrics.refused.inc({ reason: 'clock-ahead' }, 3);
    await api.database.pool.query(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind)
       SELECT $1, $2, n, $2, 'unknown' FROM generate_series(1, 40) AS n`,
      [world.consumableId, new Date(NOW)],
    );
    await insertOrder(api, world, { status: 'delivered' });
    const { rows } = await api.database.pool.query(
      'SELECT status, count(*) AS n FROM "order" GROUP BY status',
    );
    const { body } = await api.call('GET', '/v1/stats');
    expect(body).toMatchObject({
      customers: 1,
      devices: 2,
      devicesOnline: 0,
      consumables: 2,
      orders: Object.fromEntries(rows.map(({ status, n }) => [status, n])),
      deadLetters: { 'bad-json': 5, 'bad-schema': 5 },
      refused: { 'clock-ahead': 3 },
    });
    expect(body.readingsEstimate).toBeGreaterThanOrEqual(0);
  });

  test('settings show what shapes the platform, and no address or key', async () => {
    const { body } = await api.call('GET', '/v1/settings');
    expect(body).toMatchObject({ cancelWindowHours: 24, reviewPeriodHours: 24, readingRetentionMonths: 13 });
    for (const value of Object.values(body)) expect(typeof value).toBe('number');
  });

  test('metrics are in the format of Prometheus, for the token only', async () => {
    expect((await api.app.inject('/metrics')).statusCode).toBe(401);
    const response = await api.app.inject({ url: '/metrics', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.headers['content-type']).toContain('text/plain');
    expect(response.body).toContain('# TYPE neverout_orders_total counter');
  });

  test('health needs nothing; readiness needs migrations and the partition of now', async () => {
    expect((await api.app.inject('/health')).json()).toEqual({ status: 'ok' });
    const ready = await api.app.inject('/ready');
    expect(ready.statusCode).toBe(200);
    expect(ready.json()).toMatchObject({
      status: 'ready',
      checks: { partition: { detail: 'reading_2026_11 is there.' } },
    });

    await using late = await createTestApi();
    late.clock.advanceTo(NOW + 200 * DAY_MS);
    const noPartition = await late.app.inject('/ready');
    expect(noPartition.statusCode).toBe(503);
    expect(noPartition.json().checks).toMatchObject({ database: { ok: true }, partition: { ok: false } });

    await using old = await createTestApi();
    await old.database.pool.query(`DELETE FROM _prisma_migrations WHERE migration_name LIKE '%foundation'`);
    const notMigrated = await old.app.inject('/ready');
    expect(notMigrated.statusCode).toBe(503);
    expect(notMigrated.json().checks.migrations).toMatchObject({
      ok: false,
      detail: expect.stringContaining('foundation'),
    });
  });
});
