import { afterAll, beforeAll, expect, test } from 'vitest';
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

let database: TestDatabase;
let broker: TestBroker;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
  broker = await startTestBroker(database);
});
afterAll(async () => {
  await broker.close();
  await database[Symbol.asyncDispose]();
});

const newDevice = async (): Promise<TestDevice> => {
  const [device] = await registerDevices(database, 1);
  if (device === undefined) throw new Error('no device');
  return device;
};

const readingsOf = async (device: TestDevice, key: string) => {
  const { rows } = await database.pool.query(
    `SELECT at, seq, received_at AS "receivedAt", level_kind AS kind, level, use_counter AS "useCounter",
       supply_serial AS serial, historical
     FROM reading WHERE consumable_id = $1 ORDER BY at, seq`,
    [device.consumables.get(key)],
  );
  return rows;
};

test('an acknowledged reading is stored, with its counter, and announced for evaluation', async () => {
  const device = await newDevice();
  const client = await connectDevice(broker.port('mqtt'), device);
  const consumables = { black: { level: 0.37, serial: 'A"\\,{}1' }, milk: { amount: 500, unit: 'ml' } };
  await publish(client, device, telemetryOf({ seq: 812, consumables, counters: { pages: 10_231 } }));
  const at = new Date('2026-11-21T12:00:00Z');
  const common = { at, seq: 812, receivedAt: new Date(NOON), historical: false };
  expect(await readingsOf(device, 'black')).toEqual([
    { ...common, kind: 'measured', level: 0.37, useCounter: 10_231, serial: 'A"\\,{}1' },
  ]);
  expect(await readingsOf(device, 'milk')).toEqual([
    { ...common, kind: 'measured', level: 0.25, useCounter: null, serial: null },
  ]);
  const queue = await database.pool.query(
    `SELECT reading_at AS "at", reading_seq AS seq, event_ids AS events FROM evaluation_queue
     WHERE consumable_id = $1`,
    [device.consumables.get('black')],
  );
  expect(queue.rows).toEqual([{ at: [at], seq: ['812'], events: [] }]);
  await client.endAsync();
});

test('a duplicate is stored once, announced once, acknowledged and counted', async () => {
  const device = await newDevice();
  const client = await connectDevice(broker.port('mqtt'), device);
  const before = await countOf(broker.metrics.refused, 'duplicate');
  await publish(client, device, telemetryOf());
  await publish(client, device, telemetryOf());
  await Promise.all([publish(client, device, telemetryOf()), publish(client, device, telemetryOf())]);
  expect(await readingsOf(device, 'black')).toHaveLength(1);
  const queue = await database.pool.query('SELECT 1 FROM evaluation_queue WHERE consumable_id = $1', [
    device.consumables.get('black'),
  ]);
  expect(queue.rowCount).toBe(1);
  expect((await countOf(broker.metrics.refused, 'duplicate')) - before).toBe(3);
  await client.endAsync();
});
