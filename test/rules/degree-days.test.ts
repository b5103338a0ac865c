import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { ensureReadingPartitions } from '../../platform/partitions.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, report, type World } from './world.ts';

/** Spring: a tank that went down all winter is not going on like that. */
const APRIL = Date.UTC(2027, 3, 1);
/** Degree-days per day of a place with cold winters, January to December. */
const COLD_WINTERS = [20, 18, 14, 9, 4, 1, 0, 0, 3, 8, 14, 18];

describe('what is used with the cold', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    world.clock.advanceTo(APRIL);
    const months = { now: APRIL, retentionMonths: 6, aheadMonths: 1 };
    await ensureReadingPartitions(world.database.pool, months);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Median run-out of a tank that lost 0.5 % a day since January and is at 40 %. */
  const runOut = async (followsWeather: boolean, degreeDays: readonly number[]) => {
    const { consumableId, deviceId, deviceModelId } = await seedConsumable(world.database, APRIL);
    await world.rows(
      'UPDATE model_slot SET follows_weather = $2, typical_life_days = 300, counter_key = NULL WHERE device_model_id = $1',
      deviceModelId,
      followsWeather,
    );
    await world.rows(
      `WITH site AS (
         INSERT INTO address (customer_id, name, recipient, street, postal_code, city, country, degree_days, created_at)
         SELECT customer_id, 'House', 'Somebody', 'A street 1', '1', 'Town', 'SE', $2, $3 FROM device WHERE id = $1
         RETURNING id
       ) UPDATE device SET address_id = site.id FROM site WHERE device.id = $1`,
      deviceId,
      degreeDays,
      new Date(APRIL),
    );
    await report(world, consumableId, decline(APRIL, 0.4, 0.005, 90));
    await world.rules.drain();
    const [state] = await world.rows<{ at: Date | null }>(
      'SELECT run_out_p50 AS at FROM consumable_state WHERE consumable_id = $1',
      consumableId,
    );
    return ((state?.at?.getTime() ?? Number.NaN) - APRIL) / DAY_MS;
  };

  test('lasts over the summer, where the degree-days of the place are known', async () => {
    const byDays = await runOut(false, COLD_WINTERS);
    expect(byDays).toBeGreaterThan(50);
    expect(byDays).toBeLessThan(110);
    // 40 % at 0.5 % on a day of 17 degree-days: some 1,350 of them, which come by December.
    const byCold = await runOut(true, COLD_WINTERS);
    expect(byCold).toBeGreaterThan(200);
    expect(byCold).toBeLessThan(290);
    // Nobody said how cold it is there: days, as for everything else.
    expect(await runOut(true, [])).toBeCloseTo(byDays, 0);
  });
});
