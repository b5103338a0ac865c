import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTestApi,
  createWorld,
  NEW_MODEL,
  NOW,
  type TestApi,
  takeQueue,
  type World,
} from './support.ts';

describe('registration', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('device models keep their slots with defaults', async () => {
    const { body } = await api.call('GET', `/v1/device-models/${world.modelId}`);
    expect(body).toEqual({
      id: world.modelId,
      make: 'Acme',
      model: 'Laser 100',
      family: 'laser printer',
      createdAt: new Date(NOW).toISOString(),
      slots: [
        {
          key: 'black',
          name: 'Black toner',
          polarity: 'depletes',
          gaugeQuantum: 0.01,
          gaugeNoise: 0.005,
          unit: null,
          capacity: null,
          counterKey: null,
          yieldUses: null,
          typicalLifeDays: 120,
          shelfLifeDays: null,
          followsWeather: false,
        },
      ],
    });
  });

  test('device models refuse slots that are named twice or not at all', async () => {
    const [slot] = NEW_MODEL.slots;
    const twice = await api.call('POST', '/v1/device-models', {
      ...NEW_MODEL,
      model: 'X',
      slots: [slot, slot],
    });
    expect(twice).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/body/slots' }] } });
    const none = await api.call('POST', '/v1/device-models', { ...NEW_MODEL, model: 'X', slots: [] });
    expect(none.status).toBe(400);
  });

  test('a slot added later gives every device of the model its consumable', async () => {
    const { body: model } = await api.call('POST', '/v1/device-models', { ...NEW_MODEL, model: 'Laser 200' });
    const { body: device } = await api.call('POST', '/v1/devices', { deviceModelId: model.id, name: 'A' });
    const url = `/v1/device-models/${model.id}/slots/cyan`;
    const added = await api.call('PUT', url, { name: 'Cyan toner', typicalLifeDays: 90 });
    expect(added.body.slots.map(({ key }: { key: string }) => key)).toEqual(['black', 'cyan']);
    const { body: after } = await api.call('GET', `/v1/devices/${device.id}`);
    expect(after.consumables.map(({ key }: { key: string }) => key)).toEqual(['black', 'cyan']);
    const { rows } = await api.database.pool.query(
      'SELECT evaluate_at FROM consumable_state WHERE consumable_id = $1',
      [after.consumables[1].id],
    );
    expect(rows).toEqual([{ evaluate_at: new Date(NOW) }]);

    await takeQueue(api);
    const corrected = await api.call('PUT', url, { name: 'Cyan', typicalLifeDays: 60 });
    expect(corrected.body.slots[1]).toMatchObject({ name: 'Cyan', typicalLifeDays: 60 });
    expect(await takeQueue(api)).toEqual([{ consumableId: after.consumables[1].id, eventIds: [] }]);
    const unknown = await api.call('PUT', `/v1/device-models/${world.customerId}/slots/cyan`, {
      name: 'Cyan',
      typicalLifeDays: 60,
    });
    expect(unknown.body.code).toBe('not-found');
  });

  test('merchants show their webhook key once, and their API key never', async () => {
    expect(world.webhookSecret).toMatch(/^whsec_/);
    const { body: read } = await api.call('GET', `/v1/merchants/${world.merchantId}`);
    const { body: list } = await api.call('GET', '/v1/merchants');
    for (const merchant of [read, list.items[0]]) {
      expect(Object.keys(merchant).toSorted()).toEqual([
        'adapter',
        'baseUrl',
        'combinesParcels',
        'createdAt',
        'id',
        'leadTimePmf',
        'name',
      ]);
    }
    const { body: rotated } = await api.call('POST', `/v1/merchants/${world.merchantId}/webhook-secret`);
    expect(rotated.webhookSecret).not.toBe(world.webhookSecret);
    expect(JSON.stringify(rotated)).not.toContain('key-of-the-merchant');
  });

  test('merchants refuse lead times that do not sum to one', async () => {
    const merchant = { name: 'X', baseUrl: 'http://x.example', apiKey: 'k', leadTimePmf: [0.5, 0.4] };
    const { status, body } = await api.call('POST', '/v1/merchants', merchant);
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { pointer: '#/body/leadTimePmf', detail: 'the probabilities must sum to 1' },
    ]);
    const url = `/v1/merchants/${world.merchantId}`;
    expect((await api.call('PATCH', url, { leadTimePmf: [1] })).body.leadTimePmf).toEqual([1]);
    expect((await api.call('PATCH', `/v1/merchants/${world.modelId}`, { name: 'x' })).status).toBe(404);
  });

  test('products change their price, and what orders them is evaluated anew', async () => {
    await takeQueue(api);
    const url = `/v1/products/${world.productId}`;
    const { body } = await api.call('PATCH', url, { unitPriceMinor: 9490 });
    expect(body).toMatchObject({ unitPriceMinor: 9490, name: 'Black toner 100', active: true });
    expect(await takeQueue(api)).toEqual([{ consumableId: world.consumableId, eventIds: [] }]);
    expect((await api.call('PATCH', `/v1/products/${world.modelId}`, { active: false })).status).toBe(404);
    const { body: listed } = await api.call('GET', `/v1/products?merchantId=${world.merchantId}&active=true`);
    expect(listed.items.map(({ id }: { id: string }) => id)).toEqual([world.productId]);
    const { body: inactive } = await api.call(
      'GET',
      `/v1/products?merchantId=${world.merchantId}&active=false`,
    );
    expect(inactive.items).toEqual([]);
  });

  test('a fit added later fills gaps only, in the currency of the customer', async () => {
    const { body: model } = await api.call('POST', '/v1/device-models', { ...NEW_MODEL, model: 'Laser 300' });
    const product = (sku: string, currency: string) => ({
      merchantId: world.merchantId,
      sku,
      name: sku,
      unitPriceMinor: 100,
      currency,
    });
    const { body: device } = await api.call('POST', '/v1/devices', {
      deviceModelId: model.id,
      customerId: world.customerId,
      name: 'A',
    });
    const chosen = async () => {
      const { body } = await api.call('GET', `/v1/devices/${device.id}`);
      return body.consumables[0].productId;
    };
    const fits = [{ deviceModelId: model.id, slotKey: 'black' }];
    const { body: dollars } = await api.call('POST', '/v1/products', { ...product('US', 'USD'), fits });
    expect(dollars.fits).toEqual(fits);
    expect(await chosen()).toBeNull();
    const { body: euros } = await api.call('POST', '/v1/products', product('EU', 'EUR'));
    await takeQueue(api);
    expect((await api.call('POST', `/v1/products/${euros.id}/fits`, { fits })).body.fits).toEqual(fits);
    expect(await chosen()).toBe(euros.id);
    expect(await takeQueue(api)).toHaveLength(1);
    await api.call('POST', '/v1/products', { ...product('EU2', 'EUR'), unitPriceMinor: 1, fits });
    expect(await chosen()).toBe(euros.id);
    const unknownSlot = { fits: [{ deviceModelId: model.id, slotKey: 'magenta' }] };
    expect((await api.call('POST', `/v1/products/${euros.id}/fits`, unknownSlot)).status).toBe(422);
  });

  test('customers can move to another time zone', async () => {
    await takeQueue(api);
    const url = `/v1/customers/${world.customerId}`;
    const { body } = await api.call('PATCH', url, { timeZone: 'Europe/Lisbon' });
    expect(body).toMatchObject({ name: 'Familie Weber', timeZone: 'Europe/Lisbon', jurisdiction: 'EU' });
    expect((await takeQueue(api)).map(({ consumableId }) => consumableId)).toContain(world.consumableId);
    expect((await api.call('GET', url)).body).toEqual(body);
    expect((await api.call('GET', `/v1/customers/${world.modelId}`)).status).toBe(404);
    expect((await api.call('PATCH', `/v1/customers/${world.modelId}`, { name: 'x' })).status).toBe(404);
  });
});
