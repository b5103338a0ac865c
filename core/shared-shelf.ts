import type { RunOut } from './depletion.ts';
import type { Instant } from './types.ts';

/**
 * Several devices that take their fillings from one shelf. With p_i(t) = P(device i is empty by t, its
 * own filling only) and the devices independent, the number of fillings called for by t is
 * Poisson-binomial; the shelf is short when more than `spares` are called for. A device's second
 * filling within one lead time is not looked at: such a device has its own shelf.
 */
export function sharedRunOut(devices: readonly RunOut[], spares: number): RunOut {
  const shortBy = (at: Instant): number =>
    moreThan(
      devices.map((device) => device.probabilityEmptyBy(at)),
      spares,
    );
  return {
    probabilityEmptyBy: shortBy,
    quantile: (p) => {
      const ends = devices.flatMap((device) => [device.quantile(0.001), device.quantile(0.999)]);
      const known = ends.filter((end): end is Instant => end !== null);
      let low = Math.min(...known);
      let high = Math.max(...known);
      if (known.length === 0 || shortBy(high) < p) return null;
      for (let i = 0; i < 40; i += 1) {
        const middle = (low + high) / 2;
        if (shortBy(middle) < p) low = middle;
        else high = middle;
      }
      return Math.round(high);
    },
    expectedLevel: (at) => Math.min(...devices.map((device) => device.expectedLevel(at))),
  };
}

/** P(more than `count` of independent events happen), by the recursion over the events. */
export function moreThan(probabilities: readonly number[], count: number): number {
  // chance[j]: exactly j so far; the last entry gathers everything above `count`.
  const chance = new Array<number>(Math.floor(count) + 2).fill(0);
  chance[0] = 1;
  const last = chance.length - 1;
  for (const p of probabilities) {
    for (let j = last; j >= 0; j -= 1) {
      const stays = (chance[j] ?? 0) * (j === last ? 1 : 1 - p);
      chance[j] = stays + (j > 0 ? (chance[j - 1] ?? 0) * p : 0);
    }
  }
  return chance[last] ?? 0;
}
