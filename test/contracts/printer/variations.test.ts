import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observeIpp } from '../../../contracts/printer/ipp-attributes.ts';
import {
  type PrinterObservation,
  printerObservation,
  type Supply,
} from '../../../contracts/printer/observation.ts';
import { observePrinterMib } from '../../../contracts/printer/printer-mib.ts';
import type { VarbindValue } from '../../../contracts/printer/snmprec.ts';
import { telemetryLevel } from '../../../contracts/printer/telemetry.ts';
import { integer, keyword, name, octets, printerResponse, text } from './support/ipp-encode.ts';

/**
 * Tables as makers fill them in, beyond the captures at hand: whatever the variation, the decoder says
 * something sane, and a slot is called the same from read to read.
 */
const NAMES = [
  'Black Toner',
  'Cyan Toner Cartridge; SN0123ABC',
  'Toner',
  'Toner',
  '42 6C 61 63 6B 20 54 6F 6E 65 72',
  'Waste Toner Box',
  '"Black, high yield"',
  'Schwarz',
  'ブラックトナー',
  'Fuser Unit 220V',
  'Staples',
  '',
  'TK-5240K',
  'Unknown',
  'Maintenance Kit (200,000)',
] as const;
const enough = { numRuns: 300 };

const code = fc.constantFrom(-3, -2, -1, -100, 0, 1);
const quantity = fc.oneof(code, fc.constantFrom(50, 100, 255, 5000, 2_147_483_647), fc.nat(20_000));
const row = fc.record(
  {
    colorant: fc.constantFrom(0, 1, 2, 3, 4, 9),
    class: fc.constantFrom(0, 1, 3, 4, 7),
    type: fc.nat(40),
    name: fc.constantFrom(...NAMES),
    unit: fc.nat(22),
    capacity: quantity,
    level: quantity,
  },
  { requiredKeys: [] },
);
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;
const table = fc.array(row, { minLength: 1, maxLength: 9 });
const layout = fc.record({
  device: fc.constantFrom(1, 2, 7),
  firstIndex: fc.constantFrom(0, 1, 101),
  step: fc.constantFrom(1, 3),
  asText: fc.boolean(),
  colorantDevice: fc.constantFrom(1, 2),
});
type Layout = typeof layout extends fc.Arbitrary<infer L> ? L : never;

const COLUMNS = { colorant: 3, class: 4, type: 5, name: 6, unit: 7, capacity: 8, level: 9 } as const;
const utf8 = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'utf8'));

function walkOf(rows: readonly Row[], how: Layout): Map<string, VarbindValue> {
  const pairs: [string, VarbindValue][] = [];
  for (const [i, entry] of rows.entries()) {
    const index = `${how.device}.${how.firstIndex + i * how.step}`;
    for (const [column, value] of Object.entries(entry)) {
      const oid = `1.3.6.1.2.1.43.11.1.1.${COLUMNS[column as keyof typeof COLUMNS]}.${index}`;
      pairs.push([oid, typeof value === 'number' && !how.asText ? value : utf8(String(value))]);
    }
  }
  for (const [i, colour] of ['black', 'cyan', 'magenta', 'none'].entries())
    pairs.push([`1.3.6.1.2.1.43.12.1.1.4.${how.colorantDevice}.${i + 1}`, utf8(colour)]);
  return new Map(pairs);
}

function expectSane(observation: PrinterObservation): void {
  expect(printerObservation.safeParse(observation).error).toBeUndefined();
  const { supplies } = observation;
  expect(new Set(supplies.map(({ key }) => key)).size).toBe(supplies.length);
  for (const supply of supplies) expectSaneLevel(supply);
}

function expectSaneLevel(supply: Supply): void {
  const { raw, level, trust, interval, notes } = supply;
  if (interval !== undefined) expect(interval[0]).toBeLessThanOrEqual(interval[1]);
  const published = telemetryLevel(supply);
  if (trust === 'suspect') expect(typeof published).toBe('string');
  if (raw.level === undefined || raw.level < 0) expect(level.kind).not.toBe('measured');
  if (raw.level === undefined || raw.capacity === undefined || notes.includes('counts-filled')) return;
  if (raw.capacity === 0 && raw.level >= 0) expect(level.kind).toBe('unknown');
  if (raw.level > 1.1 * raw.capacity && raw.capacity > 0) expect(typeof published).toBe('string');
  if (raw.level >= 0 && raw.capacity > 1 && raw.level <= raw.capacity)
    expect(level).toEqual({ kind: 'measured', value: raw.level / raw.capacity });
}

describe('Printer-MIB tables as makers vary them', () => {
  test('any classes, types, units, capacities, codes, indexes and names', () => {
    fc.assert(
      fc.property(table, layout, (rows, how) => {
        const observation = observePrinterMib(walkOf(rows, how));
        expectSane(observation);
        expect(observation.supplies).toHaveLength(
          rows.filter((r) => Object.keys(r).some(notColorant)).length,
        );
      }),
      enough,
    );
  });

  test('the slots are the same whatever the levels are, and in whatever order the agent answers', () => {
    fc.assert(
      fc.property(table, layout, fc.array(quantity, { minLength: 9, maxLength: 9 }), (rows, how, levels) => {
        const keysOf = (walk: Map<string, VarbindValue>) =>
          observePrinterMib(walk).supplies.map(({ key, type, polarity }) => [key, type, polarity]);
        const other = rows.map((r, i) => ({ ...r, level: levels[i] ?? 0 }));
        const same = rows.map((r) => ({ ...r, level: 5 }));
        const shuffled = new Map([...walkOf(same, how)].reverse());
        expect(keysOf(walkOf(other, how))).toEqual(keysOf(walkOf(same, how)));
        expect(keysOf(shuffled)).toEqual(keysOf(walkOf(same, how)));
      }),
      enough,
    );
  });
});

const notColorant = (column: string): boolean => column !== 'colorant';

const levelText = fc.constantFrom('50', '-3', '-2', '100', '37.5', '80%', '+5', '', 'full', '9999999999999');
const supplyString = fc
  .record({
    prefix: fc.constantFrom('', 'printer-supply[1]=', ' '),
    separator: fc.constantFrom(';', '; ', ';;'),
    end: fc.constantFrom('', ';', ';\n'),
    upper: fc.boolean(),
    pairs: fc.dictionary(
      fc.constantFrom('index', 'class', 'type', 'unit', 'maxcapacity', 'level', 'colorantname', 'junk'),
      fc.oneof(levelText, fc.constantFrom('supplyThatIsConsumed', '4', 'toner', 'percent', 'unknown', 'a=b')),
    ),
  })
  .map(({ prefix, separator, end, upper, pairs }) => {
    const body = Object.entries(pairs).map(([k, v]) => `${upper ? k.toUpperCase() : k}=${v}`);
    return `${prefix}${body.join(separator)}${end}`;
  });

describe('IPP supplies as makers vary them', () => {
  test('marker lists of unequal lengths, codes, colours and supply strings of any form', () => {
    const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 6 });
    fc.assert(
      fc.property(
        list(quantity),
        list(fc.constantFrom(...NAMES)),
        list(fc.constantFrom('toner', 'ink-cartridge', 'waste-toner', 'opc', 'staples', 'other', 'none')),
        list(fc.constantFrom('#000000', '#00FFFF', 'none', '#FF00FF#FFFF00', 'black', '#zz')),
        list(supplyString),
        (levels, names, types, colors, supplies) => {
          const result = observeIpp(
            printerResponse({
              'marker-levels': levels.map(integer),
              'marker-names': names.map(name),
              'marker-types': types.map(keyword),
              'marker-colors': colors.map(name),
              'marker-low-levels': levels.slice(1).map(integer),
              'printer-supply': supplies.map(octets),
              'printer-supply-description': names.slice(1).map(text),
            }),
          );
          expect(result.ok).toBe(true);
          if (result.ok) {
            expect(printerObservation.safeParse(result.observation).error).toBeUndefined();
            for (const supply of result.observation.supplies) {
              if (supply.trust === 'suspect') expect(typeof telemetryLevel(supply)).toBe('string');
              if ((supply.raw.level ?? -1) < 0) expect(supply.level.kind).not.toBe('measured');
            }
          }
        },
      ),
      enough,
    );
  });

  test('all in one value: levels in text, names in quotes with commas', () => {
    const result = observeIpp(
      printerResponse({
        'marker-levels': [text('50,-3,0')],
        'marker-names': [name('"Black Toner, high yield","Cyan Toner",Waste Toner')],
        'marker-types': [name('toner,toner,waste-toner')],
      }),
    );
    if (!result.ok) throw new Error(result.error.code);
    expect(result.observation.supplies.map((s) => [s.key, s.description, telemetryLevel(s)])).toEqual([
      ['black', 'Black Toner, high yield', 0.5],
      ['cyan', 'Cyan Toner', 'some'],
      ['waste', 'Waste Toner', 1],
    ]);
  });

  test('supply strings with percent signs, odd case and blanks', () => {
    const result = observeIpp(
      printerResponse({
        'printer-supply': [octets('TYPE=toner; MaxCapacity = 100 ; LEVEL= 42% ; ColorantName=Cyan')],
      }),
    );
    if (!result.ok) throw new Error(result.error.code);
    expect(result.observation.supplies).toMatchObject([
      { key: 'cyan', level: { kind: 'measured', value: 0.42 } },
    ]);
  });
});

describe('who made it', () => {
  const makerOf = (pairs: [string, VarbindValue][]) => observePrinterMib(new Map(pairs)).identity;

  test('by the agent’s number, or behind a bought-in agent by the printer’s own', () => {
    const sysObjectId = '1.3.6.1.2.1.1.2.0';
    const device = '1.3.6.1.2.1.25.3.2.1';
    expect(makerOf([[sysObjectId, '1.3.6.1.4.1.1602.4.7']]).manufacturer).toBe('Canon');
    expect(
      makerOf([
        [sysObjectId, '1.3.6.1.4.1.8072.3.2.10'],
        [`${device}.2.1`, '1.3.6.1.2.1.25.3.1.5'],
        [`${device}.4.1`, '1.3.6.1.4.1.1347.43.5.1'],
      ]).manufacturer,
    ).toBe('Kyocera');
    expect(makerOf([[sysObjectId, '1.3.6.1.4.1.8072.3.2.10']]).manufacturer).toBeUndefined();
  });

  test('by the IEEE 1284 id in Xerox’s own MIB', () => {
    const id = 'MFG:Xerox;CMD:PCL;MDL:WorkCentre 7535;CLS:PRINTER;DES:Xerox WorkCentre 7535';
    expect(makerOf([['1.3.6.1.4.1.253.8.51.1.2.1.20.1', utf8(id)]])).toMatchObject({
      manufacturer: 'Xerox',
      model: 'WorkCentre 7535',
    });
  });
});
