import { describe, expect, test } from 'vitest';
import { joinContexts, parseSnmprec, walkLimits } from '../../../contracts/printer/snmprec.ts';

const octets = (value: unknown) => Buffer.from(value as Uint8Array).toString('latin1');

describe('walk text', () => {
  test('keeps integers, octets, hexadecimal and OIDs by type', () => {
    const { varbinds, problemCount } = parseSnmprec(
      [
        '# a comment',
        '1.3.6.1.1|2|-3',
        '.1.3.6.1.2|4|a|b',
        '1.3.6.1.3|4x|4100ff',
        '1.3.6.1.4|6|.1.3.6',
        '1.3.6.1.5|65|7\r',
        '1.3.6.1.6|64|10.0.0.1',
        '',
      ].join('\n'),
    );
    expect(problemCount).toBe(0);
    expect(varbinds.get('1.3.6.1.1')).toBe(-3);
    expect(octets(varbinds.get('1.3.6.1.2'))).toBe('a|b');
    expect(octets(varbinds.get('1.3.6.1.3'))).toBe('A\0\xff');
    expect(varbinds.get('1.3.6.1.4')).toBe('1.3.6');
    expect(varbinds.get('1.3.6.1.5')).toBe(7);
    expect(varbinds.get('1.3.6.1.6')).toBe('10.0.0.1');
  });

  test.each([
    ['rubbish', 'line-without-fields'],
    ['1.3.x|2|1', 'bad-oid'],
    ['1.3.6|nine|1', 'bad-type'],
    ['1.3.6|2|twelve', 'bad-integer'],
    ['1.3.6|2|99999999999999999999', 'bad-integer'],
    ['1.3.6|4x|abc', 'bad-hex'],
    ['1.3.6|66:numeric|rate=1', 'unsupported-variation'],
    [`1.3.6|4|${'x'.repeat(walkLimits.maxValueBytes + 1)}`, 'value-too-long'],
  ])('a bad line costs only itself: %.30s', (line, code) => {
    const walk = parseSnmprec(`1.3.1|2|1\n${line}\n1.3.2|2|2`);
    expect(walk.problems).toEqual([{ code, line: 2 }]);
    expect([...walk.varbinds.keys()]).toEqual(['1.3.1', '1.3.2']);
  });

  test('a looping walk keeps the first value of each OID', () => {
    const walk = parseSnmprec(Array.from({ length: 1000 }, (_, i) => `1.3.${i % 10}|2|${i}`).join('\n'));
    expect(walk.varbinds.size).toBe(10);
    expect(walk.varbinds.get('1.3.3')).toBe(3);
    expect(walk.problemCount).toBe(990);
    expect(walk.problems).toHaveLength(walkLimits.maxProblems);
  });

  test('limits cut off lines and bytes and say so', () => {
    const text = Array.from({ length: 50 }, (_, i) => `1.3.${i}|2|${i}`).join('\n');
    const lines = parseSnmprec(text, { ...walkLimits, maxLines: 10 });
    expect(lines.varbinds.size).toBe(10);
    expect(lines.problems).toEqual([{ code: 'too-many-lines', line: 11 }]);
    const bytes = parseSnmprec(text, { ...walkLimits, maxBytes: 40 });
    expect(bytes.varbinds.size).toBeLessThan(10);
    expect(bytes.problems.map((p) => p.code)).toContain('walk-too-large');
  });

  test('contexts are joined, the default context winning', () => {
    const joined = joinContexts([
      new Map([['1.3.1', 1]]),
      new Map([
        ['1.3.1', 9],
        ['1.3.2', 2],
      ]),
    ]);
    expect([...joined]).toEqual([
      ['1.3.1', 1],
      ['1.3.2', 2],
    ]);
  });
});
