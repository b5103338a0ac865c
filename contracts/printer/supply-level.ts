import type { ModelException } from './model-exceptions.ts';
import type { Supply, SupplyLevel, SupplyNote, SupplyUnit } from './observation.ts';

interface RawLevel {
  /** prtMarkerSuppliesLevel, or its like: -1, -2 and -3 are codes. */
  level: number | undefined;
  /** prtMarkerSuppliesMaxCapacity: -1 unrestricted, -2 unknown. */
  capacity: number | undefined;
  unit: SupplyUnit | undefined;
}

type ReadLevel = Pick<Supply, 'level' | 'interval' | 'trust' | 'notes' | 'condition'>;

const unknownLevel: SupplyLevel = { kind: 'unknown' };
const someLevel: SupplyLevel = { kind: 'some' };
const ANY: [number, number] = [0, 1];
/** Gauges overshoot a little after a refill; beyond this the capacity belongs to some other cartridge. */
const CLIP_TOLERANCE = 1.1;

function read(level: SupplyLevel, ...notes: SupplyNote[]): ReadLevel {
  return { level, ...(level.kind === 'some' ? { interval: ANY } : {}), trust: 'normal', notes };
}

function suspect(result: ReadLevel): ReadLevel {
  return { ...result, trust: 'suspect' };
}

/** RFC 3805, prtMarkerSuppliesLevel and -MaxCapacity: (-1) other, no restriction; (-2) unknown; (-3) some left. */
function negative(level: number): ReadLevel {
  if (level === -3) return read(someLevel, 'some-remaining');
  if (level === -2) return read(unknownLevel, 'level-unknown');
  if (level === -1) return read(unknownLevel, 'no-restriction');
  return suspect(read(unknownLevel, 'undefined-negative-level'));
}

function withoutCapacity(level: number, unit: SupplyUnit | undefined): ReadLevel {
  if (unit === 'percent' && level <= 100)
    return read({ kind: 'measured', value: level / 100 }, 'percent-without-capacity');
  // None left is none, whatever the whole was; but printers also say so of parts they cannot read.
  if (level === 0)
    return suspect(read({ kind: 'measured', value: 0 }, 'capacity-unknown', 'zero-of-unknown-capacity'));
  return read(someLevel, 'capacity-unknown');
}

function measured(level: number, capacity: number): ReadLevel {
  if (capacity === 1)
    return level === 0
      ? read({ kind: 'measured', value: 0 }, 'binary-gauge')
      : read(someLevel, 'binary-gauge');
  if (level <= capacity) return read({ kind: 'measured', value: level / capacity });
  const clipped = read({ kind: 'measured', value: 1 }, 'clipped-above-capacity');
  return level <= capacity * CLIP_TOLERANCE
    ? clipped
    : suspect({ ...clipped, level: someLevel, interval: ANY });
}

function exceptional(raw: RawLevel, exceptions: readonly ModelException[]): ReadLevel | undefined {
  const code =
    raw.level === undefined ? undefined : exceptions.find((e) => e.codes[raw.level ?? 0])?.codes[raw.level];
  if (code === undefined) return undefined;
  const result: ReadLevel = {
    level: code.level,
    interval: code.interval,
    trust: 'normal',
    notes: ['model-exception'],
  };
  return code.condition === undefined ? result : { ...result, condition: code.condition };
}

/**
 * A raw level as fraction left: for a receptacle, RFC 3805 counts the remaining space, so nothing is
 * inverted. Per-model exceptions precede the standard.
 */
export function readLevel(raw: RawLevel, exceptions: readonly ModelException[] = []): ReadLevel {
  const special = exceptional(raw, exceptions);
  if (special !== undefined) return special;
  const { level, capacity, unit } = raw;
  if (level === undefined) return read(unknownLevel, 'level-missing');
  if (level < 0) return negative(level);
  if (capacity === 0) return suspect(read(unknownLevel, 'capacity-zero'));
  const result =
    capacity === undefined || capacity < 0 ? withoutCapacity(level, unit) : measured(level, capacity);
  const error = exceptions.find((e) => e.gaugeError !== undefined)?.gaugeError;
  if (error === undefined || result.level.kind !== 'measured') return result;
  const { value } = result.level;
  return {
    ...result,
    interval: [Math.max(0, value - error), Math.min(1, value + error)],
    notes: [...result.notes, 'model-exception'],
  };
}
