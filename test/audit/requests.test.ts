import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyChain } from '../../platform/audit/verify.ts';
import { createTestApi, createWorld, newConsent, type TestApi, TOKEN, type World } from '../api/support.ts';
import { join } from '../api-auth/support/people.ts';
import { type ServedApi, serveApi } from '../api-auth/support/served-api.ts';

describe('the audit log of the API', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const latest = async () => (await api.call('GET', '/v1/audit-entries?limit=1')).body.items[0];

  test('has everything that was set up, and is whole', async () => {
    const { body } = await api.call('GET', '/v1/audit-entries');
    expect(body.items.map(({ operation }: { operation: string }) => operation).toReversed()).toEqual([
      'POST /v1/device-models',
      'POST /v1/merchants',
      'POST /v1/products',
      'POST /v1/customers',
      'POST /v1/devices',
    ]);
    expect(body.items[0]).toMatchObject({
      seq: 5,
      at: new Date(api.clock.now()).toISOString(),
      actorKind: 'api-token',
      actorId: null,
      objectKind: 'device',
      objectId: world.deviceId,
      customerId: world.customerId,
      originAddress: '127.0.0.1',
      outcome: '201',
    });
    expect(body.items[1]).toMatchObject({ objectKind: 'customer', customerId: world.customerId });
    expect(await verifyChain(api.database.pool)).toMatchObject({ whole: true, entries: 5 });
  });

  test('names the object of the path, its customer and the request', async () => {
    const { headers } = await api.app.inject({
      method: 'PATCH',
      url: `/v1/consumables/${world.consumableId}`,
      headers: { authorization: `Bearer ${TOKEN}` },
      payload: { strategy: 'curated' },
    });
    expect(await latest()).toMatchObject({
      operation: 'PATCH /v1/consumables/{consumableId}',
      objectKind: 'consumable',
      objectId: world.consumableId,
      customerId: world.customerId,
      requestId: headers['x-request-id'],
      outcome: '200',
    });
  });

  test('has refusals of known callers, not reads and not strangers', async () => {
    const before = (await latest()).seq;
    await api.call('GET', `/v1/customers/${world.customerId}`);
    await api.app.inject({ method: 'POST', url: '/v1/holds', payload: {} });
    await api.app.inject({ method: 'POST', url: '/v1/nowhere', payload: {} });
    await api.app.inject({
      method: 'POST',
      url: '/v1/auth/sign-in',
      payload: { email: 'a@example.org', password: 'wrong password 123' },
    });
    expect((await latest()).seq).toBe(before);
    const unknown = randomUUID();
    await api.call('POST', `/v1/orders/${unknown}/cancel`, {});
    expect(await latest()).toMatchObject({
      seq: before + 1,
      operation: 'POST /v1/orders/{orderId}/cancel',
      objectKind: 'order',
      objectId: unknown,
      customerId: null,
      outcome: '404',
    });
    // What is no id is not kept: it may be anything, a name for instance.
    await api.call('POST', '/v1/orders/Rosalinde-Mustermann/cancel', {});
    expect(await latest()).toMatchObject({ seq: before + 2, objectId: null, outcome: '400' });
  });

  test('holds nothing of bodies, answers or credentials', async () => {
    await api.call('POST', '/v1/consents', newConsent(world));
    await api.call('POST', `/v1/devices/${world.deviceId}/secret`);
    const { rows } = await api.database.pool.query('SELECT row_to_json(a)::text AS text FROM audit_entry a');
    const text = rows.map((row) => row.text).join('\n');
    expect(text).toContain('/v1/consents');
    const hidden = [
      TOKEN,
      world.secret,
      world.webhookSecret,
      'Hauptstraße',
      'Familie',
      'token-of-the',
      'key-of',
    ];
    for (const secret of hidden) expect(text.includes(secret), secret).toBe(false);
  });

  test('withholds a success that cannot be written', async () => {
    const { pool } = api.database;
    const hold = { customerId: world.customerId, startsOn: '2026-12-24', endsOn: '2026-12-26' };
    const send = () =>
      api.app.inject({
        method: 'POST',
        url: '/v1/holds',
        headers: { authorization: `Bearer ${TOKEN}` },
        payload: hold,
      });
    await pool.query('ALTER TABLE audit_head RENAME TO audit_head_away');
    expect((await send()).statusCode).toBe(500);
    // A refusal is told as it is, without a word about the database.
    const refused = await api.call('POST', '/v1/holds', { ...hold, startsOn: 'soon' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    // Nor is the hold there: the two are one transaction.
    expect((await pool.query('SELECT FROM hold')).rowCount).toBe(0);
    await pool.query('ALTER TABLE audit_head_away RENAME TO audit_head');
    expect((await send()).statusCode).toBe(201);
  });

  test.each([
    ['POST', (): string => `/v1/devices/${world.deviceId}/secret`, {}, 'device'],
    [
      'POST',
      (): string => `/v1/devices/${world.deviceId}/commands`,
      { command: { type: 'maintenance', hint: 'x' } },
      'device_command',
    ],
    ['POST', (): string => '/v1/halts', { reason: 'Wrong prices.' }, 'halt'],
    [
      'PATCH',
      (): string => '/v1/ops/thresholds',
      { values: { staleAfterDays: 9 }, reason: 'r' },
      'setting_change',
    ],
    ['PATCH', (): string => `/v1/consumables/${world.consumableId}`, { strategy: 'respond' }, 'consumable'],
    [
      'PATCH',
      (): string => `/v1/customers/${world.customerId}/message-settings`,
      { digestAt: '08:00' },
      'message_setting',
    ],
  ] as const)('leaves nothing changed that it cannot write: %s %s', async (method, url, body, table) => {
    const { pool } = api.database;
    const contents = async () =>
      (await pool.query(`SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS sum FROM ${table} t`))
        .rows[0];
    const before = await contents();
    await pool.query('ALTER TABLE audit_head RENAME TO audit_head_away');
    try {
      await expect(api.call(method, url(), body)).rejects.toThrow('audit_head');
    } finally {
      await pool.query('ALTER TABLE audit_head_away RENAME TO audit_head');
    }
    expect(await contents()).toEqual(before);
    // The control: it would have changed something.
    expect((await api.call(method, url(), body)).status).toBeLessThan(300);
    expect(await contents()).not.toEqual(before);
  });

  test('is written in the transaction of what matters most, once', async () => {
    const { pool } = api.database;
    const hold = { customerId: world.customerId, startsOn: '2027-12-24', endsOn: '2027-12-26' };
    const { body: held } = await api.call('POST', '/v1/holds', hold);
    const { body: consent } = await api.call(
      'POST',
      '/v1/consents',
      newConsent(world, { purpose: 'coaching', mandate: undefined }),
    );
    await api.call('POST', `/v1/consents/${consent.id}/withdraw`);
    const { body: device } = await api.call('POST', '/v1/devices', {
      customerId: world.customerId,
      deviceModelId: world.modelId,
      name: 'To be given away',
    });
    await api.call('POST', `/v1/devices/${device.id}/release`);
    const transactionOf = async (table: string, where: string) =>
      (await pool.query<{ xmin: string }>(`SELECT xmin::text FROM ${table} WHERE ${where}`)).rows.map(
        ({ xmin }) => xmin,
      );
    const entries = (operation: string, id: string) =>
      transactionOf('audit_entry', `operation = '${operation}' AND object_id = '${id}'`);
    expect(await entries('POST /v1/holds', held.id)).toEqual(
      await transactionOf('hold', `id = '${held.id}'`),
    );
    expect(await entries('POST /v1/consents', consent.id)).toEqual(
      await transactionOf('consent', `id = '${consent.id}'`),
    );
    expect(await entries('POST /v1/consents/{consentId}/withdraw', consent.id)).toEqual(
      await transactionOf('consent_withdrawal', `consent_id = '${consent.id}'`),
    );
    expect(await entries('POST /v1/devices/{deviceId}/release', device.id)).toEqual(
      await transactionOf('device', `predecessor_id = '${device.id}'`),
    );
    // The control: another's entry is of a transaction of its own.
    expect(await entries('POST /v1/devices', device.id)).not.toEqual(
      await transactionOf('consumable', `device_id = '${device.id}'`),
    );
    expect(await verifyChain(pool)).toMatchObject({ whole: true });
  });

  test('is read in pages, and by customer', async () => {
    const { body: all } = await api.call('GET', '/v1/audit-entries?limit=200');
    const paged: { seq: number }[] = [];
    for (let url: string | null = '/v1/audit-entries?limit=3'; url !== null; ) {
      const { body }: { body: { items: { seq: number }[]; nextCursor: string | null } } = await api.call(
        'GET',
        url,
      );
      paged.push(...body.items);
      url = body.nextCursor === null ? null : `/v1/audit-entries?limit=3&cursor=${body.nextCursor}`;
    }
    expect(paged).toEqual(all.items);
    const { body: own } = await api.call('GET', `/v1/audit-entries?customerId=${world.customerId}`);
    const ofCustomer = all.items.filter(
      (entry: { customerId: string }) => entry.customerId === world.customerId,
    );
    expect(own.items).toEqual(ofCustomer);
    expect(own.items.length).toBeLessThan(all.items.length);
    expect((await api.call('GET', '/v1/audit-entries?cursor=nonsense')).status).toBe(400);
  });
});

describe('the audit log of people', () => {
  let api: ServedApi;
  beforeAll(async () => {
    api = await serveApi();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('names who signed in by id, what they did, and what was refused', async () => {
    const anna = await join(api, 'anna@example.org');
    const { body: me } = await anna.get('/v1/me');
    const customer = { name: 'Anna', timeZone: 'UTC', currency: 'EUR' };
    const { body: own } = await anna.post('/v1/customers', customer);
    const { body: others } = await api.machine.post('/v1/customers', customer);
    expect((await anna.send('PATCH', `/v1/customers/${others.id}`, { name: 'Mine' })).status).toBe(404);
    const { body } = await api.machine.get('/v1/audit-entries?limit=3');
    expect(body.items).toMatchObject([
      { actorKind: 'user', actorId: me.id, customerId: others.id, outcome: '404' },
      { actorKind: 'api-token', operation: 'POST /v1/customers', customerId: others.id },
      { actorKind: 'user', actorId: me.id, operation: 'POST /v1/customers', customerId: own.id },
    ]);
    const { rows } = await api.database.pool.query('SELECT row_to_json(a)::text AS text FROM audit_entry a');
    expect(rows.map((row) => row.text).join()).not.toContain('anna@');
    expect((await anna.get('/v1/audit-entries')).status).toBe(403);
  });
});
