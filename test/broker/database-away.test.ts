import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IngestConnection } from '../../broker/ingest-connection.ts';
import type { ReadingStore } from '../../broker/ingest-queue.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
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
import { silentLog } from '../support/log.ts';
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

let database: TestDatabase;
let proxy: TcpProxy;
let proxied: Database;
beforeEach(async () => {
  database = await createTestDatabase(NOON);
  const url = new URL(database.url);
  proxy = await TcpProxy.to(url);
  url.port = String(proxy.port);
  proxied = openDatabase({ url: url.href, connections: 4, log: silentLog });
});
afterEach(async () => {
  await proxied.close();
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const storedSeqs = async (device: TestDevice): Promise<number[]> => {
  const { rows } = await database.pool.query<{ seq: string }>(
    'SELECT seq FROM reading WHERE consumable_id = $1 ORDER BY seq',
    [device.consumables.get('black')],
  );
  return rows.map(({ seq }) => Number(seq));
};

const topicOf = (device: TestDevice) => `neverout/v1/${device.id}/telemetry`;

/** Sends without waiting and records what is acknowledged, in order. */
async function openSender(port: number, device: TestDevice) {
  const raw = await RawMqtt.open(port);
  raw.send(connectPacket(device));
  await raw.until('connack');
  const send = (from: number, to: number) =>
    raw.send(
      ...Array.from({ length: to - from + 1 }, (_, i) =>
        publishPacket(topicOf(device), telemetryOf({ seq: from + i }), from + i),
      ),
    );
  const acknowledged = () =>
    raw.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId ?? 0] : []));
  return { raw, send, acknowledged };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the database away', () => {
  test('nothing is acknowledged meanwhile, everything afterwards, in order and once', async () => {
    const devices = await registerDevices(database, 20);
    await using broker = await startTestBroker(proxied);
    const senders = await Promise.all(devices.map((device) => openSender(broker.port('mqtt'), device)));
    for (const { send } of senders) send(1, 10);
    await eventually(() => {
      for (const { acknowledged } of senders) expect(acknowledged()).toEqual(range(1, 10));
    });
    proxy.cut();
    for (const { send } of senders) send(11, 60);
    await eventually(async () => expect(await countOf(broker.metrics.pendingMessages)).toBe(20 * 50));
    for (const { acknowledged } of senders) expect(acknowledged()).toEqual(range(1, 10));
    for (const device of devices) expect(await storedSeqs(device)).toEqual(range(1, 10));
    proxy.mend();
    await eventually(() => {
      for (const { acknowledged } of senders) expect(acknowledged()).toEqual(range(1, 60));
    });
    for (const device of devices) expect(await storedSeqs(device)).toEqual(range(1, 60));
    for (const { raw } of senders) raw.end();
  });

  test('a batch whose answer was lost is stored and announced once', async () => {
    const [device] = await registerDevices(database, 1);
    if (device === undefined) throw new Error('no device');
    const real = new IngestConnection(database.url);
    let lost = 0;
    const losing: ReadingStore & { close: () => void } = {
      ...portOf(real),
      store: async (statement) => {
        const stored = await real.store(statement);
        if (lost > 2) return stored;
        lost += 1;
        throw new Error('Connection terminated unexpectedly');
      },
    };
    await using broker = await startTestBroker(database, { store: losing });
    const { raw, send, acknowledged } = await openSender(broker.port('mqtt'), device);
    send(1, 5);
    await eventually(() => expect(acknowledged()).toEqual(range(1, 5)));
    expect(lost).toBe(3);
    expect(await storedSeqs(device)).toEqual(range(1, 5));
    const { rows } = await database.pool.query<{ seqs: string[] }>(
      'SELECT reading_seq AS seqs FROM evaluation_queue WHERE consumable_id = $1',
      [device.consumables.get('black')],
    );
    expect(
      rows
        .flatMap(({ seqs }) => seqs)
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(range(1, 5));
    raw.end();
  });

  test('a device that connects meanwhile is told to come back, and can when it is there again', async () => {
    const [device] = await registerDevices(database, 1);
    if (device === undefined) throw new Error('no device');
    await using broker = await startTestBroker(proxied);
    proxy.cut();
    await expect(connectDevice(broker.port('mqtt'), device)).rejects.toMatchObject({ code: 3 });
    proxy.mend();
    const client = await eventually(() => connectDevice(broker.port('mqtt'), device));
    await client.endAsync();
  });

  test('each device waits with a bounded number of messages, and is not read beyond', async () => {
    const [device] = await registerDevices(database, 1);
    if (device === undefined) throw new Error('no device');
    let submitted = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const real = new IngestConnection(database.url);
    const held: ReadingStore & { close: () => void } = {
      ...portOf(real),
      store: async (statement) => {
        await gate;
        return real.store(statement);
      },
    };
    await using broker = await startTestBroker(database, { store: held });
    const { raw } = await openSender(broker.port('mqtt'), device);
    // 60 MB, packet after packet, as fast as the socket takes them.
    const packet = (seq: number) =>
      publishPacket(topicOf(device), telemetryOf({ seq, padding: 'x'.repeat(2_000) }), (seq % 65_535) + 1);
    let blocked = false;
    while (!blocked && submitted < 30_000) {
      submitted += 1;
      const before = raw.socket.writableLength;
      raw.send(packet(submitted));
      if (raw.socket.writableLength > 8_000_000 && before > 0) blocked = true;
      if (submitted % 50 === 0) await new Promise((next) => setImmediate(next));
    }
    // The broker stopped reading: most of it is still in the sender's own buffer.
    expect(blocked).toBe(true);
    expect(raw.received.filter(({ cmd }) => cmd === 'puback')).toEqual([]);
    const waiting = await countOf(broker.metrics.pendingMessages);
    expect(waiting).toBeGreaterThan(0);
    expect(waiting).toBeLessThan(300);
    open();
    await raw.until('puback', submitted);
    expect(await storedSeqs(device)).toHaveLength(submitted);
    raw.end();
  });
});

const portOf = (real: IngestConnection) => ({
  store: real.store.bind(real),
  makePartitions: real.makePartitions.bind(real),
  close: real.close.bind(real),
});
