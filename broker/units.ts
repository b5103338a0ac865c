/** Units of one dimension as multiples of the first. Anything else must match the declared unit exactly. */
const DIMENSIONS: readonly Readonly<Record<string, number>>[] = [
  { ml: 1, cl: 10, dl: 100, l: 1000 },
  { mg: 0.001, g: 1, kg: 1000 },
];

/** `amount` of `from` in `to`; null when the units measure different things. */
export function convertUnit(amount: number, from: string, to: string): number | null {
  if (from === to) return amount;
  for (const factors of DIMENSIONS) {
    const source = Object.hasOwn(factors, from) ? factors[from] : undefined;
    const target = Object.hasOwn(factors, to) ? factors[to] : undefined;
    if (source !== undefined && target !== undefined) return (amount * source) / target;
  }
  return null;
}
