import { describe, expect, test } from 'vitest';
import { ippLimits, parseIpp } from '../../../contracts/printer/ipp.ts';
import {
  type Collection,
  group,
  integer,
  keyword,
  message,
  name,
  nameWithLanguage,
  operation,
  raw,
  text,
} from './support/ipp-encode.ts';

function printerAttributes(bytes: Uint8Array) {
  const result = parseIpp(bytes);
  if (!result.ok) throw new Error(result.error.code);
  return result.message.groups.find((g) => g.tag === 4)?.attributes;
}

describe('IPP messages (RFC 8010)', () => {
  test('values by syntax, several of one attribute, groups in order', () => {
    const bytes = message(
      0,
      group(0x04, {
        'marker-levels': [integer(5), integer(-3)],
        flag: [raw(0x22, Uint8Array.of(1))],
        range: [raw(0x33, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 9))],
        resolution: [raw(0x32, Uint8Array.of(0, 0, 2, 88, 0, 0, 2, 88, 3))],
        nothing: [raw(0x13, new Uint8Array())],
        localized: [nameWithLanguage('Schwarz', 'de')],
      }),
      group(0x05, { x: [keyword('y')] }),
    );
    const result = parseIpp(bytes);
    expect(result).toMatchObject({
      ok: true,
      message: { version: [2, 0], code: 0, requestId: 1, ended: true },
    });
    expect(Object.fromEntries(printerAttributes(bytes) ?? [])).toEqual({
      'marker-levels': [
        { kind: 'integer', value: 5 },
        { kind: 'integer', value: -3 },
      ],
      flag: [{ kind: 'boolean', value: true }],
      range: [{ kind: 'range', value: [1, 9] }],
      resolution: [{ kind: 'resolution', value: [600, 600, 3] }],
      nothing: [{ kind: 'none' }],
      localized: [{ kind: 'name', value: 'Schwarz', language: 'de' }],
    });
    expect(result.ok && result.message.groups.map((g) => g.tag)).toEqual([1, 4, 5]);
  });

  test('collections, nested and repeated', () => {
    const size: Collection = { members: { 'x-dimension': [integer(1)], 'y-dimension': [integer(2)] } };
    const attributes = printerAttributes(
      message(0, group(4, { col: [{ members: { size: [size], names: [name('a'), name('b')] } }, size] })),
    );
    const [first, second] = attributes?.get('col') ?? [];
    if (first?.kind !== 'collection') throw new Error('no collection');
    expect(first.value.get('names')).toEqual([
      { kind: 'name', value: 'a' },
      { kind: 'name', value: 'b' },
    ]);
    expect(first.value.get('size')).toEqual([second]);
  });

  test('a value whose length does not fit its syntax is no value, and costs nothing else', () => {
    const attributes = printerAttributes(
      message(
        0,
        group(4, {
          short: [raw(0x21, Uint8Array.of(1, 2))],
          lying: [raw(0x36, Uint8Array.of(0xff, 0xff, 1, 2, 3))],
          good: [integer(7)],
        }),
      ),
    );
    expect(attributes?.get('short')).toEqual([{ kind: 'none' }]);
    expect(attributes?.get('lying')).toEqual([{ kind: 'none' }]);
    expect(attributes?.get('good')).toEqual([{ kind: 'integer', value: 7 }]);
  });

  const header = [2, 0, 0, 0, 0, 0, 0, 1];
  const bytes = (...body: number[]) => Uint8Array.from([...header, ...body]);
  const deep = (n: number): Collection => ({ members: { inner: n === 0 ? [integer(1)] : [deep(n - 1)] } });

  test.each<[string, Uint8Array, string]>([
    ['empty', new Uint8Array(), 'too-short'],
    ['half a header', Uint8Array.of(2, 0, 0), 'too-short'],
    ['a name longer than the message', bytes(4, 0x44, 0x7f, 0xff, 65), 'truncated'],
    ['a value longer than the message', bytes(4, 0x44, 0, 1, 65, 0, 9, 1), 'truncated'],
    ['a negative length', bytes(4, 0x44, 0xff, 0xff, 65), 'truncated'],
    ['cut inside a length', bytes(4, 0x44, 0), 'truncated'],
    ['a value before any group', bytes(0x44, 0, 1, 65, 0, 0), 'value-outside-group'],
    ['an additional value before any name', bytes(4, 0x44, 0, 0, 0, 1, 65), 'value-without-name'],
    ['tag zero', bytes(0), 'bad-tag'],
    ['an end of no collection', bytes(4, 0x37, 0, 0, 0, 0), 'bad-collection'],
    ['a collection without end', bytes(4, 0x34, 0, 1, 65, 0, 0), 'truncated'],
    [
      'a collection member without name',
      bytes(4, 0x34, 0, 1, 65, 0, 0, 0x21, 0, 0, 0, 4, 0, 0, 0, 1),
      'bad-collection',
    ],
    ['a group tag inside a collection', bytes(4, 0x34, 0, 1, 65, 0, 0, 3), 'bad-tag'],
    ['collections without bottom', message(0, group(4, { col: [deep(20)] })), 'too-deep'],
  ])('%s', (_name, input, code) => {
    expect(parseIpp(input)).toMatchObject({ ok: false, error: { code } });
  });

  test('too large and too many', () => {
    expect(parseIpp(new Uint8Array(9), { ...ippLimits, maxBytes: 8 })).toMatchObject({
      ok: false,
      error: { code: 'too-large' },
    });
    const many = message(0, group(4, { x: Array.from({ length: 50 }, () => integer(1)) }));
    expect(parseIpp(many, { ...ippLimits, maxValues: 20 })).toMatchObject({
      ok: false,
      error: { code: 'too-many-values' },
    });
  });

  test('deep nesting within the limit is fine, and document data after the end is ignored', () => {
    expect(parseIpp(message(0, group(4, { col: [deep(6)] }))).ok).toBe(true);
    expect(parseIpp(Uint8Array.from([...message(0), 0xff, 0xff, 0xff]))).toMatchObject({
      ok: true,
      message: { ended: true },
    });
  });

  test('a missing end tag after a whole attribute is tolerated and told', () => {
    const whole = message(0, group(4, { a: [text('b')] }));
    expect(parseIpp(whole.subarray(0, -1))).toMatchObject({ ok: true, message: { ended: false } });
    expect(operation[0]).toBe(1);
  });
});
