/**
 * Recorded SNMP walks in the format of snmpsim: one `OID|TYPE|VALUE` a line, TYPE the ASN.1 tag, with `x`
 * after it when VALUE is hexadecimal. Octets are kept as octets: what they mean is decided by text.ts.
 */

/** Integers, counters, gauges and ticks are numbers; octet strings bytes; OIDs and IP addresses strings. */
export type VarbindValue = number | string | Uint8Array;
export type Varbinds = ReadonlyMap<string, VarbindValue>;

export interface WalkLimits {
  maxBytes: number;
  maxLines: number;
  maxValueBytes: number;
  maxProblems: number;
}

/** The longest real walk seen has under 500 lines of printer data; a whole MFP stays below 20,000. */
export const walkLimits: WalkLimits = {
  maxBytes: 8 << 20,
  maxLines: 100_000,
  maxValueBytes: 65_536,
  maxProblems: 100,
};

type WalkProblemCode =
  | 'line-without-fields'
  | 'bad-oid'
  | 'bad-type'
  | 'bad-integer'
  | 'bad-hex'
  | 'value-too-long'
  | 'duplicate-oid'
  | 'unsupported-variation'
  | 'too-many-lines'
  | 'walk-too-large';

interface WalkProblem {
  code: WalkProblemCode;
  /** 1-based. */
  line: number;
}

export interface Walk {
  varbinds: Varbinds;
  problems: WalkProblem[];
  /** All problems, also those beyond `maxProblems` that are not listed. */
  problemCount: number;
}

type Parsed = { ok: true; value: VarbindValue | undefined } | { ok: false; code: WalkProblemCode };

const integerTags = new Set([2, 65, 66, 67, 70]);
const ignoredTags = new Set([5, 128, 129, 130]);

function octetsOf(text: string, hex: boolean): Parsed {
  if (!hex) return { ok: true, value: Uint8Array.from(text, (c) => c.charCodeAt(0)) };
  const digits = text.replace(/^0x|[\s:]/giu, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/iu.test(digits)) return { ok: false, code: 'bad-hex' };
  return { ok: true, value: Uint8Array.from(Buffer.from(digits, 'hex')) };
}

function integerOf(text: string): Parsed {
  const trimmed = text.trim();
  const value = Number(trimmed);
  return /^-?\d{1,20}$/u.test(trimmed) && Number.isSafeInteger(value)
    ? { ok: true, value }
    : { ok: false, code: 'bad-integer' };
}

function parseValue(type: string, text: string): Parsed {
  const match = /^(\d{1,3})(x|e)?(:.*)?$/u.exec(type);
  if (match?.[1] === undefined) return { ok: false, code: 'bad-type' };
  if (match[3] !== undefined) return { ok: false, code: 'unsupported-variation' };
  const tag = Number(match[1]);
  if (ignoredTags.has(tag)) return { ok: true, value: undefined };
  if (integerTags.has(tag)) return integerOf(text);
  if (tag === 4 || tag === 68) return octetsOf(text, match[2] === 'x');
  if (tag === 6) return { ok: true, value: text.trim().replace(/^\./u, '') };
  if (tag === 64) return { ok: true, value: text.trim() };
  return { ok: false, code: 'bad-type' };
}

function parseLine(
  line: string,
  limits: WalkLimits,
): { oid: string; value: VarbindValue | undefined } | { code: WalkProblemCode } {
  const first = line.indexOf('|');
  const second = line.indexOf('|', first + 1);
  if (first < 0 || second < 0) return { code: 'line-without-fields' };
  const oid = line.slice(0, first).trim().replace(/^\./u, '');
  if (oid.length > 512 || !/^\d+(?:\.\d+)+$/u.test(oid)) return { code: 'bad-oid' };
  const text = line.slice(second + 1);
  if (text.length > limits.maxValueBytes) return { code: 'value-too-long' };
  const parsed = parseValue(line.slice(first + 1, second).trim(), text);
  return parsed.ok ? { oid, value: parsed.value } : { code: parsed.code };
}

/**
 * Reads a walk. Never throws: a bad line is skipped and listed, a repeated OID keeps its first value, and
 * what exceeds the limits is cut off with a problem that says so. Lines starting with `#` are comments.
 */
export function parseSnmprec(input: string | Uint8Array, limits: WalkLimits = walkLimits): Walk {
  const bytes =
    typeof input === 'string'
      ? Buffer.from(input, 'utf8')
      : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const varbinds = new Map<string, VarbindValue>();
  const walk: Walk = { varbinds, problems: [], problemCount: 0 };
  const problem = (code: WalkProblemCode, line: number) => {
    walk.problemCount++;
    if (walk.problems.length < limits.maxProblems) walk.problems.push({ code, line });
  };
  // One char per octet, so that values come through untouched whatever their encoding is.
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, limits.maxBytes));
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const content = text.slice(start, end < 0 ? text.length : end).replace(/\r$/u, '');
    start = end < 0 ? text.length : end + 1;
    if (++line > limits.maxLines) {
      problem('too-many-lines', line);
      break;
    }
    if (content.trim() === '' || content.startsWith('#')) continue;
    const parsed = parseLine(content, limits);
    if ('code' in parsed) problem(parsed.code, line);
    else if (varbinds.has(parsed.oid)) problem('duplicate-oid', line);
    else if (parsed.value !== undefined) varbinds.set(parsed.oid, parsed.value);
  }
  if (bytes.length > limits.maxBytes) problem('walk-too-large', line);
  return walk;
}

/** Several SNMP contexts of one agent as one map; the default context comes first and wins. */
export function joinContexts(contexts: readonly Varbinds[]): Varbinds {
  const joined = new Map<string, VarbindValue>();
  for (const varbinds of contexts)
    for (const [oid, value] of varbinds) if (!joined.has(oid)) joined.set(oid, value);
  return joined;
}
