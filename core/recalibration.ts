import type { Population } from './types.ts';

/**
 * Recalibration of predicted probabilities by what became of earlier predictions: where the use of each
 * block fell in what was predicted for it (its PIT) is counted by the fleet, and the distribution of those
 * values is the map. Steady and erratic devices err differently, so each of a few classes of erraticness has
 * a map of its own, and a device between two of them is told by both.
 */

/** Bins of the PIT histogram: fine enough for a 99 % limit. */
export const PIT_BINS = 100;
/** Centres of the classes: E[1/v], op-days. */
const CLASS_JITTERS: readonly number[] = [0.6, 1.2, 2.5, 6];
export const PIT_COUNTS = CLASS_JITTERS.length * PIT_BINS;
const MAP_LENGTH = PIT_BINS + 1;
const MAPS_LENGTH = CLASS_JITTERS.length * MAP_LENGTH;

/** The class below the device's erraticness, and the share of the next one, by lines on ln E[1/v]. */
function classOf(jitter: number): { readonly below: number; readonly share: number } {
  const last = CLASS_JITTERS.length - 1;
  if (!(jitter > (CLASS_JITTERS[0] ?? 0))) return { below: 0, share: 0 };
  let below = 0;
  while (below < last && jitter >= (CLASS_JITTERS[below + 1] ?? 0)) below += 1;
  if (below === last) return { below, share: 0 };
  const [from = 1, to = 1] = [CLASS_JITTERS[below], CLASS_JITTERS[below + 1]];
  return { below, share: Math.log(jitter / from) / Math.log(to / from) };
}

/** The corrected P(X ≤ x) for a predicted one. */
export type Correction = (p: number) => number;

const NONE: Correction = (p) => p;

/** Monotone map of P(X ≤ x) by `length` values at equally spaced nominal probabilities, the first at `from`. */
function recalibrate(p: number, maps: readonly number[], from: number, length: number): number {
  const position = Math.min(Math.max(p, 0), 1) * (length - 1);
  const before = Math.min(Math.floor(position), length - 2);
  const share = position - before;
  return (1 - share) * (maps[from + before] ?? 0) + share * (maps[from + before + 1] ?? 1);
}

/** The correction for a device as erratic as this; a map that is not by classes holds for all, none for none. */
export function correctionFor(jitter: number, population: Population | null): Correction {
  const maps = population?.recalibration ?? [];
  if (maps.length < 2) return NONE;
  if (maps.length !== MAPS_LENGTH) return (p) => recalibrate(p, maps, 0, maps.length);
  const { below, share } = classOf(jitter);
  const from = below * MAP_LENGTH;
  if (share === 0) return (p) => recalibrate(p, maps, from, MAP_LENGTH);
  return (p) =>
    (1 - share) * recalibrate(p, maps, from, MAP_LENGTH) +
    share * recalibrate(p, maps, from + MAP_LENGTH, MAP_LENGTH);
}

/** Adds one block's PIT, known to lie in [low, high], to its classes, spreading its unit evenly over the bins. */
export function addPit(counts: number[], low: number, high: number, jitter: number): void {
  const { below, share } = classOf(jitter);
  addToHistogram(counts, below * PIT_BINS, 1 - share, low, high);
  if (share > 0) addToHistogram(counts, (below + 1) * PIT_BINS, share, low, high);
}

function addToHistogram(counts: number[], at: number, weight: number, low: number, high: number): void {
  const from = Math.min(Math.max(low, 0), 1);
  const to = Math.min(Math.max(high, from), 1);
  if (to - from < 1e-12) {
    const bin = at + Math.min(Math.floor(from * PIT_BINS), PIT_BINS - 1);
    counts[bin] = (counts[bin] ?? 0) + weight;
    return;
  }
  const last = Math.min(Math.floor(to * PIT_BINS), PIT_BINS - 1);
  for (let bin = Math.floor(from * PIT_BINS); bin <= last; bin += 1) {
    const overlap = Math.min(to, (bin + 1) / PIT_BINS) - Math.max(from, bin / PIT_BINS);
    counts[at + bin] = (counts[at + bin] ?? 0) + (weight * Math.max(overlap, 0)) / (to - from);
  }
}

/** The map in force, or none, counts like this many blocks. */
const PARENT_BLOCKS = 300;

/**
 * The empirical distributions of PIT values as maps of nominal probabilities: rising by construction,
 * shrunk towards the parent's. Block scores are of the mixture before any map, so the new maps replace the old.
 */
export function fitMaps(counts: readonly number[], parent: readonly number[]): number[] {
  if (counts.length < PIT_COUNTS) return [...parent];
  return CLASS_JITTERS.flatMap((_, k) => {
    const pit = counts.slice(k * PIT_BINS, (k + 1) * PIT_BINS);
    const leaned = parent.length === MAPS_LENGTH ? parent.slice(k * MAP_LENGTH) : [];
    return mapOf(pit, leaned);
  });
}

function mapOf(pit: readonly number[], parent: readonly number[]): number[] {
  const total = pit.reduce((a, b) => a + b, 0) + PARENT_BLOCKS;
  const map = [0];
  let sum = 0;
  pit.forEach((count, bin) => {
    const expected = parent.length < MAP_LENGTH ? 1 / PIT_BINS : (parent[bin + 1] ?? 1) - (parent[bin] ?? 0);
    sum += count + PARENT_BLOCKS * expected;
    map.push(Math.min(sum / total, 1));
  });
  map[PIT_BINS] = 1;
  return map;
}
