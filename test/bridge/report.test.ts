import fc from 'fast-check';
import { expect, test } from 'vitest';
import { happenings, telemetryOf } from '../../bridge/report.ts';
import { telemetrySchema } from '../../contracts/mqtt.ts';
import type { IppValue } from '../../contracts/printer/ipp.ts';
import { observePrinterAttributes } from '../../contracts/printer/ipp-attributes.ts';
import type { PrinterObservation } from '../../contracts/printer/observation.ts';

const name = (value: string): IppValue => ({ kind: 'name', value });
const integer = (value: number): IppValue => ({ kind: 'integer', value });

const observed = (names: readonly string[], levels: readonly number[]): PrinterObservation =>
  observePrinterAttributes(
    new Map<string, readonly IppValue[]>([
      ['marker-names', names.map(name)],
      ['marker-levels', levels.map(integer)],
      ['marker-types', names.map(() => ({ kind: 'keyword', value: 'toner' }) as const)],
    ]),
  );

const STAMP = { at: Date.parse('2026-11-21T10:00:00Z'), seq: 5 };

test('only what the device model knows is published, so that nothing is refused', () => {
  const telemetry = telemetryOf(observed(['Black Toner', 'Cyan Toner'], [40, -2]), new Set(['black']), STAMP);
  expect(telemetry).toMatchObject({
    v: 1,
    at: '2026-11-21T10:00:00.000Z',
    seq: 5,
    consumables: { black: { level: 0.4 } },
  });
  expect(Object.keys(telemetry.consumables)).toEqual(['black']);
});

test('whatever the printer says, the telemetry is by the contract', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 300 }), fc.integer({ min: -10, max: 200 })), {
        maxLength: 100,
      }),
      (supplies) => {
        const observation = observed(
          supplies.map(([text]) => text),
          supplies.map(([, level]) => level),
        );
        const keys = new Set(observation.supplies.map(({ key }) => key));
        const telemetry = telemetryOf(observation, keys, STAMP);
        expect(telemetrySchema.safeParse(telemetry).error).toBeUndefined();
      },
    ),
  );
});

const withPart = (observation: PrinterObservation, partNumber: string | undefined, serial?: string) => ({
  ...observation,
  supplies: observation.supplies.map(({ partNumber: _p, serial: _s, ...supply }) => ({
    ...supply,
    ...(partNumber === undefined ? {} : { partNumber }),
    ...(serial === undefined ? {} : { serial }),
  })),
});

test('another part number in a slot is a replacement; a name that is not told, or a serial that tells it, is not', () => {
  const seen = observed(['Black Toner'], [40]);
  const keys = new Set(['black']);
  expect(happenings(withPart(seen, 'CF217A'), withPart(seen, 'CF219A'), keys)).toEqual([
    { type: 'replaced', consumable: 'black', detail: 'CF217A became CF219A' },
  ]);
  expect(happenings(withPart(seen, 'CF217A'), withPart(seen, 'CF217A'), keys)).toEqual([]);
  expect(happenings(withPart(seen, undefined), withPart(seen, 'CF219A'), keys)).toEqual([]);
  expect(happenings(withPart(seen, 'CF217A', 'S1'), withPart(seen, 'CF219A', 'S2'), keys)).toEqual([]);
});

test('a critical alert is a fault once, when it comes', () => {
  const calm = observed(['Black Toner'], [40]);
  const jammed: PrinterObservation = {
    ...calm,
    alerts: [
      { source: 'state-reason', severity: 'critical', code: 'media-jam', description: 'Tray 1' },
      { source: 'state-reason', severity: 'warning', code: 'toner-low' },
    ],
  };
  expect(happenings(calm, jammed, new Set())).toEqual([{ type: 'fault', detail: 'media-jam: Tray 1' }]);
  expect(happenings(jammed, jammed, new Set())).toEqual([]);
});
