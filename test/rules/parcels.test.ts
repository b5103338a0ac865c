import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, report, START, type World } from './world.ts';

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * DAY_MS;

interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly parcel_id: string | null;
  readonly shipping_minor: number;
  readonly total_minor: number;
  readonly due_at: Date | null;
}

describe('orders that come together', () => {
  const open = (slackDays: string) =>
    createWorld({ CONSOLIDATION_SLACK_DAYS: slackDays, COST_SHIPPING_MINOR: '400' });
  let world: World;
  let shop: TestMerchant;
  /** Whose orders the test is about, and the Monday on which it begins. */
  let customerId = '';
  let start = START;
  beforeAll(async () => {
    world = await open('7');
    shop = await startMerchant(world.clock.now);
    shop.shippingMinor = 400;
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });
  // One world for all: what the test before left behind is over, and nothing of it falls due any more.
  beforeEach(async () => {
    start = START + Math.ceil((world.clock.now() - START) / WEEK_MS) * WEEK_MS;
    world.clock.advanceTo(start);
    await world.rows(`UPDATE "order" SET status = 'cancelled', due_at = NULL, watch_at = NULL`);
    await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(start + 52 * WEEK_MS));
    await world.rows('DELETE FROM evaluation_queue');
    for (const heard of [shop.asked, shop.purchases, shop.rejections]) heard.length = 0;
  });

  /** A printer with two toners: one is due now, the other some days later. */
  async function twoToners(
    options: { combines?: boolean; other: number; otherPerDay?: number; limit?: number },
    { database, clock, rows, rules }: World = world,
  ) {
    clock.advanceTo(start);
    const seeded = await seedConsumable(database, start);
    const cyan = randomUUID();
    const { deviceModelId, deviceId, productId } = seeded;
    customerId = seeded.customerId;
    await rows(
      `INSERT INTO model_slot (device_model_id, key, name, typical_life_days) VALUES ($1, 'cyan', 'Cyan toner', 90)`,
      deviceModelId,
    );
    await rows(`INSERT INTO product_fit VALUES ($1, $2, 'cyan')`, productId, deviceModelId);
    await rows(
      `INSERT INTO consumable (id, device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
       VALUES ($1, $2, $3, 'cyan', $4, $5, 'automatic', $6)`,
      cyan,
      deviceId,
      deviceModelId,
      customerId,
      productId,
      new Date(start),
    );
    await rows(
      'INSERT INTO consumable_state (consumable_id, evaluate_at) VALUES ($1, $2)',
      cyan,
      new Date(start),
    );
    await rows(
      'UPDATE merchant SET base_url = $1, api_key = $2, combines_parcels = $3',
      shop.url,
      shop.apiKey,
      options.combines ?? true,
    );
    await grant({ database, clock }, customerId, {
      ...{ productIds: [productId], maxQuantity: 1 },
      ...{ maxSpendPerMonthMinor: options.limit ?? 100_000 },
    });
    // The other one first, so that it has said that it needs nothing yet.
    await report({ database }, cyan, decline(start, options.other, options.otherPerDay ?? 0.02, 20));
    await rules.drain();
    await report({ database }, seeded.consumableId, decline(start, 0.06, 0.02, 20));
    await rules.drain();
    return { ...seeded, cyan };
  }
  const orders = () =>
    world.rows<OrderRow>('SELECT * FROM "order" WHERE customer_id = $1 ORDER BY created_at, id', customerId);
  const payerAnd = async () => {
    const both = await orders();
    const payer = both.find(({ shipping_minor }) => shipping_minor > 0);
    const other = both.find(({ shipping_minor }) => shipping_minor === 0);
    if (payer === undefined || other === undefined) throw new Error('one of them pays, the other does not');
    return { payer, other };
  };
  const one = async ({ id }: OrderRow) => (await orders()).find((order) => order.id === id);
  async function passes(ms: number): Promise<void> {
    world.clock.advanceTo(world.clock.now() + ms);
    await world.rules.drain();
  }

  test('what falls due within the slack goes along: one parcel, one shipping, two purchases', async () => {
    await twoToners({ other: 0.34 });
    const both = await orders();
    expect(both).toHaveLength(2);
    expect(new Set(both.map(({ parcel_id }) => parcel_id)).size).toBe(1);
    expect(both.map(({ shipping_minor }) => shipping_minor).toSorted()).toEqual([0, 400]);
    await passes(DAY_MS);
    await passes(MINUTE_MS);
    expect((await orders()).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(shop.asked.map(({ shippingPaid }) => shippingPaid ?? false)).toEqual([false, true]);
    expect(new Set(shop.asked.map(({ parcelReference }) => parcelReference)).size).toBe(1);
    expect(new Set(shop.asked.map(({ clientReference }) => clientReference)).size).toBe(2);
    expect(shop.purchases.reduce((sum, { totalMinor }) => sum + totalMinor, 0)).toBe(10_400);
  });

  test('control: with the setting off, each goes when it is due', async () => {
    await using off = await open('0');
    await twoToners({ other: 0.34 }, off);
    expect(await off.rows('SELECT * FROM "order"')).toMatchObject([{ parcel_id: null, shipping_minor: 400 }]);
  });

  test('what is not due for long stays, however cheap the parcel', async () => {
    await twoToners({ other: 0.6, otherPerDay: 0.005 });
    expect(await orders()).toHaveLength(1);
  });

  test('a customer who wants each by itself gets it so', async () => {
    await twoToners({ other: 0.6 });
    await world.rows('UPDATE customer SET combine_orders = false');
    await world.rows(`UPDATE "order" SET status = 'declined', due_at = NULL`);
    await report(
      world,
      (
        await world.rows<{ id: string }>(
          `SELECT id FROM consumable WHERE key = 'black' AND customer_id = $1`,
          customerId,
        )
      )[0]?.id ?? '',
      [{ at: start, level: 0.06 }],
    );
    await world.rules.drain();
    expect((await orders()).at(-1)).toMatchObject({ status: 'announced', parcel_id: null });
  });

  test('where the one that pays the shipping is cancelled, another one does', async () => {
    await twoToners({ other: 0.34 });
    await world.rows(`UPDATE "order" SET status = 'cancelled', due_at = NULL WHERE shipping_minor > 0`);
    world.clock.advanceTo(start + DAY_MS);
    await world.rules.drain();
    expect((await orders()).filter(({ status }) => status === 'accepted')).toMatchObject([
      { shipping_minor: 400, total_minor: 5400 },
    ]);
    expect(shop.asked).toMatchObject([{ maxTotalMinor: 5400 }]);
  });

  test('the one that pays goes first; refused, it leaves the shipping to the other', async () => {
    await twoToners({ other: 0.34 });
    const { payer, other } = await payerAnd();
    shop.rejections.push({ code: 'payment', detail: 'The card has expired.' });
    await passes(DAY_MS);
    expect(await one(payer)).toMatchObject({ status: 'proposed' });
    // At once: the answer about the one is what the other waited for.
    expect(shop.asked.map(({ clientReference }) => clientReference)).toEqual([payer.id, other.id]);
    expect(await one(other)).toMatchObject({ status: 'accepted', shipping_minor: 400, total_minor: 5400 });
    expect(shop.purchases.map(({ totalMinor }) => totalMinor)).toEqual([5400]);
  });

  /** The merchant is asked for the one that pays, and says nothing about it. */
  async function silentPayer(limit = 100_000) {
    await twoToners({ other: 0.34, limit });
    const { payer, other } = await payerAnd();
    await world.rows(
      `UPDATE "order" SET status = 'placing', placed_at = $2, due_at = NULL WHERE id = $1`,
      ...[payer.id, new Date(start + DAY_MS)],
    );
    await passes(DAY_MS + 4 * HOUR_MS - MINUTE_MS);
    expect(await one(other)).toMatchObject({ status: 'announced', shipping_minor: 0 });
    return { payer, other };
  }

  test('where nothing is heard of the one that pays, another does after four hours; refused in the end, nobody ships free', async () => {
    const { payer, other } = await silentPayer();
    await passes(MINUTE_MS);
    expect(await one(other)).toMatchObject({ status: 'accepted', shipping_minor: 400, total_minor: 5400 });
    await world.rows(`UPDATE "order" SET status = 'rejected' WHERE id = $1`, payer.id);
    expect(shop.purchases.map(({ totalMinor }) => totalMinor)).toEqual([5400]);
  });

  test('not refused but never heard of, it goes along free in the end: the parcel costs what was announced', async () => {
    const { payer } = await silentPayer();
    await passes(MINUTE_MS);
    await world.rows('UPDATE "order" SET due_at = $2 WHERE id = $1', payer.id, new Date(world.clock.now()));
    await passes(MINUTE_MS);
    expect(await one(payer)).toMatchObject({ status: 'accepted', shipping_minor: 0, total_minor: 5000 });
    expect(shop.asked.at(-1)).toMatchObject({ maxTotalMinor: 5000, shippingPaid: true });
    expect(shop.purchases.reduce((sum, { totalMinor }) => sum + totalMinor, 0)).toBe(10_400);
  });

  test('the silent one may yet be bought: with its shipping and another beyond the mandate, the customer is asked', async () => {
    const { payer, other } = await silentPayer(10_700);
    await passes(MINUTE_MS);
    expect(shop.asked).toEqual([]);
    expect(await one(other)).toMatchObject({ status: 'proposed', total_minor: 5400 });
    expect(await one(payer)).toMatchObject({ status: 'placing', total_minor: 5400 });
  });

  test('control: sent with one that pays taken for bought, and refused, it would ship free', async () => {
    await twoToners({ other: 0.34 });
    const { payer, other } = await payerAnd();
    await world.rows(`UPDATE "order" SET status = 'accepted', due_at = NULL WHERE id = $1`, payer.id);
    await passes(DAY_MS);
    await world.rows(`UPDATE "order" SET status = 'rejected' WHERE id = $1`, payer.id);
    expect(await one(other)).toMatchObject({ status: 'accepted', total_minor: 5000 });
    expect(shop.purchases.map(({ totalMinor }) => totalMinor)).toEqual([5000]);
  });

  test('one that may not be placed yet hands the shipping over, and the parcel costs what was announced', async () => {
    await twoToners({ other: 0.34 });
    const { payer, other } = await payerAnd();
    await world.rows('UPDATE "order" SET due_at = $2 WHERE id = $1', payer.id, new Date(start + 3 * DAY_MS));
    await passes(DAY_MS);
    expect(await one(other)).toMatchObject({ status: 'accepted', total_minor: 5400 });
    expect(await one(payer)).toMatchObject({ status: 'announced', total_minor: 5000 });
    await passes(2 * DAY_MS);
    expect(await one(payer)).toMatchObject({ status: 'accepted', total_minor: 5000 });
    expect(shop.purchases.reduce((sum, { totalMinor }) => sum + totalMinor, 0)).toBe(10_400);
  });

  test('where the shipping would go beyond what the mandate allows, the customer is asked', async () => {
    const { consumableId, productId, merchantId } = await twoToners({
      other: 0.34,
      limit: 10_400,
    });
    const { payer, other } = await payerAnd();
    // Within the limit with the goods alone, beyond it with the shipping.
    await world.rows(
      `INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, announced_at)
       VALUES ($1, $2, $3, $4, $5, 'delivered', 1, 1, 5100, 5100, 'EUR', $6, $6)`,
      ...[randomUUID(), customerId, consumableId, productId, merchantId, new Date(start)],
    );
    await world.rows(`UPDATE "order" SET status = 'cancelled', due_at = NULL WHERE id = $1`, payer.id);
    await passes(DAY_MS);
    expect(shop.asked).toEqual([]);
    expect(await one(other)).toMatchObject({ status: 'proposed', total_minor: 5400 });
  });

  test('a yes to its own price is asked for again with the shipping', async () => {
    await twoToners({ other: 0.34 });
    const { payer, other } = await payerAnd();
    await world.rows('UPDATE "order" SET consent_id = NULL WHERE id = $1', other.id);
    await world.rows(`UPDATE "order" SET status = 'cancelled', due_at = NULL WHERE id = $1`, payer.id);
    await passes(DAY_MS);
    expect(shop.asked).toEqual([]);
    expect(await one(other)).toMatchObject({ status: 'proposed', total_minor: 5400 });
  });
});
