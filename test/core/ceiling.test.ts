import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actingStrategy,
  backSince,
  type CeilingMemory,
  ceilingOf,
  LADDER,
  type LadderRequest,
  ladderOf,
  nextCeiling,
} from '../../core/ceiling.ts';
import { say } from '../../core/phrases/phrase.ts';
import { DAY_MS, type Strategy } from '../../core/types.ts';

const NOW = Date.UTC(2026, 8, 7, 10);

/** Predictability as it is found day by day, from NOW on. */
const remembered = (days: readonly Strategy[], memory: CeilingMemory | null = null) =>
  days.reduce<CeilingMemory | null>(
    (known, allowed, day) => nextCeiling(known, allowed, NOW + day * DAY_MS),
    memory,
  );
const days = (n: number, strategy: Strategy): Strategy[] => new Array<Strategy>(n).fill(strategy);

const request: LadderRequest = {
  memory: null,
  predictability: [say('known-only-within', { days: 60, leadDays: 4 })],
  dear: false,
  hasProduct: true,
  jurisdiction: { name: 'Germany', strategyWithoutAnnouncement: 'curated' },
  reachable: true,
};
const rungsOf = (changes: Partial<LadderRequest>) => ladderOf({ ...request, ...changes });
const codes = (changes: Partial<LadderRequest>) => rungsOf(changes).map(({ code }) => code);

describe('the ceiling of autonomy', () => {
  test('falls after two weeks below, not for a bad day, and comes back after three good days', () => {
    expect(remembered(days(14, 'curated'))).toMatchObject({ ceiling: 'automatic', below: NOW });
    const fallen = remembered(days(15, 'curated'));
    expect(fallen).toMatchObject({ ceiling: 'curated', below: null });
    const bad: Strategy[] = [...days(13, 'curated'), 'automatic', ...days(14, 'curated')];
    expect(remembered(bad)).toMatchObject({ ceiling: 'automatic' });
    const back = days(4, 'automatic').reduce<CeilingMemory | null>(
      (known, allowed, day) => nextCeiling(known, allowed, NOW + (20 + day) * DAY_MS),
      fallen,
    );
    expect(back).toMatchObject({ ceiling: 'automatic', returnedAt: NOW + 23 * DAY_MS });
    expect(backSince(back, NOW + 24 * DAY_MS)).toBe(NOW + 23 * DAY_MS);
    expect(backSince(back, NOW + 60 * DAY_MS)).toBeNull();
  });

  test('never moves twice within three days, whatever the days bring', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<Strategy>('coach', 'curated', 'automatic'), { maxLength: 120 }),
        (found) => {
          let memory: CeilingMemory | null = null;
          let movedAt = Number.NEGATIVE_INFINITY;
          for (const [day, allowed] of found.entries()) {
            const next = nextCeiling(memory, allowed, NOW + day * DAY_MS);
            if (memory !== null && next.ceiling !== memory.ceiling) {
              expect(day - movedAt).toBeGreaterThanOrEqual(3);
              movedAt = day;
            }
            memory = next;
          }
        },
      ),
    );
  });

  test('every step says why it is open or not', () => {
    expect(codes({})).toEqual(['open', 'open', 'open', 'learning']);
    const steady = nextCeiling(null, 'automatic', NOW);
    expect(codes({ memory: steady })).toEqual(['open', 'open', 'open', 'open']);
    const fallen = { ...steady, ceiling: 'curated' as const };
    expect(codes({ memory: fallen })).toEqual(['open', 'open', 'open', 'unpredictable']);
    expect(codes({ memory: { ...steady, ceiling: 'coach' } })).toEqual([
      'open',
      'open',
      'unpredictable',
      'unpredictable',
    ]);
    expect(codes({ hasProduct: false })).toEqual(['open', 'open', 'no-product', 'no-product']);
    expect(codes({ reachable: false })).toEqual(['open', 'open', 'open', 'not-announced']);
    const lax = { name: 'Nowhere', strategyWithoutAnnouncement: 'automatic' as const };
    expect(codes({ reachable: false, jurisdiction: lax })).toEqual(['open', 'open', 'open', 'learning']);
    expect(rungsOf({ memory: fallen, dear: true }).at(-1)?.said).toContainEqual(say('rung-dear'));
    for (const rung of rungsOf({ memory: fallen })) expect(rung.said.length).toBeGreaterThan(0);
  });

  test('automatic under a lower ceiling asks, and says why; nothing else is changed, nothing is ever raised', () => {
    const memories = [
      null,
      ...LADDER.map((ceiling) => ({ ...nextCeiling(null, 'automatic', NOW), ceiling })),
    ];
    for (const memory of memories) {
      for (const reachable of [true, false]) {
        for (const hasProduct of [true, false]) {
          const rungs = rungsOf({ memory, reachable, hasProduct });
          for (const chosen of LADDER) {
            const { strategy, limited } = actingStrategy(chosen, rungs);
            expect(LADDER.indexOf(strategy)).toBeLessThanOrEqual(LADDER.indexOf(chosen));
            expect(strategy === chosen).toBe(limited === null);
            if (chosen !== 'automatic') expect(strategy).toBe(chosen);
          }
          const mayOrder = rungs.at(-1)?.available === true;
          if (hasProduct) {
            expect(actingStrategy('automatic', rungs).strategy).toBe(mayOrder ? 'automatic' : 'curated');
          }
          if (mayOrder) expect(ceilingOf(rungs)).toBe('automatic');
        }
      }
    }
  });
});
