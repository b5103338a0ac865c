import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectStatus, join, ownCustomer } from './support/people.ts';
import { type ServedApi, serveApi } from './support/served-api.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('fleet provisioning', () => {
  let api: ServedApi;
  let deviceModelId: string;
  beforeAll(async () => {
    api = await serveApi();
    const slots = [{ key: 'black', name: 'Black toner', typicalLifeDays: 90 }];
    const model = { make: 'Acme', model: 'Laser 1', family: 'laser printer', slots };
    deviceModelId = (await expectStatus(api.machine.post('/v1/device-models', model), 201)).body.id;
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const newToken = async (maxDevices = 100, validDays = 365) => {
    const token = { deviceModelId, name: 'Batch', maxDevices, validDays };
    return (await expectStatus(api.machine.post('/v1/provisioning-tokens', token), 201)).body;
  };
  /** As firmware does: no cookies, no page. */
  const trade = async (token: string | null, serial: string) => {
    const device = api.browser();
    device.origin = null;
    if (token !== null) device.headers.set('authorization', `Bearer ${token}`);
    return await device.post('/v1/provisioning', { serial });
  };

  test('gives a device credentials of its own, and a code to claim it', async () => {
    const { token } = await newToken();
    const { body } = await expectStatus(trade(token, 'SN-1'), 201);
    const device = (await api.machine.get(`/v1/devices/${body.deviceId}`)).body;
    expect(device).toMatchObject({
      deviceModelId,
      serial: 'SN-1',
      name: 'Acme Laser 1',
      customerId: null,
      hasSecret: true,
    });
    expect(device.consumables).toHaveLength(1);
    const owner = await join(api, 'owner@example.org');
    const customerId = await ownCustomer(owner);
    await expectStatus(owner.post('/v1/claims', { code: body.claimCode, customerId }), 201);
    await expectStatus(owner.get(`/v1/devices/${body.deviceId}`), 200);
    const other = (await expectStatus(trade(token, 'SN-1b'), 201)).body;
    expect(other.secret).not.toBe(body.secret);
    const { rows } = await api.database.pool.query(
      "SELECT encode(token_hash, 'hex') AS hash FROM provisioning_token",
    );
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('happens once for a serial number, until an admin resets it', async () => {
    const { token } = await newToken();
    const { body: first } = await expectStatus(trade(token, 'SN-2'), 201);
    const refused = await trade(token, 'SN-2');
    expect(refused).toMatchObject({ status: 409, body: { code: 'already-provisioned' } });
    // Nor with another token of the same model.
    expect((await trade((await newToken()).token, 'SN-2')).status).toBe(409);
    await expectStatus(api.machine.post(`/v1/devices/${first.deviceId}/provisioning-reset`), 204);
    const { body: second } = await expectStatus(trade(token, 'SN-2'), 201);
    expect(second.deviceId).toBe(first.deviceId);
    expect(second.secret).not.toBe(first.secret);
    await expectStatus(trade(token, 'SN-2'), 409);
    const { body: device } = await api.machine.post('/v1/devices', { deviceModelId, name: 'By hand' });
    await expectStatus(api.machine.post(`/v1/devices/${device.id}/provisioning-reset`), 404);
  });

  test('of many that ask at once gives to one, and to no more than the token stands for', async () => {
    const { token } = await newToken(5);
    const same = await Promise.all([1, 2, 3, 4].map(() => trade(token, 'SN-3')));
    expect(same.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    const many = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((i) => trade(token, `SN-3-${i}`)));
    expect(many.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(many.find(({ status }) => status !== 201)).toMatchObject({
      status: 401,
      body: { code: 'provisioning-refused' },
    });
    const { rows } = await api.database.pool.query(
      'SELECT max(used_devices) AS used FROM provisioning_token',
    );
    expect(rows[0].used).toBe(5);
  });

  test('refuses tokens that are unknown, revoked or expired, and whoever tries many', async () => {
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    const revoked = await newToken();
    await expectStatus(api.machine.post(`/v1/provisioning-tokens/${revoked.id}/revoke`), 200);
    await expectStatus(trade(revoked.token, 'SN-4'), 401);
    const expired = await newToken(10, 1);
    await expectStatus(trade(expired.token, 'SN-5'), 201);
    api.clock.advanceTo(api.clock.now() + DAY_MS);
    await expectStatus(trade(expired.token, 'SN-6'), 401);
    await expectStatus(trade(null, 'SN-7'), 401);
    const good = await newToken();
    for (let i = 0; i < 28; i += 1) await expectStatus(trade(`wrong-${i}`, 'SN-8'), 401);
    await expectStatus(trade(good.token, 'SN-9'), 429);
    api.clock.advanceTo(api.clock.now() + HOUR_MS);
    // A factory is not slowed down by its successes.
    for (let i = 0; i < 40; i += 1) await expectStatus(trade(good.token, `SN-10-${i}`), 201);
    const { body } = await api.machine.get('/v1/provisioning-tokens');
    expect(JSON.stringify(body)).not.toContain(good.token);
  });

  test('a device that was given away trades its token once more, as a new device', async () => {
    const { token } = await newToken();
    const { body: first } = await expectStatus(trade(token, 'SN-11'), 201);
    const owner = await join(api, 'seller@example.org');
    const customerId = await ownCustomer(owner);
    await expectStatus(owner.post('/v1/claims', { code: first.claimCode, customerId }), 201);
    await expectStatus(trade(token, 'SN-11'), 409);
    const { body: released } = await expectStatus(owner.post(`/v1/devices/${first.deviceId}/release`), 200);
    const { body: second } = await expectStatus(trade(token, 'SN-11'), 201);
    expect(second.deviceId).toBe(released.deviceId);
    expect(second.deviceId).not.toBe(first.deviceId);
    // The newest code counts; the one that the seller knows works no more.
    await expectStatus(owner.post('/v1/claims', { code: released.claimCode, customerId }), 422);
    const buyer = await join(api, 'buyer@example.org');
    const bought = { code: second.claimCode, customerId: await ownCustomer(buyer) };
    await expectStatus(buyer.post('/v1/claims', bought), 201);
    await expectStatus(owner.get(`/v1/devices/${second.deviceId}`), 404);
  });
});
