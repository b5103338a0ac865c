import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  type TestApi,
  takeQueue,
  type World,
} from './support.ts';

describe('orders', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());
  beforeEach(async () => {
    await api.database.pool.query(`UPDATE "order" SET status = 'cancelled'`);
    await takeQueue(api);
  });

  const act = (orderId: string, action: string, body?: object) =>
    api.call('POST', `/v1/orders/${orderId}/${action}`, body);

  test('are read with names, money and history', async () => {
    const orderId = await insertOrder(api, world, { status: 'announced', dueAt: NOW + DAY_MS });
    await api.database.pool.query(
      `UPDATE "order" SET arrives_from = '2026-11-25', arrives_to = '2026-11-27' WHERE id = $1`,
      [orderId],
    );
    const { body } = await api.call('GET', `/v1/orders/${orderId}`);
    expect(body).toMatchObject({
      id: orderId,
      consumableName: 'Black toner',
      deviceName: 'Printer in the study',
      sku: 'BK-100',
      merchantName: 'Office Supplies',
      totalMinor: 8990,
      currency: 'EUR',
      arrivesFrom: '2026-11-25',
      arrivesTo: '2026-11-27',
      history: [
        { at: new Date(NOW).toISOString(), fromStatus: null, toStatus: 'announced', actor: 'evaluation' },
      ],
    });
    expect((await api.call('GET', `/v1/orders/${world.modelId}`)).status).toBe(404);
  });

  test.each(['proposed', 'announced'])('%s can be cancelled', async (status) => {
    const orderId = await insertOrder(api, world, { status, dueAt: NOW + DAY_MS });
    const { status: code, body } = await act(orderId, 'cancel', { reason: 'We have enough.' });
    expect(code).toBe(200);
    expect(body).toMatchObject({ status: 'cancelled', statusReason: 'We have enough.', dueAt: null });
    expect(body.history.at(-1)).toMatchObject({
      fromStatus: status,
      toStatus: 'cancelled',
      actor: 'customer',
    });
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
  });

  test.each(['placing', 'accepted', 'shipped', 'delivered', 'cancelled', 'rejected'])(
    '%s can no longer be cancelled, approved or declined',
    async (status) => {
      const orderId = await insertOrder(api, world, { status });
      for (const action of ['cancel', 'approve', 'decline']) {
        const { status: code, body } = await act(orderId, action);
        expect(code).toBe(409);
        expect(body).toMatchObject({ code: 'wrong-status', detail: expect.stringContaining(`is ${status}`) });
      }
      expect((await api.call('GET', `/v1/orders/${orderId}`)).body.status).toBe(status);
    },
  );

  test('proposed are approved, and are then due at once', async () => {
    api.clock.advanceTo(NOW + HOUR_MS);
    const orderId = await insertOrder(api, world, { status: 'proposed' });
    const { body } = await act(orderId, 'approve', { actingFor: 'ops' });
    const now = new Date(NOW + HOUR_MS).toISOString();
    expect(body).toMatchObject({ status: 'announced', dueAt: now, announcedAt: now });
    expect(body.history.at(-1)).toMatchObject({ toStatus: 'announced', actor: 'ops' });
    expect((await act(orderId, 'approve')).status).toBe(409);
  });

  test('proposed are declined; announced are not, they are cancelled', async () => {
    const proposed = await insertOrder(api, world, { status: 'proposed' });
    expect((await act(proposed, 'decline')).body.status).toBe('declined');
    const announced = await insertOrder(api, world, { status: 'announced' });
    expect((await act(announced, 'decline')).body.code).toBe('wrong-status');
    expect((await act(world.modelId, 'cancel')).status).toBe(404);
  });

  test('decided twice at the same moment are decided once', async () => {
    const orderId = await insertOrder(api, world, { status: 'proposed' });
    const answers = await Promise.all(
      ['approve', 'decline', 'approve', 'decline'].map((action) => act(orderId, action)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    const { body } = await api.call('GET', `/v1/orders/${orderId}`);
    expect(body.history).toHaveLength(2);
  });

  test('are counted as they change', async () => {
    const counted = async () =>
      (await api.deps.metrics.orders.get()).values.find(({ labels }) => labels.status === 'cancelled')
        ?.value ?? 0;
    const before = await counted();
    await act(await insertOrder(api, world, { status: 'proposed' }), 'cancel');
    expect(await counted()).toBe(before + 1);
  });

  test('are listed by status, customer and consumable; pages stay stable while orders come', async () => {
    await using fresh = await createTestApi();
    const here = await createWorld(fresh);
    const other = await addConsumable(fresh, here);
    const at = (n: number) => NOW - Math.floor(n / 3) * HOUR_MS;
    for (let n = 0; n < 20; n += 1) {
      const consumableId = n % 4 === 0 ? other : here.consumableId;
      await insertOrder(fresh, here, {
        status: n % 2 === 0 ? 'delivered' : 'cancelled',
        consumableId,
        createdAt: at(n),
      });
    }
    const pages = async (query: string) => {
      const items: { id: string; status: string; createdAt: string; consumableId: string }[] = [];
      let cursor = '';
      do {
        const { body } = await fresh.call('GET', `/v1/orders?limit=3&${query}${cursor}`);
        items.push(...body.items);
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
        // A newer one appears between two pages: it belongs before them all.
        await insertOrder(fresh, here, { status: 'declined', createdAt: NOW + HOUR_MS });
      } while (cursor !== '');
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      return items;
    };
    const delivered = await pages('status=delivered');
    expect(delivered).toHaveLength(10);
    const times = delivered.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(await pages(`consumableId=${other}`)).toHaveLength(5);
    expect((await pages(`customerId=${here.customerId}&status=cancelled`)).length).toBe(10);
    expect((await pages('')).length).toBeGreaterThanOrEqual(20);
    expect((await fresh.call('GET', `/v1/orders?customerId=${here.modelId}`)).body.items).toEqual([]);
    expect((await fresh.call('GET', '/v1/orders?status=imaginary')).status).toBe(400);
  });
});
