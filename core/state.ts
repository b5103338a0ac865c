import { type FieldTable, readFields, representable, widthOf, writeFields } from './codec.ts';
import { DAY_KINDS } from './day-grid.ts';
import { EXPERTS, HALF_LIVES_OP_DAYS } from './experts.ts';
import { PRIOR_DAY_WEIGHTS } from './op-clock.ts';
import type { Instant } from './types.ts';

/**
 * What is kept of a consumable between two steps: O(1), at most 400 bytes. Events become final in
 * order of (at, seq) only when they leave a small ring of the newest ones; the model behind the ring
 * therefore does not depend on the order of arrival within the ring, nor on how events were batched.
 * Values are rounded to what their encoded field holds after every event, so encoding changes nothing.
 */

/** An event as the ring keeps it. */
export interface RingEvent {
  at: Instant;
  seq: number;
  /** `EventCode` plus flags. */
  code: number;
  /** Level of a measured reading; quantity of a delivery or a count. */
  amount: number;
  counter: number;
  /** Hash of the supply's serial or of the order's id; 0: none. */
  hash: number;
}

/** The filtered, learned picture of one consumable. Instants are 0 for "never". */
export interface Model {
  /** Key of the last event folded. */
  frontierAt: Instant;
  frontierSeq: number;
  /** First measured reading ever; last accepted one; last accepted one that was not historical. */
  firstAt: Instant;
  levelAt: Instant;
  liveAt: Instant;
  /** Since when the device's last word was "some" or "unknown"; 0: it measures. */
  vagueAt: Instant;
  /** Start of the block of use not yet learned from. */
  blockAt: Instant;
  /** When the filling in use was put in, or first seen. */
  fillingAt: Instant;
  deliveredAt: Instant;
  countedAt: Instant;
  /** First reading of a jump that waits for confirmation. */
  pendingAt: Instant;
  /** Since when the gauge has been at its end. */
  emptyAt: Instant;
  serial: number;
  /** Accepted measured readings, saturating. */
  readings: number;
  pendingCount: number;
  swaps: number;
  counter: number;
  level: number;
  variance: number;
  lastLevel: number;
  pendingLevel: number;
  /** Level before the last sudden fall that was believed: what a false one comes back to; 0: none. */
  beforeFall: number;
  blockLevel: number;
  shelf: number;
  /** Expected use per op-day: cache of the mixture's mean. */
  rate: number;
  /** Expected 1/v: how erratic use is; cache of the mixture's mean. */
  jitter: number;
  /** Share of blocks in which nothing was used. */
  idleShare: number;
  /** Level used and uses counted while both were seen, discounted: their quotient is the level per use. */
  wear: number;
  wearUses: number;
  /** Counter at the start of the block; NaN-free: 0 with no counter. */
  blockCounter: number;
  /** Counter when the filling was put in, for gauges that say nothing on the way; 0: not known. */
  fillingCounter: number;
  /** P(the shelf's last spare is not there). */
  shelfDoubt: number;
  /** Days with a spare beside a low filling, and early swaps then, discounted. */
  lowDays: number;
  earlySwaps: number;
  /** The highest level at which one happened. */
  earlyHighest: number;
  /** Since when use differs from what was usual; 0: it does not. */
  shiftAt: Instant;
  /** −log of the experts' weights, the best at 0. */
  surprise: Float64Array;
  /** Discounted op-days and use, by half-life. */
  exposure: Float64Array;
  use: Float64Array;
  dayWeights: Float64Array;
}

export interface ConsumableState {
  /** Everything up to the oldest event in the ring. */
  readonly model: Model;
  /** The newest events, ascending by (at, seq). */
  readonly ring: readonly RingEvent[];
  /** The last swap that was told to the shell. */
  readonly installedAt: Instant;
}

/** How many events may overtake each other without changing anything. */
export const RING_SIZE = 6;

const RING_FIELDS: FieldTable<RingEvent> = [
  ['at', 'time'],
  ['seq', 'hash'],
  ['code', 'count'],
  ['amount', 'real'],
  ['counter', 'wide'],
  ['hash', 'hash'],
];

type ScalarOf<T> = { [K in keyof T as T[K] extends number ? K : never]: T[K] };
type VectorOf<T> = { [K in keyof T as T[K] extends Float64Array ? K : never]: T[K] };

const MODEL_FIELDS: FieldTable<ScalarOf<Model>> = [
  ['frontierAt', 'time'],
  ['frontierSeq', 'hash'],
  ['firstAt', 'time'],
  ['levelAt', 'time'],
  ['liveAt', 'time'],
  ['vagueAt', 'time'],
  ['blockAt', 'time'],
  ['fillingAt', 'time'],
  ['deliveredAt', 'time'],
  ['countedAt', 'time'],
  ['pendingAt', 'time'],
  ['emptyAt', 'time'],
  ['serial', 'hash'],
  ['readings', 'count'],
  ['pendingCount', 'count'],
  ['swaps', 'count'],
  ['counter', 'wide'],
  ['level', 'real'],
  ['variance', 'real'],
  ['lastLevel', 'real'],
  ['pendingLevel', 'real'],
  ['beforeFall', 'real'],
  ['blockLevel', 'real'],
  ['shelf', 'real'],
  ['rate', 'real'],
  ['jitter', 'real'],
  ['idleShare', 'real'],
  ['wear', 'real'],
  ['wearUses', 'real'],
  ['blockCounter', 'wide'],
  ['fillingCounter', 'wide'],
  ['shelfDoubt', 'real'],
  ['lowDays', 'real'],
  ['earlySwaps', 'real'],
  ['earlyHighest', 'real'],
  ['shiftAt', 'time'],
];

/** Vectors of small positive numbers as 16-bit fixed point (below 16), of sums as float32. */
const VECTORS: readonly (readonly [keyof VectorOf<Model>, number, 'fixed' | 'real'])[] = [
  ['surprise', EXPERTS.length, 'fixed'],
  ['exposure', HALF_LIVES_OP_DAYS.length, 'real'],
  ['use', HALF_LIVES_OP_DAYS.length, 'real'],
  ['dayWeights', DAY_KINDS, 'fixed'],
];
const FIXED_PER_UNIT = 4096;
const FIXED_MAX = 0xffff;

const fixed = (value: number): number =>
  value > 0 ? Math.min(Math.round(value * FIXED_PER_UNIT), FIXED_MAX) : 0;

/** Changes whenever the meaning of a field does; other versions are replayed from readings. */
const SCHEMA_VERSION = 5;
const HEADER_BYTES = 2 + 6;
const RING_BYTES = widthOf(RING_FIELDS);
const MODEL_BYTES =
  widthOf(MODEL_FIELDS) + VECTORS.reduce((sum, [, n, kind]) => sum + n * (kind === 'fixed' ? 2 : 4), 0);

/** The largest encoding there is, in bytes. */
export const STATE_MAX_BYTES = HEADER_BYTES + MODEL_BYTES + RING_SIZE * RING_BYTES;

const ZEROS = Object.fromEntries(MODEL_FIELDS.map(([name]) => [name, 0])) as unknown as ScalarOf<Model>;

function emptyModel(): Model {
  return {
    ...ZEROS,
    surprise: new Float64Array(EXPERTS.length),
    exposure: new Float64Array(HALF_LIVES_OP_DAYS.length),
    use: new Float64Array(HALF_LIVES_OP_DAYS.length),
    dayWeights: Float64Array.from(PRIOR_DAY_WEIGHTS),
  };
}

/** A consumable of which nothing is known yet. */
export function initialState(): ConsumableState {
  const model = emptyModel();
  roundVectors(model);
  return { model, ring: [], installedAt: 0 };
}

export function copyModel(model: Model): Model {
  return {
    ...model,
    surprise: model.surprise.slice(),
    exposure: model.exposure.slice(),
    use: model.use.slice(),
    dayWeights: model.dayWeights.slice(),
  };
}

/** Rounds a ring event to what its encoding holds. */
export function roundEvent(event: RingEvent): RingEvent {
  event.at = representable(event.at, 'time');
  event.seq = representable(event.seq, 'hash');
  event.amount = Math.fround(event.amount);
  event.counter = representable(event.counter, 'wide');
  return event;
}

/** Rounds the model, in place, to what its encoding holds. Instants and counts are whole already. */
export function roundModel(model: Model): void {
  model.level = Math.fround(model.level);
  model.variance = Math.fround(model.variance);
  model.lastLevel = Math.fround(model.lastLevel);
  model.pendingLevel = Math.fround(model.pendingLevel);
  model.beforeFall = Math.fround(model.beforeFall);
  model.blockLevel = Math.fround(model.blockLevel);
  model.shelf = Math.fround(model.shelf);
  model.rate = Math.fround(model.rate);
  model.jitter = Math.fround(model.jitter);
  model.idleShare = Math.fround(model.idleShare);
  model.wear = Math.fround(model.wear);
  model.wearUses = Math.fround(model.wearUses);
  model.shelfDoubt = Math.fround(model.shelfDoubt);
  model.lowDays = Math.fround(model.lowDays);
  model.earlySwaps = Math.fround(model.earlySwaps);
  model.earlyHighest = Math.fround(model.earlyHighest);
}

/** Rounds the learned vectors too: needed only when they changed. */
export function roundVectors(model: Model): void {
  for (const [name, , kind] of VECTORS) {
    const vector = model[name];
    for (let i = 0; i < vector.length; i += 1) {
      const value = vector[i] ?? 0;
      vector[i] = kind === 'fixed' ? fixed(value) / FIXED_PER_UNIT : Math.fround(value);
    }
  }
}

/** Bytes of the state: version, ring length, last told swap, model, ring. */
export function encodeState(state: ConsumableState): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + MODEL_BYTES + state.ring.length * RING_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, SCHEMA_VERSION);
  view.setUint8(1, state.ring.length);
  writeFields(view, 2, { installedAt: state.installedAt }, [['installedAt', 'time']]);
  let at = writeFields(view, HEADER_BYTES, state.model as ScalarOf<Model>, MODEL_FIELDS);
  for (const [name, , kind] of VECTORS) {
    for (const value of state.model[name]) {
      if (kind === 'fixed') view.setUint16(at, fixed(value));
      else view.setFloat32(at, value);
      at += kind === 'fixed' ? 2 : 4;
    }
  }
  for (const event of state.ring) at = writeFields(view, at, event, RING_FIELDS);
  return bytes;
}

/** `outdated`: another schema version or a damaged encoding; replay the consumable's readings into null. */
export function decodeState(bytes: Uint8Array): ConsumableState | { readonly outdated: true } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_BYTES || view.getUint8(0) !== SCHEMA_VERSION) return { outdated: true };
  const length = view.getUint8(1);
  if (bytes.byteLength !== HEADER_BYTES + MODEL_BYTES + length * RING_BYTES) return { outdated: true };
  const model = emptyModel();
  Object.assign(model, readFields(view, HEADER_BYTES, MODEL_FIELDS));
  let at = HEADER_BYTES + widthOf(MODEL_FIELDS);
  for (const [name, , kind] of VECTORS) {
    const vector = model[name];
    for (let i = 0; i < vector.length; i += 1) {
      vector[i] = kind === 'fixed' ? view.getUint16(at) / FIXED_PER_UNIT : view.getFloat32(at);
      at += kind === 'fixed' ? 2 : 4;
    }
  }
  const ring: RingEvent[] = [];
  for (let i = 0; i < length; i += 1) {
    ring.push(readFields(view, at, RING_FIELDS) as unknown as RingEvent);
    at += RING_BYTES;
  }
  const { installedAt = 0 } = readFields(view, 2, [['installedAt', 'time']]);
  return { model, ring, installedAt };
}

export const isOutdated = (
  state: ConsumableState | { readonly outdated: true },
): state is { readonly outdated: true } => 'outdated' in state;
