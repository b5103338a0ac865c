import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { verifyChain } from '../../platform/audit/verify.ts';
import { newConsent } from '../api/support.ts';
import { fillWithMarkers, findAnywhere, unknownToErasure } from './support.ts';
import { createErasureWorld, type ErasureWorld, PERSONAL } from './world.ts';

const MINUTE_MS = 60_000;

describe('the erasure of a customer', () => {
  let scene: ErasureWorld;
  let markers: string[];
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
  let started: any;

  beforeAll(async () => {
    scene = await createErasureWorld();
  });
  afterAll(() => scene[Symbol.asyncDispose]());
  const erase = (confirm: string) =>
    scene.api.call('POST', `/v1/customers/${scene.world.customerId}/erasure`, { confirm });
  const rows = async (sql: string) => (await scene.api.database.pool.query(sql)).rows;

  test('is known to every table and column', async () => {
    const { pool } = scene.api.database;
    expect(await unknownToErasure(pool)).toEqual([]);
    // The control: what is new is noticed, in a table that stays and as a table.
    await pool.query('ALTER TABLE consent ADD COLUMN nickname text');
    await pool.query('CREATE TABLE pet (customer_id uuid, name text)');
    expect(await unknownToErasure(pool)).toEqual(['consent.nickname', 'pet']);
    await pool.query('ALTER TABLE consent DROP COLUMN nickname');
    await pool.query('DROP TABLE pet');
  });

  test('is shown before it is done, in the language of the customer', async () => {
    const url = `/v1/customers/${scene.world.customerId}/erasure-preview`;
    const { body } = await scene.api.call('GET', url);
    expect(body).toMatchObject({ openOrders: 1, devices: 1, accounts: 2 });
    const groups = body.deletes.map(({ group }: { group: string }) => group);
    expect(groups).toEqual(
      expect.arrayContaining(['profile', 'accounts', 'devices', 'telemetry', 'calendars', 'messages']),
    );
    expect(body.keeps.map(({ group }: { group: string }) => group)).toEqual(['orders', 'consents', 'audit']);
    expect(body.keeps[0]).toMatchObject({ rows: 1, until: '2036-12-31' });
    expect(body.keeps[0].why).toContain('§ 147 AO');
    expect(body.keeps[1].until).toBe('2036-12-31');
  });

  test('needs the name typed right', async () => {
    expect((await erase('Mustermann')).body.code).toBe('confirmation-mismatch');
    expect(await rows('SELECT id FROM erasure')).toEqual([]);
  });

  test('leaves nothing that tells of the person in any column of any table', async () => {
    const { pool } = scene.api.database;
    const personal = Object.values(PERSONAL);
    const before = await findAnywhere(pool, personal);
    // The control: all of it is there to be found.
    expect(personal.filter((value) => !before.has(value))).toEqual([]);
    started = (await erase(` ${PERSONAL.name} `)).body;
    markers = await fillWithMarkers(pool, {
      customerId: scene.world.customerId,
      userIds: scene.userIds,
    });
    expect(markers.length).toBeGreaterThan(40);
    const marked = await findAnywhere(pool, markers);
    expect(markers.filter((value) => !marked.has(value))).toEqual([]);
    await scene.rules.drain();
    scene.api.clock.advanceTo(scene.api.clock.now() + 11 * MINUTE_MS);
    await scene.rules.drain();
    expect(await rows('SELECT finished_at IS NOT NULL AS done FROM erasure')).toEqual([{ done: true }]);
    expect([...(await findAnywhere(pool, [...personal, ...markers]))]).toEqual([]);
  });

  test('cancels what is open, releases devices, and keeps what the law wants', async () => {
    expect(started.cancelledOrderIds).toEqual([scene.openId]);
    expect(started.releasedDevices).toMatchObject([{ name: PERSONAL.device }]);
    const orders = await rows(
      'SELECT id, status, total_minor, status_reason, merchant_reference FROM "order"',
    );
    expect(orders).toEqual([
      {
        id: scene.boughtId,
        status: 'delivered',
        total_minor: 8990,
        status_reason: null,
        merchant_reference: 'M-1',
      },
    ]);
    const consents = await rows(
      `SELECT k.purpose, k.text, k.actor, w.method FROM consent k JOIN consent_withdrawal w ON w.consent_id = k.id ORDER BY 1`,
    );
    expect(consents).toEqual([
      { purpose: 'automatic-order', text: 'erased', actor: 'erased', method: 'erasure' },
      { purpose: 'coaching', text: 'erased', actor: 'erased', method: 'api' },
    ]);
    const [successor] = started.releasedDevices;
    const device = await rows(
      `SELECT customer_id, serial, predecessor_id FROM device WHERE id = '${successor.deviceId}'`,
    );
    expect(device).toEqual([{ customer_id: null, serial: null, predecessor_id: null }]);
    expect(await rows('SELECT count(*)::int AS count FROM reading')).toEqual([{ count: 0 }]);
  });

  test('leaves the audit log whole', async () => {
    expect(await verifyChain(scene.api.database.pool)).toMatchObject({ whole: true });
    const { body } = await scene.api.call(
      'GET',
      `/v1/audit-entries?customerId=${scene.world.customerId}&limit=200`,
    );
    expect(body.items.map(({ operation }: { operation: string }) => operation)).toContain(
      'POST /v1/customers/{customerId}/erasure',
    );
    expect(body.items.every(({ originAddress }: { originAddress: unknown }) => originAddress === null)).toBe(
      true,
    );
  });

  test('is answered with a signed receipt, for whoever has its token', async () => {
    const read = (token: string) => scene.api.call('GET', `/v1/erasures/${started.erasureId}?token=${token}`);
    const { body } = await read(started.receiptToken);
    const [, payload = ''] = body.receipt.split('.');
    const receipt = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(receipt.kept.map(({ group }: { group: string }) => group)).toEqual([
      'orders',
      'consents',
      'audit',
    ]);
    expect(
      receipt.deleted.find(({ group }: { group: string }) => group === 'telemetry').rows,
    ).toBeGreaterThan(200);
    expect((await read('another')).status).toBe(404);
    expect((await scene.api.call('GET', '/v1/erasures')).body.items).toMatchObject([
      { id: started.erasureId },
    ]);
  });

  test('is final: not done twice, and nothing new is kept', async () => {
    expect((await erase('erased')).body.code).toBe('already-erased');
    const { customerId } = scene.world;
    const patched = await scene.api.call('PATCH', `/v1/customers/${customerId}`, { name: PERSONAL.name });
    expect(patched.status).toBe(404);
    const consent = newConsent(scene.world, { purpose: 'coaching', mandate: undefined });
    expect((await scene.api.call('POST', '/v1/consents', consent)).body.code).toBe('unknown-reference');
    const hold = { customerId, startsOn: '2026-12-24' };
    expect((await scene.api.call('POST', '/v1/holds', hold)).body.code).toBe('unknown-reference');
    const { modelId: deviceModelId } = scene.world;
    const unowned = await scene.api.call('POST', '/v1/devices', { deviceModelId, name: 'On the shelf' });
    const { claimCode } = unowned.body;
    const rule = { kind: 'all-day-busy' };
    const device = { deviceModelId, customerId, name: PERSONAL.device };
    const keys = { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) };
    const own = `/v1/customers/${customerId}`;
    for (const [path, body, code] of [
      [`${own}/calendars`, { name: 'Family', url: PERSONAL.calendarUrl, rule }, 'not-found'],
      [`${own}/invitations`, { email: PERSONAL.invited, role: 'viewer' }, 'not-found'],
      [`${own}/webhook-endpoints`, { url: PERSONAL.calendarUrl }, 'not-found'],
      [`${own}/push-subscriptions`, { endpoint: PERSONAL.calendarUrl, keys }, 'not-found'],
      ['/v1/devices', device, 'unknown-reference'],
      ['/v1/claims', { code: claimCode, customerId }, 'unknown-reference'],
    ] as const) {
      expect((await scene.api.call('POST', path, body)).body.code, path).toBe(code);
    }
  });

  test('changes append-only records only towards nothing', async () => {
    const { pool } = scene.api.database;
    for (const sql of [
      `UPDATE consent SET version = '2'`,
      `UPDATE consent SET text = 'other', actor = 'erased', origin_address = NULL`,
      `UPDATE mandate SET max_quantity = 99`,
      `UPDATE mandate SET delivery_address = '{"a": 1}'`,
      `UPDATE order_history SET reason = 'other'`,
      `UPDATE consent_withdrawal SET withdrawn_at = now()`,
    ]) {
      await expect(pool.query(sql), sql).rejects.toThrow('append-only');
    }
  });
});

test('an erasure waits with the address until the merchant has answered', async () => {
  await using scene = await createErasureWorld();
  const { pool } = scene.api.database;
  await pool.query(`UPDATE "order" SET status = 'placing', due_at = $2 WHERE id = $1`, [
    scene.openId,
    new Date(scene.api.clock.now() + 90 * DAY_MS),
  ]);
  const { body } = await scene.api.call('POST', `/v1/customers/${scene.world.customerId}/erasure`, {
    confirm: PERSONAL.name,
  });
  expect(body.takenBackOrderIds).toEqual([scene.openId]);
  const pass = async () => {
    scene.api.clock.advanceTo(scene.api.clock.now() + 2 * 60 * MINUTE_MS);
    await scene.rules.drain();
    const { rows } = await pool.query<{ done: boolean }>(
      'SELECT finished_at IS NOT NULL AS done FROM erasure',
    );
    return { done: rows[0]?.done, left: [...(await findAnywhere(pool, Object.values(PERSONAL))).keys()] };
  };
  await pass();
  const waiting = await pass();
  expect(waiting.done).toBe(false);
  expect(waiting.left.toSorted()).toEqual([PERSONAL.name, PERSONAL.payment, PERSONAL.street].toSorted());
  await pool.query(`UPDATE "order" SET status = 'rejected', due_at = NULL WHERE id = $1`, [scene.openId]);
  await pass();
  expect(await pass()).toEqual({ done: true, left: [] });
});
