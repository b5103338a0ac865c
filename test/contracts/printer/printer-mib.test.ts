import { describe, expect, test } from 'vitest';
import type { Supply } from '../../../contracts/printer/observation.ts';
import { inferCounting } from '../../../contracts/printer/polarity.ts';
import { observePrinterMib } from '../../../contracts/printer/printer-mib.ts';
import { telemetryConsumables, telemetryLevel } from '../../../contracts/printer/telemetry.ts';
import { colorants, model, type Row, walkOf } from './support/walk.ts';

const toner = { class: 3, type: 3, name: 'Black Toner' } as const;

function one(row: Row, lines: readonly string[] = []): Supply {
  const [supply, ...rest] = observePrinterMib(walkOf([row], lines)).supplies;
  expect(rest).toEqual([]);
  if (supply === undefined) throw new Error('no supply decoded');
  return supply;
}

describe('levels (RFC 3805, prtMarkerSuppliesLevel)', () => {
  test.each<[string, Row, Partial<Supply>]>([
    [
      'a share of the capacity',
      { level: 1250, capacity: 5000, unit: 7 },
      { level: { kind: 'measured', value: 0.25 }, unit: 'impressions', capacity: 5000 },
    ],
    ['no unit at all', { level: 37, capacity: 100 }, { level: { kind: 'measured', value: 0.37 } }],
    [
      'tenths of millilitres',
      { level: 221, capacity: 442, unit: 15 },
      { level: { kind: 'measured', value: 0.5 }, unit: 'tenthsOfMilliliters' },
    ],
    [
      'percent without capacity',
      { level: 40, capacity: -2, unit: 19 },
      { level: { kind: 'measured', value: 0.4 } },
    ],
    ['-3: some', { level: -3, capacity: 2000 }, { level: { kind: 'some' }, interval: [0, 1] }],
    ['-3 of -2 is no 150 %', { level: -3, capacity: -2 }, { level: { kind: 'some' } }],
    ['-2: unknown', { level: -2, capacity: 2000 }, { level: { kind: 'unknown' }, notes: ['level-unknown'] }],
    [
      '-1: no restriction',
      { level: -1, capacity: -1 },
      { level: { kind: 'unknown' }, notes: ['no-restriction'] },
    ],
    [
      'another negative number',
      { level: -7, capacity: 100 },
      { level: { kind: 'unknown' }, trust: 'suspect' },
    ],
    ['no level', { capacity: 100 }, { level: { kind: 'unknown' }, notes: ['level-missing'] }],
    [
      'some of an unknown capacity',
      { level: 900, capacity: -2, unit: 7 },
      { level: { kind: 'some' }, notes: ['capacity-unknown'] },
    ],
    ['capacity zero', { level: 0, capacity: 0 }, { level: { kind: 'unknown' }, trust: 'suspect' }],
    [
      'nothing of an unknown capacity',
      { level: 0, capacity: -2 },
      { level: { kind: 'measured', value: 0 }, trust: 'suspect' },
    ],
    [
      'a little above capacity',
      { level: 105, capacity: 100 },
      { level: { kind: 'measured', value: 1 }, trust: 'normal', notes: ['clipped-above-capacity'] },
    ],
    ['far above capacity', { level: 300, capacity: 100 }, { level: { kind: 'some' }, trust: 'suspect' }],
    [
      'there or not',
      { level: 1, capacity: 1, unit: 18 },
      { level: { kind: 'some' }, notes: ['binary-gauge'] },
    ],
  ])('%s', (_name, row, expected) => {
    expect(one({ ...toner, ...row })).toMatchObject(expected);
  });

  test('none is believed of a printer that says some of others', () => {
    const two = (other: number) =>
      observePrinterMib(
        walkOf([
          { type: 3, name: 'Toner Schwarz', level: 0, capacity: -2 },
          { type: 3, name: 'Toner Cyan', level: other, capacity: -2 },
        ]),
      ).supplies[0];
    expect(two(-3)).toMatchObject({
      level: { kind: 'measured', value: 0 },
      trust: 'normal',
      condition: 'empty',
    });
    expect(two(-2)).toMatchObject({ level: { kind: 'measured', value: 0 }, trust: 'suspect' });
  });

  test('exceptions of single models are intervals', () => {
    const hp = [model('HP Color LaserJet 4500')];
    expect(one({ ...toner, level: -2, capacity: -2 }, hp)).toMatchObject({
      level: { kind: 'some' },
      interval: [0, 0.25],
      condition: 'low',
    });
    expect(one({ ...toner, level: -100, capacity: 100 }, [model('RICOH MP C2051')])).toMatchObject({
      level: { kind: 'unknown' },
      interval: [0, 0.2],
      condition: 'low',
    });
    expect(
      one({ ...toner, level: 2300, capacity: 4600, unit: 13 }, [model('HP LaserJet 4050 Series')]),
    ).toMatchObject({ level: { kind: 'measured', value: 0.5 }, interval: [0.4, 0.6] });
    expect(one({ ...toner, level: -2, capacity: -2 }, [model('HP Color LaserJet 4600')])).toMatchObject({
      level: { kind: 'unknown' },
    });
  });

  test("Ricoh's private levels replace -3", () => {
    const lines = [
      model('RICOH MP C2051'),
      '1.3.6.1.4.1.367.3.2.1.2.24.1.1.2.1|4|Black Toner',
      '1.3.6.1.4.1.367.3.2.1.2.24.1.1.5.1|2|90',
    ];
    expect(one({ ...toner, level: -3, capacity: 100 }, lines)).toMatchObject({
      key: 'black',
      level: { kind: 'measured', value: 0.9 },
      sources: ['printer-mib', 'ricoh'],
    });
  });
});

describe('receptacles', () => {
  test('class 4 counts the space left, and its polarity is stated', () => {
    expect(one({ class: 4, type: 4, name: 'Waste Toner Box', level: 25, capacity: 100 })).toMatchObject({
      key: 'waste',
      polarity: 'fills',
      polarityInferred: false,
      level: { kind: 'measured', value: 0.25 },
    });
  });
  test('without a class the polarity is inferred and says so', () => {
    expect(one({ type: 4, name: 'Waste Toner Box', level: -3, capacity: -2 })).toMatchObject({
      polarity: 'fills',
      polarityInferred: true,
      level: { kind: 'some' },
    });
    expect(one({ name: 'Waste Toner Box', level: 5, capacity: 100 })).toMatchObject({
      type: 'wasteToner',
      polarity: 'fills',
      polarityInferred: true,
    });
  });
  test('waste typed as toner is waste, unless it is said to be consumed', () => {
    expect(one({ type: 3, class: 4, name: 'Waste Toner', level: 5, capacity: 100 })).toMatchObject({
      type: 'wasteToner',
      notes: ['type-contradicts-description'],
    });
  });
  test('a trend tells what a box really counts', () => {
    expect(inferCounting([1, 0.9, 0.8, 0.7])).toBe('space-left');
    expect(inferCounting([0.1, 0.2, 0.3, 0.9, 0, 0.1, 0.2])).toBe('filled');
    expect(inferCounting([0.5, 0.5, 0.4])).toBe('undecided');
  });
});

describe('colours and keys', () => {
  const four: Row[] = [4, 1, 2, 3].map((colorantIndex) => ({
    class: 3,
    type: 21,
    name: 'Toner Cartridge',
    colorantIndex,
    level: 50 + colorantIndex,
    capacity: 100,
  }));
  const names = colorants(['cyan', 'magenta', 'yellow', 'black']);
  const keys = (rows: Row[], lines: readonly string[] = []) =>
    observePrinterMib(walkOf(rows, lines)).supplies.map((s) => s.key);

  test('four supplies of one name are told apart by colorant', () => {
    expect(keys(four, names)).toEqual(['black', 'cyan', 'magenta', 'yellow']);
  });
  test('without the column they pair up in order, and this is noted', () => {
    const bare = four.map(({ colorantIndex: _, ...row }) => row);
    const supplies = observePrinterMib(walkOf(bare, names)).supplies;
    expect(supplies.map((s) => s.key)).toEqual(['cyan', 'magenta', 'yellow', 'black']);
    expect(supplies[0]?.notes).toContain('colorant-from-order');
  });
  test('without any colour they still have keys of their own', () => {
    const bare = four.map(({ colorantIndex: _, ...row }) => row);
    expect(keys(bare)).toEqual(['toner-1', 'toner-2', 'toner-3', 'toner-4']);
  });
  test('a name that contradicts the colorant table wins', () => {
    const [supply] = observePrinterMib(
      walkOf([{ class: 3, type: 3, name: 'Cyan Toner', colorantIndex: 4, level: 1, capacity: 100 }], names),
    ).supplies;
    expect(supply).toMatchObject({
      key: 'cyan',
      colorant: 'cyan',
      notes: ['colorant-contradicts-description'],
    });
  });
  test('twins keep the number the printer gives them, also when one is out', () => {
    const twins: Row[] = [1, 2].map((n) => ({ type: 3, name: `Black Toner ${n}`, level: 50, capacity: 100 }));
    expect(keys(twins)).toEqual(['black-1', 'black-2']);
    expect(keys(twins.slice(1))).toEqual(['black-2']);
  });
  test('a single toner without a colour is black, by assumption', () => {
    expect(one({ type: 3, name: 'TK-1170', level: 50, capacity: 100 })).toMatchObject({
      key: 'black',
      colorant: 'black',
      notes: ['colorant-assumed-black'],
    });
  });
  test('parts beside toner have slots of their own', () => {
    const rows: Row[] = [
      'Drum Unit (Cyan)',
      'Drum Unit (Black)',
      'Fuser',
      'Transfer Belt',
      'Transfer Roller',
      'ADF Roller',
      'Staple Cartridge 1',
      'Ozone Filter',
    ].map((name) => ({ name, level: 5, capacity: 10 }));
    expect(keys(rows)).toEqual([
      'drum-cyan',
      'drum-black',
      'fuser',
      'transfer-belt',
      'transfer-roller',
      'adf-roller',
      'staples-1',
      'ozone-filter',
    ]);
  });
  test('a serial in the name is a cartridge, not a name', () => {
    expect(one({ ...toner, name: 'Black Toner;SN12AB34', level: 1, capacity: 2 })).toMatchObject({
      description: 'Black Toner',
      serial: '12AB34',
    });
  });
});

describe('gauges', () => {
  const rows = (levels: number[], capacity = 100): Row[] =>
    ['Black', 'Cyan', 'Magenta', 'Yellow']
      .slice(0, levels.length)
      .map((color, i) => ({ type: 3, name: `${color} Toner`, level: levels[i] ?? 0, capacity }));
  const quanta = (levels: number[], capacity?: number) =>
    observePrinterMib(walkOf(rows(levels, capacity))).supplies.map((s) => s.gaugeQuantum);
  const suspects = (levels: number[]) =>
    observePrinterMib(walkOf(rows(levels))).supplies.filter((s) => s.trust === 'suspect').length;

  test('steps that chance would not make are the gauge', () => {
    expect(quanta([80, 30, 30, 20])).toEqual([0.1, 0.1, 0.1, 0.1]);
    expect(quanta([80, 100, 100, 100])).toEqual([0.01, 0.01, 0.01, 0.01]);
    expect(quanta([54, 44, 76, 71])[0]).toBe(0.01);
    expect(quanta([11_501], 12_000)).toEqual([1 / 12_000]);
    expect(quanta([9400], 10_000)).toEqual([0.01]);
  });
  test('the same figure for every marker is not believed; all full is', () => {
    expect(suspects([5, 5, 5, 5])).toBe(4);
    expect(suspects([0, 0, 0, 0])).toBe(4);
    expect(suspects([100, 100, 100, 100])).toBe(0);
    expect(suspects([97, 97, 97, 97])).toBe(0);
    expect(suspects([5, 5, 5, 6])).toBe(0);
    expect(suspects([5])).toBe(0);
  });
  test('only trusted numbers leave the decoder', () => {
    const observation = observePrinterMib(walkOf(rows([5, 5, 5, 5])));
    expect(telemetryConsumables(observation)).toEqual({
      black: { level: 'some' },
      cyan: { level: 'some' },
      magenta: { level: 'some' },
      yellow: { level: 'some' },
    });
    expect(telemetryLevel(one({ ...toner, level: 37, capacity: 100 }))).toBe(0.37);
    expect(telemetryLevel(one({ ...toner, level: -3, capacity: 100 }))).toBe('some');
    expect(telemetryLevel(one({ ...toner, level: 0, capacity: -2 }))).toBe('unknown');
  });
});

describe('the printer itself', () => {
  const identity = (...lines: string[]) => observePrinterMib(walkOf([], lines)).identity;

  test.each([
    [
      [
        '1.3.6.1.2.1.1.1.0|4|HP ETHERNET MULTI-ENVIRONMENT,SN:VNCRC48198,FN:4Q,SVCID:1,PID:HP LaserJet MFP M130nw',
      ],
      { manufacturer: 'HP', model: 'LaserJet MFP M130nw', serial: 'VNCRC48198' },
    ],
    [
      ['1.3.6.1.2.1.1.1.0|4|RICOH MP C2503 1.35 / RICOH Network Printer C model'],
      { manufacturer: 'Ricoh', model: 'MP C2503' },
    ],
    [
      ['1.3.6.1.2.1.1.1.0|4|IBM Infoprint 1130 version 54.10.21 kernel 2.4.0'],
      { manufacturer: 'IBM', model: 'Infoprint 1130' },
    ],
    [
      [model('Dell S5830dn 7XQ1R92 LW62.DN4.P636'), '1.3.6.1.2.1.43.5.1.1.17.1|4|7XQ1R92-132-13'],
      { manufacturer: 'Dell', model: 'S5830dn', serial: '7XQ1R92-132-13' },
    ],
    [
      ['1.3.6.1.4.1.11.2.3.9.1.1.7.0|4|MFG:Hewlett-Packard;MDL:HP Color LaserJet M452nw;SN:ABC1234567;'],
      { manufacturer: 'HP', model: 'Color LaserJet M452nw', serial: 'ABC1234567' },
    ],
    [
      ['1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1347.41', model('ECOSYS M2040dn')],
      { manufacturer: 'Kyocera', model: 'ECOSYS M2040dn' },
    ],
    [
      [model('Brother HL-L2340DW series'), '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.1.0|4|serial_number'],
      { manufacturer: 'Brother', model: 'HL-L2340DW' },
    ],
    [['1.3.6.1.4.1.11.2.3.9.4.2.1.1.3.3.0|4x|0115564E4352433438313938'], { serial: 'VNCRC48198' }],
  ])('identity %#', (lines, expected) => {
    const { mac: _, description: __, ...found } = identity(...lines);
    expect(found).toEqual(expected);
  });

  test('page counters in impressions or sheets; feet of a roll are not pages', () => {
    const count = (unit: number) =>
      observePrinterMib(
        walkOf([], [`1.3.6.1.2.1.43.10.2.1.3.1.1|2|${unit}`, '1.3.6.1.2.1.43.10.2.1.4.1.1|65|15232']),
      ).counters;
    expect(count(7)).toEqual({ pages: 15_232 });
    expect(count(8)).toEqual({ pages: 15_232, sheets: 15_232 });
    expect(count(16)).toEqual({});
  });

  test('alerts mark the supply they name, and a lone toner they speak of', () => {
    const alert = (index: number, code: number) => [
      `1.3.6.1.2.1.43.18.1.1.2.1.1|2|4`,
      '1.3.6.1.2.1.43.18.1.1.4.1.1|2|11',
      `1.3.6.1.2.1.43.18.1.1.5.1.1|2|${index}`,
      `1.3.6.1.2.1.43.18.1.1.7.1.1|2|${code}`,
    ];
    const two: Row[] = ['Black', 'Cyan'].map((color) => ({
      type: 3,
      name: `${color} Toner`,
      level: -3,
      capacity: -2,
    }));
    const named = observePrinterMib(walkOf(two, alert(2, 1104)));
    expect(named.alerts).toMatchObject([{ code: 'toner-low', severity: 'warning', supplyKey: 'cyan' }]);
    expect(named.supplies.map((s) => s.condition)).toEqual([undefined, 'low']);
    const lowToner = '1.3.6.1.2.1.25.3.5.1.2.1|4x|20';
    expect(observePrinterMib(walkOf(two, [lowToner])).supplies.map((s) => s.condition)).toEqual([
      undefined,
      undefined,
    ]);
    expect(observePrinterMib(walkOf(two.slice(1), [lowToner])).supplies.map((s) => s.condition)).toEqual([
      'low',
    ]);
  });

  test('no supplies table is an answer of its own', () => {
    const label = observePrinterMib(walkOf([], [model('Zebra ZT410')]));
    expect(label.identity).toMatchObject({ manufacturer: 'Zebra', model: 'ZT410' });
    expect(label.problems.map((p) => p.code)).toEqual(['no-supplies-table']);
  });

  test('a table without end is cut and reported', () => {
    const huge = observePrinterMib(
      walkOf(Array.from({ length: 5000 }, (_, i) => ({ name: `Part ${i}`, level: 1, capacity: 2 }))),
    );
    expect(huge.supplies).toHaveLength(256);
    expect(huge.problems.map((p) => p.code)).toEqual(['too-many-supplies']);
  });
});
