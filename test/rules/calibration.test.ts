import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaningOn, SCORE_COUNTS } from '../../core/population.ts';
import { PIT_BINS, PIT_COUNTS } from '../../core/recalibration.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { loadContexts } from '../../rules/context/load-contexts.ts';
import { policyOf } from '../../rules/policy.ts';
import { foldCalibration, loadCalibration, writeScores } from '../../rules/population/calibration.ts';
import { refitPopulations } from '../../rules/population/refit.ts';
import { silentLog } from '../support/log.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, report, START, type World } from './world.ts';

const total = (counts: readonly number[]): number =>
  counts.slice(0, PIT_COUNTS).reduce((sum, count) => sum + count, 0);

describe('how the forecasts fared', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const slotOf = ({ deviceModelId }: SeededConsumable) => ({ deviceModelId, key: 'black' });
  const counted = async (seeded: SeededConsumable) =>
    (await loadCalibration(world.database.pool))([slotOf(seeded)]);
  const refit = () => refitPopulations({ ...world, log: silentLog }, world.clock.now());
  const populationOf = async ({ consumableId }: SeededConsumable) => {
    const wanted = [{ consumableId, order: null }];
    const contexts = await loadContexts(
      world.database.pool,
      wanted,
      policyOf(world.config),
      world.clock.now(),
    );
    return contexts.of.get(consumableId)?.step.population;
  };
  const recalibrationOf = async (seeded: SeededConsumable) => (await populationOf(seeded))?.recalibration;
  /** Lets the use of a slot fall between two probabilities of what was forecast, so many times. */
  const score = (seeded: SeededConsumable, times: number, low: number, high: number, jitter = 0.5) =>
    writeScores(
      world.database.pool,
      [{ ...seeded, slotKey: 'black', scores: Array.from({ length: times }, () => ({ low, high, jitter })) }],
      world.clock.now(),
    );
  /** Ten weeks of steady use, looked at twice a day. */
  const liveTenWeeks = async ({ consumableId }: SeededConsumable) => {
    for (let halfDay = 1; halfDay <= 140; halfDay += 1) {
      world.clock.advanceTo(START + halfDay * 12 * HOUR_MS);
      const reading = { at: world.clock.now(), level: 1 - halfDay * 0.006 };
      await report(world, consumableId, [reading]);
      await world.rules.drain();
    }
  };

  test('is counted as the use is learned, once, whatever is folded in between; a replayed history teaches nothing twice', async () => {
    const seeded = await seedConsumable(world.database, START);
    await liveTenWeeks(seeded);
    // Ten weeks are some ten blocks; hourly folding ran many times meanwhile.
    const blocks = total(await counted(seeded));
    expect(blocks).toBeGreaterThan(5);
    expect(blocks).toBeLessThan(14);
    await world.rows("UPDATE consumable_state SET evaluate_at = now() - interval '1 day'");
    await world.rules.drain();
    expect(total(await counted(seeded))).toBeCloseTo(blocks, 2);
    await world.rows('UPDATE consumable_state SET state = NULL, evaluate_at = $1', new Date(START));
    await world.rules.drain();
    expect(total(await counted(seeded))).toBeCloseTo(blocks, 2);
  });

  test('folds into one row a slot, older counts weighing less, and forgets slots that are gone', async () => {
    const [kept, gone] = [
      await seedConsumable(world.database, START),
      await seedConsumable(world.database, START),
    ];
    await score(kept, 40, 0, 0.005);
    await score(gone, 40, 0, 0.005);
    world.clock.advanceTo(START + 180 * DAY_MS);
    await score(kept, 10, 0.995, 1);
    await world.rows('DELETE FROM device WHERE id = $1', gone.deviceId);
    await world.rows('DELETE FROM device_model WHERE id = $1', gone.deviceModelId);
    const { pool } = world.database;
    await Promise.all([1, 2, 3].map(() => foldCalibration(pool, world.clock.now())));
    await foldCalibration(pool, world.clock.now());
    const rows = await world.rows<{ counts: number[] }>('SELECT counts FROM calibration_count');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.counts).toHaveLength(SCORE_COUNTS);
    expect(rows[0]?.counts[0]).toBeCloseTo(20, 3);
    expect(rows[0]?.counts[PIT_BINS - 1]).toBeCloseTo(10, 3);
  });

  test('corrects the forecasts of the next night on: use that was always underrated runs out sooner', async () => {
    const seeded = await seedConsumable(world.database, START);
    const { consumableId } = seeded;
    await report(world, consumableId, decline(START, 0.6, 0.01, 35));
    await world.rules.drain();
    await refit();
    const forecast = async () => {
      await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(world.clock.now()));
      await world.rules.drain();
      const [row] = await world.rows<{ p50: Date }>('SELECT run_out_p50 AS p50 FROM consumable_state');
      return row?.p50.getTime() ?? Number.NaN;
    };
    expect(await recalibrationOf(seeded)).toEqual([]);
    const before = await forecast();
    // Most of the use fell into the top tenth of what was predicted.
    for (const jitter of [0.6, 1.2, 2.5, 6]) await score(seeded, 3000, 0.9, 1, jitter);
    await refit();
    const map = (await recalibrationOf(seeded)) ?? [];
    expect(map).toHaveLength(4 * (PIT_BINS + 1));
    expect(map[90]).toBeLessThan(0.15);
    expect(await forecast()).toBeLessThan(before - DAY_MS);
    const versions = await world.rows<{ versions: number }>(
      "SELECT count(*)::int AS versions FROM population_version WHERE scope LIKE 'model:%'",
    );
    expect(versions[0]?.versions).toBe(2);
    // The same counts tell of the months: a slot that does half as much in August is expected to.
    const quiet = { low: 0.4, high: 0.6, jitter: 1, season: { month: 7, opDays: 7, usedOpDays: 3.5 } };
    const blocks = Array.from({ length: 3000 }, () => quiet);
    await writeScores(
      world.database.pool,
      [{ ...seeded, slotKey: 'black', scores: blocks }],
      world.clock.now(),
    );
    await refit();
    const [july = 0, august = 0] = (await populationOf(seeded))?.monthFactors?.slice(6, 8) ?? [];
    expect(august / july).toBeCloseTo(0.5, 1);
  });

  test('a slot that was never scored leans on its family, and a well-known one on itself', async () => {
    const [known, unknown] = [
      await seedConsumable(world.database, START),
      await seedConsumable(world.database, START),
    ];
    for (const { consumableId } of [known, unknown]) {
      await report(world, consumableId, decline(START, 0.6, 0.01, 35));
    }
    await world.rules.drain();
    await score(known, 5000, 0.45, 0.55);
    await refit();
    // 45 % of the probability that was given to lower use was never needed.
    expect((await recalibrationOf(known))?.[45]).toBeLessThan(0.05);
    expect((await recalibrationOf(unknown))?.[45]).toBeLessThan(0.2);
  });
});

test('a group is counted with the rest of its wider group, bounded', () => {
  expect(leaningOn([], [])).toEqual([]);
  expect(leaningOn([3, 1], [3, 1])).toEqual([3, 1]);
  expect(leaningOn([3, 1], [5, 1])).toEqual([5, 1]);
  expect(leaningOn([], [4000, 1000])).toEqual([800, 200]);
  expect(leaningOn([2, 0], [4002, 1000])).toEqual([802, 200]);
});
