import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** One stream of seeded chance. */
export interface Chance {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  /** Gamma with this shape and mean `shape` (scale 1). */
  readonly gamma: (shape: number) => number;
  readonly between: (range: readonly [number, number]) => number;
  /** Integer, both ends possible. */
  readonly integer: (range: readonly [number, number]) => number;
}

/** FNV-1a, then a murmur-style finish: neighbouring names must give unrelated streams. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * The stream of one purpose: same key, same chance. Every purpose of every device has its own, so that
 * what a policy does (and thereby draws) never changes what happens to the device: common random numbers.
 */
export function chanceOf(...key: readonly (string | number)[]): Chance {
  const name = key.join('/');
  const generator = xoroshiro128plus(hash(name));
  // The generator's seeding leaves most of its state constant: the second key half decorrelates it.
  const skip = 8 + (hash(`${name}#`) & 31);
  for (let i = 0; i < skip; i++) generator.next();
  const uniform = (): number => uniformFloat64(generator);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    gamma: (shape) => drawGamma(shape, uniform, normal),
    between: ([low, high]) => low + (high - low) * uniform(),
    integer: ([low, high]) => low + Math.floor((high - low + 1) * uniform()),
  };
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). */
function drawGamma(shape: number, uniform: () => number, normal: () => number): number {
  if (shape <= 0) return 0;
  if (shape < 1) return drawGamma(shape + 1, uniform, normal) * (1 - uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = normal();
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}
