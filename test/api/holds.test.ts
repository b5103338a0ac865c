import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
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

describe('holds', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());
  beforeEach(() => takeQueue(api));

  const hold = (overrides: object = {}) =>
    api.call('POST', '/v1/holds', {
      customerId: world.customerId,
      startsOn: '2026-12-03',
      endsOn: '2026-12-17',
      ...overrides,
    });

  test('keep local dates as they were given, whatever the time zone of the machine', async () => {
    const { status, body } = await hold({ reason: 'Vacation' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      startsOn: '2026-12-03',
      endsOn: '2026-12-17',
      reason: 'Vacation',
      cancelledAt: null,
    });
    const { rows } = await api.database.pool.query(
      'SELECT starts_on::text, ends_on::text FROM hold WHERE id = $1',
      [body.id],
    );
    expect(rows).toEqual([{ starts_on: '2026-12-03', ends_on: '2026-12-17' }]);
    expect((await hold({ endsOn: null })).body.endsOn).toBeNull();
  });

  test('have the consumables concerned evaluated anew: all, or those of the device', async () => {
    const other = await addConsumable(api, world);
    await takeQueue(api);
    await hold();
    const all = (await takeQueue(api)).map(({ consumableId }) => consumableId);
    expect(all.toSorted()).toEqual([other, world.consumableId].toSorted());
    await hold({ deviceId: world.deviceId });
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
  });

  test('refuse dates that end before they start, and what belongs to somebody else', async () => {
    const backwards = await hold({ endsOn: '2026-12-02' });
    expect(backwards).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/body/endsOn' }] } });
    expect((await hold({ startsOn: '2026-02-30' })).status).toBe(400);
    expect((await hold({ customerId: world.modelId })).body.code).toBe('unknown-reference');
    expect((await hold({ deviceId: world.modelId })).body.code).toBe('foreign-object');
  });

  test('that are cancelled have put-off orders looked at again, not before the cancel window ends', async () => {
    const { body: created } = await hold();
    const deferred = await insertOrder(api, world, { status: 'announced', dueAt: NOW + 30 * DAY_MS });
    await takeQueue(api);
    api.clock.advanceTo(NOW + DAY_MS);
    const { body } = await api.call('POST', `/v1/holds/${created.id}/cancel`);
    expect(body.cancelledAt).toBe(new Date(NOW + DAY_MS).toISOString());
    const read = async () => (await api.call('GET', `/v1/orders/${deferred}`)).body;
    expect(await read()).toMatchObject({ status: 'announced', dueAt: new Date(NOW + DAY_MS).toISOString() });
    expect((await takeQueue(api)).map(({ consumableId }) => consumableId)).toContain(world.consumableId);
    api.clock.advanceTo(NOW + 2 * DAY_MS);
    expect((await api.call('POST', `/v1/holds/${created.id}/cancel`)).body).toEqual(body);
    expect(await takeQueue(api)).toEqual([]);
    expect((await api.call('POST', `/v1/holds/${world.modelId}/cancel`)).status).toBe(404);

    const { rows } = await api.database.pool.query(
      `UPDATE "order" SET cancel_until = $2, due_at = $3 WHERE id = $1 RETURNING cancel_until AS until`,
      [deferred, new Date(NOW + 5 * DAY_MS), new Date(NOW + 30 * DAY_MS)],
    );
    await api.call('POST', `/v1/holds/${(await hold()).body.id}/cancel`);
    expect((await read()).dueAt).toBe(rows[0].until.toISOString());
  });

  test('tell before they are made what they would move, of whom, and what is too late to move', async () => {
    // One of those before has no end: nothing would ever come.
    await api.database.pool.query('UPDATE hold SET cancelled_at = $1', [new Date(NOW)]);
    const orderId = await insertOrder(api, world, {
      status: 'announced',
      consumableId: await addConsumable(api, world),
      dueAt: NOW + 40 * DAY_MS,
    });
    const dates = 'UPDATE "order" SET arrives_from = $2, arrives_to = $3 WHERE id = $1';
    await api.database.pool.query(dates, [orderId, '2027-02-10', '2027-02-12']);
    const effect = async (query: string) =>
      (await api.call('GET', `/v1/customers/${world.customerId}/hold-effect?${query}`)).body;
    expect((await effect('startsOn=2027-02-11&endsOn=2027-02-20')).moved).toMatchObject([
      { orderId, productName: 'Black toner 100', arrives: { from: '2027-02-10', to: '2027-02-12' } },
    ]);
    const [moved] = (await effect('startsOn=2027-02-11&endsOn=2027-02-20')).moved;
    expect(moved.instead.from > '2027-02-20').toBe(true);
    // Without an end there is no date to tell.
    expect((await effect('startsOn=2027-02-11')).moved).toMatchObject([{ orderId, instead: null }]);
    expect((await effect('startsOn=2027-02-13&endsOn=2027-02-20')).moved).toEqual([]);
    expect((await effect(`startsOn=2027-02-11&deviceId=${world.deviceId}`)).moved).toEqual([]);
    await api.database.pool.query(`UPDATE "order" SET status = 'accepted' WHERE id = $1`, [orderId]);
    const placed = await effect('startsOn=2027-02-11&endsOn=2027-02-20');
    expect(placed).toMatchObject({ moved: [], placed: [{ orderId }] });
  });

  test('are listed by customer, cancelled or not', async () => {
    const { body: kept } = await hold();
    const { body: cancelled } = await hold();
    await api.call('POST', `/v1/holds/${cancelled.id}/cancel`);
    const ids = async (query: string) =>
      (await api.call('GET', `/v1/holds?customerId=${world.customerId}${query}`)).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect((await ids('')).slice(0, 2)).toEqual([cancelled.id, kept.id]);
    expect(await ids('&cancelled=true')).toContain(cancelled.id);
    expect(await ids('&cancelled=true')).not.toContain(kept.id);
    expect(await ids('&cancelled=false')).toContain(kept.id);
  });
});
