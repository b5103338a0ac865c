import { createHash } from 'node:crypto';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

let database: TestDatabase;
let broker: TestBroker;
let mine: TestDevice;
let foreign: TestDevice;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
  broker = await startTestBroker(database);
});
afterAll(async () => {
  await broker.close();
  await database[Symbol.asyncDispose]();
});

const pair = async () => {
  const [first, second] = await registerDevices(database, 2);
  if (first === undefined || second === undefined) throw new Error('no devices');
  mine = first;
  foreign = second;
};
const port = () => broker.port('mqtt');
const topic = (device: TestDevice, kind: string) => `neverout/v1/${device.id}/${kind}`;

describe('credentials', () => {
  const refused: readonly [string, number, () => Parameters<typeof connectDevice>[2]][] = [
    ['a wrong secret', 4, () => ({ password: 'wrong' })],
    ["another device's secret", 4, () => ({ password: foreign.secret })],
    ['no secret', 4, () => ({ password: undefined as never })],
    ['an empty secret', 4, () => ({ password: '' })],
    [
      'the hash in place of the secret',
      4,
      () => ({ password: createHash('sha256').update(mine.secret).digest() }),
    ],
    ['an unknown device', 4, () => ({ username: '0199a000-0000-7000-8000-000000000000' })],
    ['a user name that is no id', 4, () => ({ username: "' OR 1=1 --" })],
    ['an id in capitals', 4, () => ({ username: mine.id.toUpperCase() })],
    ['no user name', 4, () => ({ username: undefined as never, password: undefined as never })],
    ["another device's client id", 2, () => ({ clientId: foreign.id })],
    ['a client id that only begins like its own', 2, () => ({ clientId: `${mine.id}x` })],
    [
      "a will on another device's topic",
      5,
      () => ({ will: { topic: topic(foreign, 'state'), payload: Buffer.from('offline'), qos: 1 } }),
    ],
    [
      'a will that is telemetry',
      5,
      () => ({ will: { topic: topic(mine, 'telemetry'), payload: Buffer.from(telemetryOf()), qos: 1 } }),
    ],
    ['a will in $SYS', 5, () => ({ will: { topic: '$SYS/x', payload: Buffer.from('offline'), qos: 1 } })],
    [
      'a will of another word',
      5,
      () => ({ will: { topic: topic(mine, 'state'), payload: Buffer.from('dead'), qos: 1 } }),
    ],
  ];
  test('an empty client id for a session to keep is refused with CONNACK 2 [MQTT-3.1.3-8]', async () => {
    await pair();
    const raw = await RawMqtt.open(port());
    raw.send(connectPacket(mine, { clientId: '', clean: true }));
    await raw.until('connack');
    const kept = await RawMqtt.open(port());
    // The same with clean session 0: the bit is cleared by hand, because the generator refuses to.
    const bytes = generate(connectPacket(mine, { clientId: '' }));
    bytes[9] = (bytes[9] ?? 0) & ~0x02;
    kept.send(bytes);
    expect((await kept.until('connack'))[0]).toMatchObject({ returnCode: 2 });
    await kept.untilClosed();
    raw.end();
  });

  test.each(refused)('%s is refused with CONNACK %i', async (_, code, options) => {
    await pair();
    const before = await countOf(broker.metrics.connectionsRefused);
    await expect(connectDevice(port(), mine, options())).rejects.toMatchObject({ code });
    expect((await countOf(broker.metrics.connectionsRefused)) - before).toBe(1);
  });

  test('its own id, its id with a suffix, and no client id at all are accepted', async () => {
    await pair();
    for (const clientId of [mine.id, `${mine.id}:service`, '']) {
      const client = await connectDevice(port(), mine, { clientId });
      await publish(client, mine, telemetryOf());
      await client.endAsync();
    }
  });

  test('a revoked device is refused', async () => {
    await pair();
    await database.pool.query('UPDATE device SET revoked_at = now() WHERE id = $1', [mine.id]);
    await expect(connectDevice(port(), mine)).rejects.toMatchObject({ code: 5 });
  });

  test('a device cannot hold many sessions at once', async () => {
    await pair();
    const clients = await Promise.all(
      ['1', '2', '3', '4'].map((n) => connectDevice(port(), mine, { clientId: `${mine.id}:${n}` })),
    );
    await expect(connectDevice(port(), mine, { clientId: `${mine.id}:5` })).rejects.toMatchObject({
      code: 3,
    });
    // Its own session it may take over.
    const again = await connectDevice(port(), mine, { clientId: `${mine.id}:4` });
    await Promise.all([...clients, again].map((client) => client.endAsync(true)));
  });
});

describe('publishing', () => {
  const foreignTopics: readonly [string, () => string][] = [
    ["another device's telemetry", () => topic(foreign, 'telemetry')],
    ["another device's state", () => topic(foreign, 'state')],
    ['its own commands', () => topic(mine, 'command')],
    ['a level more', () => `${topic(mine, 'telemetry')}/x`],
    ['a level less', () => `neverout/v1/${mine.id}`],
    ['another version', () => `neverout/v2/${mine.id}/telemetry`],
    ['its own id in capitals', () => `neverout/v1/${mine.id.toUpperCase()}/telemetry`],
    ['$SYS', () => '$SYS/broker/new/clients'],
    ['a shared topic', () => `$share/g/${topic(mine, 'telemetry')}`],
    ['a topic of 200 levels', () => `${'x/'.repeat(200)}x`],
    ['NUL', () => `${topic(mine, 'telemetry')}\0`],
  ];
  test.each(foreignTopics)('%s: nothing is stored, the connection ends', async (_, topicOf) => {
    await pair();
    const raw = await RawMqtt.open(port());
    raw.send(connectPacket(mine));
    await raw.until('connack');
    raw.send(publishPacket(topicOf(), telemetryOf(), 1));
    await raw.untilClosed();
    expect(raw.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    const ids = [...mine.consumables.values(), ...foreign.consumables.values()];
    const { rowCount } = await database.pool.query('SELECT 1 FROM reading WHERE consumable_id = ANY ($1)', [
      ids,
    ]);
    expect(rowCount).toBe(0);
  });

  test('a foreign topic is counted and kept as a dead letter', async () => {
    await pair();
    const before = await countOf(broker.metrics.refused, 'bad-topic');
    const raw = await RawMqtt.open(port());
    raw.send(connectPacket(mine), publishPacket(topic(foreign, 'telemetry'), telemetryOf(), 1));
    await raw.untilClosed();
    expect((await countOf(broker.metrics.refused, 'bad-topic')) - before).toBe(1);
    await eventually(async () => {
      const { rows } = await database.pool.query(
        'SELECT reason, detail FROM dead_letter WHERE device_id = $1',
        [mine.id],
      );
      expect(rows).toEqual([{ reason: 'bad-topic', detail: `belongs to device ${foreign.id}` }]);
    });
  });

  test.each(['#', '+'])('a wildcard %s in a topic ends the connection', async (wildcard) => {
    await pair();
    const raw = await RawMqtt.open(port());
    const publishing = Buffer.concat([Buffer.from([0x30, 3, 0, 1]), Buffer.from(wildcard)]);
    raw.send(connectPacket(mine), publishing);
    await raw.untilClosed();
  });
});

describe('subscribing', () => {
  const filters: readonly [string, () => string, number][] = [
    ['its own commands', () => topic(mine, 'command'), 1],
    ["another device's commands", () => topic(foreign, 'command'), 128],
    ['its own telemetry', () => topic(mine, 'telemetry'), 128],
    ['everything', () => '#', 128],
    ['all commands', () => 'neverout/v1/+/command', 128],
    ['its own topics by wildcard', () => `neverout/v1/${mine.id}/#`, 128],
    ['its own commands by wildcard', () => `neverout/v1/${mine.id}/+`, 128],
    ['$SYS', () => '$SYS/#', 128],
    ['a shared subscription', () => `$share/g/${topic(mine, 'command')}`, 128],
  ];
  test.each(filters)('%s', async (_, filter, granted) => {
    await pair();
    const raw = await RawMqtt.open(port());
    raw.send(connectPacket(mine));
    await raw.until('connack');
    raw.send({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: filter(), qos: 1 }] });
    const [suback] = await raw.until('suback');
    expect(suback).toMatchObject({ messageId: 7, granted: [granted] });
    raw.end();
  });

  test('what was refused is not kept in the session either, and commands reach only their device', async () => {
    await pair();
    const subscriptions = [topic(mine, 'command'), topic(foreign, 'command'), '#'].map((filter) => ({
      topic: filter,
      qos: 1 as const,
    }));
    const raw = await RawMqtt.open(port());
    raw.send(connectPacket(mine, { clean: false }));
    await raw.until('connack');
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    expect((await raw.until('suback'))[0]).toMatchObject({ granted: [1, 128, 128] });
    raw.end();
    await eventually(async () => expect(await countOf(broker.metrics.connections)).toBe(0));
    await sendCommand(database, foreign.id, 'for the other');
    await sendCommand(database, mine.id, 'first');
    await sendCommand(database, mine.id, 'second');
    const again = await RawMqtt.open(port());
    again.send(connectPacket(mine, { clean: false }));
    expect((await again.until('connack'))[0]).toMatchObject({ sessionPresent: true });
    const commands = await again.until('publish', 2);
    expect(
      commands.map((packet) => ('payload' in packet ? JSON.parse(String(packet.payload)).hint : null)),
    ).toEqual(['first', 'second']);
    again.end();
  });
});

describe('changes take effect on open connections', () => {
  const changes: readonly [string, (device: TestDevice) => Promise<unknown>][] = [
    ['revoked', ({ id }) => database.pool.query('UPDATE device SET revoked_at = now() WHERE id = $1', [id])],
    [
      'given a new secret',
      ({ id }) => database.pool.query("UPDATE device SET secret_hash = sha256('new') WHERE id = $1", [id]),
    ],
    ['deleted', ({ id }) => database.pool.query('DELETE FROM device WHERE id = $1', [id])],
  ];
  test.each(changes)('a device that is %s is disconnected at once, others are not', async (_, change) => {
    await pair();
    const [client, other] = await Promise.all([connectDevice(port(), mine), connectDevice(port(), foreign)]);
    await change(mine);
    await eventually(() => expect(client.connected).toBe(false));
    await publish(other, foreign, telemetryOf());
    await other.endAsync();
    await client.endAsync(true);
  });

  test('a consumable that is added counts without reconnecting', async () => {
    await pair();
    const client = await connectDevice(port(), mine);
    const { rows } = await database.pool.query<{ id: string; model: string }>(
      `INSERT INTO model_slot (device_model_id, key, name, typical_life_days)
       SELECT device_model_id, 'added', 'Added', 30 FROM device WHERE id = $1 RETURNING device_model_id AS model`,
      [mine.id],
    );
    await database.pool.query(
      `INSERT INTO consumable (device_id, device_model_id, key, created_at) VALUES ($1, $2, 'added', now())`,
      [mine.id, rows[0]?.model],
    );
    let seq = 0;
    await eventually(async () => {
      seq += 1;
      await publish(client, mine, telemetryOf({ seq, consumables: { added: { level: 1 } } }));
      const { rowCount } = await database.pool.query(
        'SELECT 1 FROM reading r JOIN consumable c ON c.id = r.consumable_id WHERE c.device_id = $1',
        [mine.id],
      );
      expect(rowCount).toBe(1);
    });
    await client.endAsync();
  });

  test('changes while the broker could not listen are noticed when it can again', async () => {
    await pair();
    const client = await connectDevice(port(), mine);
    const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'neverout-broker-listen'`;
    // In one transaction: the notification goes out when nobody listens.
    await database.pool.query(
      `BEGIN; UPDATE device SET revoked_at = now() WHERE id = '${mine.id}'; ${terminate}; COMMIT`,
    );
    await eventually(() => expect(client.connected).toBe(false));
    await client.endAsync(true);
  });
});

describe('presence', () => {
  const presenceOf = async ({ id }: TestDevice) => {
    const { rows } = await database.pool.query<{ presence: string }>(
      'SELECT presence FROM device WHERE id = $1',
      [id],
    );
    return rows[0]?.presence;
  };
  const untilPresence = (device: TestDevice, presence: string) =>
    eventually(async () => expect(await presenceOf(device)).toBe(presence));

  test('online when connected, offline by its own word, by its will and when it is gone', async () => {
    await pair();
    const will = {
      topic: topic(mine, 'state'),
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: true,
    };
    const client = await connectDevice(port(), mine, { will });
    await untilPresence(mine, 'online');
    await publish(client, mine, 'offline', 'state');
    await untilPresence(mine, 'offline');
    await publish(client, mine, 'online', 'state');
    await untilPresence(mine, 'online');
    client.stream.destroy();
    await untilPresence(mine, 'offline');
    await client.endAsync(true);
  });

  test('a session that is taken over does not report its device as gone', async () => {
    await pair();
    const will = {
      topic: topic(mine, 'state'),
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: true,
    };
    const first = await connectDevice(port(), mine, { will });
    const second = await connectDevice(port(), mine, { will });
    await eventually(() => expect(first.connected).toBe(false));
    await publish(second, mine, telemetryOf());
    // Anything that the end of the first session wrote is ordered before this.
    await publish(second, foreign.id === mine.id ? foreign : mine, 'online', 'state');
    await untilPresence(mine, 'online');
    await second.endAsync();
    await untilPresence(mine, 'offline');
    await first.endAsync(true);
  });

  test('a broker that did not hear that its device left another says that it is there as soon as it hears again', async () => {
    const [device] = await registerDevices(database, 1);
    if (device === undefined) throw new Error('no device');
    const after = await connectDevice(broker.port('mqtt'), device);
    await untilPresence(device, 'online');
    // What another broker wrote while nobody heard it.
    await database.pool.query("UPDATE device SET presence = 'offline' WHERE id = $1", [device.id]);
    await database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'neverout-broker-listen' AND datname = current_database()",
    );
    await untilPresence(device, 'online');
    await after.endAsync();
  });

  test('a device that moved to another broker is there, also when the one before notices late', async () => {
    const [device] = await registerDevices(database, 1);
    if (device === undefined) throw new Error('no device');
    await using other = await startTestBroker(database);
    const before = await connectDevice(broker.port('mqtt'), device);
    const after = await connectDevice(other.port('mqtt'), device);
    await untilPresence(device, 'online');
    const hearing = await database.pool.connect();
    const left = new Promise((heard) => hearing.once('notification', heard));
    await hearing.query('LISTEN device_left');
    await before.endAsync(true);
    expect(await left).toMatchObject({ channel: 'device_left', payload: device.id });
    await hearing.query('UNLISTEN *');
    hearing.release();
    await untilPresence(device, 'online');
    await after.endAsync();
    await untilPresence(device, 'offline');
  });
});
