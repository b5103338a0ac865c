import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { loadContexts } from '../../rules/context/load-contexts.ts';
import { claimConsumables, takeAnnouncements } from '../../rules/evaluate/claim.ts';
import { runBatch } from '../../rules/evaluate/evaluate-batch.ts';
import { evaluate, proposalOf, succeeded } from '../../rules/evaluate/evaluation.ts';
import { loadEvents } from '../../rules/evaluate/load-events.ts';
import { newId, writeDecisions } from '../../rules/evaluate/write-decisions.ts';
import { writeOrders } from '../../rules/evaluate/write-orders.ts';
import { policyOf } from '../../rules/policy.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, nearlyEmpty, report, START, type World } from './world.ts';

/** More consumables of the same kind, of as many customers or of the same one. */
async function multiply(
  world: World,
  original: SeededConsumable,
  count: number,
  sameCustomer: boolean,
): Promise<string[]> {
  const rows = await world.rows<{ id: string }>(
    `WITH customers AS (
       INSERT INTO customer (name, email, time_zone, currency, created_at)
       SELECT 'Customer ' || n, 'c' || n || '@example.org', 'Europe/Berlin', 'EUR', $2 FROM generate_series(1, $3::int) n WHERE NOT $4
       RETURNING id
     ), owners AS (
       SELECT id, row_number() OVER () AS n FROM customers
       UNION ALL SELECT $1::uuid, n FROM generate_series(1, $3::int) n WHERE $4
     ), devices AS (
       INSERT INTO device (customer_id, device_model_id, name, created_at)
       SELECT id, $5, 'Printer', $2 FROM owners RETURNING id, customer_id
     ), consumables AS (
       INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
       SELECT id, $5, 'black', customer_id, $6, 'automatic', $2 FROM devices RETURNING id
     )
     INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT id, $2 FROM consumables
     RETURNING consumable_id AS id`,
    original.customerId,
    new Date(START),
    count,
    sameCustomer,
    original.deviceModelId,
    original.productId,
  );
  return rows.map(({ id }) => id);
}

describe('many workers on one queue', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const policy = () => policyOf(world.config);

  test.each([2, 4])('%i services share the work: nothing twice, nothing lost', async (services) => {
    const original = await nearlyEmpty(world);
    const ids = [original.consumableId, ...(await multiply(world, original, 299, false))];
    await world.rows(
      `INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
       SELECT id, 'automatic-order', '1', '', '', 'en', 'test', 'customer', $1 FROM customer WHERE name LIKE 'Customer _%'`,
      new Date(START),
    );
    await world.rows(
      `INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity,
         max_spend_per_month_minor, delivery_address)
       SELECT k.id, ARRAY[$1::uuid], 'EUR', 9000, 1, 9000, '{"city": "Berlin"}' FROM consent k LEFT JOIN mandate m ON m.consent_id = k.id
       WHERE m.consent_id IS NULL`,
      original.productId,
    );
    const others = await Promise.all(Array.from({ length: services - 1 }, () => world.anotherRules()));
    const workers = [world.rules, ...others];
    // Readings keep coming while everybody evaluates.
    const reporting = (async () => {
      for (const id of ids.slice(1)) await report(world, id, decline(START, 0.06, 0.02, 3));
    })();
    const drains: Promise<void>[] = [];
    for (let round = 0; round < 5; round += 1) drains.push(...workers.map((worker) => worker.drain()));
    await Promise.all([reporting, ...drains]);
    await Promise.all(workers.map((worker) => worker.drain()));

    expect(await world.rows('SELECT FROM evaluation_queue')).toEqual([]);
    const states = await world.rows<{ levels: number }>(
      'SELECT count(*)::int AS levels FROM consumable_state WHERE level < 0.07 AND level > 0.05',
    );
    expect(states).toEqual([{ levels: 300 }]);
    const orders = await world.rows(
      `SELECT count(*)::int AS n, count(DISTINCT consumable_id)::int AS consumables, count(DISTINCT decision_id)::int AS decisions FROM "order"`,
    );
    expect(orders).toEqual([{ n: 300, consumables: 300, decisions: 300 }]);
    const histories = await world.rows('SELECT count(*)::int AS n FROM order_history');
    expect(histories).toEqual([{ n: 300 }]);
  });

  test('each announcement is taken by exactly one of the workers that race for it', async () => {
    const original = await seedConsumable(world.database, START);
    const ids = await multiply(world, original, 40, false);
    for (const id of ids) await report(world, id, decline(START, 0.6, 0.01, 2));
    const taken = await Promise.all(
      Array.from({ length: 8 }, () =>
        inTransaction(world.database.pool, async (db) => {
          const claimed = await claimConsumables(db, START - HOUR_MS, { limit: 10, spacingMs: 0 });
          const announced = await takeAnnouncements(db, [...claimed.keys()]);
          return [...announced.consumableIds];
        }),
      ),
    );
    const all = taken.flat();
    expect(new Set(all).size).toBe(all.length);
    const left = await world.rows<{ id: string }>('SELECT consumable_id AS id FROM evaluation_queue');
    expect(new Set([...all, ...left.map(({ id }) => id)]).size).toBe(ids.length);
  });

  describe('one customer, six empty printers, money for two', () => {
    let ids: string[];
    const LIMIT = 12_000;
    beforeEach(async () => {
      const original = await seedConsumable(world.database, START);
      ids = await multiply(world, original, 6, true);
      await grant(world, original.customerId, {
        productIds: [original.productId],
        maxSpendPerMonthMinor: LIMIT,
      });
      for (const id of ids) await report(world, id, decline(START, 0.06, 0.02, 10));
      // The original's own consumable has nothing to say.
      await world.rows('DELETE FROM consumable_state WHERE consumable_id = $1', original.consumableId);
    });

    const spent = async () => {
      const [row] = await world.rows<{ spent: number; orders: number }>(
        'SELECT sum(total_minor)::int AS spent, count(*)::int AS orders FROM "order"',
      );
      return row;
    };

    test('six workers at once commit no more than the limit', async () => {
      await Promise.all(
        ids.map(() =>
          inTransaction(world.database.pool, (db) =>
            runBatch(db, policy(), START, { limit: 1, spacingMs: 0 }),
          ),
        ),
      );
      expect(await spent()).toEqual({ spent: 10_000, orders: 2 });
      await world.rules.drain();
      expect(await spent()).toEqual({ spent: 10_000, orders: 2 });
      const states = await world.rows<{ outcome: string }>(
        'SELECT outcome FROM consumable_state ORDER BY outcome',
      );
      // A limit that the next month lifts defers.
      expect(states.map(({ outcome }) => outcome).filter((outcome) => outcome === 'defer')).toHaveLength(4);
    });

    test('so does one worker with all six in its batch', async () => {
      await world.rules.drain();
      expect(await spent()).toEqual({ spent: 10_000, orders: 2 });
    });

    test('control: without deciding anew under the lock, all six fit', async () => {
      const proposals = await inTransaction(world.database.pool, async (db) => {
        const claimed = await claimConsumables(db, START, { limit: 10, spacingMs: 0 });
        const wanted = ids.map((consumableId) => ({ consumableId, order: null }));
        const contexts = await loadContexts(db, wanted, policy(), START);
        const events = await loadEvents(db, await takeAnnouncements(db, ids));
        return ids.flatMap((id) => {
          const [context, row] = [contexts.of.get(id), claimed.get(id)];
          if (context === undefined || row === undefined) return [];
          const inputs = {
            claimed: row,
            context,
            before: null,
            events: events.get(id) ?? [],
            earlierSwaps: [],
          };
          const outcome = evaluate(inputs, START);
          return succeeded(outcome) ? (proposalOf(outcome) ?? []) : [];
        });
      });
      expect(proposals.length * 5000).toBeGreaterThan(LIMIT);
    });
  });

  test('a second open order cannot be made, and without the index it can', async () => {
    const { consumableId } = await nearlyEmpty(world);
    const db = world.database.pool;
    const contexts = await loadContexts(db, [{ consumableId, order: null }], policy(), START);
    const context = contexts.of.get(consumableId);
    const offer = context?.step.offer;
    if (context === undefined || offer == null) throw new Error('nothing on offer');
    const decisionId = newId();
    const decision = {
      outcome: 'order' as const,
      at: START,
      forecast: null,
      onHand: 0,
      onShelf: 0,
      onOrder: 0,
      gates: [],
      sentence: 'It is ordered.',
      said: [],
    };
    await writeDecisions(db, [
      { id: decisionId, consumableId, stage: 'evaluation', decision, context: context.step },
    ]);
    const proposal = {
      type: 'propose-order' as const,
      quantity: 1,
      offer,
      status: 'announced' as const,
      placeAt: START + HOUR_MS,
      consentId: null,
      avoidedMinor: 0,
      emptyBeforeArrival: 0,
    };
    const make = () =>
      writeOrders(
        db,
        [{ id: newId(), proposal, context, decisionId, sentence: 'It is ordered.', said: [] }],
        START,
      );
    expect(await make()).toMatchObject([{ status: 'announced' }]);
    expect(await make()).toEqual([]);
    expect(await world.rows('SELECT FROM order_history')).toHaveLength(1);
    await world.rows('DROP INDEX order_one_open_per_consumable');
    expect(await make()).toMatchObject([{ status: 'announced' }]);
  });
});
