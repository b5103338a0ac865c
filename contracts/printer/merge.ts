import {
  compact,
  MAX_ALERTS,
  MAX_SUPPLIES,
  type PrinterIdentity,
  type PrinterObservation,
  type Supply,
  type SupplyType,
} from './observation.ts';

/** Two gauges of one supply further apart than this are not both right. */
const DISAGREEMENT = 0.1;

const family = (type: SupplyType): string => (type.startsWith('waste') ? 'waste' : type);
const named: readonly SupplyType[] = ['other', 'roller', 'filter', 'transferUnit'];

function trustOf(s: Supply): number {
  if (s.level.kind === 'measured') return s.trust === 'normal' ? 3 : 1;
  return s.level.kind === 'some' ? 2 : 0;
}

const quantum = (s: Supply): number => s.gaugeQuantum ?? 1;

/** The supply whose level is believed: the more certain one, of equals the finer gauge, of those the first. */
function better(a: Supply, b: Supply): Supply {
  if (trustOf(a) !== trustOf(b)) return trustOf(a) > trustOf(b) ? a : b;
  return quantum(b) < quantum(a) - 1e-9 ? b : a;
}

function union<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Set([...a, ...b])];
}

function sameLevel(a: Supply, b: Supply): boolean {
  return a.level.kind === 'measured' && b.level.kind === 'measured' && a.level.value === b.level.value;
}

/** What both intervals allow; a measured and trusted level needs none. */
function overlap(best: Supply, other: Supply): Supply['interval'] {
  const [a, b] = [best.interval, other.interval];
  if (a === undefined) return best.level.kind === 'measured' ? undefined : b;
  if (b === undefined || b[0] > a[1] || b[1] < a[0]) return a;
  return [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
}

/** Unknown is narrower when the other knows an interval; both measured and apart is a contradiction. */
function combine(a: Supply, b: Supply): Supply {
  const best = better(a, b);
  const other = best === a ? b : a;
  const stated = a.polarityInferred && !b.polarityInferred ? b : a;
  const merged = compact<Supply>({
    ...best,
    key: a.key,
    type: a.type,
    description: a.description === '' ? b.description : a.description,
    colorant: a.colorant ?? b.colorant,
    partNumber: a.partNumber ?? b.partNumber,
    serial: a.serial ?? b.serial,
    remainingPages: best.remainingPages ?? other.remainingPages,
    condition: best.condition ?? other.condition,
    interval: overlap(best, other),
    polarity: stated.polarity,
    polarityInferred: stated.polarityInferred,
    sources: union(a.sources, b.sources),
    // Notes on a level that is not used are of no interest to anyone; those on the name are.
    notes: union(
      best.notes,
      sameLevel(a, b) ? other.notes : a.notes.filter((note) => /^(?:type|colorant|class)-/u.test(note)),
    ),
  });
  if (a.level.kind !== 'measured' || b.level.kind !== 'measured' || a.trust !== b.trust) return merged;
  const [lo, hi] = [Math.min(a.level.value, b.level.value), Math.max(a.level.value, b.level.value)];
  if (hi - lo <= DISAGREEMENT) return merged;
  return {
    ...merged,
    trust: 'suspect',
    interval: [lo, hi],
    notes: union(merged.notes, ['sources-disagree']),
  };
}

/** How well two supplies fit: 0 is not at all. */
function affinity(a: Supply, b: Supply, alone: boolean): number {
  if (a.serial !== undefined && a.serial === b.serial) return 5;
  if (family(a.type) !== family(b.type)) return 0;
  if (named.includes(a.type)) return a.key === b.key ? 4 : 0;
  if (a.colorant !== b.colorant)
    return alone && (a.colorant === undefined || b.colorant === undefined) ? 1 : 0;
  if (a.key === b.key) return 4;
  return a.partNumber !== undefined && a.partNumber === b.partNumber ? 3 : 2;
}

function uniqueKey(key: string, used: ReadonlySet<string>): string {
  if (!used.has(key)) return key;
  for (let n = 2; ; n++) if (!used.has(`${key}-${n}`)) return `${key}-${n}`;
}

/**
 * Supplies of one printer told by two sources, each counted once: matched by serial, then by kind and
 * colour, twins in order. The keys of `first` are kept; what only `second` knows is added.
 */
export function mergeSupplies(first: readonly Supply[], second: readonly Supply[]): Supply[] {
  const result = [...first];
  const taken = new Set<number>();
  const extra: Supply[] = [];
  const count = (list: readonly Supply[], s: Supply) =>
    list.filter((x) => family(x.type) === family(s.type)).length;
  for (const s of second.slice(0, MAX_SUPPLIES)) {
    const alone = count(first, s) === 1 && count(second, s) === 1;
    let best = -1;
    let score = 0;
    for (const [i, candidate] of first.entries()) {
      const fit = taken.has(i) ? 0 : affinity(candidate, s, alone);
      if (fit > score) [best, score] = [i, fit];
    }
    const match = first[best];
    if (match === undefined) extra.push(s);
    else {
      taken.add(best);
      result[best] = combine(match, s);
    }
  }
  const used = new Set(result.map((s) => s.key));
  for (const s of extra) {
    const key = uniqueKey(s.key, used);
    used.add(key);
    result.push({ ...s, key });
  }
  return result.slice(0, MAX_SUPPLIES);
}

const same = (a: string | undefined, b: string | undefined) =>
  a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
const differ = (a: string | undefined, b: string | undefined) =>
  a !== undefined && b !== undefined && a.toLowerCase() !== b.toLowerCase();

/** The last 12 digits of many printers' UUIDs are the MAC address (RFC 9562, version 1 node, or by habit). */
function uuidOfMac(uuid: string | undefined, mac: string | undefined): boolean {
  return (
    uuid !== undefined && mac !== undefined && uuid.replaceAll('-', '').endsWith(mac.replaceAll(':', ''))
  );
}

/**
 * Whether two observations are of one printer: by serial number, UUID or network address. Different serial
 * numbers, or equal ones of different makers, are different printers. Names alone prove nothing.
 */
export function samePrinter(a: PrinterIdentity, b: PrinterIdentity): boolean {
  if (differ(a.serial, b.serial)) return false;
  if (same(a.serial, b.serial)) return !differ(a.manufacturer, b.manufacturer);
  return same(a.uuid, b.uuid) || same(a.mac, b.mac) || uuidOfMac(a.uuid, b.mac) || uuidOfMac(b.uuid, a.mac);
}

/** Two observations known to be of one printer, as one; the supply keys of `a` are kept. */
export function mergeTwo(a: PrinterObservation, b: PrinterObservation): PrinterObservation {
  const supplies = mergeSupplies(a.supplies, b.supplies);
  const alerts = [
    ...a.alerts,
    ...b.alerts.filter((x) => !a.alerts.some((y) => y.code === x.code && y.supplyKey === x.supplyKey)),
  ];
  const problems = [...a.problems, ...b.problems].filter(
    (p) => supplies.length === 0 || p.code !== 'no-supplies-table',
  );
  return {
    identity: { ...b.identity, ...a.identity },
    counters: { ...b.counters, ...a.counters },
    supplies,
    alerts: alerts.slice(0, MAX_ALERTS),
    problems: problems.slice(0, MAX_ALERTS),
  };
}

/** Observations by whatever protocol → one per printer; the first of each keeps its supply keys. */
export function mergeObservations(observations: readonly PrinterObservation[]): PrinterObservation[] {
  const printers: PrinterObservation[] = [];
  for (const observation of observations) {
    const at = printers.findIndex((p) => samePrinter(p.identity, observation.identity));
    const known = printers[at];
    if (known === undefined) printers.push(observation);
    else printers[at] = mergeTwo(known, observation);
  }
  return printers;
}
