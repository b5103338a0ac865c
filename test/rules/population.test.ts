import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { loadContexts } from '../../rules/context/load-contexts.ts';
import { policyOf } from '../../rules/policy.ts';
import { refitPopulations } from '../../rules/population/refit.ts';
import { silentLog } from '../support/log.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, report, START, type World } from './world.ts';

describe('what the fleet teaches', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const populationOf = async ({ consumableId }: SeededConsumable) => {
    const contexts = await loadContexts(
      world.database.pool,
      [{ consumableId, order: null }],
      policyOf(world.config),
      START,
    );
    return contexts.of.get(consumableId)?.step.population;
  };
  const refit = () =>
    refitPopulations(
      {
        database: world.database,
        clock: world.clock,
        config: world.config,
        metrics: world.metrics,
        log: silentLog,
      },
      START,
    );
  /** Days that a filling lasts, by the prior's mean of 1/μ. */
  const meanLife = (population: { shape: number; rate: number } | null | undefined) =>
    population == null ? Number.NaN : population.shape / population.rate;

  test('a new device starts from what the others of its kind did, scaled to its own typical life', async () => {
    const newcomer = await seedConsumable(world.database, START);
    expect(await populationOf(newcomer)).toBeNull();
    // Every one uses twice as much as its maker's 90 days say.
    for (let i = 0; i < 12; i += 1) {
      const { consumableId } = await seedConsumable(world.database, START);
      await report(world, consumableId, decline(START, 0.2, 1 / 45, 35));
    }
    await world.rules.drain();
    await refit();
    const taught = await populationOf(newcomer);
    expect(taught?.devices).toBe(12);
    expect(meanLife(taught)).toBeGreaterThan(35);
    expect(meanLife(taught)).toBeLessThan(80);
    // The same teaching for a slot that lasts ten times as long.
    await world.rows(
      'UPDATE model_slot SET typical_life_days = 900 WHERE device_model_id = $1',
      newcomer.deviceModelId,
    );
    expect(meanLife(await populationOf(newcomer))).toBeCloseTo(10 * meanLife(taught), 6);
  });

  test('a version that cannot be read is passed over, and the ledger names the one in force', async () => {
    const newcomer = await seedConsumable(world.database, START);
    await world.rows(
      `INSERT INTO population_version (scope, fitted_at, devices, content)
       VALUES ('all', $1, 5, '{"shape": 2, "ratePerTypicalLife": 1, "expertWeights": [], "recalibration": [],
         "dayWeights": [1, 1, 1, 1, 1, 1, 1, 1, 1], "earlySwapPerDay": 0.02}'),
         ('family:laser printer', $1, 9, '{"from": "the future"}')`,
      new Date(START),
    );
    expect(await populationOf(newcomer)).toMatchObject({ devices: 5, shape: 2, rate: 1 / 90 });
    await report(world, newcomer.consumableId, decline(START, 0.5, 0.01, 5));
    await world.rules.drain();
    const [decision] = await world.rows<{ inputs: { populationVersion: number } }>(
      'SELECT inputs FROM decision',
    );
    expect(decision?.inputs.populationVersion).toBeGreaterThan(0);
  });

  test('old versions are forgotten, the newest of each scope never', async () => {
    for (const days of [200, 150, 100, 1]) {
      await world.rows(
        `INSERT INTO population_version (scope, fitted_at, devices, content)
         SELECT scope, $1, 1, '{}' FROM unnest(ARRAY['all', 'family:x']) AS scope WHERE $2 > 120 OR scope = 'all'`,
        new Date(START - days * DAY_MS),
        days,
      );
    }
    await refit();
    const left = await world.rows<{ scope: string; fitted_at: Date }>(
      'SELECT scope, fitted_at FROM population_version ORDER BY scope',
    );
    expect(left).toEqual([
      { scope: 'all', fitted_at: new Date(START - DAY_MS) },
      { scope: 'family:x', fitted_at: new Date(START - 150 * DAY_MS) },
    ]);
  });
});
