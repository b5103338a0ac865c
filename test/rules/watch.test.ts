import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OrderStatus } from '../../core/types.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { expectedBy, watchTimes } from '../../core/watch.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, report, START, sellAt, type World } from './world.ts';

const calendar = { timeZone: 'Europe/Berlin', closures: [], holds: [] };

describe('when to worry about a parcel', () => {
  const leadTime = { pmf: [0, 0, 0.5, 0.5] };
  const underway = { acceptedAt: START, promisedBy: null, leadTime, calendar };

  test('after hardly any parcel ever came later, and after what the merchant promised', () => {
    const usual = watchTimes(underway);
    // Accepted on a Monday; all came within three business days: late from Friday on.
    expect(new Date(usual.lateFrom).toISOString()).toBe('2026-09-10T22:00:00.000Z');
    expect(usual.lostFrom).toBeGreaterThan(usual.lateFrom + 7 * DAY_MS);
    const promised = watchTimes({ ...underway, promisedBy: '2026-09-21' });
    expect(new Date(promised.lateFrom).toISOString()).toBe('2026-09-21T22:00:00.000Z');
  });

  test('what is late is expected by what is still possible at its age; beyond all experience by nothing', () => {
    const slow = { ...underway, leadTime: { pmf: [0, 0, 0.5, 0.3, 0, 0, 0.2] } };
    expect(expectedBy(slow, START + 4 * DAY_MS)).toBe('2026-09-15');
    expect(expectedBy(underway, START + 9 * DAY_MS)).toBeNull();
  });
});

describe('purchases that are watched', () => {
  let world: World;
  let shop: TestMerchant;
  let seeded: SeededConsumable;
  beforeEach(async () => {
    world = await createWorld();
    shop = await startMerchant(world.clock.now);
    seeded = await seedConsumable(world.database, START);
    await sellAt(world, shop);
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  async function order(to: readonly OrderStatus[], at = START): Promise<string> {
    const id = randomUUID();
    const { customerId, consumableId, productId, merchantId } = seeded;
    await world.rows(
      `INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, announced_at)
       VALUES ($1, $2, $3, $4, $5, 'announced', 1, 1, 5000, 5000, 'EUR', $6, $6)`,
      id,
      customerId,
      consumableId,
      productId,
      merchantId,
      new Date(at),
    );
    for (const status of ['placing', ...to] as const) {
      const reference = status === 'accepted' ? { merchantReference: `P-${id}` } : {};
      await transitionOrder(world.database.pool, {
        orderId: id,
        to: status,
        at,
        actor: 'merchant',
        reason: null,
        ...reference,
      });
    }
    return id;
  }
  const one = async (id: string) => (await world.rows('SELECT * FROM "order" WHERE id = $1', id))[0];
  const issues = async () =>
    (
      await world.rows<{ kind: string }>(
        'SELECT kind FROM order_issue WHERE resolved_at IS NULL ORDER BY opened_at, kind',
      )
    ).map(({ kind }) => kind);
  async function drainAt(instant: number): Promise<void> {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  }
  /** A merchant that knows the order and never says more than "shipped". */
  const knowIt = (id: string, status: 'shipped' | 'delivered') =>
    shop.purchases.push({
      reference: `P-${id}`,
      clientReference: id,
      status,
      totalMinor: 5000,
      currency: 'EUR',
      arrivesFrom: '2026-09-09',
      arrivesTo: '2026-09-10',
      updatedAt: new Date(START).toISOString(),
    });

  test('late is told once, the merchant is asked, and what never comes is lost, claimed back and free again', async () => {
    const id = await order(['accepted', 'shipped']);
    knowIt(id, 'shipped');
    await drainAt(START + 3 * DAY_MS);
    expect(await issues()).toEqual([]);
    await drainAt(START + 4 * DAY_MS);
    expect(await issues()).toEqual(['late']);
    expect(shop.calls).toContain('GET /shop/orders');
    await drainAt(START + 6 * DAY_MS);
    const told = await world.rows(
      `SELECT detail->>'change' AS change FROM message WHERE kind = 'order-update'`,
    );
    expect(told.filter(({ change }) => change === 'late')).toHaveLength(1);
    // Beyond all experience: is it there? Nobody answers.
    for (let day = 7; day <= 30; day += 1) await drainAt(START + day * DAY_MS);
    expect(await one(id)).toMatchObject({ status: 'lost', refunded_minor: 5000, watch_at: null });
    expect(await issues()).toEqual([]);
    expect(shop.returns).toMatchObject([{ kind: 'never-came', wants: 'refund' }]);
    expect(await world.rows('SELECT status, refund_minor FROM order_problem')).toEqual([
      { status: 'settled', refund_minor: 5000 },
    ]);
  });

  test('a merchant whose webhook was lost is asked, and its word counts', async () => {
    const id = await order(['accepted', 'shipped']);
    knowIt(id, 'delivered');
    await drainAt(START + 5 * DAY_MS);
    expect(await one(id)).toMatchObject({ status: 'delivered' });
    expect(await issues()).toEqual([]);
  });

  test('delivered and still not in the empty device is asked about, once', async () => {
    await report(world, seeded.consumableId, decline(START + 20 * DAY_MS, 0, 0.02, 20));
    const id = await order(['accepted', 'delivered'], START);
    await drainAt(START + 20 * DAY_MS);
    await drainAt(START + 24 * DAY_MS);
    expect(await issues()).toEqual(['not-installed']);
    expect(await one(id)).toMatchObject({ status: 'delivered' });
    // The next filling resolves it.
    for (let hour = 1; hour < 24; hour += 4) {
      await report(world, seeded.consumableId, [{ at: START + 24 * DAY_MS + hour * HOUR_MS, level: 1 }]);
    }
    await drainAt(START + 25 * DAY_MS);
    expect(await one(id)).toMatchObject({ status: 'installed' });
    expect(await issues()).toEqual([]);
  });

  test('a merchant that does not answer to a purchase becomes a word to ops', async () => {
    await order([]);
    await world.rows(`UPDATE "order" SET due_at = NULL`);
    await drainAt(START + DAY_MS);
    expect(await issues()).toEqual([]);
    await drainAt(START + 2 * DAY_MS);
    expect(await issues()).toEqual(['merchant-silent']);
    expect(await world.rows(`SELECT kind FROM message WHERE customer_id IS NULL`)).toEqual([
      { kind: 'ops-alert' },
    ]);
  });

  test('a new filling without a spare shows that it has come, whatever the merchant says', async () => {
    await report(world, seeded.consumableId, decline(START, 0.1, 0.02, 10));
    await world.rules.drain();
    await world.rows(`UPDATE "order" SET status = 'declined', due_at = NULL`);
    const id = await order(['accepted', 'shipped']);
    for (let hour = 48; hour < 72; hour += 4) {
      await report(world, seeded.consumableId, [{ at: START + hour * HOUR_MS, level: 1 }]);
    }
    await drainAt(START + 3 * DAY_MS);
    expect(await one(id)).toMatchObject({ status: 'installed' });
    const history = await world.rows(
      'SELECT to_status, actor FROM order_history WHERE order_id = $1 ORDER BY id',
      id,
    );
    expect(history.slice(-2)).toEqual([
      { to_status: 'delivered', actor: 'telemetry' },
      { to_status: 'installed', actor: 'telemetry' },
    ]);
    expect(await world.rows('SELECT on_shelf FROM consumable_state')).toEqual([{ on_shelf: 0 }]);
    expect(await world.rows(`SELECT FROM consumable_event WHERE type = 'off-channel'`)).toEqual([]);
  });

  test('what was left in the old one is waste, and a filling that nobody ordered is from elsewhere', async () => {
    await grant(world, seeded.customerId, { productIds: [seeded.productId] });
    await report(world, seeded.consumableId, decline(START, 0.4, 0.02, 28));
    await world.rules.drain();
    for (let hour = 4; hour < 28; hour += 4) {
      await report(world, seeded.consumableId, [{ at: START + hour * HOUR_MS, level: 1 }]);
    }
    await drainAt(START + 28 * HOUR_MS);
    const events = await world.rows<{ type: string; quantity: number }>(
      'SELECT type, quantity FROM consumable_event ORDER BY type',
    );
    expect(events.map(({ type }) => type)).toEqual(['early-replacement', 'off-channel']);
    expect(events[0]?.quantity).toBeCloseTo(0.4, 1);
    expect(events[1]?.quantity).toBe(1);
    const wasted = await world.metrics.wastedFillings.get();
    expect(wasted.values[0]?.value).toBeCloseTo(0.4, 1);
    expect(await world.rows('SELECT FROM "order"')).toEqual([]);
  });
});
