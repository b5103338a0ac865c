import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import type { SeededConsumable } from '../support/seed.ts';
import {
  createWorld,
  decline,
  grant,
  nearlyEmpty,
  report,
  START,
  setStaffSetting,
  type World,
} from './world.ts';

const FLEET = 80;
const FLOORS = { floorPerDay: 20, narrowFloorPerDay: 10 };

/** Orders of every day before now, of a scope. */
const HISTORY = `
  INSERT INTO order_rate (scope, starts_at, orders)
  SELECT $1, $2::timestamptz - n * interval '1 day', $3 FROM generate_series(1, 28) n`;

describe('the breaker', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await setStaffSetting(world.database, 'breaker', FLOORS);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** Many devices of the model that run out at the same moment, as a firmware with a wrong gauge makes them. */
  async function runaway(original: SeededConsumable, firmware: string | null, count = FLEET): Promise<void> {
    const ids = await world.rows<{ id: string; customerId: string }>(
      `WITH customers AS (
         INSERT INTO customer (name, email, time_zone, currency, created_at)
         SELECT 'C', 'c@example.org', 'Europe/Berlin', 'EUR', $1 FROM generate_series(1, $2::int) RETURNING id
       ), devices AS (
         INSERT INTO device (customer_id, device_model_id, name, firmware, created_at)
         SELECT id, $3, 'Printer', $5, $1 FROM customers RETURNING id, customer_id
       ), made AS (
         INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
         SELECT id, $3, 'black', customer_id, $4, 'automatic', $1 FROM devices RETURNING id, customer_id
       ), states AS (
         INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT id, $1 FROM made
       )
       SELECT id, customer_id AS "customerId" FROM made`,
      new Date(world.clock.now()),
      count,
      original.deviceModelId,
      original.productId,
      firmware,
    );
    for (const { id, customerId } of ids) {
      await grant(world, customerId, { productIds: [original.productId] });
      await report(world, id, decline(world.clock.now(), 0.06, 0.02, 8));
    }
  }
  const halts = () =>
    world.rows<{ id: string; detail: { scope: string; observed: number } }>(
      `SELECT * FROM halt WHERE lifted_at IS NULL ORDER BY created_at`,
    );
  const announced = async () => (await world.rows(`SELECT FROM "order" WHERE status = 'announced'`)).length;
  const tripped = async () => (await world.metrics.breakerTrips.get()).values;

  test('a firmware that orders for all its devices at once is stopped within the batch; others go on', {
    timeout: 60_000,
  }, async () => {
    const sane = await nearlyEmpty(world);
    const faulty = await nearlyEmpty(world, { consent: false });
    await world.rows(HISTORY, 'all', new Date(START), 12);
    await runaway(faulty, '6.6.6');
    await world.rules.drain();
    expect(await announced()).toBe(1);
    expect(await halts()).toMatchObject([
      {
        actor: 'breaker',
        device_model_id: faulty.deviceModelId,
        firmware: '6.6.6',
        product_id: null,
        detail: { scope: `firmware:${faulty.deviceModelId}:6.6.6`, observed: FLEET },
      },
    ]);
    expect(await tripped()).toMatchObject([{ labels: { scope: 'firmware' }, value: 1 }]);
    const alerts = await world.rows(`SELECT detail FROM message WHERE kind = 'ops-alert'`);
    expect(alerts).toMatchObject([{ detail: { code: 'breaker-tripped' } }]);
    const blocked = await world.rows<{ sentence: string }>(
      `SELECT sentence FROM decision WHERE outcome = 'blocked' AND consumable_id <> $1`,
      faulty.consumableId,
    );
    expect(blocked).toHaveLength(FLEET);
    expect(blocked[0]?.sentence).toContain('Unusually many orders');
    const [order] = await world.rows<{ consumable_id: string }>(`SELECT * FROM "order"`);
    expect(order?.consumable_id).toBe(sane.consumableId);
    // Only what was announced counts.
    const counted = await world.rows(`SELECT orders FROM order_rate WHERE scope = 'all' AND starts_at > $1`, [
      new Date(START - DAY_MS / 2),
    ]);
    expect(counted).toEqual([{ orders: 1 }]);
  });

  test('control: with the breaker off all of them are announced', { timeout: 60_000 }, async () => {
    await setStaffSetting(world.database, 'breaker', { enabled: false });
    const faulty = await nearlyEmpty(world);
    await runaway(faulty, '6.6.6');
    await world.rules.drain();
    expect(await announced()).toBe(FLEET + 1);
    expect(await halts()).toEqual([]);
  });

  test('a fleet that orders as much every day is left alone', { timeout: 60_000 }, async () => {
    const usual = await nearlyEmpty(world);
    for (const scope of ['all', `model:${usual.deviceModelId}`, `product:${usual.productId}`]) {
      await world.rows(HISTORY, scope, new Date(START), FLEET);
    }
    await runaway(usual, null);
    await world.rules.drain();
    expect(await announced()).toBe(FLEET + 1);
    expect(await halts()).toEqual([]);
  });

  test('lifted, it lets pass what people have seen, and no second halt follows at once', {
    timeout: 60_000,
  }, async () => {
    const faulty = await nearlyEmpty(world);
    await runaway(faulty, null);
    await world.rules.drain();
    const [stopped] = await halts();
    expect(stopped?.detail.scope).toBe(`model:${faulty.deviceModelId}`);
    await world.rows('UPDATE halt SET lifted_at = $1', new Date(START + HOUR_MS));
    await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(START));
    world.clock.advanceTo(START + 2 * HOUR_MS);
    await world.rules.drain();
    // The product's and the fleet's own counts are the same orders: people let those pass too.
    expect(await halts()).toEqual([]);
    expect(await announced()).toBe(FLEET + 1);
    await setStaffSetting(world.database, 'breaker', { ...FLOORS, graceHours: 0 });
    world.clock.advanceTo(START + 4 * HOUR_MS);
    await world.rules.drain();
    expect(await halts()).toHaveLength(1);
  });

  test('orders that nobody evaluates count too: housekeeping looks at every scope', async () => {
    await world.rows(
      `INSERT INTO order_rate (scope, starts_at, orders) VALUES ('all', $1, 500), ('product:x', $1, 3)`,
      new Date(START - 10 * HOUR_MS),
    );
    await world.rules.drain();
    expect(await halts()).toMatchObject([{ detail: { scope: 'all', observed: 500 }, product_id: null }]);
    world.clock.advanceTo(START + 2 * HOUR_MS);
    await world.rules.drain();
    expect(await halts()).toHaveLength(1);
  });
});
