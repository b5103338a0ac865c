import { basename } from 'node:path/posix';
import type { PrinterObservation, Supply } from '../../contracts/printer/observation.ts';
import type { DeviceKind, SlotKind, Tells } from '../fleet/device-kind.ts';
import type { Capture } from './read-captures.ts';
import { labelOf, pagesOf, priceOf, shareOf } from './supply-guesses.ts';

/** Days that an office printer's black lasts, by its maker's idea of an office: turns pages into days. */
const TYPICAL_MARKER_DAYS = 60;
/** Levels are published in whole hundredths of a percent at the finest. */
const FINEST_QUANTUM = 0.0001;

function tells({ level, trust }: Supply): Tells {
  // A value that the decoder does not believe is passed on as "some remaining", not as a level.
  if (level.kind === 'measured') return trust === 'suspect' ? 'some' : 'level';
  return level.kind;
}

const slug = (text: string): string =>
  text
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '');

function slotOf(supply: Supply, printer: { name: string; pagesPerDay: number }): SlotKind {
  const name = labelOf(supply);
  const yieldUses = pagesOf(supply);
  const shareOfUses = shareOf(supply);
  return {
    key: supply.key,
    name,
    polarity: supply.polarity,
    gaugeQuantum: Math.max(supply.gaugeQuantum ?? 0.01, FINEST_QUANTUM),
    gaugeNoise: 0.003,
    yieldUses,
    shareOfUses,
    typicalLifeDays: Math.max(Math.round(yieldUses / (printer.pagesPerDay * shareOfUses)), 5),
    product: {
      sku: `${slug(printer.name)}-${slug(supply.key)}`.slice(0, 64),
      name: `${name} for ${printer.name}`,
      unitPriceMinor: priceOf(supply),
      packSize: 1,
    },
    tells: tells(supply),
  };
}

function pagesPerDay({ supplies }: PrinterObservation): number {
  const marker =
    supplies.find((supply) => supply.key.startsWith('black') && shareOf(supply) === 1) ?? supplies[0];
  return marker === undefined ? 1 : pagesOf(marker) / TYPICAL_MARKER_DAYS;
}

/** Of a capture without an identity: "lexmark_xc2235" is a Lexmark XC2235. */
function namedLike(file: string): { make: string; model: string } {
  const words = file
    .split(/[_-]+/u)
    .map((word) =>
      word.length <= 3 || /\d/u.test(word)
        ? word.toUpperCase()
        : word.charAt(0).toUpperCase() + word.slice(1),
    );
  const [make = file, ...rest] = words;
  return { make, model: rest.length === 0 ? 'printer' : rest.join(' ') };
}

/**
 * A real printer as captured: its slots, their polarity, gauge and levels. Null when it tells no level
 * that a forecast could start from.
 */
export function kindOfCapture({ name, observation }: Capture): DeviceKind | null {
  const { identity, supplies, counters } = observation;
  if (!supplies.some((supply) => tells(supply) === 'level')) return null;
  const file = basename(name).replace(/\.[a-z]+$/u, '');
  const likely = namedLike(file);
  const { manufacturer: make = likely.make, model = likely.model } = identity;
  const printer = { name: `${make} ${model}`, pagesPerDay: pagesPerDay(observation) };
  const levels = supplies.flatMap(({ key, level }) =>
    level.kind === 'measured' ? [[key, level.value] as const] : [],
  );
  return {
    make,
    model,
    family: 'captured printer',
    counterKey: 'pages',
    slots: supplies.map((supply) => slotOf(supply, printer)),
    capture: name,
    capturedLevels: Object.fromEntries(levels),
    capturedCounter: counters.pages ?? 0,
  };
}

/** One kind for each real printer: two captures of the same make and model are one model. */
export function kindsOfCaptures(captures: readonly Capture[]): DeviceKind[] {
  const kinds = new Map<string, DeviceKind>();
  for (const capture of captures) {
    const kind = kindOfCapture(capture);
    if (kind === null) continue;
    const id = `${kind.make} ${kind.model}`;
    if (!kinds.has(id)) kinds.set(id, kind);
  }
  return [...kinds.values()];
}
