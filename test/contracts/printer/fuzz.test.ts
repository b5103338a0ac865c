import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brotherOids, parseBrotherRecords } from '../../../contracts/printer/brother.ts';
import { brotherAnswerToVarbinds } from '../../../contracts/printer/brother-answer.ts';
import { type IppValue, ippLimits, parseIpp } from '../../../contracts/printer/ipp.ts';
import { observeIpp } from '../../../contracts/printer/ipp-attributes.ts';
import { mergeObservations } from '../../../contracts/printer/merge.ts';
import { type PrinterObservation, printerObservation } from '../../../contracts/printer/observation.ts';
import { observePrinterMib } from '../../../contracts/printer/printer-mib.ts';
import { parseSnmprec, walkLimits } from '../../../contracts/printer/snmprec.ts';
import { parseSupplyName } from '../../../contracts/printer/supply-name.ts';
import { telemetryConsumables } from '../../../contracts/printer/telemetry.ts';
import { decodeText, MAX_TEXT } from '../../../contracts/printer/text.ts';
import { integer, keyword, name, octets, printerResponse, text } from './support/ipp-encode.ts';

/** What must hold of every observation, however hostile the input was. */
function sound(observation: PrinterObservation): void {
  expect(printerObservation.safeParse(observation).error).toBeUndefined();
  const keys = observation.supplies.map((s) => s.key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const [key, { level }] of Object.entries(telemetryConsumables(observation))) {
    expect(keys).toContain(key);
    if (typeof level === 'number') expect(level >= 0 && level <= 1).toBe(true);
  }
}

function valueCount(values: Iterable<readonly IppValue[]>): number {
  let count = 0;
  for (const list of values)
    for (const v of list) count += 1 + (v.kind === 'collection' ? valueCount(v.value.values()) : 0);
  return count;
}

const reply = printerResponse({
  'printer-make-and-model': [text('HP LaserJet')],
  'marker-names': [name('Black'), name('Waste Toner')],
  'marker-types': [keyword('toner'), keyword('waste-toner')],
  'marker-levels': [integer(5), integer(70)],
  'printer-supply': [octets('type=toner;maxcapacity=100;level=5;unit=percent;colorantname=black;')],
  'media-col': [
    { members: { size: [{ members: { x: [integer(1)] } }], kinds: [keyword('a'), keyword('b')] } },
  ],
});

describe('IPP', () => {
  test('any octets: no exception, bounded values, sound observation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const parsed = parseIpp(bytes);
        if (parsed.ok) {
          const values = parsed.message.groups.reduce((sum, g) => sum + valueCount(g.attributes.values()), 0);
          expect(values).toBeLessThanOrEqual(bytes.length / 5);
        } else expect(parsed.error.offset).toBeLessThanOrEqual(bytes.length);
        const result = observeIpp(bytes);
        if (result.ok) sound(result.observation);
      }),
    );
  });

  test('every truncation of a good answer is an error or a smaller answer', () => {
    for (let length = 0; length < reply.length; length++) {
      const result = observeIpp(reply.subarray(0, length));
      if (result.ok) sound(result.observation);
      else expect(result.error.code).toMatch(/^(?:too-short|truncated|no-printer-attributes)$/u);
    }
  });

  test('a good answer with octets changed, lengths among them', () => {
    const change = fc.tuple(fc.nat(reply.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Uint8Array.from(reply);
        for (const [at, value] of changes) bytes[at] = value;
        const result = observeIpp(bytes);
        if (result.ok) sound(result.observation);
      }),
      { numRuns: 500 },
    );
  });

  test('a view into a larger buffer is never read beyond', () => {
    const large = new Uint8Array(reply.length + 100).fill(0x44);
    large.set(reply, 50);
    expect(parseIpp(large.subarray(50, 50 + reply.length - 20))).toMatchObject({ ok: false });
  });

  test('endless attributes and bottomless collections stop at the limits', () => {
    const member = [0x4a, 0, 0, 0, 1, 0x61, 0x34, 0, 0, 0, 0];
    const bottomless = Uint8Array.from([
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      4,
      0x34,
      0,
      1,
      0x61,
      0,
      0,
      ...Array.from({ length: 20_000 }, () => member).flat(),
    ]);
    expect(parseIpp(bottomless)).toMatchObject({ ok: false, error: { code: 'too-deep' } });
    const endless = new Uint8Array(ippLimits.maxBytes);
    endless.set([2, 0, 0, 0, 0, 0, 0, 1, 4]);
    for (let at = 9; at + 6 <= endless.length; at += 6) endless.set([0x44, 0, 1, 0x61, 0, 0], at);
    expect(parseIpp(endless)).toMatchObject({ ok: false, error: { code: 'too-many-values' } });
    const markers = printerResponse({
      'marker-levels': Array.from({ length: 20_000 }, (_, i) => integer(i % 100)),
    });
    const result = observeIpp(markers);
    expect(result).toMatchObject({ ok: true, observation: { problems: [{ code: 'too-many-supplies' }] } });
    if (result.ok) sound(result.observation);
  });
});

const supplyOid = fc
  .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40 }))
  .map(([column, device, index]) => `1.3.6.1.2.1.43.11.1.1.${column}.${device}.${index}`);
const oid = fc.oneof(
  { weight: 8, arbitrary: supplyOid },
  fc.constantFrom(
    ...Object.values(brotherOids),
    '1.3.6.1.2.1.1.1.0',
    '1.3.6.1.2.1.1.2.0',
    '1.3.6.1.2.1.25.3.2.1.3.1',
    '1.3.6.1.2.1.43.7.1.1.4.1.1',
    '1.3.6.1.2.1.43.5.1.1.17.1',
    '1.3.6.1.2.1.25.3.5.1.2.1',
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
    .map(([c, i]) => `1.3.6.1.2.1.43.18.1.1.${c}.1.${i}`),
  fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 9 }))
    .map(([c, i]) => `1.3.6.1.4.1.367.3.2.1.2.24.1.1.${c}.${i}`),
  fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 9 }))
    .map(([c, i]) => `1.3.6.1.2.1.43.12.1.1.${c}.1.${i}`),
);
const words = fc.constantFrom(
  'Black',
  'Toner',
  'Waste',
  'Cyan',
  'Drum',
  'S/N:',
  'CRUM-12',
  'Fuser',
  '黒',
  'K',
  '(C)',
  '1',
  ';SN',
  'HP CF410A',
);
const octetString = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.array(words, { maxLength: 8 }).map((parts) => Uint8Array.from(Buffer.from(parts.join(' '), 'utf8'))),
);
const value = fc.oneof(
  fc.integer({ min: -5, max: 120 }),
  fc.maxSafeInteger(),
  octetString,
  fc.string({ maxLength: 40 }),
);

describe('walks', () => {
  test('any text: no exception, bounded problems', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 3000, unit: 'binary' }), fc.uint8Array({ maxLength: 3000 })),
        (input) => {
          const walk = parseSnmprec(input);
          expect(walk.problems.length).toBeLessThanOrEqual(walkLimits.maxProblems);
          sound(observePrinterMib(walk.varbinds));
        },
      ),
    );
  });

  test('any values at the OIDs that matter: sound observation, and merging with itself adds nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(oid, value), { maxLength: 120 }), (pairs) => {
        const observation = observePrinterMib(new Map(pairs));
        sound(observation);
        for (const merged of mergeObservations([observation, observation])) sound(merged);
      }),
      { numRuns: 400 },
    );
  });

  test('a level is never made of a code', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: -1 }),
        fc.integer({ min: -1000, max: 100_000 }),
        (level, capacity) => {
          const at = (column: number) => `1.3.6.1.2.1.43.11.1.1.${column}.1.1`;
          const { supplies } = observePrinterMib(
            new Map<string, number>([
              [at(5), 3],
              [at(8), capacity],
              [at(9), level],
            ]),
          );
          expect(supplies[0]?.level.kind).not.toBe('measured');
        },
      ),
    );
  });

  test("Brother's records and recorded answers of any content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.jsonValue(), (bytes, json) => {
        expect(parseBrotherRecords(bytes).length).toBeLessThanOrEqual(bytes.length / 4);
        sound(
          observePrinterMib(
            new Map([
              [brotherOids.maintenance, bytes],
              [brotherOids.nextCare, bytes],
              [brotherOids.counters, bytes],
            ]),
          ),
        );
        sound(observePrinterMib(brotherAnswerToVarbinds(json)));
      }),
    );
  });

  test('text is bounded, well formed and free of control characters', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.option(fc.integer({ min: 0, max: 2300 }), { nil: undefined }),
        (bytes, charset) => {
          const decoded = decodeText(bytes, charset);
          expect(decoded.length).toBeLessThanOrEqual(MAX_TEXT);
          expect(decoded.isWellFormed()).toBe(true);
          expect(decoded).not.toMatch(/\p{Cc}/u);
          expect(parseSupplyName(decoded, undefined).description.length).toBeLessThanOrEqual(MAX_TEXT);
        },
      ),
    );
  });
});
