import type { Supply } from './observation.ts';

const markers: readonly Supply['type'][] = ['toner', 'ink', 'ribbon', 'wax'];
/** A common step is believed when chance would have made it less often than this. */
const CHANCE_LIMIT = 0.02;
/** A set that was put in together stays equal for a while; from here up equal levels are no sign of anything. */
const NEARLY_FULL = 0.9;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The level in whole percent, if it is one. */
function wholePercent(s: Supply): number | undefined {
  if (s.level.kind !== 'measured') return undefined;
  const percent = Math.round(s.level.value * 100);
  return Math.abs(s.level.value * 100 - percent) < 1e-9 ? percent : undefined;
}

/**
 * The common step of a printer's marking supplies in percent (1 when none shows): 80, 30, 30, 20 move in
 * tens. The probability that n unrelated whole percents are all multiples of g is g^-n; full and empty ones
 * are multiples of everything and prove nothing.
 */
function commonStepPercent(supplies: readonly Supply[]): number {
  const seen = new Set<number>();
  for (const s of supplies) {
    if (!markers.includes(s.type) || s.trust === 'suspect') continue;
    const percent = wholePercent(s);
    if (percent === undefined) return 1;
    if (percent > 0 && percent < 100) seen.add(percent);
  }
  const step = [...seen].reduce(gcd, 100);
  return step > 1 && step ** -seen.size <= CHANCE_LIMIT ? step : 1;
}

function ownQuantum(s: Supply, stepPercent: number): number | undefined {
  if (s.level.kind !== 'measured') return undefined;
  const capacity = s.capacity ?? 100;
  // A count out of thousands that falls on a whole percent is a percentage in disguise.
  const coarse = wholePercent(s) !== undefined && capacity >= 100;
  if (coarse && markers.includes(s.type)) return stepPercent / 100;
  return coarse ? 0.01 : Math.min(1, 1 / capacity);
}

/** Fills in `gaugeQuantum` where levels are measured; existing values are kept. */
export function inferQuanta(supplies: readonly Supply[]): Supply[] {
  const step = commonStepPercent(supplies);
  return supplies.map((s) => {
    const quantum = s.gaugeQuantum ?? ownQuantum(s, step);
    return quantum === undefined ? s : { ...s, gaugeQuantum: quantum };
  });
}

/**
 * Printers that say 5 %, or 20 %, of every marker at once do not measure: the values are those of the
 * standard's encoding, the trust is taken away. All (nearly) full is what a new printer looks like, and is left alone.
 */
export function flagIdentical(supplies: readonly Supply[]): Supply[] {
  const levels = supplies
    .filter((s) => markers.includes(s.type))
    .map((s) => (s.level.kind === 'measured' ? s.level.value : undefined));
  const first = levels[0];
  if (
    levels.length < 3 ||
    first === undefined ||
    first >= NEARLY_FULL ||
    levels.some((level) => level !== first)
  )
    return [...supplies];
  return supplies.map((s) => {
    if (s.level.kind !== 'measured' || s.level.value !== first || s.polarity === 'fills') return s;
    return {
      ...s,
      trust: 'suspect',
      interval: s.interval ?? [0, 1],
      notes: [...s.notes, 'same-for-every-marker'],
    };
  });
}

/**
 * Level 0 of an unknown capacity is doubted, as parts that cannot be read say so too; but a printer that says
 * -3 of another marker has a gauge that knows "some" from "none", and is believed.
 */
export function trustZeros(supplies: readonly Supply[]): Supply[] {
  const knowsSome = supplies.some((s) => markers.includes(s.type) && s.notes.includes('some-remaining'));
  if (!knowsSome) return [...supplies];
  return supplies.map((s) =>
    markers.includes(s.type) && s.notes.includes('zero-of-unknown-capacity')
      ? { ...s, trust: 'normal', condition: s.condition ?? 'empty' }
      : s,
  );
}
