import type { Supply, SupplyType } from '../../contracts/printer/observation.ts';

interface Guess {
  /** Name of the part without its colour. */
  readonly label: string;
  /** Pages of one filling, where the printer does not say: the order of magnitude that makers declare. */
  readonly pages: number;
  readonly priceMinor: number;
}

/** What a capture does not tell about a supply, by its type. */
const GUESSES: Readonly<Record<SupplyType, Guess>> = {
  toner: { label: 'toner', pages: 3000, priceMinor: 8900 },
  ink: { label: 'ink', pages: 800, priceMinor: 2900 },
  ribbon: { label: 'ribbon', pages: 2000, priceMinor: 1900 },
  wax: { label: 'wax', pages: 3000, priceMinor: 7900 },
  wasteToner: { label: 'waste toner box', pages: 30_000, priceMinor: 2200 },
  wasteInk: { label: 'waste ink tank', pages: 20_000, priceMinor: 2600 },
  wasteOther: { label: 'waste box', pages: 20_000, priceMinor: 2200 },
  drum: { label: 'drum', pages: 40_000, priceMinor: 8900 },
  developer: { label: 'developer', pages: 100_000, priceMinor: 12_900 },
  fuser: { label: 'fuser', pages: 120_000, priceMinor: 17_900 },
  fuserOil: { label: 'fuser oil', pages: 50_000, priceMinor: 5900 },
  transferUnit: { label: 'transfer unit', pages: 120_000, priceMinor: 13_900 },
  cleaner: { label: 'cleaner', pages: 50_000, priceMinor: 3900 },
  maintenanceKit: { label: 'maintenance kit', pages: 150_000, priceMinor: 18_900 },
  roller: { label: 'roller', pages: 150_000, priceMinor: 4900 },
  filter: { label: 'filter', pages: 100_000, priceMinor: 3900 },
  printhead: { label: 'printhead', pages: 60_000, priceMinor: 9900 },
  staples: { label: 'staples', pages: 5000, priceMinor: 3900 },
  other: { label: 'part', pages: 100_000, priceMinor: 9900 },
};

/** Capacities of these types are counted in pages when no unit is told; inks are measured in volume. */
const COUNTED_IN_PAGES: readonly SupplyType[] = [
  'toner',
  'drum',
  'developer',
  'fuser',
  'transferUnit',
  'maintenanceKit',
  'roller',
  'wasteToner',
];
/** A capacity of 100 is a percentage. */
const SMALLEST_PAGE_CAPACITY = 500;

/** Pages that one filling of the supply lasts: as told by the printer, else guessed. */
export function pagesOf(supply: Supply): number {
  const { capacity, unit, type } = supply;
  const counted = unit === 'impressions' || (unit === undefined && COUNTED_IN_PAGES.includes(type));
  if (counted && capacity !== undefined && capacity >= SMALLEST_PAGE_CAPACITY) return capacity;
  const { level, remainingPages } = supply;
  if (remainingPages !== undefined && level.kind === 'measured' && level.value > 0.05) {
    return Math.max(Math.round(remainingPages / level.value), SMALLEST_PAGE_CAPACITY);
  }
  return GUESSES[type].pages;
}

/** Only colour pages wear what belongs to a colour. */
const COLOUR_SHARE = 0.4;
const COLOURS = /cyan|magenta|yellow|blue|red|green/u;

export const shareOf = (supply: Supply): number => (COLOURS.test(supply.key) ? COLOUR_SHARE : 1);

export const priceOf = (supply: Supply): number => GUESSES[supply.type].priceMinor;

/** "Black toner", "Drum cyan", "Waste toner box": how people name it in a sentence. */
export function labelOf({ key, type }: Supply): string {
  const words = key.replaceAll('-', ' ');
  const { label } = GUESSES[type];
  const marks = type === 'toner' || type === 'ink' || type === 'wax';
  const text = marks ? `${words} ${label}` : type.startsWith('waste') ? label : words;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
