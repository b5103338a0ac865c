import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  newConsent,
  type TestApi,
  takeQueue,
  type World,
} from './support.ts';

describe('consumables', () => {
  let api: TestApi;
  let world: World;
  let url: string;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    url = `/v1/consumables/${world.consumableId}`;
  });
  afterAll(() => api[Symbol.asyncDispose]());
  beforeEach(() => takeQueue(api));

  test('have a level that is old by the setting of this installation, not before', async () => {
    const stale = async () => (await api.call('GET', url)).body.stale;
    expect(await stale()).toBe(false);
    await api.database.pool.query(
      'UPDATE consumable_state SET level = 0.4, level_at = $2 WHERE consumable_id = $1',
      [world.consumableId, new Date(NOW - 10 * DAY_MS)],
    );
    expect(await stale()).toBe(false);
    const thresholds = (staleAfterDays: number | null) =>
      api.call('PATCH', '/v1/ops/thresholds', { values: { staleAfterDays }, reason: 'Fridges spoil.' });
    expect((await thresholds(7)).status).toBe(200);
    expect(await stale()).toBe(true);
    await thresholds(null);
    expect(await stale()).toBe(false);
  });

  test('what was replaced early or bought elsewhere is listed, newest first, by pages', async () => {
    const other = await addConsumable(api, world);
    await api.database.pool.query(
      `INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity)
       SELECT c.device_id, c.id, t.type, t.at, t.at, t.quantity FROM consumable c CROSS JOIN (VALUES
         ('early-replacement', $3::timestamptz, 0.4), ('off-channel', $4::timestamptz, 1), ('fault', $4, NULL)) t(type, at, quantity)
       WHERE c.id = $1 OR (c.id = $2 AND t.type = 'off-channel')`,
      [world.consumableId, other, new Date(NOW - DAY_MS), new Date(NOW)],
    );
    const first = await api.call('GET', `${url}/unplanned?limit=1`);
    expect(first.body.items).toMatchObject([
      { kind: 'off-channel', fillings: 1, at: new Date(NOW).toISOString() },
    ]);
    const rest = await api.call('GET', `${url}/unplanned?limit=1&cursor=${first.body.nextCursor}`);
    expect(rest.body).toMatchObject({
      items: [{ kind: 'early-replacement', fillings: 0.4 }],
      nextCursor: null,
    });
    expect((await api.call('GET', `/v1/consumables/${world.modelId}/unplanned`)).status).toBe(404);
  });

  test('are read with level, forecast, sentence, product and open order', async () => {
    expect((await api.call('GET', url)).body.predictability).toBeNull();
    const predictability = {
      score: 0.2,
      widthDays: 30,
      ceiling: 'curated',
      reason: 'Known to within 30 days.',
    };
    await api.database.pool.query(
      `UPDATE consumable_state SET level = 0.4, level_at = $2, on_shelf = 1, run_out_p10 = $3, run_out_p50 = $4,
         outcome = 'nothing', sentence = 'Enough for weeks.', predictability = $5 WHERE consumable_id = $1`,
      [
        world.consumableId,
        new Date(NOW),
        new Date(NOW + 10 * DAY_MS),
        new Date(NOW + 20 * DAY_MS),
        predictability,
      ],
    );
    const orderId = await insertOrder(api, world, { status: 'announced' });
    const { body } = await api.call('GET', url);
    expect(body).toMatchObject({
      name: 'Black toner',
      deviceName: 'Printer in the study',
      strategy: 'automatic',
      level: 0.4,
      onShelf: 1,
      runOut: {
        p10: new Date(NOW + 10 * DAY_MS).toISOString(),
        p50: new Date(NOW + 20 * DAY_MS).toISOString(),
        p90: null,
      },
      predictability,
      sentence: 'Enough for weeks.',
      product: { id: world.productId, sku: 'BK-100', unitPriceMinor: 8990, currency: 'EUR' },
      openOrder: { id: orderId, status: 'announced' },
    });
    const { body: list } = await api.call('GET', `/v1/consumables?deviceId=${world.deviceId}`);
    expect(list).toEqual({ items: [body], nextCursor: null });
    await api.database.pool.query(`UPDATE "order" SET status = 'cancelled'`);
    expect((await api.call('GET', url)).body.openOrder).toBeNull();
    expect((await api.call('GET', `/v1/consumables/${world.modelId}`)).status).toBe(404);
  });

  test('change strategy and product, and are evaluated anew', async () => {
    expect((await api.call('PATCH', url, { strategy: 'coach' })).body.strategy).toBe('coach');
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
    expect((await api.call('PATCH', url, { productId: null })).body).toMatchObject({
      product: null,
      strategy: 'coach',
    });
    expect((await api.call('PATCH', url, { productId: world.productId })).body.product.id).toBe(
      world.productId,
    );
    expect((await api.call('PATCH', url, { strategy: 'reckless' })).status).toBe(400);
    const unfit = await api.call('POST', '/v1/products', {
      merchantId: world.merchantId,
      sku: 'unfit',
      name: 'Unfit',
      unitPriceMinor: 1,
      currency: 'EUR',
    });
    const refused = await api.call('PATCH', url, { productId: unfit.body.id });
    expect(refused).toMatchObject({ status: 422, body: { code: 'does-not-fit' } });
    const unknown = `/v1/consumables/${world.modelId}`;
    expect((await api.call('PATCH', unknown, { productId: unfit.body.id })).status).toBe(404);
    expect((await api.call('PATCH', unknown, { strategy: 'coach' })).status).toBe(404);
  });

  test('whose autonomy is taken back ask about what was announced by itself', async () => {
    await api.call('PATCH', url, { strategy: 'automatic' });
    const { body: consent } = await api.call('POST', '/v1/consents', newConsent(world));
    const orderId = await insertOrder(api, world, { status: 'announced', consentId: consent.id, dueAt: NOW });
    const read = async () => (await api.call('GET', `/v1/orders/${orderId}`)).body;
    await api.call('PATCH', url, { strategy: 'automatic' });
    expect((await read()).status).toBe('announced');
    await api.call('PATCH', url, { strategy: 'curated' });
    expect(await read()).toMatchObject({
      status: 'proposed',
      dueAt: new Date(NOW + 14 * DAY_MS).toISOString(),
    });
    await api.call('POST', `/v1/orders/${orderId}/decline`);

    const approved = await insertOrder(api, world, { status: 'announced', dueAt: NOW });
    await api.call('PATCH', url, { strategy: 'coach' });
    expect((await api.call('GET', `/v1/orders/${approved}`)).body.status).toBe('announced');
    await api.call('POST', `/v1/orders/${approved}/cancel`);
  });

  test('take the count of spares as an event that rules fold', async () => {
    const { status, body } = await api.call('POST', `${url}/shelf-counts`, { quantity: 2 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      consumableId: world.consumableId,
      quantity: 2,
      at: new Date(NOW).toISOString(),
    });
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [body.id] }]);
    const { rows } = await api.database.pool.query(
      'SELECT type, quantity, at FROM consumable_event WHERE id = $1',
      [body.id],
    );
    expect(rows).toEqual([{ type: 'shelf-count', quantity: 2, at: new Date(NOW) }]);
    expect((await api.call('POST', `${url}/shelf-counts`, { quantity: -1 })).status).toBe(400);
    const unknown = await api.call('POST', `/v1/consumables/${world.modelId}/shelf-counts`, { quantity: 1 });
    expect(unknown.status).toBe(404);
  });

  test('show their readings page by page across months, each once', async () => {
    await api.database.pool.query(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level)
       SELECT $1, $2::timestamptz - (n / 2) * interval '1 day', n, $2, 'measured', 0.5 FROM generate_series(0, 99) AS n`,
      [world.consumableId, new Date(NOW)],
    );
    const seen: number[] = [];
    let cursor = '';
    do {
      const { body } = await api.call('GET', `${url}/readings?limit=7${cursor}`);
      seen.push(...body.items.map(({ seq }: { seq: number }) => seq));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    const expected = Array.from({ length: 100 }, (_, n) => n).toSorted(
      (a, b) => Math.floor(a / 2) - Math.floor(b / 2) || b - a,
    );
    expect(seen).toEqual(expected);
    const from = new Date(NOW - DAY_MS).toISOString();
    const { body: recent } = await api.call(
      'GET',
      `${url}/readings?from=${from}&to=${new Date(NOW).toISOString()}`,
    );
    expect(recent.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 2]);
    expect((await api.call('GET', `/v1/consumables/${world.modelId}/readings`)).status).toBe(404);
    expect((await api.call('GET', `${url}/readings?cursor=nonsense`)).body.code).toBe('invalid-cursor');
  });

  test('have their decisions listed and explained', async () => {
    await api.database.pool.query(
      `INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, gates)
       SELECT $1, $2::timestamptz + (n / 2) * interval '1 hour', 'evaluation', 'nothing', 'Enough ' || n, '{"onHand": 0.4}', '[]'
       FROM generate_series(0, 5) AS n`,
      [world.consumableId, new Date(NOW)],
    );
    const list = `/v1/decisions?consumableId=${world.consumableId}&limit=4`;
    const { body: first } = await api.call('GET', list);
    const { body: second } = await api.call('GET', `${list}&cursor=${first.nextCursor}`);
    const sentences = [...first.items, ...second.items].map(({ sentence }: { sentence: string }) => sentence);
    expect(sentences).toHaveLength(6);
    expect(new Set(sentences).size).toBe(6);
    expect(second.nextCursor).toBeNull();
    const [decision] = first.items;
    expect((await api.call('GET', `/v1/decisions/${decision.id}`)).body).toEqual(decision);
    expect(decision).toMatchObject({ inputs: { onHand: 0.4 }, gates: [], forecast: null });
    expect((await api.call('GET', `/v1/decisions/${world.modelId}`)).status).toBe(404);
  });
});
