import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, report, START, type World } from './world.ts';

describe('predictability stands beside the forecast', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  interface Shown {
    readonly score: number;
    readonly widthDays: number | null;
    readonly ceiling: string;
    readonly reason: string;
  }
  const shownOf = async (consumableId: string) => {
    const [row] = await world.rows<{ predictability: Shown | null; p10: Date; p90: Date }>(
      `SELECT predictability, run_out_p10 AS p10, run_out_p90 AS p90 FROM consumable_state WHERE consumable_id = $1`,
      consumableId,
    );
    return row;
  };

  test('the longer steady use was read, the better its run-out is known', async () => {
    const brief = await seedConsumable(world.database, START);
    await report(world, brief.consumableId, decline(START, 0.25, 0.015, 8));
    const { consumableId } = await seedConsumable(world.database, START);
    await report(world, consumableId, decline(START, 0.25, 0.015, 50));
    await world.rules.drain();
    const least = (await shownOf(brief.consumableId))?.predictability?.score ?? Number.NaN;
    expect(least).toBeGreaterThan(0);
    const shown = await shownOf(consumableId);
    expect(shown?.predictability?.score).toBeGreaterThan(least);
    expect(shown?.predictability?.ceiling).not.toBe('coach');
    const from = Math.max(shown?.p10.getTime() ?? 0, START);
    const width = ((shown?.p90.getTime() ?? 0) - from) / DAY_MS;
    expect(shown?.predictability?.widthDays).toBeCloseTo(width, 6);
    expect(shown?.predictability?.reason).toContain(`${Math.round(width)} days`);
  });

  test('a single reading, and a device that went silent, are only worth an advice', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    expect((await shownOf(consumableId))?.predictability).toBeNull();
    await report(world, consumableId, [{ at: START, level: 0.5 }]);
    await world.rules.drain();
    expect((await shownOf(consumableId))?.predictability).toMatchObject({ score: 0, ceiling: 'coach' });

    const silent = await seedConsumable(world.database, START);
    await report(world, silent.consumableId, decline(START, 0.5, 0.02, 20));
    await world.rules.drain();
    expect((await shownOf(silent.consumableId))?.predictability?.score).toBeGreaterThan(0);
    world.clock.advanceTo(START + 40 * DAY_MS);
    await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(START));
    await world.rules.drain();
    expect((await shownOf(silent.consumableId))?.predictability).toMatchObject({
      score: 0,
      ceiling: 'coach',
    });
  });
});
