import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readHoldEffect } from '../../api/views/hold-effect.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { openDatabase } from '../../platform/database.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { createWorld, decline, nearlyEmpty, report, START, sellAt, type World, withdraw } from './world.ts';

const MINUTE_MS = 60_000;

describe('placing an announced order', () => {
  let world: World;
  let shop: TestMerchant;
  let consumable: Awaited<ReturnType<typeof nearlyEmpty>>;
  let orderId: string;

  beforeEach(async () => {
    world = await createWorld();
    shop = await startMerchant(world.clock.now);
    consumable = await nearlyEmpty(world);
    await sellAt(world, shop);
    await world.rules.drain();
    const [order] = await world.rows<{ id: string }>('SELECT id FROM "order"');
    orderId = order?.id ?? '';
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  const order = async () => {
    const [row] = await world.rows<{ status: string; status_reason: string; due_at: Date | null }>(
      'SELECT * FROM "order" WHERE id = $1',
      orderId,
    );
    return row;
  };
  const history = async () =>
    (await world.rows<{ to_status: string }>('SELECT to_status FROM order_history ORDER BY id')).map(
      ({ to_status }) => to_status,
    );
  const placements = () =>
    world.rows<{ outcome: string; sentence: string }>(
      `SELECT outcome, sentence FROM decision WHERE stage = 'placement' ORDER BY id`,
    );
  async function drainAt(instant: number): Promise<void> {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  }
  const windowEnd = START + DAY_MS;

  test('nothing is bought inside the cancel window, and once after it', async () => {
    await drainAt(windowEnd - 1);
    expect(shop.calls).toEqual([]);
    await drainAt(windowEnd);
    expect(await history()).toEqual(['announced', 'placing', 'accepted']);
    expect(await order()).toMatchObject({
      status: 'accepted',
      merchant_reference: 'P-1',
      due_at: null,
      placed_at: new Date(windowEnd),
    });
    expect(shop.purchases).toMatchObject([{ clientReference: orderId, totalMinor: 5000 }]);
    expect(await placements()).toMatchObject([{ outcome: 'order' }]);
    await drainAt(windowEnd + DAY_MS);
    expect(shop.purchases).toHaveLength(1);
    const calls = await world.metrics.merchantCalls.get();
    expect(calls.values).toMatchObject([{ labels: { operation: 'place', outcome: 'accepted' }, value: 1 }]);
  });

  test('an order that the customer cancels in the window is never bought', async () => {
    await transitionOrder(world.database.pool, {
      orderId,
      to: 'cancelled',
      at: START,
      actor: 'customer',
      reason: null,
    });
    await drainAt(windowEnd);
    expect(shop.purchases).toEqual([]);
  });

  test('a consent withdrawn in the window cancels it', async () => {
    await withdraw(world, consumable.consentId ?? '');
    await drainAt(windowEnd);
    expect(await order()).toMatchObject({ status: 'cancelled' });
    expect(shop.purchases).toEqual([]);
  });

  test('a consent that ends in the window cancels it', async () => {
    // Terms cannot be edited; a test may.
    await world.rows('ALTER TABLE consent DISABLE TRIGGER consent_append_only');
    await world.rows('UPDATE consent SET valid_until = $1', new Date(START + HOUR_MS));
    await drainAt(windowEnd);
    expect(await order()).toMatchObject({ status: 'cancelled' });
    expect((await order())?.status_reason).toContain('expired');
  });

  test('a hold that comes up defers it to the return, to the dates that its preview told', async () => {
    const { customerId } = consumable;
    const [startsOn, endsOn] = ['2026-09-09', '2026-09-15'];
    const { pool, prisma } = world.database;
    const preview = () => readHoldEffect(pool, customerId, { startsOn, endsOn }, world.clock.now());
    const { moved } = await preview();
    const span = { startsOn: new Date(startsOn), endsOn: new Date(endsOn) };
    await prisma.hold.create({ data: { customerId, ...span, createdAt: new Date(START) } });
    await drainAt(windowEnd);
    const waiting = await order();
    expect(waiting).toMatchObject({ status: 'announced' });
    expect(waiting?.status_reason).toContain('You are away 9–15 September');
    const arrives = 'SELECT arrives_from::text AS "from", arrives_to::text AS "to" FROM "order"';
    expect(await world.rows(arrives)).toEqual([moved[0]?.instead]);
    // As it now is, the same hold moves nothing more.
    expect((await preview()).moved).toEqual([]);
    expect(shop.purchases).toEqual([]);
    await report(world, consumable.consumableId, [
      { at: (waiting?.due_at?.getTime() ?? 0) - HOUR_MS, level: 0.05 },
    ]);
    await drainAt(waiting?.due_at?.getTime() ?? 0);
    expect(await order()).toMatchObject({ status: 'accepted' });
    expect(await placements()).toMatchObject([{ outcome: 'defer' }, { outcome: 'order' }]);
  });

  test('a halt keeps it waiting, and lifting the halt lets it go', async () => {
    await world.database.prisma.halt.create({
      data: { productId: consumable.productId, reason: 'a recall', actor: 'ops', createdAt: new Date(START) },
    });
    await drainAt(windowEnd);
    await drainAt(windowEnd + 2 * MINUTE_MS);
    expect(await order()).toMatchObject({ status: 'announced' });
    expect((await order())?.status_reason).toContain('a recall');
    expect(await placements()).toHaveLength(1);
    expect(shop.purchases).toEqual([]);
    await world.rows('UPDATE halt SET lifted_at = $1', new Date(world.clock.now()));
    await drainAt(windowEnd + 4 * MINUTE_MS);
    expect(await order()).toMatchObject({ status: 'accepted' });
  });

  test('a halt of something else does not touch it', async () => {
    await world.database.prisma.halt.create({
      data: {
        productId: consumable.productId,
        deviceModelId: (await nearlyEmpty(world)).deviceModelId,
        reason: 'this product in another model',
        actor: 'ops',
        createdAt: new Date(START),
      },
    });
    await drainAt(windowEnd);
    expect(await order()).toMatchObject({ status: 'accepted' });
  });

  test('a higher price than announced is asked about', async () => {
    // In the database and at the shop, whose SKU is the product's id.
    await world.rows('UPDATE product SET unit_price_minor = 5100 WHERE id = $1', consumable.productId);
    shop.prices.set(consumable.productId, 5100);
    await drainAt(windowEnd);
    expect(await order()).toMatchObject({ status: 'proposed', consent_id: null });
    expect((await order())?.status_reason).toContain('€50.00');
    expect(shop.purchases).toEqual([]);
    // The customer's own yes stands for this order, whatever the standing consent says.
    await withdraw(world, consumable.consentId ?? '');
    const at = world.clock.now();
    await transitionOrder(world.database.pool, {
      orderId,
      to: 'announced',
      at,
      actor: 'customer',
      reason: null,
      dueAt: at,
    });
    await world.rules.drain();
    expect(await order()).toMatchObject({ status: 'accepted', unit_price_minor: 5100 });
    expect(shop.purchases).toMatchObject([{ totalMinor: 5100 }]);
  });

  test('telemetry that has gone silent meanwhile is asked about', async () => {
    await drainAt(START + HOUR_MS);
    await world.rows('UPDATE "order" SET due_at = $1', new Date(START + 20 * DAY_MS));
    await drainAt(START + 20 * DAY_MS);
    expect(await order()).toMatchObject({ status: 'proposed' });
    expect(shop.purchases).toEqual([]);
  });

  test('a filling put in meanwhile makes it needless', async () => {
    for (let hour = 2; hour <= 22; hour += 4) {
      await report(world, consumable.consumableId, [{ at: START + hour * HOUR_MS, level: 1 - hour / 2000 }]);
    }
    await drainAt(windowEnd);
    expect(await order()).toMatchObject({ status: 'cancelled' });
    expect((await order())?.status_reason).toContain('No longer needed');
    expect(shop.purchases).toEqual([]);
  });

  test('a rejection is told, the price corrected, and the next decision rests on it', async () => {
    shop.prices.set(consumable.productId, 12_000);
    await drainAt(windowEnd);
    expect(await order()).toMatchObject({ status: 'rejected' });
    const [product] = await world.rows(
      'SELECT unit_price_minor FROM product WHERE id = $1',
      consumable.productId,
    );
    expect(product).toEqual({ unit_price_minor: 12_000 });
    const [state] = await world.rows<{ outcome: string; sentence: string }>(
      'SELECT outcome, sentence FROM consumable_state WHERE consumable_id = $1',
      consumable.consumableId,
    );
    expect(state?.outcome).toBe('order');
    const [successor] = await world.rows(`SELECT * FROM "order" WHERE status = 'proposed'`);
    expect(successor).toMatchObject({ replaces_order_id: orderId, unit_price_minor: 12_000 });
    expect(successor?.['status_reason']).toContain('€120.00 is above the limit');
  });

  test.each(['silent-after', 'error-after', 'malformed', 'other-order'] as const)(
    'after %s the merchant is asked, and there is one purchase',
    async (fault) => {
      shop.faults.push(fault);
      await drainAt(windowEnd);
      expect(await order()).toMatchObject({ status: 'placing' });
      const next = (await order())?.due_at?.getTime() ?? 0;
      expect(next).toBeGreaterThan(windowEnd);
      await drainAt(next);
      expect(await order()).toMatchObject({ status: 'accepted', merchant_reference: 'P-1' });
      expect(shop.calls).toEqual(['POST /shop/orders', 'GET /shop/orders']);
      expect(shop.purchases).toHaveLength(1);
    },
  );

  test('a merchant that never got it is asked again, after all gates, under the same key', async () => {
    shop.faults.push('error-before', 'error-before');
    let now = windowEnd;
    for (let i = 0; i < 3; i += 1) {
      await drainAt(now);
      now = (await order())?.due_at?.getTime() ?? now;
    }
    expect(await order()).toMatchObject({ status: 'accepted', announced_at: new Date(START) });
    expect(await history()).toEqual([
      'announced',
      ...['placing', 'announced', 'placing', 'announced', 'placing'],
      'accepted',
    ]);
    expect(shop.purchases).toHaveLength(1);
  });

  test.each([
    { ignoreKeys: false, bought: 1 },
    // The control: without the merchant's memory of the key, the same run buys twice.
    { ignoreKeys: true, bought: 2 },
  ])(
    'with a search that lags, only the key prevents a second purchase: $bought',
    async ({ ignoreKeys, bought }) => {
      Object.assign(shop, { ignoreKeys, blind: true });
      shop.faults.push('silent-after');
      await drainAt(windowEnd);
      await drainAt((await order())?.due_at?.getTime() ?? 0);
      expect(await order()).toMatchObject({ status: 'accepted' });
      expect(shop.purchases).toHaveLength(bought);
    },
  );

  test('a process that died while placing is stepped in for', async () => {
    world.clock.advanceTo(windowEnd);
    // What a kill between the commit and the call leaves behind: the status, and a job that is gone.
    await transitionOrder(world.database.pool, {
      orderId,
      to: 'placing',
      at: windowEnd,
      actor: 'worker',
      reason: null,
      dueAt: windowEnd + 2 * MINUTE_MS,
    });
    await world.rules.drain();
    expect(shop.purchases).toEqual([]);
    await drainAt(windowEnd + 2 * MINUTE_MS);
    expect(await order()).toMatchObject({ status: 'accepted' });
    expect(shop.purchases).toHaveLength(1);
  });

  test('a consent withdrawn while the merchant is being asked is cancelled there too', async () => {
    shop.onPurchase = () => withdraw(world, consumable.consentId ?? '');
    await drainAt(windowEnd);
    expect(await history()).toEqual(['announced', 'placing', 'accepted', 'cancelled']);
    expect(shop.purchases).toMatchObject([{ status: 'cancelled' }]);
    expect(await order()).toMatchObject({ status: 'cancelled', due_at: null });
  });

  test('a consent withdrawn while the answer is missing is found out and cancelled', async () => {
    shop.faults.push('silent-after');
    await drainAt(windowEnd);
    await withdraw(world, consumable.consentId ?? '');
    await drainAt((await order())?.due_at?.getTime() ?? 0);
    expect(await order()).toMatchObject({ status: 'cancelled' });
    expect(shop.purchases).toMatchObject([{ status: 'cancelled' }]);
  });

  test('a webhook that overtakes a broken answer is not undone by it', async () => {
    shop.faults.push('silent-after');
    shop.onPurchase = async () => {
      await transitionOrder(world.database.pool, {
        orderId,
        to: 'accepted',
        at: windowEnd,
        actor: 'merchant',
        reason: null,
        merchantReference: 'P-1',
      });
    };
    await drainAt(windowEnd);
    await drainAt(windowEnd + DAY_MS);
    expect(await order()).toMatchObject({ status: 'accepted', due_at: null });
    expect(shop.purchases).toMatchObject([{ status: 'accepted' }]);
  });

  test('an order cancelled while the merchant is being asked is cancelled there too', async () => {
    shop.onPurchase = async () => {
      await transitionOrder(world.database.pool, {
        orderId,
        to: 'cancelled',
        at: windowEnd,
        actor: 'ops',
        reason: null,
      });
    };
    await drainAt(windowEnd);
    expect(shop.purchases).toMatchObject([{ status: 'cancelled' }]);
    expect(await order()).toMatchObject({ status: 'cancelled', due_at: null, merchant_reference: 'P-1' });
  });

  test('a merchant away for a day is asked less and less often', async () => {
    await shop[Symbol.asyncDispose]();
    let now = windowEnd;
    const waits: number[] = [];
    while (now < windowEnd + DAY_MS) {
      await drainAt(now);
      const next = (await order())?.due_at?.getTime() ?? 0;
      waits.push(next - now);
      now = next;
    }
    expect(await order()).toMatchObject({ status: 'placing' });
    expect(waits[0]).toBeLessThan(MINUTE_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1.1 * HOUR_MS);
    expect(waits.length).toBeLessThan(50);
  });

  test('services that work by themselves need no drain', async () => {
    world.rules.start();
    const second = await nearlyEmpty(world);
    await sellAt(world, shop);
    await report(world, second.consumableId, decline(START, 0.05, 0.02, 1));
    await eventually(async () => {
      expect(await world.rows('SELECT FROM "order" WHERE noticed_at IS NOT NULL')).toHaveLength(2);
    });
    world.clock.advanceTo(windowEnd);
    await eventually(() => {
      expect(shop.purchases).toHaveLength(2);
    });
    await eventually(async () => {
      const accepted = await world.rows(`SELECT FROM "order" WHERE status = 'accepted'`);
      expect(accepted).toHaveLength(2);
    });
    await world.rules.close();
  });

  test('cut database connections stop nothing for good', async () => {
    // The test has a connection of its own, or it would cut itself off.
    const own = openDatabase({ url: world.database.url, connections: 1, log: silentLog });
    const cut = () =>
      own.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'neverout' AND pid <> pg_backend_pid()`,
      );
    const count = async (where: string) =>
      (await own.pool.query(`SELECT FROM "order" WHERE ${where}`)).rowCount;
    world.rules.start();
    for (let i = 2; i <= 4; i += 1) {
      await eventually(() => nearlyEmpty(world));
      await cut();
      await eventually(async () => {
        expect(await count('noticed_at IS NOT NULL')).toBe(i);
      });
    }
    await own.pool.query('UPDATE merchant SET base_url = $1, api_key = $2', [shop.url, shop.apiKey]);
    world.clock.advanceTo(windowEnd);
    await cut();
    await eventually(async () => {
      // A job whose worker could not even say that it failed is added anew when the order's time has come.
      world.clock.advanceTo(world.clock.now() + MINUTE_MS);
      expect(await count(`status = 'accepted'`)).toBe(4);
    });
    expect(shop.purchases).toHaveLength(4);
    await world.rules.close();
    await own.close();
  });
});
