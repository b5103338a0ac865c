import { type Chance, chanceOf } from '../backtest/chance.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import { type DeviceKind, kindOfCatalogue } from '../fleet/device-kind.ts';

/** Hands out device models for the fleet's devices. */
export interface KindPool {
  /** `fast`: prefer one whose filling lasts days, not months. `not`: what the household already has. */
  readonly take: (wish: { fast: boolean; not: readonly DeviceKind[] }) => DeviceKind;
}

/** At least this many real captures, if there are so many and the fleet has room for them. */
const CAPTURES_AT_LEAST = 8;
const CAPTURE_SHARE = 0.3;
/** A filling that typically lasts at most this long makes a story of one vacation or one consent. */
const FAST_DAYS = 30;

const idOf = ({ make, model }: DeviceKind): string => `${make} ${model}`;
const isFast = ({ slots }: DeviceKind): boolean => slots.some((slot) => slot.typicalLifeDays <= FAST_DAYS);

function shuffled<Item>(items: readonly Item[], chance: Chance): Item[] {
  const keyed = items.map((item) => [chance.uniform(), item] as const);
  return keyed.toSorted(([a], [b]) => a - b).map(([, item]) => item);
}

/**
 * Real captures first, each once, then the catalogue, over and over. A catalogue entry that is also
 * among the captures is left to the capture.
 */
export function chooseKinds(request: {
  readonly seed: number;
  readonly devices: number;
  readonly captured: readonly DeviceKind[];
}): KindPool {
  const { seed, devices } = request;
  const chance = chanceOf(seed, 'kinds');
  const wanted = Math.max(CAPTURES_AT_LEAST, Math.round(devices * CAPTURE_SHARE));
  const captures = shuffled(request.captured, chance).slice(0, Math.min(wanted, devices));
  const taken = new Set(captures.map(idOf));
  const catalogue = CATALOGUE.map(kindOfCatalogue).filter((kind) => !taken.has(idOf(kind)));
  const fast = shuffled(catalogue.filter(isFast), chance);
  let appliances = 0;
  let rest: DeviceKind[] = [];
  let left = devices;
  const take: KindPool['take'] = (wish) => {
    const reserved = left <= captures.length;
    left -= 1;
    const next = fast[appliances % fast.length];
    if (wish.fast && !reserved && next !== undefined) {
      appliances += 1;
      return next;
    }
    const capture = captures.shift();
    if (capture !== undefined) return capture;
    if (rest.length < catalogue.length) rest = [...rest, ...shuffled(catalogue, chance)];
    const own = new Set(wish.not.map(idOf));
    const index = rest.findIndex((kind) => !own.has(idOf(kind)));
    const [kind] = rest.splice(Math.max(index, 0), 1);
    if (kind === undefined) throw new RangeError('The catalogue has no device models.');
    return kind;
  };
  return { take };
}
