import type { UseForecast } from '../policy.ts';

/** Points per doubling: interpolation between them errs by less than 0.1 % of the span. */
const RATIO = 2 ** 0.25;
const TAIL = 0.002;

/**
 * A forecast from an expensive distribution function: it is evaluated on a geometric grid around the mean
 * once, and interpolated. `cdf` must not fall and be 0 below 0.
 */
export function tableForecast(cdf: (x: number) => number, mean: number): UseForecast {
  const xs = [0];
  const ps = [0];
  let top = 0;
  for (let x = Math.max(mean, 1e-6) / 64; top < 1 - TAIL && xs.length < 80; x *= RATIO) {
    top = Math.max(top, cdf(x));
    xs.push(x);
    ps.push(top);
  }
  const interpolate = (from: readonly number[], to: readonly number[], value: number): number => {
    let low = 0;
    let high = from.length - 1;
    if (value >= (from[high] ?? 0)) return to[high] ?? 0;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((from[middle] ?? 0) <= value) low = middle;
      else high = middle;
    }
    const width = (from[high] ?? 0) - (from[low] ?? 0);
    const share = width > 0 ? (value - (from[low] ?? 0)) / width : 0;
    return (to[low] ?? 0) + share * ((to[high] ?? 0) - (to[low] ?? 0));
  };
  return {
    cdf: (x) => (x <= 0 ? 0 : Math.min(1, x >= (xs.at(-1) ?? 0) ? cdf(x) : interpolate(xs, ps, x))),
    quantile: (p) => interpolate(ps, xs, p),
  };
}
