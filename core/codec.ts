/**
 * A compact, lossless binary form of flat numeric records. Which fields there are, and how wide, is
 * data; the same table says to what precision a value may live in memory, so that encoding loses nothing.
 */

/** `time`: whole ms below 2^48. `count`: 16-bit integer. `hash`: 32-bit integer. `real`: float32. */
export type FieldKind = 'time' | 'count' | 'hash' | 'real' | 'wide';

export type FieldTable<Record> = readonly (readonly [keyof Record & string, FieldKind])[];

const WIDTH: Readonly<globalThis.Record<FieldKind, number>> = {
  time: 6,
  count: 2,
  hash: 4,
  real: 4,
  wide: 6,
};

/** Counters are kept to a thousandth of a use: 2^48 / 1000 uses are more than any device lives for. */
const WIDE_PER_UNIT = 1000;
const TIME_MAX = 2 ** 48 - 1;
const HIGH = 2 ** 32;

export const widthOf = <R>(table: FieldTable<R>): number =>
  table.reduce((sum, [, kind]) => sum + WIDTH[kind], 0);

function clamp(value: number, max: number): number {
  return value > 0 ? Math.min(Math.round(value), max) : 0;
}

/** The nearest value that the field can hold. */
export function representable(value: number, kind: FieldKind): number {
  switch (kind) {
    case 'real':
      return Math.fround(value);
    case 'time':
      return clamp(value, TIME_MAX);
    case 'wide':
      return clamp(value * WIDE_PER_UNIT, TIME_MAX) / WIDE_PER_UNIT;
    case 'count':
      return clamp(value, 0xffff);
    case 'hash':
      return clamp(value, 0xffff_ffff);
  }
}

function setWide(view: DataView, offset: number, integer: number): void {
  view.setUint16(offset, Math.floor(integer / HIGH));
  view.setUint32(offset + 2, integer % HIGH);
}

const getWide = (view: DataView, offset: number): number =>
  view.getUint16(offset) * HIGH + view.getUint32(offset + 2);

/** Writes the record's fields at `offset`; returns the offset behind them. */
export function writeFields<R extends { readonly [K in keyof R]: unknown }>(
  view: DataView,
  offset: number,
  record: R,
  table: FieldTable<R>,
): number {
  let at = offset;
  for (const [name, kind] of table) {
    const value = representable(Number(record[name]), kind);
    if (kind === 'real') view.setFloat32(at, value);
    else if (kind === 'count') view.setUint16(at, value);
    else if (kind === 'hash') view.setUint32(at, value);
    else setWide(view, at, kind === 'wide' ? Math.round(value * WIDE_PER_UNIT) : value);
    at += WIDTH[kind];
  }
  return at;
}

/** Reads what `writeFields` wrote. */
export function readFields<R>(view: DataView, offset: number, table: FieldTable<R>): Record<string, number> {
  const record: Record<string, number> = {};
  let at = offset;
  for (const [name, kind] of table) {
    if (kind === 'real') record[name] = view.getFloat32(at);
    else if (kind === 'count') record[name] = view.getUint16(at);
    else if (kind === 'hash') record[name] = view.getUint32(at);
    else record[name] = getWide(view, at) / (kind === 'wide' ? WIDE_PER_UNIT : 1);
    at += WIDTH[kind];
  }
  return record;
}
