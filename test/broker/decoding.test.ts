import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkClock, clockLimitsOf } from '../../broker/clock-check.ts';
import { decodeTelemetry } from '../../broker/decode-telemetry.ts';
import type { Device } from '../../broker/device.ts';
import { convertUnit } from '../../broker/units.ts';
import { telemetrySchema } from '../../contracts/mqtt.ts';
import { NOON } from '../support/broker.ts';

const device: Device = {
  id: '0199a000-0000-7000-8000-000000000001',
  secretHash: null,
  certificateFingerprint: null,
  revoked: false,
  slots: new Map([
    ['black', { consumableId: 'black-id', unit: null, capacity: null, counterKey: 'pages' }],
    ['milk', { consumableId: 'milk-id', unit: 'l', capacity: 2, counterKey: null }],
    ['flour', { consumableId: 'flour-id', unit: 'g', capacity: 500, counterKey: null }],
  ]),
};
const arrival = { device, receivedAt: NOON, clock: clockLimitsOf(10, 13) };

/** Telemetry near the border between what is allowed and what is not. */
const nearNumber = fc.oneof(
  fc.double({ min: -0.1, max: 1.1, noNaN: true }),
  fc.constantFrom(0, 1, -0, 1.0000001, 1e308, -1, 5e-324),
  fc.integer(),
);
const nearText = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom(
    '',
    'some',
    'unknown',
    'l',
    'x'.repeat(16),
    'x'.repeat(17),
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(128),
    'x'.repeat(129),
  ),
);
const nearKey = fc.oneof(
  fc.constantFrom('black', 'milk', 'flour'),
  fc.constantFrom('black', 'milk', 'flour'),
  nearText,
  fc.constantFrom('black', 'milk', '__proto__', 'constructor', 'toString'),
);
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 });
const nearConsumable = fc.oneof(
  { weight: 20, arbitrary: fc.record({ level: fc.constantFrom(0, 0.5, 1, 'some', 'unknown') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      level: sometimes(fc.oneof(nearNumber, nearText)),
      amount: sometimes(nearNumber),
      unit: sometimes(nearText),
      serial: sometimes(nearText),
      other: sometimes(fc.jsonValue()),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const nearAt = fc.oneof(
  fc
    .date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-11-21T12:00:00Z',
    '2026-11-21T12:00:00+02:00',
    '2026-11-21T12:00Z',
    '2026-02-30T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2024-02-29T12:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T12:00:60Z',
    '2026-11-21',
    '2026-11-21T12:00:00.1234567Z',
    '2026-11-21t12:00:00z',
    ' 2026-11-21T12:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-00T00:00:00Z',
  ),
);
const nearTelemetry = fc.record({
  v: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.jsonValue() }),
  at: fc.oneof({ weight: 9, arbitrary: nearAt }, { weight: 1, arbitrary: fc.jsonValue() }),
  seq: fc.oneof(fc.nat(), fc.constantFrom(-1, 0.5, 2 ** 53, 2 ** 53 - 1, '1', null)),
  consumables: fc.oneof(
    { weight: 9, arbitrary: fc.dictionary(nearKey, nearConsumable, { maxKeys: 4 }) },
    { weight: 1, arbitrary: fc.jsonValue() },
  ),
  counters: sometimes(fc.dictionary(nearKey, fc.oneof(nearNumber, fc.constant(null)), { maxKeys: 3 })),
  historical: sometimes(fc.oneof(fc.boolean(), fc.constant('yes'))),
  extra: sometimes(fc.jsonValue()),
});

test('no payload makes the decoder throw, and each consumable is either stored or refused', () => {
  const payload = fc.oneof(
    nearTelemetry.map((value) => Buffer.from(JSON.stringify(value))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(payload, (bytes) => {
      const { readings, refused } = decodeTelemetry(bytes, arrival);
      for (const { level, levelKind, at, useCounter } of readings) {
        if (levelKind === 'measured') expect(level !== null && level >= 0 && level <= 1).toBe(true);
        else expect(level).toBeNull();
        expect(Number.isFinite(at)).toBe(true);
        expect(useCounter === null || useCounter >= 0).toBe(true);
      }
      const parsed = telemetrySchema.safeParse(safeJson(bytes));
      if (!parsed.success) expect(refused).toHaveLength(1);
      else if (refused.every(({ reason }) => !reason.startsWith('clock') && reason !== 'too-old')) {
        expect(readings.length + refused.length).toBe(Object.keys(parsed.data.consumables).length);
      }
    }),
    { numRuns: 3_000 },
  );
});

function safeJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

test('an amount means the same level in every unit of its dimension', () => {
  const amounts = fc.double({ min: 0, max: 2, noNaN: true });
  const factors = { l: 1, dl: 10, cl: 100, ml: 1_000 };
  fc.assert(
    fc.property(amounts, fc.constantFrom<keyof typeof factors>('l', 'dl', 'cl', 'ml'), (litres, unit) => {
      const consumables = { milk: { amount: litres * factors[unit], unit } };
      const at = new Date(NOON).toISOString();
      const { readings } = decodeTelemetry(
        Buffer.from(JSON.stringify({ v: 1, at, seq: 1, consumables })),
        arrival,
      );
      expect(readings[0]?.level).toBeCloseTo(litres / 2, 10);
    }),
  );
  expect(convertUnit(1, 'kg', 'g')).toBe(1_000);
  expect(convertUnit(1, 'kg', 'l')).toBeNull();
  expect(convertUnit(3, 'capsules', 'capsules')).toBe(3);
  expect(convertUnit(1, 'constructor', 'toString')).toBeNull();
});

test('the clock limits hold on both sides, to the millisecond', () => {
  const limits = clockLimitsOf(10, 13);
  const minute = 60_000;
  const table: readonly [number, boolean, string | null][] = [
    [NOON + 10 * minute, false, null],
    [NOON + 10 * minute + 1, false, 'clock-ahead'],
    [NOON + 10 * minute + 1, true, 'clock-ahead'],
    [NOON - 10 * minute, false, null],
    [NOON - 10 * minute - 1, false, 'clock-behind'],
    [NOON - 10 * minute - 1, true, null],
    [Date.parse('2025-10-01T00:00:00Z'), true, null],
    [Date.parse('2025-10-01T00:00:00Z') - 1, true, 'too-old'],
    [Date.parse('2025-10-01T00:00:00Z') - 1, false, 'clock-behind'],
  ];
  for (const [at, historical, verdict] of table)
    expect(checkClock(at, historical, NOON, limits)).toBe(verdict);
});
