import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import type { RulesDeps } from '../../rules/deps.ts';
import { forecastFleet } from '../../rules/fleet/forecast-fleet.ts';
import { recordOutcomes } from '../../rules/fleet/outcomes.ts';
import { isSnapshotDay } from '../../rules/fleet/snapshots.ts';
import { silentLog } from '../support/log.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, nearlyEmpty, report, START, type World } from './world.ts';

const depsOf = ({ database, clock, config, metrics }: World): RulesDeps => ({
  database,
  clock,
  config,
  metrics,
  log: silentLog,
});

interface DemandRow {
  readonly weeks: number;
  readonly consumables: number;
  readonly unknown: number;
  readonly mean: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

const demandOf = (world: World, productId: string) =>
  world.rows<DemandRow>(
    'SELECT weeks, consumables, unknown, mean, p10, p50, p90 FROM demand_forecast WHERE product_id = $1 ORDER BY weeks',
    productId,
  );

describe('the demand forecast', () => {
  let world: World;
  let empty: SeededConsumable;
  let full: SeededConsumable;
  beforeAll(async () => {
    world = await createWorld();
    empty = await nearlyEmpty(world, { consent: false, strategy: 'respond' });
    full = await seedConsumable(world.database, START);
    await report(world, full.consumableId, decline(START, 0.9, 0.004, 20));
    await world.rules.drain();
    await forecastFleet(depsOf(world), START);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('counts what runs out soon, and hardly what is full', async () => {
    const soon = await demandOf(world, empty.productId);
    expect(soon.map(({ weeks }) => weeks)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(soon[0]).toMatchObject({ consumables: 1, unknown: 0, p50: 1 });
    expect(soon[7]?.mean).toBeGreaterThan(1.3);
    const late = await demandOf(world, full.productId);
    expect(late[7]).toMatchObject({ p10: 0, p50: 0 });
    expect(late[7]?.mean).toBeLessThan(0.3);
  });

  test('of what says nothing is told as unknown', async () => {
    const silent = await seedConsumable(world.database, START);
    await forecastFleet(depsOf(world), START);
    expect((await demandOf(world, silent.productId))[3]).toMatchObject({
      consumables: 0,
      unknown: 1,
      mean: 0,
    });
  });

  test('counts an announced order as still to be bought, and a placed one no more', async () => {
    await world.database.prisma.consumable.update({
      where: { id: empty.consumableId },
      data: { strategy: 'curated' },
    });
    await world.rows(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at)
       VALUES ($1, $2, $3, $4, 'announced', 2, 2, 5000, 10000, 'EUR', $5)`,
      empty.customerId,
      empty.consumableId,
      empty.productId,
      empty.merchantId,
      new Date(START),
    );
    await forecastFleet(depsOf(world), START);
    const [announced] = await demandOf(world, empty.productId);
    expect(announced).toMatchObject({ p10: 2, p50: 2 });
    await world.rows(`UPDATE "order" SET status = 'accepted' WHERE consumable_id = $1`, empty.consumableId);
    await forecastFleet(depsOf(world), START);
    const [accepted] = await demandOf(world, empty.productId);
    expect(accepted).toMatchObject({ p10: 0, p50: 0 });
  });
});

describe('forecasts kept for four weeks', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const scores = () =>
    world.rows<{ forecasts: number; below: number; above: number; pinball: number; used: number }>(
      'SELECT forecasts, below, above, pinball, used FROM forecast_score',
    );

  test('are held against what was used, once', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    await report(world, consumableId, decline(START, 0.8, 0.01, 20));
    await world.rules.drain();
    const deps = depsOf(world);
    const nights = Array.from({ length: 7 }, (_, day) => START + day * DAY_MS);
    const night = nights.find((at) => isSnapshotDay(consumableId, at)) ?? START;
    const readings = (until: number, level: number, days: number) =>
      report(world, consumableId, decline(until, level, 0.01, days));
    const days = (night - START) / DAY_MS;
    if (days > 0) await readings(night, 0.8 - 0.01 * days, days);
    world.clock.advanceTo(night);
    await world.rules.drain();
    await forecastFleet(deps, night);
    const kept = await world.rows<{ p10: number; p50: number; p90: number }>(
      'SELECT use_p10 AS p10, use_p50 AS p50, use_p90 AS p90 FROM forecast_snapshot',
    );
    expect(kept).toHaveLength(1);
    expect(kept[0]?.p50).toBeGreaterThan(0.2);
    expect(kept[0]?.p50).toBeLessThan(0.36);

    const later = night + 28 * DAY_MS;
    await readings(later, 0.8 - 0.01 * days - 0.28, 28);
    world.clock.advanceTo(later);
    await world.rules.drain();
    await world.rows('DELETE FROM forecast_score');
    await world.rows('DELETE FROM forecast_snapshot WHERE taken_on > $1', new Date(night));
    await world.rows(
      `INSERT INTO forecast_snapshot (consumable_id, taken_on, used, use_p10, use_p50, use_p90)
       VALUES ($1, $2, $3, 0.2, 0.25, 0.35) ON CONFLICT DO NOTHING`,
      consumableId,
      new Date(night),
      -0.8 + 0.01 * days,
    );
    await forecastFleet(deps, later);
    const [score] = await scores();
    expect(score).toMatchObject({ forecasts: 1, below: 0, above: 0 });
    expect(score?.used).toBeGreaterThan(0.25);
    expect(score?.used).toBeLessThan(0.31);
    await forecastFleet(deps, later);
    expect(await scores()).toEqual([score]);
  });

  test('control: a forecast that was too low is told as such', async () => {
    const [{ consumable_id: id } = {}] = await world.rows<{ consumable_id: string }>(
      'SELECT consumable_id FROM consumable_state',
    );
    const now = world.clock.now();
    await world.rows('DELETE FROM forecast_score');
    await world.rows(
      `INSERT INTO forecast_snapshot (consumable_id, taken_on, used, use_p10, use_p50, use_p90)
       VALUES ($1, $2, -0.8, 0.01, 0.02, 0.03)`,
      id,
      new Date(now - 28 * DAY_MS),
    );
    await forecastFleet(depsOf(world), now);
    expect(await scores()).toMatchObject([{ forecasts: 1, above: 1, below: 0 }]);
  });
});

describe('the outcome of a delivery', () => {
  let world: World;
  let subject: SeededConsumable;
  beforeAll(async () => {
    world = await createWorld();
    subject = await seedConsumable(world.database, START);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const deliver = async (deliveredAt: number, installedAt: number | null) => {
    await world.rows(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, delivered_at, installed_at)
       VALUES ($1, $2, $3, $4, $5::order_status, 1, 1, 5000, 5000, 'EUR', $6, $6, $7)`,
      subject.customerId,
      subject.consumableId,
      subject.productId,
      subject.merchantId,
      installedAt === null ? 'delivered' : 'installed',
      new Date(deliveredAt),
      installedAt === null ? null : new Date(installedAt),
    );
  };
  const outcomes = () =>
    world.rows(
      `SELECT level_at_delivery AS level, empty_since AS "emptySince", level_at_swap AS swap FROM replenishment_outcome
       ORDER BY delivered_at`,
    );

  test('says whether it came in time, and what was left when it was put in', async () => {
    const emptyAt = START - 3 * DAY_MS;
    await report(world, subject.consumableId, [
      { at: START - 5 * DAY_MS, level: 0.04 },
      { at: emptyAt, level: 0 },
      { at: emptyAt + DAY_MS, level: 0 },
      { at: START + DAY_MS, level: 1 },
      { at: START + 30 * DAY_MS, level: 0.2 },
      { at: START + 33 * DAY_MS, level: 0.15 },
    ]);
    await deliver(START, START + DAY_MS);
    await deliver(START + 31 * DAY_MS, null);
    const deps = depsOf(world);
    await recordOutcomes(deps, START + 40 * DAY_MS);
    expect(await outcomes()).toEqual([
      { level: 0, emptySince: new Date(emptyAt), swap: 0 },
      { level: 0.2, emptySince: null, swap: null },
    ]);
    await world.rows(
      `UPDATE "order" SET status = 'installed', installed_at = $1 WHERE installed_at IS NULL`,
      new Date(START + 33 * DAY_MS + HOUR_MS),
    );
    await recordOutcomes(deps, START + 40 * DAY_MS);
    expect((await outcomes())[1]).toEqual({ level: 0.2, emptySince: null, swap: 0.15 });
  });
});
