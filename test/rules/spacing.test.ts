import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '../../platform/database.ts';
import { lookAgain } from '../../platform/order-store.ts';
import { claimConsumables } from '../../rules/evaluate/claim.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, report, START, type World } from './world.ts';

const SPACING_MS = 10_000;

describe('under a flood of readings', () => {
  let world: World;
  let consumableId: string;
  beforeEach(async () => {
    world = await createWorld();
    ({ consumableId } = await seedConsumable(world.database, START));
    await report(world, consumableId, decline(START, 0.6, 0.01, 2));
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const claimedAt = (now: number) =>
    inTransaction(world.database.pool, async (db) => {
      const claimed = await claimConsumables(db, now, { limit: 10, spacingMs: SPACING_MS });
      return [...claimed.keys()];
    });

  test('a consumable never looked at is looked at at once', async () => {
    expect(await claimedAt(START)).toEqual([consumableId]);
  });

  test('one looked at just now waits for the spacing, its readings with it', async () => {
    await world.rules.drain();
    await report(world, consumableId, [{ at: START + 1000, level: 0.59 }]);
    expect(await claimedAt(START + SPACING_MS - 1)).toEqual([]);
    expect(await claimedAt(START + SPACING_MS)).toEqual([consumableId]);
  });

  test('what somebody does is looked at at once, before the readings of others', async () => {
    await world.rules.drain();
    await report(world, consumableId, [{ at: START + 1000, level: 0.59 }]);
    await lookAgain(world.database.pool, [consumableId], START + 1000);
    expect(await claimedAt(START + 1000)).toEqual([consumableId]);
  });
});
