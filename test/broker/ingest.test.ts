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

test('an event is stored and announced; of the device as a whole, only stored', async () => {
  const device = await newDevice();
  const client = await connectDevice(broker.port('mqtt'), device);
  const event = {
    v: 1,
    at: '2026-11-21T12:00:00Z',
    seq: 5,
    type: 'replaced',
    consumable: 'black',
    detail: 'by "hand"',
  };
  await publish(client, device, JSON.stringify(event), 'event');
  await publish(client, device, JSON.stringify({ ...event, consumable: undefined, type: 'button' }), 'event');
  await publish(client, device, JSON.stringify(event), 'event');
  const events = await database.pool.query(
    'SELECT id, consumable_id AS "consumableId", type, seq, detail FROM consumable_event WHERE device_id = $1 ORDER BY id',
    [device.id],
  );
  const consumableId = device.consumables.get('black');
  expect(events.rows).toMatchObject([
    { consumableId, type: 'replaced', seq: 5, detail: { text: 'by "hand"' } },
    { consumableId: null, type: 'button' },
  ]);
  const queue = await database.pool.query(
    'SELECT reading_at AS at, event_ids AS events FROM evaluation_queue WHERE consumable_id = $1',
    [consumableId],
  );
  expect(queue.rows).toEqual([{ at: [], events: [events.rows[0].id] }]);
  await client.endAsync();
});

test('an event told late is stored as historical, in the same batch as one told at once', async () => {
  const device = await newDevice();
  const client = await connectDevice(broker.port('mqtt'), device);
  const event = { v: 1, seq: 1, type: 'replaced', consumable: 'black' };
  await Promise.all([
    publish(
      client,
      device,
      JSON.stringify({ ...event, at: '2026-11-18T12:00:00Z', historical: true }),
      'event',
    ),
    publish(client, device, JSON.stringify({ ...event, at: '2026-11-21T12:00:00Z' }), 'event'),
  ]);
  const { rows } = await database.pool.query(
    'SELECT at, historical FROM consumable_event WHERE device_id = $1 ORDER BY at',
    [device.id],
  );
  expect(rows).toEqual([
    { at: new Date('2026-11-18T12:00:00Z'), historical: true },
    { at: new Date('2026-11-21T12:00:00Z'), historical: false },
  ]);
  await client.endAsync();
});

test('levels that are not measured, and a receptacle whose level is space left', async () => {
  const device = await newDevice();
  const client = await connectDevice(broker.port('mqtt'), device);
  const consumables = { black: { level: 'some' }, milk: { level: 'unknown' }, waste: { level: 0.9 } };
  await publish(client, device, telemetryOf({ consumables }));
  expect(await readingsOf(device, 'black')).toMatchObject([{ kind: 'some', level: null }]);
  expect(await readingsOf(device, 'milk')).toMatchObject([{ kind: 'unknown', level: null }]);
  expect(await readingsOf(device, 'waste')).toMatchObject([{ kind: 'measured', level: 0.9 }]);
  await client.endAsync();
});

test('QoS 0 is stored, QoS 2 is stored once and completes its handshake', async () => {
  const device = await newDevice();
  const client = await connectDevice(broker.port('mqtt'), device);
  const topic = `neverout/v1/${device.id}/telemetry`;
  await client.publishAsync(topic, telemetryOf({ seq: 1 }), { qos: 2 });
  expect(await readingsOf(device, 'black')).toHaveLength(1);
  await client.publishAsync(topic, telemetryOf({ seq: 2 }), { qos: 0 });
  await publish(client, device, telemetryOf({ seq: 3 }));
  // QoS 0 came first over the same connection, so its commit is no later.
  expect(await readingsOf(device, 'black')).toHaveLength(3);
  await client.endAsync();
});

test('a reading of a month without partition makes the month', async () => {
  const device = await newDevice();
  await database.pool.query('DROP TABLE reading_2026_03');
  const client = await connectDevice(broker.port('mqtt'), device);
  await publish(client, device, telemetryOf({ at: '2026-03-05T00:00:00Z', historical: true }));
  expect(await readingsOf(device, 'black')).toHaveLength(1);
  await client.endAsync();
});

test('one row that the database refuses is quarantined, the others of its batch are stored', async () => {
  const devices = await registerDevices(database, 40);
  const [poisoned] = devices;
  if (poisoned === undefined) throw new Error('no device');
  // As an unforeseen constraint would.
  await database.pool.query(
    `ALTER TABLE reading ADD CONSTRAINT poison CHECK (consumable_id <> '${poisoned.consumables.get('black')}')`,
  );
  const clients = await Promise.all(devices.map((device) => connectDevice(broker.port('mqtt'), device)));
  const before = await countOf(broker.metrics.refused, 'impossible-value');
  await Promise.all(
    devices.map((device, i) => {
      const client = clients[i];
      return client === undefined ? undefined : publish(client, device, telemetryOf());
    }),
  );
  for (const device of devices.slice(1)) expect(await readingsOf(device, 'black')).toHaveLength(1);
  expect(await readingsOf(poisoned, 'black')).toEqual([]);
  expect((await countOf(broker.metrics.refused, 'impossible-value')) - before).toBe(1);
  await database.pool.query('ALTER TABLE reading DROP CONSTRAINT poison');
  await Promise.all(clients.map((client) => client.endAsync()));
});
