import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, createWorld, NEW_MODEL, NOW, type TestApi, type World } from './support.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

describe('devices', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const secretHash = async (id: string) => {
    const { rows } = await api.database.pool.query<{ hash: Buffer | null }>(
      'SELECT secret_hash AS hash FROM device WHERE id = $1',
      [id],
    );
    return rows[0]?.hash ?? null;
  };

  test('get a secret of 256 bits that is shown once and stored as a hash alone', async () => {
    expect(Buffer.from(world.secret, 'base64url')).toHaveLength(32);
    expect(await secretHash(world.deviceId)).toEqual(sha256(world.secret));
    const { rows } = await api.database.pool.query('SELECT device::text AS row FROM device');
    expect(JSON.stringify(rows)).not.toContain(world.secret);
    for (const url of [`/v1/devices/${world.deviceId}`, '/v1/devices']) {
      const { body } = await api.call('GET', url);
      expect(JSON.stringify(body)).not.toContain(world.secret);
      expect(JSON.stringify(body)).not.toContain('"secret"');
    }
  });

  test('get a consumable with a due state for every slot, with the cheapest product a filling', async () => {
    const slots = ['black', 'cyan'].map((key) => ({ key, name: key, typicalLifeDays: 100 }));
    const { body: model } = await api.call('POST', '/v1/device-models', {
      ...NEW_MODEL,
      model: 'Color',
      slots,
    });
    const fits = [{ deviceModelId: model.id, slotKey: 'black' }];
    const sell = async (sku: string, unitPriceMinor: number, packSize: number, currency = 'EUR') => {
      const product = {
        merchantId: world.merchantId,
        sku,
        name: sku,
        unitPriceMinor,
        packSize,
        currency,
        fits,
      };
      return (await api.call('POST', '/v1/products', product)).body.id;
    };
    await sell('single', 1000, 1);
    const pack = await sell('pack of four', 3600, 4);
    await sell('foreign', 1, 1, 'USD');
    const withdrawn = await sell('not sold any more', 2, 1);
    await api.call('PATCH', `/v1/products/${withdrawn}`, { active: false });
    const { body: device } = await api.call('POST', '/v1/devices', {
      deviceModelId: model.id,
      customerId: world.customerId,
      name: 'Color printer',
      strategy: 'coach',
    });
    expect(device.consumables).toEqual([
      { id: expect.any(String), key: 'black', productId: pack, strategy: 'coach' },
      { id: expect.any(String), key: 'cyan', productId: null, strategy: 'coach' },
    ]);
    const { rows } = await api.database.pool.query(
      `SELECT state, evaluate_at FROM consumable_state s JOIN consumable c ON c.id = s.consumable_id
       WHERE c.device_id = $1`,
      [device.id],
    );
    const due = { state: null, evaluate_at: new Date(NOW) };
    expect(rows).toEqual([due, due]);
    const { secret: _secret, claimCode, ...shown } = device;
    expect(claimCode).toBeNull();
    expect((await api.call('GET', `/v1/devices/${device.id}`)).body).toEqual(shown);
  });

  test('are registered in bulk, in order, with a secret each', async () => {
    const devices = Array.from({ length: 500 }, (_, i) => ({
      customerId: world.customerId,
      deviceModelId: world.modelId,
      name: `Printer ${i}`,
      serial: i % 2 === 0 ? `S${i}` : null,
    }));
    const { status, body } = await api.call('POST', '/v1/devices/bulk', { devices });
    expect(status).toBe(201);
    expect(
      body.devices.map(({ name, serial }: { name: string; serial: string }) => ({ name, serial })),
    ).toEqual(devices.map(({ name, serial }) => ({ name, serial })));
    expect(new Set(body.devices.map(({ secret }: { secret: string }) => secret)).size).toBe(500);
    const last = body.devices[499];
    expect(await secretHash(last.id)).toEqual(sha256(last.secret));
    expect(last.consumables).toHaveLength(1);
    const { rows } = await api.database.pool.query(
      'SELECT count(*) AS n FROM consumable c JOIN consumable_state s ON s.consumable_id = c.id WHERE c.customer_id = $1',
      [world.customerId],
    );
    expect(rows[0].n).toBeGreaterThanOrEqual(501);
    const tooMany = await api.call('POST', '/v1/devices/bulk', { devices: [...devices, devices[0]] });
    expect(tooMany.status).toBe(400);
  });

  test('in bulk are registered all or none, and told apart when something is unknown', async () => {
    const count = async () => (await api.database.pool.query('SELECT count(*) AS n FROM device')).rows[0].n;
    const before = await count();
    const good = { deviceModelId: world.modelId, name: 'A' };
    const devices = [
      good,
      { ...good, deviceModelId: world.customerId },
      { ...good, customerId: world.modelId },
    ];
    const { status, body } = await api.call('POST', '/v1/devices/bulk', { devices });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/body/devices/1/deviceModelId',
      '#/body/devices/2/customerId',
    ]);
    const certificateFingerprint = 'ab'.repeat(32);
    const same = [
      { ...good, certificateFingerprint },
      { ...good, certificateFingerprint },
    ];
    const twice = await api.call('POST', '/v1/devices/bulk', { devices: same });
    expect(twice).toMatchObject({ status: 409, body: { code: 'already-exists' } });
    expect(twice.body.detail).toContain('certificateFingerprint');
    expect(await count()).toBe(before);
  });

  test('change credentials, which brokers hear of, until they are revoked', async () => {
    const { body: device } = await api.call('POST', '/v1/devices', {
      deviceModelId: world.modelId,
      name: 'B',
    });
    const url = `/v1/devices/${device.id}`;
    await using listener = await listen(api);
    const { body: rotated } = await api.call('POST', `${url}/secret`);
    expect(rotated.secret).not.toBe(device.secret);
    expect(await secretHash(device.id)).toEqual(sha256(rotated.secret));
    expect(await listener.next()).toBe(device.id);

    const fingerprint = 'cd'.repeat(32);
    const certified = await api.call('PUT', `${url}/certificate`, { fingerprint });
    expect(certified.body.certificateFingerprint).toBe(fingerprint);
    expect((await api.call('PUT', `${url}/certificate`, { fingerprint: 'CD' })).status).toBe(400);
    expect(await listener.next()).toBe(device.id);

    api.clock.advanceTo(NOW + 1000);
    const revoked = await api.call('POST', `${url}/revoke`);
    const revokedAt = new Date(NOW + 1000).toISOString();
    expect(revoked.body).toMatchObject({ revokedAt, hasSecret: false, certificateFingerprint: null });
    expect(await secretHash(device.id)).toBeNull();
    expect(await listener.next()).toBe(device.id);
    api.clock.advanceTo(NOW + 2000);
    expect((await api.call('POST', `${url}/revoke`)).body.revokedAt).toBe(revokedAt);
    expect((await api.call('POST', `${url}/secret`)).body.code).toBe('device-revoked');
    expect((await api.call('PUT', `${url}/certificate`, { fingerprint })).body.code).toBe('device-revoked');
  });

  test('are renamed, filtered, and unknown when they are', async () => {
    const url = `/v1/devices/${world.deviceId}`;
    expect((await api.call('PATCH', url, { name: 'Upstairs' })).body.name).toBe('Upstairs');
    expect((await api.call('PATCH', url, {})).body.name).toBe('Upstairs');
    const { body: nobody } = await api.call('GET', `/v1/devices?customerId=${world.modelId}`);
    expect(nobody).toEqual({ items: [], nextCursor: null });
    const unknown = `/v1/devices/${world.customerId}`;
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/secret'],
      ['POST', '/revoke'],
    ] as const) {
      expect((await api.call(method, unknown + path)).status).toBe(404);
    }
  });
});

/** What brokers hear. */
async function listen({ database }: TestApi): Promise<{ next: () => Promise<string> } & AsyncDisposable> {
  const client = await database.pool.connect();
  const heard: string[] = [];
  let wake = () => {};
  client.on('notification', ({ payload }) => {
    heard.push(payload ?? '');
    wake();
  });
  await client.query('LISTEN device_changed');
  return {
    next: async () => {
      while (heard.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return heard.shift() ?? '';
    },
    [Symbol.asyncDispose]: async () => {
      await client.query('UNLISTEN *');
      client.release();
    },
  };
}
