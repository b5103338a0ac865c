import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inTransaction } from '../../platform/database.ts';
import { lookAgain } from '../../platform/order-store.ts';
import { claimConsumables } from '../../rules/evaluate/claim.ts';
import { sweep } from '../../rules/sweep.ts';
import { silentLog } from '../support/log.ts';
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

  test('a sweep that finds nothing to do asks once', async () => {
    await world.rules.drain();
    const { database, clock, config, metrics } = world;
    const asked = vi.spyOn(database.pool, 'query');
    const connected = vi.spyOn(database.pool, 'connect');
    const deps = { database, clock, config, metrics, log: silentLog };
    // One connection for the question, and one for that of the trials, which have a pace of their own.
    expect(await sweep(deps)).toBe(false);
    expect([asked.mock.calls.length, connected.mock.calls.length]).toEqual([1, 2]);
    // Control: with something to do it does.
    await lookAgain(database.pool, [consumableId], START);
    expect(await sweep(deps)).toBe(true);
    expect(connected.mock.calls.length).toBeGreaterThan(4);
  });

  test('what somebody does is looked at at once, before the readings of others', async () => {
    await world.rules.drain();
    await report(world, consumableId, [{ at: START + 1000, level: 0.59 }]);
    await lookAgain(world.database.pool, [consumableId], START + 1000);
    expect(await claimedAt(START + 1000)).toEqual([consumableId]);
  });
});
