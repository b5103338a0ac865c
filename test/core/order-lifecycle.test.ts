import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COMMITTED_STATUSES,
  canTransition,
  isOpen,
  OPEN_STATUSES,
  predecessorsOf,
  TRANSITIONS,
} from '../../core/order-lifecycle.ts';
import type { OrderStatus } from '../../core/types.ts';

const STATUSES = Object.keys(TRANSITIONS) as OrderStatus[];
const status = fc.constantFrom(...STATUSES);

/** Statuses that can still follow, in any number of steps. */
function reachable(from: OrderStatus): Set<OrderStatus> {
  const seen = new Set<OrderStatus>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const to of TRANSITIONS[next]) {
      if (seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

describe('the lifecycle of an order', () => {
  test('predecessors and transitions are the same table', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        expect(predecessorsOf(to).includes(from)).toBe(canTransition(from, to));
      }),
    );
  });

  test('the way of a good order is open, step by step', () => {
    const way = [
      'proposed',
      'announced',
      'placing',
      'accepted',
      'shipped',
      'delivered',
      'installed',
    ] as const;
    for (const [i, to] of way.slice(1).entries()) expect(canTransition(way[i] ?? to, to)).toBe(true);
  });

  test('nothing moves to where it is, and what is over stays over', () => {
    for (const from of STATUSES) expect(canTransition(from, from)).toBe(false);
    const over: OrderStatus[] = ['declined', 'cancelled', 'expired', 'rejected', 'returned'];
    expect(STATUSES.filter((from) => TRANSITIONS[from].length === 0).toSorted()).toEqual(over.toSorted());
  });

  test('money is only spent on the way through placing', () => {
    const spent: OrderStatus[] = ['accepted', 'shipped', 'delivered'];
    for (const to of spent) {
      const from = predecessorsOf(to).filter((before) => !spent.includes(before) && before !== 'lost');
      expect([to, from]).toEqual([to, ['placing']]);
    }
  });

  test('nobody but the merchant or the device moves what has been bought: it is never announced again', () => {
    for (const from of ['accepted', 'shipped', 'delivered', 'installed'] as const) {
      for (const to of ['proposed', 'announced', 'placing'] as const) {
        expect([from, to, reachable(from).has(to)]).toEqual([from, to, false]);
      }
    }
  });

  test('every open order can end, and every ending can be reached', () => {
    for (const from of OPEN_STATUSES) {
      expect([...reachable(from)].some((to) => TRANSITIONS[to].length === 0)).toBe(true);
    }
    const all = reachable('proposed');
    expect(STATUSES.filter((to) => to !== 'proposed' && !all.has(to))).toEqual([]);
  });

  test('a proposal commits no money; everything open beyond it does', () => {
    const committed: readonly OrderStatus[] = COMMITTED_STATUSES;
    expect(OPEN_STATUSES.filter((open) => !committed.includes(open))).toEqual(['proposed']);
    expect(STATUSES.filter(isOpen)).toEqual([...OPEN_STATUSES]);
  });
});
