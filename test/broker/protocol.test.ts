import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  countOf,
  NOON,
  registerDevices,
  sendCommand,
  startTestBroker,
  type TestBroker,
  type TestDevice,
  telemetryOf,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.ts';

/** MQTT 3.1.1 where aedes alone does not keep it, by the clause. */

let database: TestDatabase;
let broker: TestBroker;
let device: TestDevice;
let topic: string;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
  broker = await startTestBroker(database, { settings: { MQTT_MAX_PAYLOAD_BYTES: '4096' } });
});
afterAll(async () => {
  await broker.close();
  await database[Symbol.asyncDispose]();
});
beforeEach(async () => {
  const [made] = await registerDevices(database, 1);
  if (made === undefined) throw new Error('no device');
  device = made;
  topic = `neverout/v1/${device.id}/telemetry`;
});

const connected = async (fields: Parameters<typeof connectPacket>[1] = {}): Promise<RawMqtt> => {
  const raw = await RawMqtt.open(broker.port('mqtt'));
  raw.send(connectPacket(device, fields));
  await raw.until('connack');
  return raw;
};

const telemetry = (seq: number) => publishPacket(topic, telemetryOf({ seq }), seq);

test('PUBACKs come in the order of the PUBLISHes, refused ones included [MQTT-4.6.0-2]', async () => {
  const raw = await connected();
  const packets = Array.from({ length: 300 }, (_, i) =>
    i % 3 === 1 ? publishPacket(topic, 'rubbish', i + 1) : telemetry(i + 1),
  );
  raw.send(...packets);
  const acknowledged = await raw.until('puback', 300);
  expect(acknowledged.map(({ messageId }) => messageId)).toEqual(packets.map(({ messageId }) => messageId));
  raw.end();
});

test('packets sent behind CONNECT without waiting are handled, in order', async () => {
  const raw = await RawMqtt.open(broker.port('mqtt'));
  raw.send(connectPacket(device), ...Array.from({ length: 60 }, (_, i) => telemetry(i + 1)));
  const acknowledged = await raw.until('puback', 60);
  expect(acknowledged.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect(raw.received[0]?.cmd).toBe('connack');
  raw.end();
});

test('a packet that arrives byte by byte is a packet', async () => {
  const raw = await connected();
  for (const byte of generate(telemetry(1))) {
    raw.send(Buffer.from([byte]));
    await new Promise((next) => setImmediate(next));
  }
  await raw.until('puback');
  raw.end();
});

test('session present says whether there was a session, also one without subscriptions [MQTT-3.2.2-2]', async () => {
  const flags: unknown[] = [];
  for (const clean of [false, false, true, false]) {
    const raw = await connected({ clean });
    flags.push(
      raw.received[0] !== undefined && 'sessionPresent' in raw.received[0] && raw.received[0].sessionPresent,
    );
    raw.send({ cmd: 'disconnect' });
    await raw.untilClosed();
  }
  expect(flags).toEqual([false, true, false, false]);
});

test('a command that was not acknowledged is sent again with DUP and its identifier [MQTT-4.4.0-1]', async () => {
  const first = await connected({ clean: false });
  first.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [{ topic: `neverout/v1/${device.id}/command`, qos: 1 }],
  });
  await first.until('suback');
  await sendCommand(database, device.id, 'clean me');
  const [sent] = await first.until('publish');
  expect(sent).toMatchObject({ dup: false, qos: 1 });
  first.end();
  const second = await connected({ clean: false });
  const [again] = await second.until('publish');
  expect(again).toMatchObject({ dup: true, messageId: sent?.messageId });
  second.send({ cmd: 'puback', messageId: again?.messageId ?? 0 });
  second.send({ cmd: 'pingreq' });
  await second.until('pingresp');
  second.end();
  const third = await connected({ clean: false });
  third.send({ cmd: 'pingreq' });
  await third.until('pingresp');
  expect(third.received.map(({ cmd }) => cmd)).toEqual(['connack', 'pingresp']);
  third.end();
});

test('QoS 2: a message sent twice is released once, and PUBREL is always answered', async () => {
  const raw = await connected();
  const message = { ...telemetry(9), qos: 2 as const };
  raw.send(message);
  await raw.until('pubrec');
  raw.send({ ...message, dup: true });
  await raw.until('pubrec', 2);
  raw.send({ cmd: 'pubrel', messageId: 9 });
  await raw.until('pubcomp');
  raw.send({ cmd: 'pubrel', messageId: 9 });
  await raw.until('pubcomp', 2);
  raw.end();
});

test('QoS 2 handshakes that are never finished end the connection before they fill memory', async () => {
  const raw = await connected({ clean: false });
  raw.send(...Array.from({ length: 150 }, (_, i) => ({ ...telemetry(i + 1), qos: 2 as const })));
  await raw.untilClosed();
  // Coming back does not open another hundred.
  const again = await connected({ clean: false });
  again.send({ ...telemetry(900), qos: 2 as const });
  await again.untilClosed();
});

test('another protocol level is answered with 1 [MQTT-3.1.2-2]', async () => {
  for (const patch of [5, 0x84]) {
    const raw = await RawMqtt.open(broker.port('mqtt'));
    const bytes = generate(connectPacket(device));
    bytes[8] = patch === 5 ? 4 : patch;
    raw.send(patch === 5 ? connectPacket(device, { protocolVersion: 5 }) : bytes);
    await raw.untilClosed();
    expect(raw.received).toMatchObject([{ cmd: 'connack', returnCode: 1 }]);
  }
});

const connectBytes = () => generate(connectPacket(device));
const patched = (at: number, change: (byte: number) => number): Buffer => {
  const bytes = connectBytes();
  bytes[at] = change(bytes[at] ?? 0);
  return bytes;
};
/** Position of the connect flags: fixed header of two bytes, name, level. */
const FLAGS = 9;

describe('what is not MQTT ends the connection without an answer', () => {
  const cases: readonly [string, () => Buffer[]][] = [
    ['HTTP', () => [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]],
    ['zeros', () => [Buffer.alloc(64)]],
    ['a remaining length of five bytes', () => [Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])]],
    ['another protocol name [MQTT-3.1.2-1]', () => [patched(5, () => 0x58)]],
    ['the reserved connect flag [MQTT-3.1.2-3]', () => [patched(FLAGS, (flags) => flags | 1)]],
    ['a password without user name [MQTT-3.1.2-22]', () => [patched(FLAGS, (flags) => flags & 0x7f)]],
    ['will QoS without will [MQTT-3.1.2-13]', () => [patched(FLAGS, (flags) => flags | 0x08)]],
    ['ill-formed UTF-8 [MQTT-1.5.3-1]', () => [patched(14, () => 0xff)]],
    ['NUL in the client id [MQTT-1.5.3-2]', () => [patched(14, () => 0)]],
    ['a PUBLISH first [MQTT-3.1.0-1]', () => [generate(telemetry(1))]],
  ];
  test.each(cases)('%s', async (_, bytes) => {
    const raw = await RawMqtt.open(broker.port('mqtt'));
    raw.send(...bytes());
    await raw.untilClosed();
    expect(raw.received).toEqual([]);
  });

  const afterConnect: readonly [string, () => Buffer][] = [
    ['a second CONNECT [MQTT-3.1.0-2]', connectBytes],
    ['SUBSCRIBE without filters [MQTT-3.8.3-3]', () => Buffer.from([0x82, 2, 0, 1])],
    ['UNSUBSCRIBE without filters [MQTT-3.10.3-2]', () => Buffer.from([0xa2, 2, 0, 1])],
    ['SUBSCRIBE with reserved bits clear [MQTT-3.8.1-1]', () => Buffer.from([0x80, 6, 0, 1, 0, 1, 0x61, 0])],
    ['SUBSCRIBE for QoS 3 [MQTT-3.8.3-4]', () => Buffer.from([0x82, 6, 0, 1, 0, 1, 0x61, 3])],
    ['ill-formed UTF-8 in a filter [MQTT-1.5.3-1]', () => Buffer.from([0x82, 6, 0, 1, 0, 1, 0xff, 0])],
    ['QoS 3 [MQTT-3.3.1-4]', () => Buffer.from([0x36, 5, 0, 1, 0x61, 0, 1])],
    ['DUP on QoS 0 [MQTT-3.3.1-2]', () => Buffer.from([0x38, 3, 0, 1, 0x61])],
    [
      'a message identifier of zero [MQTT-2.3.1-1]',
      () => {
        const bytes = generate(telemetry(1));
        bytes.writeUInt16BE(0, 2 + (bytes.length > 129 ? 1 : 0) + 2 + Buffer.byteLength(topic));
        return bytes;
      },
    ],
    ['a packet that only servers send', () => Buffer.from([0x20, 2, 0, 0])],
    ['a reserved packet type', () => Buffer.from([0xf0, 0])],
  ];
  test.each(afterConnect)('after CONNECT: %s', async (_, bytes) => {
    const raw = await connected();
    raw.send(bytes());
    await raw.untilClosed();
    expect(raw.received.map(({ cmd }) => cmd)).toEqual(['connack']);
  });
});

test('a packet over the limit is refused by its announced length, counted and kept as a dead letter', async () => {
  const raw = await connected();
  const before = await countOf(broker.metrics.refused, 'too-large');
  // 256 MB announced, five bytes sent.
  raw.send(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
  await raw.untilClosed();
  expect((await countOf(broker.metrics.refused, 'too-large')) - before).toBe(1);
  const small = await connected();
  small.send(publishPacket(topic, 'x'.repeat(4_096), 1));
  await small.untilClosed();
  const limit = await connected();
  limit.send(publishPacket(topic, 'x'.repeat(4_096 - Buffer.byteLength(topic) - 7), 1));
  await limit.until('puback');
  limit.end();
});

test('a keep-alive that runs out ends the connection [MQTT-3.1.2-24]', async () => {
  const raw = await connected({ keepalive: 1 });
  await raw.untilClosed();
});
