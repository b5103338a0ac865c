/** Order of object identifiers by their numbers (RFC 3416 §2.1): negative when `a` comes before `b`. */
export function compareOids(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = Number(left[i]) - Number(right[i]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export const isBelow = (oid: string, root: string): boolean => oid.startsWith(`${root}.`);

/** RFC 2578 §3.5: at most 128 numbers. */
export const isOid = (oid: string): boolean => oid.length <= 1400 && /^\d+(?:\.\d+){1,127}$/u.test(oid);
