import { describe, expect, test } from 'vitest';
import { brotherOids, decodeBrother, parseBrotherRecords } from '../../../contracts/printer/brother.ts';
import { brotherAnswerToVarbinds } from '../../../contracts/printer/brother-answer.ts';
import { observePrinterMib } from '../../../contracts/printer/printer-mib.ts';
import { model, walkOf } from './support/walk.ts';

const hex = (...parts: string[]) => Uint8Array.from(Buffer.from(parts.join(''), 'hex'));

describe("Brother's record strings", () => {
  test('records of one, two and four octets', () => {
    expect(parseBrotherRecords(hex('110104000061a8', '31010101', 'a101020414', 'ff'))).toEqual([
      { id: 0x11, size: 4, value: 25_000 },
      { id: 0x31, size: 1, value: 1 },
      { id: 0xa1, size: 2, value: 0x0414 },
    ]);
  });
  test('padding inside a value is cut out', () => {
    expect(parseBrotherRecords(hex('6f01040000ffffff1c20', 'ffffffff'))).toEqual([
      { id: 0x6f, size: 4, value: 7200 },
    ]);
  });
  test.each(['', 'ff', '6f', '6f0104', '6f01040000', '6f020400001c20', '6f010900001c20'])(
    'not a record string: %s',
    (text) => {
      expect(parseBrotherRecords(hex(text))).toEqual([]);
    },
  );
});

describe('supplies', () => {
  test('toner and drum of a laser, with pages to go', () => {
    const { supplies, counters } = decodeBrother({
      maintenance: hex(
        '63010400000002',
        '410104000025e4',
        '31010400000001',
        '6f010400001e14',
        '8101040000004b',
      ),
      nextCare: hex('820104000025d8'),
      counters: hex('00010400000f4a'),
      model: 'DCP-1618W',
    });
    expect(supplies).toMatchObject([
      {
        key: 'black',
        type: 'toner',
        level: { kind: 'measured', value: 0.77 },
        condition: 'ok',
        gaugeQuantum: 0.01,
      },
      { key: 'drum', level: { kind: 'measured', value: 0.97 }, condition: 'low', remainingPages: 9688 },
    ]);
    expect(counters).toEqual({ pages: 3914 });
  });
  test('four inks by model, and total pages as the sum of mono and colour', () => {
    const { supplies, counters } = decodeBrother({
      maintenance: hex('6f01040000125c', '70010400000dac', '71010400002134', '72010400001194'),
      counters: hex('010104000001cd', '020104000001eb'),
      model: 'MFC-J680DW',
    });
    expect(supplies.map((s) => [s.key, s.type, s.level])).toEqual([
      ['black', 'ink', { kind: 'measured', value: 0.47 }],
      ['cyan', 'ink', { kind: 'measured', value: 0.35 }],
      ['magenta', 'ink', { kind: 'measured', value: 0.85 }],
      ['yellow', 'ink', { kind: 'measured', value: 0.45 }],
    ]);
    expect(counters).toEqual({ pages: 952, mono: 461, color: 491 });
  });
  test('older inks count in twentieths', () => {
    const { supplies } = decodeBrother({
      maintenance: hex('a101020414', 'a201020c14', 'a301020614', 'a401020b14', 'ff'),
      model: 'MFC-5490CN',
    });
    expect(supplies.map((s) => [s.type, s.level, s.gaugeQuantum])).toEqual([
      ['ink', { kind: 'measured', value: 0.2 }, 0.05],
      ['ink', { kind: 'measured', value: 0.6 }, 0.05],
      ['ink', { kind: 'measured', value: 0.3 }, 0.05],
      ['ink', { kind: 'measured', value: 0.55 }, 0.05],
    ]);
  });
  test('a state without a gauge is some, and above 100 % nothing', () => {
    expect(decodeBrother({ maintenance: hex('31010102') }).supplies).toMatchObject([
      { level: { kind: 'some' }, condition: 'low' },
    ]);
    expect(decodeBrother({ maintenance: hex('6f0104ffff0000') }).supplies).toEqual([]);
  });
  test('the private level replaces -3 of the Printer-MIB, once per supply', () => {
    const walk = walkOf(
      [
        { type: 3, name: 'Black Toner Cartridge', level: -3, capacity: -2 },
        { type: 9, name: 'Drum Unit', level: 11_501, capacity: 12_000 },
      ],
      [model('Brother MFC-L2710DW series'), `${brotherOids.maintenance}|4x|6f010400001c20410104000025e4ff`],
    );
    expect(observePrinterMib(walk).supplies).toMatchObject([
      { key: 'black', level: { kind: 'measured', value: 0.72 }, sources: ['printer-mib', 'brother'] },
      {
        key: 'drum',
        level: { kind: 'measured', value: 11_501 / 12_000 },
        sources: ['printer-mib', 'brother'],
      },
    ]);
  });
  test('recorded answers: lists of hexadecimal pieces, integers as text', () => {
    const varbinds = brotherAnswerToVarbinds({
      [brotherOids.maintenance]: ['6f0104', '00001c20'],
      '1.3.6.1.2.1.43.10.2.1.4.1.1': '106',
      [brotherOids.counters]: ['xyz'],
      [brotherOids.serial]: '000123456',
    });
    expect(varbinds.get('1.3.6.1.2.1.43.10.2.1.4.1.1')).toBe(106);
    expect(varbinds.has(brotherOids.counters)).toBe(false);
    const observation = observePrinterMib(varbinds);
    expect(observation.identity.serial).toBe('000123456');
    expect(observation.supplies).toMatchObject([{ key: 'black', level: { kind: 'measured', value: 0.72 } }]);
    expect(brotherAnswerToVarbinds(null).size).toBe(0);
  });
});
