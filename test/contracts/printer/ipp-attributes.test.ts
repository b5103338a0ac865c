import { describe, expect, test } from 'vitest';
import { observeIpp } from '../../../contracts/printer/ipp-attributes.ts';
import type { PrinterObservation } from '../../../contracts/printer/observation.ts';
import {
  type Attributes,
  group,
  integer,
  keyword,
  message,
  name,
  nameWithLanguage,
  octets,
  printerResponse,
  text,
  uri,
} from './support/ipp-encode.ts';

function observe(attributes: Attributes): PrinterObservation {
  const result = observeIpp(printerResponse(attributes));
  if (!result.ok) throw new Error(result.error.code);
  return result.observation;
}

const markers = (names: string[], types: string[], levels: number[], more: Attributes = {}): Attributes => ({
  'marker-names': names.map(name),
  'marker-types': types.map(keyword),
  'marker-levels': levels.map(integer),
  ...more,
});

describe('marker-* attributes', () => {
  test('levels in percent, -1 to -3 as codes, low by their own threshold', () => {
    const { supplies } = observe(
      markers(
        ['Black ink', 'Cyan ink', 'Magenta ink', 'Yellow ink', 'Photo Black ink'],
        Array(5).fill('ink-cartridge'),
        [64, -3, -2, 6, 0],
        {
          'marker-low-levels': [15, 15, 15, 15, 15].map(integer),
          'marker-colors': ['#000000', '#00FFFF', '#FF00FF', '#FFFF00', '#000000'].map(name),
        },
      ),
    );
    expect(supplies.map((s) => [s.key, s.level, s.condition])).toEqual([
      ['black', { kind: 'measured', value: 0.64 }, undefined],
      ['cyan', { kind: 'some' }, undefined],
      ['magenta', { kind: 'unknown' }, undefined],
      ['yellow', { kind: 'measured', value: 0.06 }, 'low'],
      ['photo-black', { kind: 'measured', value: 0 }, 'empty'],
    ]);
  });

  test('waste counts what is in the box and is turned into space left', () => {
    const waste = (level: number) =>
      observe(
        markers(['Black TK-1170', 'Waste Toner Box'], ['toner', 'waste-toner'], [84, level], {
          'marker-high-levels': [integer(100), integer(95)],
        }),
      ).supplies[1];
    expect(waste(0)).toMatchObject({
      key: 'waste',
      polarity: 'fills',
      level: { kind: 'measured', value: 1 },
      raw: { level: 0 },
      notes: ['counts-filled'],
    });
    expect(waste(96)).toMatchObject({ level: { kind: 'measured', value: 0.04 }, condition: 'low' });
    expect(waste(100)).toMatchObject({ level: { kind: 'measured', value: 0 }, condition: 'empty' });
    expect(waste(-3)).toMatchObject({ level: { kind: 'some' }, raw: { level: -3 } });
  });

  test('names with language, one value for all, and lists of unequal length', () => {
    const named = observe({
      'marker-names': [nameWithLanguage('Schwarz', 'de')],
      'marker-levels': [integer(50)],
      'marker-types': [keyword('toner')],
    });
    expect(named.supplies).toMatchObject([{ key: 'black', description: 'Schwarz' }]);
    const joined = observe({
      'marker-names': [name('Black,Cyan,Magenta')],
      'marker-levels': [10, 20, 30].map(integer),
    });
    expect(joined.supplies.map((s) => s.key)).toEqual(['black', 'cyan', 'magenta']);
    const uneven = observe({ 'marker-names': [name('Black'), name('Cyan')], 'marker-levels': [integer(10)] });
    expect(uneven.supplies.map((s) => s.level)).toEqual([
      { kind: 'measured', value: 0.1 },
      { kind: 'unknown' },
    ]);
    expect(uneven.problems.map((p) => p.code)).toContain('marker-lists-differ');
  });

  test('colours tell nameless cartridges apart, tri-colour among them', () => {
    const { supplies } = observe({
      'marker-colors': [name('#000000'), name('#00FFFF#FF00FF#FFFF00')],
      'marker-types': [keyword('ink-cartridge'), keyword('ink-cartridge')],
      'marker-levels': [integer(10), integer(20)],
    });
    expect(supplies.map((s) => s.key)).toEqual(['black', 'tri-color']);
  });

  test('the serial of the cartridge is in its name', () => {
    const read = (serial: string) =>
      observe(markers([`Black Toner_S/N_:${serial}`], ['toner'], [76])).supplies[0];
    expect(read('CRUM-211009A6200')).toMatchObject({
      key: 'black',
      serial: 'CRUM-211009A6200',
      description: 'Black Toner',
    });
    expect(read('CRUM-220105B7700')?.serial).not.toBe(read('CRUM-211009A6200')?.serial);
  });

  test('one low figure for every marker is suspect, bounded by the threshold', () => {
    const { supplies } = observe(
      markers(
        ['black', 'cyan', 'magenta', 'yellow', 'imagingdrumhpcea'],
        ['toner', 'toner', 'toner', 'toner', 'opc'],
        [5, 5, 5, 5, 5],
        { 'marker-low-levels': [20, 20, 20, 20, 20].map(integer) },
      ),
    );
    expect(supplies.map((s) => s.key)).toEqual(['black', 'cyan', 'magenta', 'yellow', 'drum']);
    expect(supplies.every((s) => s.trust === 'suspect' && s.interval?.[1] === 0.2)).toBe(true);
  });

  test('50 % of a CUPS queue may mean that nothing is known', () => {
    const half = markers(['Black'], ['toner'], [50]);
    expect(observe(half).supplies[0]?.trust).toBe('normal');
    expect(observe({ ...half, 'cups-version': [text('2.4')] }).supplies[0]).toMatchObject({
      trust: 'suspect',
      notes: ['cups-placeholder'],
    });
  });
});

describe('printer-supply (PWG 5100.13)', () => {
  const supply = (...values: string[]): Attributes => ({ 'printer-supply': values.map(octets) });

  test('class, type, unit, capacity and colour by their labels', () => {
    const { supplies } = observe({
      ...supply(
        'index=1;class=receptacleThatIsFilled;type=wasteToner;unit=percent;maxcapacity=100;level=25;colorantname=unknown;',
        'index=2;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=75;colorantname=black;',
      ),
      'printer-supply-description': [text('Toner Waste Tank'), text('Black Toner')],
    });
    expect(supplies).toMatchObject([
      {
        key: 'waste',
        polarity: 'fills',
        polarityInferred: false,
        level: { kind: 'measured', value: 0.25 },
        sources: ['ipp-supply'],
      },
      {
        key: 'black',
        polarity: 'depletes',
        polarityInferred: false,
        level: { kind: 'measured', value: 0.75 },
        unit: 'percent',
      },
    ]);
  });

  test('told beside marker-* each supply is counted once', () => {
    const { supplies } = observe({
      ...supply(
        'type=inkCartridge;maxcapacity=100;level=20;class=supplyThatIsConsumed;unit=percent;colorantname=magenta;',
      ),
      ...markers(['magenta ink'], ['inkCartridge'], [20]),
    });
    expect(supplies).toMatchObject([
      { key: 'magenta', description: 'magenta ink', sources: ['ipp-supply', 'ipp-marker'], trust: 'normal' },
    ]);
  });

  test('two figures that disagree are an interval and no number', () => {
    const { supplies } = observe({
      ...supply('type=toner;maxcapacity=100;level=80;unit=percent;colorantname=black;'),
      ...markers(['Black'], ['toner'], [20]),
    });
    expect(supplies).toMatchObject([{ trust: 'suspect', interval: [0.2, 0.8], notes: ['sources-disagree'] }]);
  });

  test('thresholds: low, and a receptacle that counts up to its mark', () => {
    const { supplies } = observe(
      supply(
        'class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=2;lowlevel=3;colorantname=cyan;',
        'class=receptacleThatIsFilled;type=wasteToner;unit=percent;maxcapacity=100;level=10;highlevel=95;colorantname=unknown;',
      ),
    );
    expect(supplies).toMatchObject([
      { key: 'cyan', condition: 'low' },
      { key: 'waste', level: { kind: 'measured', value: 0.9 }, raw: { level: 10 }, notes: ['counts-filled'] },
    ]);
  });

  test('nonsense in a value is skipped', () => {
    expect(observe(supply('', ';;;', 'level', '=')).problems.map((p) => p.code)).toEqual([
      'no-supplies-table',
    ]);
    expect(observe(supply('type=toner;level=99999999999999;maxcapacity=x')).supplies).toMatchObject([
      { level: { kind: 'unknown' } },
    ]);
  });
});

describe('the printer', () => {
  test('identity from make, device id, UUID; Epson hides its serial in hexadecimal', () => {
    const { identity } = observe({
      'printer-make-and-model': [text('EPSON XP-6000 Series')],
      'printer-device-id': [text('MFG:EPSON;MDL:XP-6000 Series;SN:583434593035343012;')],
      'printer-uuid': [uri('urn:uuid:CFE92100-67c4-11d4-a45f-f8d027761251')],
    });
    expect(identity).toEqual({
      manufacturer: 'Epson',
      model: 'XP-6000',
      description: 'EPSON XP-6000',
      serial: 'X44Y0540',
      uuid: 'cfe92100-67c4-11d4-a45f-f8d027761251',
    });
  });
  test("behind a CUPS queue the device's own UUID counts", () => {
    const { identity } = observe({
      'printer-uuid': [uri('urn:uuid:a8f1b8ee-0283-3bc7-499e-78514cc37f9a')],
      'device-uri': [uri('dnssd://x._ipp._tcp.local./?uuid=434e4339-4344-3130-5243-082e5fb9d080')],
    });
    expect(identity.uuid).toBe('434e4339-4344-3130-5243-082e5fb9d080');
  });
  test('state reasons and printer-alert become alerts, and mark a lone supply', () => {
    const { alerts, supplies } = observe({
      ...markers(['Black'], ['toner'], [-3]),
      'printer-state-reasons': ['toner-low-warning', 'media-jam', 'none', 'cups-missing-filter-warning'].map(
        keyword,
      ),
      'printer-alert': [
        octets('printer-alert[0] = code=markerTonerAlmostEmpty;severity=warning;group=markerSupplies'),
        octets('code=unknown;severity=other'),
      ],
      'printer-alert-description': [text("printer-alert-description[0] = 'toner soon empty'"), text('')],
    });
    expect(alerts).toEqual([
      { source: 'state-reason', severity: 'warning', code: 'toner-low' },
      { source: 'state-reason', severity: 'critical', code: 'media-jam' },
      {
        source: 'printer-alert',
        severity: 'warning',
        code: 'marker-toner-almost-empty',
        description: 'toner soon empty',
      },
    ]);
    expect(supplies).toMatchObject([{ level: { kind: 'some' }, condition: 'low' }]);
  });
  test('page counters, by colour where told', () => {
    const { counters } = observe({
      'printer-impressions-completed': [integer(2468)],
      'printer-media-sheets-completed': [integer(1234)],
      'printer-impressions-completed-col': [
        { members: { monochrome: [integer(1500)], 'full-color': [integer(968)] } },
      ],
    });
    expect(counters).toEqual({ pages: 2468, sheets: 1234, mono: 1500, color: 968 });
  });
  test('errors have codes: a refused request, an answer about jobs, no answer', () => {
    expect(observeIpp(message(0x0406))).toEqual({ ok: false, error: { code: 'ipp-status', status: 0x0406 } });
    expect(observeIpp(message(0, group(0x02, { 'job-id': [integer(1)] })))).toEqual({
      ok: false,
      error: { code: 'no-printer-attributes' },
    });
    expect(observeIpp(new Uint8Array())).toMatchObject({ ok: false, error: { code: 'too-short' } });
    expect(observe({ 'printer-name': [name('x')] }).problems.map((p) => p.code)).toEqual([
      'no-supplies-table',
    ]);
  });
});
