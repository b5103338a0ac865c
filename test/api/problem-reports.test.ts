import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { createTestApi, createWorld, insertOrder, NOW, type TestApi, type World } from './support.ts';

describe('what customers report of their orders', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    await api.database.pool.query(`UPDATE "order" SET status = 'cancelled', due_at = NULL`);
    await api.database.pool.query('UPDATE consumable SET paused_at = NULL');
    await api.database.pool.query('UPDATE consumable_state SET on_shelf = 0');
  });

  const say = (orderId: string, body: object) => api.call('POST', `/v1/orders/${orderId}/problems`, body);
  const rows = async (sql: string, ...values: unknown[]) => (await api.database.pool.query(sql, values)).rows;

  test('not needed: cancelled at once before it is bought, and its consumable asks from now on', async () => {
    const orderId = await insertOrder(api, world, { status: 'announced' });
    const { status, body } = await say(orderId, { kind: 'not-needed', note: 'We gave the printer away.' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'cancelled',
      problems: [{ kind: 'not-needed', status: 'settled', note: 'We gave the printer away.' }],
    });
    const { body: consumable } = await api.call('GET', `/v1/consumables/${world.consumableId}`);
    expect(consumable).toMatchObject({ pausedReason: 'not-needed' });
    expect(consumable.pausedAt).not.toBeNull();
    await api.call('PATCH', `/v1/consumables/${world.consumableId}`, { strategy: 'automatic' });
    expect((await api.call('GET', `/v1/consumables/${world.consumableId}`)).body.pausedAt).toBeNull();
  });

  test('not needed: of one that is bought the merchant is asked to take it back', async () => {
    const orderId = await insertOrder(api, world, { status: 'accepted' });
    const { body } = await say(orderId, { kind: 'not-needed' });
    expect(body).toMatchObject({ status: 'accepted', problems: [{ status: 'open' }] });
    expect(await rows('SELECT take_back, due_at FROM "order" WHERE id = $1', orderId)).toEqual([
      { take_back: 'not-needed', due_at: new Date(NOW) },
    ]);
  });

  test('never came: not before it is due, and then it is lost and its money asked back', async () => {
    const orderId = await insertOrder(api, world, { status: 'shipped' });
    await rows(
      `UPDATE "order" SET arrives_to = '2026-11-21', merchant_reference = 'P-1' WHERE id = $1`,
      orderId,
    );
    const early = await say(orderId, { kind: 'never-came' });
    expect(early).toMatchObject({ status: 409, body: { code: 'not-yet-due' } });
    api.clock.advanceTo(NOW + DAY_MS);
    const { body } = await say(orderId, { kind: 'never-came' });
    expect(body).toMatchObject({ status: 'lost', problems: [{ kind: 'never-came', status: 'open' }] });
    expect(
      await rows('SELECT due_at IS NOT NULL AS due FROM order_problem WHERE order_id = $1', orderId),
    ).toEqual([{ due: true }]);
    // It turns up after all.
    expect((await api.call('POST', `/v1/orders/${orderId}/arrived`)).body).toMatchObject({
      status: 'delivered',
    });
  });

  test('damaged: it is no spare any more, and it is said once', async () => {
    const orderId = await insertOrder(api, world, { status: 'delivered' });
    await rows('UPDATE consumable_state SET on_shelf = 1 WHERE consumable_id = $1', world.consumableId);
    const { body } = await say(orderId, { kind: 'damaged', wants: 'replacement' });
    expect(body).toMatchObject({ status: 'delivered', problems: [{ wants: 'replacement', status: 'open' }] });
    const counts = await rows(
      `SELECT quantity FROM consumable_event WHERE type = 'shelf-count' AND consumable_id = $1`,
      world.consumableId,
    );
    expect(counts).toEqual([{ quantity: 0 }]);
    expect(await say(orderId, { kind: 'wrong' })).toMatchObject({
      status: 409,
      body: { code: 'already-exists' },
    });
  });

  test.each([
    ['proposed', 'damaged'],
    ['shipped', 'wrong'],
    ['installed', 'not-needed'],
    ['cancelled', 'never-came'],
  ])('of one that is %s nobody can say %s', async (status, kind) => {
    const orderId = await insertOrder(api, world, { status });
    expect(await say(orderId, { kind })).toMatchObject({ status: 409, body: { code: 'wrong-status' } });
    expect(await rows('SELECT FROM order_problem WHERE order_id = $1', orderId)).toEqual([]);
  });
});
