import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialState } from '../../core/state.ts';
import { DAY_MS } from '../../core/types.ts';
import { changeThresholds } from '../../platform/thresholds.ts';
import { viewOf } from '../../rules/shadow/shadow-state.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, report, START, type World } from './world.ts';

/** Running out is so dear that it orders days ahead. */
const ANXIOUS = { costStockoutMinor: 10_000_000, costStockoutPerDayMinor: 10_000_000 };

/** A consumable that the live thresholds still leave alone. */
async function half(world: World): Promise<SeededConsumable> {
  const seeded = await seedConsumable(world.database, START);
  await grant(world, seeded.customerId, { productIds: [seeded.productId] });
  await report(world, seeded.consumableId, decline(START, 0.2, 0.012, 45));
  return seeded;
}

async function begin(world: World, consumableIds: readonly string[], settings: object): Promise<string> {
  const [{ id } = { id: '' }] = await world.rows<{ id: string }>(
    `INSERT INTO shadow_policy (name, settings, started_at, started_by) VALUES ('Trial', $1, $2, 'test') RETURNING id`,
    settings,
    new Date(world.clock.now()),
  );
  await world.rows(
    'INSERT INTO shadow_subject (shadow_id, consumable_id, evaluate_at) SELECT $1, id, $3 FROM unnest($2::uuid[]) AS id',
    id,
    consumableIds,
    new Date(world.clock.now()),
  );
  return id;
}

const trialOrders = (world: World) =>
  world.rows<{ outcome: string; quantity: number; total: number; empty: number }>(
    `SELECT outcome, quantity, total_minor AS total, empty_before_arrival AS empty FROM shadow_decision
     WHERE quantity IS NOT NULL`,
  );
const count = async (world: World, table: string) =>
  (await world.rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n;

describe('a trial', () => {
  let world: World;
  let subject: SeededConsumable;
  beforeAll(async () => {
    world = await createWorld();
    subject = await half(world);
    await world.rules.drain();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('decides by its thresholds, and orders nothing', async () => {
    expect(await count(world, '"order"')).toBe(0);
    await begin(world, [subject.consumableId], ANXIOUS);
    const [before] = await world.rows('SELECT * FROM consumable_state');
    await world.rules.drain();
    expect(await trialOrders(world)).toMatchObject([{ outcome: 'order', quantity: 1, total: 5000 }]);
    for (const table of ['"order"', 'message', 'graphile_worker._private_jobs', 'evaluation_queue']) {
      expect(await count(world, table), table).toBe(0);
    }
    expect(await world.rows('SELECT * FROM consumable_state')).toEqual([before]);
  });

  test('does not order again what it has ordered', async () => {
    world.clock.advanceTo(START + DAY_MS);
    await report(world, subject.consumableId, decline(START + DAY_MS, 0.188, 0.012, 1));
    await world.rules.drain();
    expect(await trialOrders(world)).toHaveLength(1);
    const [state] = await world.rows('SELECT outcome, ordered FROM shadow_subject');
    expect(state).toEqual({ outcome: 'wait', ordered: 1 });
  });

  test('of the thresholds in force says what they say', async () => {
    const id = await begin(world, [subject.consumableId], { cancelWindowHours: 24 });
    await world.rules.drain();
    const decided = await world.rows('SELECT outcome FROM shadow_decision WHERE shadow_id = $1', id);
    expect(decided).toEqual(await world.rows('SELECT outcome FROM consumable_state'));
  });

  test('that was stopped is not looked at any more', async () => {
    await world.rows('UPDATE shadow_policy SET stopped_at = $1', new Date(world.clock.now()));
    const before = await world.rows('SELECT * FROM shadow_subject ORDER BY shadow_id');
    world.clock.advanceTo(START + 2 * DAY_MS);
    await report(world, subject.consumableId, decline(START + 2 * DAY_MS, 0.176, 0.012, 1));
    await world.rules.drain();
    expect(await world.rows('SELECT * FROM shadow_subject ORDER BY shadow_id')).toEqual(before);
  });
});

test('control: the same thresholds in force do order', async () => {
  await using world = await createWorld();
  await changeThresholds(world.database.pool, { values: ANXIOUS, at: START, actor: 'test', reason: 'Try.' });
  await half(world);
  await world.rules.drain();
  expect(await count(world, '"order"')).toBe(1);
});

test('trials wait for nobody and nobody waits for them', async () => {
  await using world = await createWorld();
  const subject = await half(world);
  await world.rules.drain();
  const id = await begin(world, [subject.consumableId], ANXIOUS);
  const other = await world.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT FROM shadow_subject WHERE shadow_id = $1 FOR UPDATE', [id]);
    await report(world, subject.consumableId, decline(START, 0.19, 0.012, 1));
    await world.rules.drain();
    expect(await count(world, 'evaluation_queue')).toBe(0);
    expect(await trialOrders(world)).toEqual([]);
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
  await world.rules.drain();
  expect(await trialOrders(world)).toHaveLength(1);
});

describe('the world of a trial', () => {
  const leadTime = { pmf: [0, 0, 1] };
  const state = initialState();
  const book = { consumableId: 'c', ordered: 0, orderedAt: null, liveOrdered: 0, liveDelivered: 0 };
  const live = { orderId: 'o', status: 'accepted' as const, quantity: 1, createdAt: START, expectedBy: null };
  const shelfOf = (view: ReturnType<typeof viewOf>) => view.state.model.shelf;

  test('is the real one as long as both have ordered the same', () => {
    const both = { ...book, ordered: 1, orderedAt: START, liveOrdered: 1 };
    expect(viewOf(both, state, { leadTime, openOrder: live }, START)).toEqual({ state, openOrder: live });
  });

  test('has not what it did not order', () => {
    const onItsWay = viewOf({ ...book, liveOrdered: 1 }, state, { leadTime, openOrder: live }, START);
    expect([onItsWay.openOrder, shelfOf(onItsWay)]).toEqual([null, 0]);
    const came = { ...book, liveOrdered: 1, liveDelivered: 1 };
    expect(shelfOf(viewOf(came, state, { leadTime, openOrder: null }, START))).toBe(-1);
  });

  test('has what only it ordered: on its way at first, then on the shelf', () => {
    const ahead = { ...book, ordered: 2, orderedAt: START };
    const soon = viewOf(ahead, state, { leadTime, openOrder: null }, START + DAY_MS);
    expect([soon.openOrder?.quantity, shelfOf(soon)]).toEqual([2, 0]);
    const later = viewOf(ahead, state, { leadTime, openOrder: null }, START + 5 * DAY_MS);
    expect([later.openOrder, shelfOf(later)]).toEqual([null, 2]);
  });
});
