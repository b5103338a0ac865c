import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, report, START, type World } from './world.ts';

describe('a limit that does not cover every order that is due', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** Another device of the same customer, for the same product. */
  const another = async ({ customerId, productId }: SeededConsumable): Promise<string> => {
    const { deviceId, consumableId } = await seedConsumable(world.database, START);
    await world.rows('UPDATE device SET customer_id = $2 WHERE id = $1', deviceId, customerId);
    await world.rows(
      'UPDATE consumable SET customer_id = $2, product_id = $3 WHERE id = $1',
      consumableId,
      customerId,
      productId,
    );
    return consumableId;
  };

  test.each(['first', 'last'])('goes to the most urgent one, also when it comes %s', async (place) => {
    const seeded = await seedConsumable(world.database, START);
    const others = [await another(seeded), await another(seeded)];
    // One order is 50 EUR and its shipping; two do not fit.
    await grant(world, seeded.customerId, { productIds: [seeded.productId], maxSpendPerMonthMinor: 9000 });
    const urgent = () => report(world, seeded.consumableId, decline(START, 0.02, 0.02, 20));
    if (place === 'first') await urgent();
    for (const consumableId of others) await report(world, consumableId, decline(START, 0.1, 0.02, 20));
    if (place === 'last') await urgent();
    await world.rules.drain();
    const orders = await world.rows('SELECT consumable_id, status FROM "order"');
    expect(orders).toEqual([{ consumable_id: seeded.consumableId, status: 'announced' }]);
    const refused = await world.rows<{ outcome: string; sentence: string }>(
      'SELECT outcome, sentence FROM consumable_state WHERE consumable_id = ANY ($1)',
      others,
    );
    for (const { outcome, sentence } of refused) {
      expect(outcome).toBe('defer');
      expect(sentence).toContain('above the limit of €90.00');
    }
  });
});
