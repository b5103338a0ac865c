import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REFUSALS, type Refusal } from '../../contracts/mqtt.ts';
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

let database: TestDatabase;
let broker: TestBroker;
let device: TestDevice;
let client: MqttClient;
beforeAll(async () => {
  database = await createTestDatabase(NOON);
  broker = await startTestBroker(database);
});
afterAll(async () => {
  await broker.close();
  await database[Symbol.asyncDispose]();
});

const fresh = async () => {
  const [made] = await registerDevices(database, 1);
  if (made === undefined) throw new Error('no device');
  device = made;
  client = await connectDevice(broker.port('mqtt'), device);
};

const storedReadings = async (): Promise<number> => {
  const { rows } = await database.pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM reading WHERE consumable_id = ANY ($1)',
    [[...device.consumables.values()]],
  );
  return rows[0]?.n ?? 0;
};

const deadLetters = async () => {
  const { rows } = await database.pool.query<{
    reason: string;
    topic: string;
    payload: Buffer;
    detail: string;
  }>('SELECT reason, topic, payload, detail FROM dead_letter WHERE device_id = $1 ORDER BY id', [device.id]);
  return rows;
};

const at = (offsetMinutes: number): string => new Date(NOON + offsetMinutes * 60_000).toISOString();

/** Each payload that is refused, the reason, and how many readings of it are stored nonetheless. */
const TELEMETRY: readonly [string, Refusal, string | Buffer, number][] = [
  ['no JSON', 'bad-json', 'level=5', 0],
  ['an empty payload', 'bad-json', '', 0],
  ['bytes that are no text', 'bad-json', Buffer.from([0xff, 0x00, 0x7b]), 0],
  ['cut JSON', 'bad-json', telemetryOf().slice(0, -1), 0],
  ['another version', 'bad-schema', telemetryOf({ v: 2 }), 0],
  ['no sequence', 'bad-schema', telemetryOf({ seq: undefined }), 0],
  ['a negative sequence', 'bad-schema', telemetryOf({ seq: -1 }), 0],
  ['a time that is none', 'bad-schema', telemetryOf({ at: '2026-02-30T12:00:00Z' }), 0],
  ['a time without zone', 'bad-schema', telemetryOf({ at: '2026-11-21T12:00:00' }), 0],
  ['a level beyond full', 'bad-schema', telemetryOf({ consumables: { black: { level: 1.2 } } }), 0],
  ['a list', 'bad-schema', '[]', 0],
  ['null', 'bad-schema', 'null', 0],
  ['a number that is infinite', 'bad-schema', telemetryOf().replace('0.5', '1e999'), 0],
  [
    '65 consumables',
    'bad-schema',
    telemetryOf({
      consumables: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`c${i}`, { level: 1 }])),
    }),
    0,
  ],
  [
    'only an unknown consumable',
    'unknown-consumable',
    telemetryOf({ consumables: { plutonium: { level: 1 } } }),
    0,
  ],
  [
    'an unknown consumable among known ones',
    'unknown-consumable',
    telemetryOf({
      consumables: {
        black: { level: 0.4 },
        ['__proto__']: undefined,
        plutonium: { level: 1 },
        waste: { level: 'some' },
      },
    }),
    2,
  ],
  [
    'a unit of something else',
    'unknown-unit',
    telemetryOf({ consumables: { milk: { amount: 1, unit: 'kg' }, black: { level: 1 } } }),
    1,
  ],
  [
    'an amount where only fractions are declared',
    'unknown-unit',
    telemetryOf({ consumables: { black: { amount: 1, unit: 'l' } } }),
    0,
  ],
  [
    'more than it holds',
    'impossible-value',
    telemetryOf({ consumables: { milk: { amount: 3, unit: 'l' } } }),
    0,
  ],
  [
    'NUL in a serial',
    'impossible-value',
    telemetryOf({ consumables: { black: { level: 1, serial: 'a\0b' } } }),
    0,
  ],
  ['a clock 11 minutes ahead', 'clock-ahead', telemetryOf({ at: at(11) }), 0],
  ['a clock 11 minutes behind', 'clock-behind', telemetryOf({ at: at(-11) }), 0],
  ['a clock of 1970', 'clock-behind', telemetryOf({ at: '1970-01-01T00:00:00Z' }), 0],
  [
    'a stored reading of two years ago',
    'too-old',
    telemetryOf({ at: '2024-11-21T12:00:00Z', historical: true }),
    0,
  ],
];

describe('telemetry that is refused is acknowledged, counted and kept as a dead letter', () => {
  test.each(TELEMETRY)('%s: %s', async (_, reason, payload, stored) => {
    await fresh();
    const before = await countOf(broker.metrics.refused, reason);
    await publish(client, device, payload);
    expect((await countOf(broker.metrics.refused, reason)) - before).toBe(1);
    const letters = await eventually(async () => {
      const found = await deadLetters();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(letters[0]).toMatchObject({ reason, topic: `neverout/v1/${device.id}/telemetry` });
    expect(letters[0]?.payload.equals(Buffer.from(payload))).toBe(true);
    expect(letters[0]?.detail).not.toBe('');
    expect(await storedReadings()).toBe(stored);
    // The connection lives, and the next good reading is stored.
    await publish(client, device, telemetryOf({ seq: 2 }));
    expect(await storedReadings()).toBe(stored + 1);
    await client.endAsync();
  });
});

test('what is within the limits is stored: 9 minutes off, an old reading marked historical, a little overfull', async () => {
  await fresh();
  await publish(client, device, telemetryOf({ at: at(9) }));
  await publish(client, device, telemetryOf({ at: at(-9) }));
  await publish(client, device, telemetryOf({ at: '2026-05-01T00:00:00+02:00', historical: true }));
  await publish(client, device, telemetryOf({ seq: 9, consumables: { milk: { amount: 2050, unit: 'ml' } } }));
  expect(await storedReadings()).toBe(4);
  expect(await deadLetters()).toEqual([]);
  await client.endAsync();
});

const EVENTS: readonly [string, Refusal, string][] = [
  ['no JSON', 'bad-json', '{'],
  ['a type that is none', 'bad-schema', '{"v":1,"at":"2026-11-21T12:00:00Z","seq":1,"type":"explode"}'],
  [
    'an unknown consumable',
    'unknown-consumable',
    '{"v":1,"at":"2026-11-21T12:00:00Z","seq":1,"type":"replaced","consumable":"x"}',
  ],
  ['a clock ahead', 'clock-ahead', '{"v":1,"at":"2026-11-21T13:00:00Z","seq":1,"type":"button"}'],
  [
    'a live event of yesterday',
    'clock-behind',
    '{"v":1,"at":"2026-11-20T12:00:00Z","seq":1,"type":"button"}',
  ],
  [
    'a stored event of two years ago',
    'too-old',
    '{"v":1,"at":"2024-11-21T12:00:00Z","seq":1,"type":"replaced","historical":true}',
  ],
  [
    'NUL in the detail',
    'impossible-value',
    '{"v":1,"at":"2026-11-21T12:00:00Z","seq":1,"type":"fault","detail":"\\u0000"}',
  ],
];

test.each(EVENTS)('an event with %s is refused: %s', async (_, reason, payload) => {
  await fresh();
  await publish(client, device, payload, 'event');
  await eventually(async () =>
    expect((await deadLetters()).map((letter) => letter.reason)).toEqual([reason]),
  );
  await client.endAsync();
});

test('a state that is none is refused', async () => {
  await fresh();
  await publish(client, device, 'asleep', 'state');
  await eventually(async () =>
    expect((await deadLetters()).map(({ reason }) => reason)).toEqual(['bad-schema']),
  );
  await client.endAsync();
});

test('every reason of the contract that a payload can have is covered here', () => {
  const elsewhere = ['bad-topic', 'too-large', 'duplicate', 'no-consent'];
  const covered = new Set([...TELEMETRY, ...EVENTS].map(([, reason]) => reason));
  expect([...covered, ...elsewhere].toSorted()).toEqual(Object.keys(REFUSALS).toSorted());
});

test('a device that sends only rubbish fills neither the table nor the memory', async () => {
  await fresh();
  const before = await countOf(broker.metrics.refused, 'bad-json');
  const dropped = await countOf(broker.metrics.deadLettersDropped);
  const rubbish = Buffer.alloc(10_000, 'x');
  await Promise.all(Array.from({ length: 50 }, () => publish(client, device, rubbish)));
  expect((await countOf(broker.metrics.refused, 'bad-json')) - before).toBe(50);
  expect((await countOf(broker.metrics.deadLettersDropped)) - dropped).toBeGreaterThanOrEqual(39);
  const letters = await eventually(async () => {
    const found = await deadLetters();
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
  expect(letters.length).toBeLessThanOrEqual(11);
  expect(letters[0]?.payload.length).toBe(4_096);
  await client.endAsync();
});
