import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  connectDevice,
  countOf,
  NOON,
  publish,
  registerDevices,
  sendCommand,
  startTestBroker,
  type TestBroker,
  type TestDevice,
  telemetryOf,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.ts';

/** One client that misbehaves does not cost the others anything. */

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const two = async (): Promise<[TestDevice, TestDevice]> => {
  const [first, second] = await registerDevices(database, 2);
  if (first === undefined || second === undefined) throw new Error('no devices');
  return [first, second];
};

const topicOf = ({ id }: TestDevice, kind = 'telemetry') => `neverout/v1/${id}/${kind}`;
const telemetry = (device: TestDevice, seq: number) =>
  publishPacket(topicOf(device), telemetryOf({ seq }), seq);

const greet = async (broker: TestBroker, device: TestDevice, keepalive = 60): Promise<RawMqtt> => {
  const raw = await RawMqtt.open(broker.port('mqtt'));
  raw.send(connectPacket(device, { keepalive }));
  await raw.until('connack');
  return raw;
};

/** Round trips of a well-behaved device. */
const work = async (broker: TestBroker, device: TestDevice, messages: number): Promise<void> => {
  const client = await connectDevice(broker.port('mqtt'), device);
  for (let seq = 1; seq <= messages; seq += 1) await publish(client, device, telemetryOf({ seq }));
  await client.endAsync();
};

test('a device over its rate is read later, loses nothing and is counted; others are not held', async () => {
  const [flooder, other] = await two();
  await using broker = await startTestBroker(database, { settings: { MQTT_MESSAGES_PER_SECOND: '20' } });
  const raw = await greet(broker, flooder);
  const startedAt = performance.now();
  // A burst of 100 is free; 40 more are a debt of two seconds.
  for (let seq = 1; seq <= 140; seq += 1) raw.send(telemetry(flooder, seq));
  await raw.until('puback', 100);
  raw.send(telemetry(flooder, 141));
  await work(broker, other, 5);
  await raw.until('puback', 141);
  // A lower bound holds on the slowest machine.
  expect(performance.now() - startedAt).toBeGreaterThan(1_500);
  expect(await countOf(broker.metrics.messagesThrottled)).toBeGreaterThan(0);
  raw.end();
});

test('a flood of pings is a flood', async () => {
  const [flooder, other] = await two();
  await using broker = await startTestBroker(database, { settings: { MQTT_MESSAGES_PER_SECOND: '20' } });
  const raw = await greet(broker, flooder);
  const pings = Buffer.alloc(2 * 100_000, Buffer.from([0xc0, 0]));
  for (let i = 0; i < 50; i += 1) raw.send(pings);
  await work(broker, other, 20);
  const answered = raw.received.filter(({ cmd }) => cmd === 'pingresp').length;
  expect(answered).toBeLessThan(100_000);
  raw.end();
});

test('devices that flood for ever do not keep others from being served', async () => {
  const [flooder, other] = await two();
  await using broker = await startTestBroker(database, { settings: { MQTT_MESSAGES_PER_SECOND: '200' } });
  const raw = await greet(broker, flooder);
  let sent = 0;
  const flood = setInterval(() => {
    if (raw.socket.writableLength > 1_000_000) return;
    raw.send(...Array.from({ length: 500 }, () => telemetry(flooder, (sent++ % 65_000) + 1)));
  }, 1);
  await work(broker, other, 100);
  clearInterval(flood);
  expect(raw.received.filter(({ cmd }) => cmd === 'puback').length).toBeLessThan(sent);
  raw.end();
});

test('a device that never reads its commands holds up nobody', async () => {
  const [stuck, other] = await two();
  await using broker = await startTestBroker(database);
  const raw = await greet(broker, stuck);
  raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: topicOf(stuck, 'command'), qos: 1 }] });
  await raw.until('suback');
  const client = await connectDevice(broker.port('mqtt'), other);
  const commands: string[] = [];
  client.on('message', (_, payload) => commands.push(String(payload)));
  await client.subscribeAsync(topicOf(other, 'command'), { qos: 1 });
  raw.socket.pause();
  // More than the kernel buffers for a socket that is not read, were they all written.
  await database.pool.query(
    `INSERT INTO device_command (device_id, type, payload, created_at, expires_at)
     SELECT $1, 'maintenance', jsonb_build_object('v', 1, 'type', 'maintenance', 'hint', repeat('x', 500)), $2,
       $2::timestamptz + interval '1 day'
     FROM generate_series(1, 20000)`,
    [stuck.id, new Date(NOON)],
  );
  await sendCommand(database, other.id, 'yours');
  await eventually(() => expect(commands).toHaveLength(1));
  for (let seq = 1; seq <= 20; seq += 1) await publish(client, other, telemetryOf({ seq }));
  await client.endAsync();
  raw.end();
});

test('a hundred connections that never finish a packet are cut in time and hold up nobody', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  try {
    const [slow, other] = await two();
    await using broker = await startTestBroker(database);
    const openings = Array.from({ length: 100 }, async (_, i) => {
      const raw = await RawMqtt.open(broker.port('mqtt'));
      if (i < 3) raw.send(connectPacket(slow, { clientId: `${slow.id}:${i}` }));
      if (i < 3) await raw.until('connack');
      // The beginning of a PUBLISH, or of a CONNECT that never goes on.
      raw.send(i < 3 ? Buffer.from([0x32, 100, 0]) : Buffer.from([0x10, 100, 0, 4]));
      return raw;
    });
    const raws = await Promise.all(openings);
    await work(broker, other, 5);
    vi.advanceTimersByTime(25_000);
    await Promise.all(raws.slice(3).map((raw) => raw.untilClosed()));
    // A PUBLISH may come slowly over a bad line.
    expect(raws.slice(0, 3).filter(({ closed }) => closed)).toEqual([]);
    vi.advanceTimersByTime(15_000);
    await Promise.all(raws.map((raw) => raw.untilClosed()));
  } finally {
    vi.useRealTimers();
  }
});

test('a connection that says nothing is closed before long', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  try {
    await using broker = await startTestBroker(database);
    const raw = await RawMqtt.open(broker.port('mqtt'));
    const [device] = await two();
    await work(broker, device, 1);
    vi.advanceTimersByTime(9_000);
    expect(raw.closed).toBe(false);
    vi.advanceTimersByTime(10_000);
    await raw.untilClosed();
  } finally {
    vi.useRealTimers();
  }
});

test('a device that connects too often is turned away; another is not', async () => {
  const [restless, other] = await two();
  await using broker = await startTestBroker(database, { settings: { MQTT_CONNECTIONS_PER_MINUTE: '5' } });
  for (let i = 0; i < 5; i += 1) {
    await (await connectDevice(broker.port('mqtt'), restless)).endAsync();
  }
  await expect(connectDevice(broker.port('mqtt'), restless)).rejects.toMatchObject({ code: 3 });
  expect(await countOf(broker.metrics.connectionsRefused, 'too-often')).toBe(1);
  await work(broker, other, 1);
});

test('an address that keeps failing is not let in at all for a while', async () => {
  const [device] = await two();
  await using broker = await startTestBroker(database, { settings: { MQTT_CONNECTIONS_PER_MINUTE: '5' } });
  for (let i = 0; i < 6; i += 1) {
    const username = `0199a000-0000-7000-8000-00000000000${i}`;
    await expect(connectDevice(broker.port('mqtt'), device, { username })).rejects.toMatchObject({ code: 4 });
  }
  await eventually(async () => {
    const raw = await RawMqtt.open(broker.port('mqtt'));
    raw.send(connectPacket(device));
    await raw.untilClosed();
    expect(raw.received).toEqual([]);
  });
});

test('no more connections than configured', async () => {
  const [device, other] = await two();
  await using broker = await startTestBroker(database, { settings: { MQTT_MAX_CONNECTIONS: '2' } });
  const first = await greet(broker, device);
  const second = await greet(broker, other);
  const third = await RawMqtt.open(broker.port('mqtt'));
  await third.untilClosed();
  expect(await countOf(broker.metrics.connectionsRefused, 'full')).toBe(1);
  first.end();
  await eventually(async () => expect(await countOf(broker.metrics.connections)).toBe(1));
  (await greet(broker, device)).end();
  second.end();
});
