import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOR_EVER, NEVER, type TelemetryConsent, telemetryUntil } from '../../core/telemetry-consent.ts';
import { DAY_MS } from '../../core/types.ts';
import {
  connectDevice,
  countOf,
  NOON,
  publish,
  registerDevices,
  startTestBroker,
  type TestBroker,
  type TestDevice,
  telemetryOf,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

describe('until when telemetry may be stored', () => {
  const consent = (fields: Partial<TelemetryConsent> = {}): TelemetryConsent => ({
    consumableId: null,
    grantedAt: 100,
    validUntil: null,
    withdrawnAt: null,
    ...fields,
  });
  const until = (...consents: TelemetryConsent[]) => telemetryUntil(consents, 'black', true);

  test('nobody said anything: as the jurisdiction has it', () => {
    expect(until()).toBe(FOR_EVER);
    expect(telemetryUntil([], 'black', false)).toBe(NEVER);
    expect(telemetryUntil([consent({ consumableId: 'cyan' })], 'black', false)).toBe(NEVER);
  });

  test('the last word counts, whatever its scope', () => {
    expect(until(consent())).toBe(FOR_EVER);
    expect(until(consent({ withdrawnAt: 200 }))).toBe(NEVER);
    expect(until(consent({ withdrawnAt: 200 }), consent({ grantedAt: 300, consumableId: 'black' }))).toBe(
      FOR_EVER,
    );
    // A device's own consent that is taken back ends it, though a wider one was given before.
    expect(until(consent(), consent({ consumableId: 'black', withdrawnAt: 200 }))).toBe(NEVER);
    // Granted and taken back in the same millisecond: taken back.
    expect(until(consent({ withdrawnAt: 200 }), consent({ grantedAt: 200 }))).toBe(NEVER);
    expect(until(consent(), consent({ consumableId: 'cyan', withdrawnAt: 200 }))).toBe(FOR_EVER);
  });

  test('a consent with an end ends', () => {
    expect(until(consent({ validUntil: 500 }))).toBe(500);
    expect(until(consent({ validUntil: 500 }), consent({ validUntil: 700 }))).toBe(700);
  });
});

describe('a broker whose customer withdraws telemetry', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let devices: readonly TestDevice[];
  let clients: readonly MqttClient[];
  let customerId: string;
  let seq = 0;
  beforeAll(async () => {
    database = await createTestDatabase(NOON);
    broker = await startTestBroker(database);
    devices = await registerDevices(database, 2);
    const { rows } = await database.pool.query<{ id: string }>(
      `INSERT INTO customer (name, time_zone, currency, created_at) VALUES ('A', 'UTC', 'EUR', now()) RETURNING id`,
    );
    customerId = rows[0]?.id ?? '';
    await database.pool.query('UPDATE device SET customer_id = $1', [customerId]);
    clients = await Promise.all(devices.map((device) => connectDevice(broker.port('mqtt'), device)));
  });
  afterAll(async () => {
    for (const client of clients) client.end(true);
    await broker.close();
    await database[Symbol.asyncDispose]();
  });

  const grant = async (deviceId: string | null, at: number, validUntil: number | null = null) => {
    const { rows } = await database.pool.query<{ id: string }>(
      `INSERT INTO consent (customer_id, device_id, purpose, version, text, text_hash, language, method, actor, granted_at,
         valid_until) VALUES ($1, $2, 'telemetry', '1', '', '', 'en', 'test', 'test', $3, $4) RETURNING id`,
      [customerId, deviceId, new Date(at), validUntil === null ? null : new Date(validUntil)],
    );
    return rows[0]?.id ?? '';
  };
  const withdraw = (id: string, at: number) =>
    database.pool.query(
      `INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method) VALUES ($1, $2, 'test', 'test')`,
      [id, new Date(at)],
    );
  /** Publishes one reading that the broker acknowledges; returns whether it was stored. */
  const isStored = async (index: number): Promise<boolean> => {
    const [client, device] = [clients[index], devices[index]];
    if (client === undefined || device === undefined) throw new Error('no such device');
    seq += 1;
    await publish(client, device, telemetryOf({ seq }));
    const { rows } = await database.pool.query('SELECT FROM reading WHERE seq = $1', [seq]);
    return rows.length === 1;
  };
  const becomes = (index: number, stored: boolean) =>
    eventually(async () => expect(await isStored(index)).toBe(stored));

  test('drops that device, acknowledges it, counts it, keeps nothing of it, and stores the other', async () => {
    expect(await isStored(0)).toBe(true);
    const consent = await grant(devices[0]?.id ?? null, NOON);
    expect(await isStored(0)).toBe(true);
    await withdraw(consent, NOON + 1);
    await becomes(0, false);
    const refusedBefore = await countOf(broker.metrics.refused, 'no-consent');
    expect(await isStored(0)).toBe(false);
    expect(await countOf(broker.metrics.refused, 'no-consent')).toBe(refusedBefore + 1);
    expect(await isStored(1)).toBe(true);
    const client = clients[0];
    const device = devices[0];
    if (client === undefined || device === undefined) throw new Error('no device');
    const event = (type: string) => {
      seq += 1;
      return JSON.stringify({ v: 1, at: '2026-11-21T12:00:00Z', seq, type, consumable: 'black' });
    };
    await publish(client, device, event('fault'), 'event');
    await publish(client, device, event('button'), 'event');
    const { rows } = await database.pool.query('SELECT type FROM consumable_event');
    // A button is a request of the customer, not something the device tells of itself.
    expect(rows).toEqual([{ type: 'button' }]);
    const letters = await database.pool.query('SELECT reason FROM dead_letter');
    expect(letters.rows).toEqual([]);
  });

  test('a device that connects after the withdrawal is dropped too', async () => {
    const device = devices[0];
    if (device === undefined) throw new Error('no device');
    const again = await connectDevice(broker.port('mqtt'), device, { clientId: `${device.id}:again` });
    seq += 1;
    await publish(again, device, telemetryOf({ seq }));
    again.end(true);
    const { rows } = await database.pool.query('SELECT FROM reading WHERE seq = $1', [seq]);
    expect(rows).toEqual([]);
  });

  test('stores again after a new grant, until that ends', async () => {
    await grant(null, NOON + 2, NOON + DAY_MS);
    await becomes(0, true);
    broker.clock.advanceTo(NOON + DAY_MS);
    seq += 1;
    const [client, device] = [clients[0], devices[0]];
    if (client === undefined || device === undefined) throw new Error('no device');
    await publish(client, device, telemetryOf({ seq, at: new Date(NOON + DAY_MS).toISOString() }));
    const { rows } = await database.pool.query('SELECT FROM reading WHERE seq = $1', [seq]);
    expect(rows).toEqual([]);
  });
});
