import { expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { verifyChain } from '../../platform/audit/verify.ts';
import { createWorld, nearlyEmpty, START, sellAt } from '../rules/world.ts';
import { startMerchant } from '../support/merchant.ts';

test('an order that the rules place is in the audit log, once', async () => {
  await using world = await createWorld();
  await using shop = await startMerchant(world.clock.now);
  await nearlyEmpty(world);
  await sellAt(world, shop);
  await world.rules.drain();
  // Announced, not placed: nothing is bought yet.
  expect(await world.rows('SELECT seq FROM audit_entry')).toEqual([]);
  world.clock.advanceTo(START + DAY_MS);
  await world.rules.drain();
  await world.rules.drain();
  const [order] = await world.rows<{ id: string; customer_id: string; placed_at: Date }>(
    'SELECT * FROM "order"',
  );
  expect(order?.placed_at).not.toBeNull();
  expect(await world.rows('SELECT * FROM audit_entry')).toMatchObject([
    {
      at: order?.placed_at,
      actor_kind: 'rules',
      operation: 'place-order',
      object_kind: 'order',
      object_id: order?.id,
      customer_id: order?.customer_id,
      outcome: 'placing',
    },
  ]);
  expect(await verifyChain(world.database.pool)).toMatchObject({ whole: true, entries: 1 });
});
