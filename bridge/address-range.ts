/**
 * Addresses that the user names, and no others. A range is IPv4: `192.168.1.0/24`, or
 * `192.168.1.10-192.168.1.40`.
 */

/** More than a /20 is not one customer's printers; the user can still name several bridges. */
export const MAX_ADDRESSES = 4096;

export type RangeResult = { ok: true; addresses: string[] } | { ok: false; reason: string };

function toNumber(address: string): number | null {
  const parts = address.split('.');
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/u.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return value;
}

const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

function bounds(range: string): [number, number] | string {
  const [left = '', right = '', ...rest] = range.split(/[/-]/u).map((part) => part.trim());
  const first = toNumber(left);
  if (rest.length > 0 || first === null) return 'is no IPv4 range';
  if (range.includes('/')) {
    const bits = /^\d{1,2}$/u.test(right) ? Number(right) : -1;
    if (bits < 0 || bits > 32) return 'has no prefix length between 0 and 32';
    const size = 2 ** (32 - bits);
    if (first % size !== 0)
      return `does not start at a network address (${toAddress(first - (first % size))})`;
    // Network and broadcast address are nobody's, except in /31 and /32 (RFC 3021).
    return bits >= 31 ? [first, first + size - 1] : [first + 1, first + size - 2];
  }
  const last = toNumber(right);
  if (last === null) return 'has no last address';
  return last < first ? 'ends before it starts' : [first, last];
}

/** Every address of a range, first to last, or the reason why it is refused. Nothing is allocated before. */
export function expandRange(range: string, limit: number = MAX_ADDRESSES): RangeResult {
  const found = bounds(range);
  if (typeof found === 'string') return { ok: false, reason: found };
  const [first, last] = found;
  const count = last - first + 1;
  if (count > limit) return { ok: false, reason: `has ${count} addresses; at most ${limit} are read` };
  return { ok: true, addresses: Array.from({ length: count }, (_, i) => toAddress(first + i)) };
}
