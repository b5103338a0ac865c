import { afterAll, beforeAll, expect, test } from 'vitest';
import { IngestConnection } from '../../broker/ingest-connection.ts';
import type { ReadingStore } from '../../broker/ingest-queue.ts';
import {
  connectDevice,
  countOf,
  NOON,
  registerDevices,
  startTestBroker,
  type TestDevice,
  telemetryOf,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

/** The real store behind a gate that the test opens. */
function gatedStore() {
  const real = new IngestConnection(database.url);
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const store: ReadingStore & { close: () => void } = {
    store: async (statement) => {
      await gate;
      return real.store(statement);
    },
    makePartitions: (instants) => real.makePartitions(instants),
    close: () => real.close(),
  };
  return { store, open };
}

const newDevice = async (): Promise<TestDevice> => {
  const [device] = await registerDevices(database, 1);
  if (device === undefined) throw new Error('no device');
  return device;
};

const stored = async (device: TestDevice): Promise<number> => {
  const { rows } = await database.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM reading WHERE consumable_id = $1',
    [device.consumables.get('black')],
  );
  return rows[0]?.n ?? 0;
};

const publishing = async (port: number, device: TestDevice, messages: number): Promise<RawMqtt> => {
  const raw = await RawMqtt.open(port);
  raw.send(connectPacket(device));
  await raw.until('connack');
  const topic = `neverout/v1/${device.id}/telemetry`;
  raw.send(
    ...Array.from({ length: messages }, (_, i) => publishPacket(topic, telemetryOf({ seq: i + 1 }), i + 1)),
  );
  return raw;
};

test('no PUBACK before the commit', async () => {
  const device = await newDevice();
  const { store, open } = gatedStore();
  await using broker = await startTestBroker(database, { store });
  const raw = await publishing(broker.port('mqtt'), device, 3);
  // A ping behind the messages is answered while they wait: the connection lives, the PUBACKs are held.
  await eventually(async () => expect(await countOf(broker.metrics.pendingMessages)).toBe(3));
  raw.send({ cmd: 'pingreq' });
  await raw.until('pingresp');
  expect(raw.received.some(({ cmd }) => cmd === 'puback')).toBe(false);
  open();
  await raw.until('puback', 3);
  expect(await stored(device)).toBe(3);
  raw.end();
});

test('closing lets nobody in, stores and acknowledges what is in flight, and says goodbye', async () => {
  const device = await newDevice();
  const { store, open } = gatedStore();
  const broker = await startTestBroker(database, { store });
  const raw = await publishing(broker.port('mqtt'), device, 10);
  await eventually(async () => expect(await countOf(broker.metrics.pendingMessages)).toBe(10));
  const closing = broker.close();
  await expect(connectDevice(broker.port('mqtt'), device)).rejects.toThrow();
  expect(raw.closed).toBe(false);
  open();
  await closing;
  await raw.untilClosed();
  expect(raw.received.filter(({ cmd }) => cmd === 'puback')).toHaveLength(10);
  expect(await stored(device)).toBe(10);
  const { rows } = await database.pool.query('SELECT presence FROM device WHERE id = $1', [device.id]);
  expect(rows).toEqual([{ presence: 'offline' }]);
});

test('dead letters of the last moment are written before the broker is closed', async () => {
  const device = await newDevice();
  const broker = await startTestBroker(database);
  const raw = await publishing(broker.port('mqtt'), device, 1);
  raw.send(publishPacket(`neverout/v1/${device.id}/telemetry`, 'rubbish', 2));
  await raw.until('puback', 2);
  await broker.close();
  const { rowCount } = await database.pool.query('SELECT 1 FROM dead_letter WHERE device_id = $1', [
    device.id,
  ]);
  expect(rowCount).toBe(1);
});
