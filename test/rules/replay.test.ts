import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, nearlyEmpty, report, START, type World } from './world.ts';

describe('replay', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const stateOf = async (consumableId: string) => {
    const [row] = await world.rows<{ state: Buffer; outcome: string; sentence: string; evaluate_at: Date }>(
      'SELECT state, outcome, sentence, evaluate_at FROM consumable_state WHERE consumable_id = $1',
      consumableId,
    );
    return row;
  };
  /** Makes the next drain look at it without any news. */
  const forget = (consumableId: string, state: Buffer | null) =>
    world.rows(
      'UPDATE consumable_state SET state = $2, evaluate_at = $3, outcome_digest = NULL WHERE consumable_id = $1',
      consumableId,
      state,
      new Date(world.clock.now()),
    );

  /** Use with a swap in the middle, told reading by reading. */
  async function live(consumableId: string): Promise<void> {
    const readings = [...decline(START - 10 * DAY_MS, 0.02, 0.03, 20), ...decline(START, 0.7, 0.03, 9)];
    for (const reading of readings) await report(world, consumableId, [reading]);
  }

  test('the stored readings give the state and the decision that the live ones gave', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    await live(consumableId);
    await world.rules.drain();
    const first = await stateOf(consumableId);
    await forget(consumableId, null);
    await world.rules.drain();
    expect(await stateOf(consumableId)).toEqual(first);
    // An encoding of another version.
    await forget(consumableId, Buffer.from([255, 0, 1, 2]));
    await world.rules.drain();
    expect(await stateOf(consumableId)).toEqual(first);
    const decisions = await world.rows('SELECT outcome, sentence FROM decision');
    expect(new Set(decisions.map((row) => JSON.stringify(row))).size).toBe(1);
  });

  test('the same readings, told at once or one by one, give the same state', async () => {
    const [one, two] = [
      await seedConsumable(world.database, START),
      await seedConsumable(world.database, START),
    ];
    const readings = decline(START, 0.3, 0.02, 12);
    await report(world, one.consumableId, readings);
    await world.rules.drain();
    for (const reading of readings) {
      await report(world, two.consumableId, [reading]);
      await world.rules.drain();
    }
    const [first, second] = [await stateOf(one.consumableId), await stateOf(two.consumableId)];
    expect(second?.outcome).toBe(first?.outcome);
    expect(second?.sentence).toBe(first?.sentence);
    expect(second?.evaluate_at).toEqual(first?.evaluate_at);
  });

  test('a history longer than a page is folded whole', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    const readings = decline(START, 0.1, 0.005, 180);
    expect(readings.length).toBeGreaterThan(1000);
    for (let i = 0; i < readings.length; i += 200)
      await report(world, consumableId, readings.slice(i, i + 200));
    await world.rules.drain();
    const first = await stateOf(consumableId);
    await forget(consumableId, null);
    await world.rules.drain();
    expect(await stateOf(consumableId)).toEqual(first);
  });

  test('more long histories than one batch carries are all made up for', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i += 1) ids.push((await seedConsumable(world.database, START)).consumableId);
    for (const id of ids) await report(world, id, decline(START, 0.4, 0.005, 90));
    await world.rules.drain();
    const states = await world.rows(
      'SELECT FROM consumable_state WHERE state IS NOT NULL AND level IS NOT NULL',
    );
    expect(states).toHaveLength(20);
    expect(await world.rows('SELECT FROM evaluation_queue')).toEqual([]);
  });

  test('swaps of history install nothing again', async () => {
    const { consumableId } = await nearlyEmpty(world);
    await world.rules.drain();
    const orderId = async () =>
      (await world.rows<{ id: string }>('SELECT id FROM "order" ORDER BY created_at'))[0]?.id;
    const id = (await orderId()) ?? '';
    const move = (to: 'placing' | 'accepted' | 'delivered') =>
      transitionOrder(world.database.pool, {
        orderId: id,
        to,
        at: world.clock.now(),
        actor: 'merchant',
        reason: null,
      });
    await move('placing');
    await move('accepted');
    await move('delivered');
    for (let hour = 4; hour <= 24; hour += 4) {
      await report(world, consumableId, [{ at: START + hour * HOUR_MS, level: 1 - hour / 2000 }]);
    }
    world.clock.advanceTo(START + DAY_MS);
    await world.rules.drain();
    expect(await world.rows('SELECT status FROM "order"')).toEqual([{ status: 'installed' }]);
    // A spare that lies on the shelf stays there, however often history is told.
    await world.rows(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, delivered_at)
       SELECT customer_id, consumable_id, product_id, merchant_id, 'delivered', 1, 1, 1, 1, 'EUR', created_at, $1 FROM "order"`,
      new Date(START),
    );
    await forget(consumableId, null);
    await world.rules.drain();
    const statuses = await world.rows<{ status: string }>('SELECT status FROM "order" ORDER BY status::text');
    expect(statuses.map(({ status }) => status)).toEqual(['delivered', 'installed']);
  });
});
