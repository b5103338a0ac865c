import { describe, expect, test } from 'vitest';
import { observeIpp } from '../../../contracts/printer/ipp-attributes.ts';
import { mergeObservations, mergeSupplies, samePrinter } from '../../../contracts/printer/merge.ts';
import type { PrinterObservation } from '../../../contracts/printer/observation.ts';
import { observePrinterMib } from '../../../contracts/printer/printer-mib.ts';
import { integer, keyword, name, printerResponse, text } from './support/ipp-encode.ts';
import { model, type Row, walkOf } from './support/walk.ts';

const serial = '1.3.6.1.2.1.43.5.1.1.17.1|4|VCF9192281';

function ipp(levels: readonly number[], deviceId: string): PrinterObservation {
  const result = observeIpp(
    printerResponse({
      'printer-make-and-model': [text('ECOSYS M2040dn')],
      'printer-device-id': [text(deviceId)],
      'marker-names': [name('Black TK-1170'), name('Waste Toner Box')],
      'marker-types': [keyword('toner'), keyword('waste-toner')],
      'marker-levels': levels.map(integer),
    }),
  );
  if (!result.ok) throw new Error(result.error.code);
  return result.observation;
}

const snmp = (rows: readonly Row[], ...lines: string[]) =>
  observePrinterMib(walkOf(rows, [model('ECOSYS M2040dn'), ...lines]));
const rows: Row[] = [
  { class: 3, type: 3, unit: 7, name: 'TK-1170', level: 6048, capacity: 7200 },
  { class: 4, type: 4, unit: 7, name: 'Waste Toner Box', level: -3, capacity: -2 },
  { class: 3, type: 15, name: 'Fuser', level: 50, capacity: 100 },
];

describe('one printer by two protocols', () => {
  test('counted once, each supply once, the better source for each', () => {
    const merged = mergeObservations([
      snmp(rows, serial),
      ipp([84, 10], 'MFG:Kyocera;MDL:ECOSYS M2040dn;SER:VCF9192281;'),
    ]);
    expect(merged).toHaveLength(1);
    expect(merged[0]?.supplies).toMatchObject([
      {
        key: 'black',
        capacity: 7200,
        level: { kind: 'measured', value: 0.84 },
        partNumber: 'TK-1170',
        sources: ['printer-mib', 'ipp-marker'],
        trust: 'normal',
      },
      {
        key: 'waste',
        polarityInferred: false,
        level: { kind: 'measured', value: 0.9 },
        sources: ['printer-mib', 'ipp-marker'],
      },
      { key: 'fuser', sources: ['printer-mib'] },
    ]);
  });
  test('other serial numbers are other printers', () => {
    expect(
      mergeObservations([snmp(rows, serial), ipp([84, 10], 'MFG:Kyocera;SER:VCF0000001;')]),
    ).toHaveLength(2);
    expect(mergeObservations([snmp(rows), ipp([84, 10], 'MFG:Kyocera;')])).toHaveLength(2);
  });
  test('by serial, by UUID, or by the network address inside the UUID', () => {
    const uuid = '1c852a4d-b800-1f08-abcd-5820b1decccd';
    expect(samePrinter({ serial: 'AB12345' }, { serial: 'ab12345' })).toBe(true);
    expect(
      samePrinter({ serial: '12345678', manufacturer: 'HP' }, { serial: '12345678', manufacturer: 'OKI' }),
    ).toBe(false);
    expect(samePrinter({ uuid }, { uuid })).toBe(true);
    expect(samePrinter({ uuid }, { mac: '58:20:b1:de:cc:cd' })).toBe(true);
    expect(samePrinter({ uuid, serial: 'A1234' }, { mac: '58:20:b1:de:cc:cd', serial: 'B1234' })).toBe(false);
    expect(samePrinter({ hostname: 'printer', model: 'X' }, { hostname: 'printer', model: 'X' })).toBe(false);
  });
  test('gauges far apart are a contradiction', () => {
    const [merged] = mergeObservations([snmp(rows, serial), ipp([20, 10], 'MFG:Kyocera;SER:VCF9192281;')]);
    expect(merged?.supplies[0]).toMatchObject({ trust: 'suspect', interval: [0.2, 0.84] });
  });
  test('no supplies by one protocol is no problem when the other has them', () => {
    const [merged] = mergeObservations([snmp([], serial), ipp([84, 10], 'MFG:Kyocera;SER:VCF9192281;')]);
    expect(merged?.problems).toEqual([]);
    expect(merged?.supplies.map((s) => s.key)).toEqual(['black', 'waste']);
  });
  test('twins pair up in order, and added supplies never take a key that is in use', () => {
    const twins = snmp(
      [1, 2].map((n) => ({ type: 3, name: `Black Toner ${n}`, level: 40 + n, capacity: 100 })),
      serial,
    ).supplies;
    expect(mergeSupplies(twins, twins).map((s) => s.key)).toEqual(['black-1', 'black-2']);
    const [first] = twins;
    if (first === undefined) throw new Error('no twin');
    const foreign = { ...first, type: 'other' as const, description: 'Something' };
    expect(mergeSupplies(twins, [foreign]).map((s) => s.key)).toEqual(['black-1', 'black-2', 'black-1-2']);
  });
});
