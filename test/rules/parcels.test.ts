import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, report, START, type World } from './world.ts';

interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly parcel_id: string | null;
  readonly shipping_minor: number;
  readonly total_minor: number;
  readonly due_at: Date | null;
}

describe('orders that come together', () => {
  let world: World;
  let shop: TestMerchant;
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  /** A printer with two toners: one is due now, the other some days later. */
  async function twoToners(
    slackDays: number,
    options: { combines?: boolean; other: number; otherPerDay?: number },
  ) {
    world = await createWorld({ CONSOLIDATION_SLACK_DAYS: String(slackDays), COST_SHIPPING_MINOR: '400' });
    shop = await startMerchant(world.clock.now);
    shop.shippingMinor = 400;
    const seeded = await seedConsumable(world.database, START);
    const cyan = randomUUID();
    const { deviceModelId, deviceId, customerId, productId } = seeded;
    await world.rows(
      `INSERT INTO model_slot (device_model_id, key, name, typical_life_days) VALUES ($1, 'cyan', 'Cyan toner', 90)`,
      deviceModelId,
    );
    await world.rows(`INSERT INTO product_fit VALUES ($1, $2, 'cyan')`, productId, deviceModelId);
    await world.rows(
      `INSERT INTO consumable (id, device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
       VALUES ($1, $2, $3, 'cyan', $4, $5, 'automatic', $6)`,
      cyan,
      deviceId,
      deviceModelId,
      customerId,
      productId,
      new Date(START),
    );
    await world.rows(
      'INSERT INTO consumable_state (consumable_id, evaluate_at) VALUES ($1, $2)',
      cyan,
      new Date(START),
    );
    await world.rows(
      'UPDATE merchant SET base_url = $1, api_key = $2, combines_parcels = $3',
      shop.url,
      shop.apiKey,
      options.combines ?? true,
    );
    await grant(world, customerId, { productIds: [productId], maxQuantity: 1 });
    // The other one first, so that it has said that it needs nothing yet.
    await report(world, cyan, decline(START, options.other, options.otherPerDay ?? 0.02, 20));
    await world.rules.drain();
    await report(world, seeded.consumableId, decline(START, 0.06, 0.02, 20));
    await world.rules.drain();
    return { ...seeded, cyan };
  }
  const orders = () => world.rows<OrderRow>('SELECT * FROM "order" ORDER BY created_at, id');

  test('what falls due within the slack goes along: one parcel, one shipping, two purchases', async () => {
    await twoToners(7, { other: 0.34 });
    const both = await orders();
    expect(both).toHaveLength(2);
    expect(new Set(both.map(({ parcel_id }) => parcel_id)).size).toBe(1);
    expect(both.map(({ shipping_minor }) => shipping_minor).toSorted()).toEqual([0, 400]);
    world.clock.advanceTo(START + DAY_MS);
    await world.rules.drain();
    expect((await orders()).map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(new Set(shop.asked.map(({ parcelReference }) => parcelReference)).size).toBe(1);
    expect(new Set(shop.asked.map(({ clientReference }) => clientReference)).size).toBe(2);
    expect(shop.purchases.reduce((sum, { totalMinor }) => sum + totalMinor, 0)).toBe(10_400);
  });

  test('control: with the setting off, each goes when it is due', async () => {
    await twoToners(0, { other: 0.34 });
    expect(await orders()).toMatchObject([{ parcel_id: null, shipping_minor: 400 }]);
  });

  test('what is not due for long stays, however cheap the parcel', async () => {
    await twoToners(7, { other: 0.6, otherPerDay: 0.005 });
    expect(await orders()).toHaveLength(1);
  });

  test('a customer who wants each by itself gets it so', async () => {
    await twoToners(7, { other: 0.6 });
    await world.rows('UPDATE customer SET combine_orders = false');
    await world.rows(`UPDATE "order" SET status = 'declined', due_at = NULL`);
    await report(
      world,
      (await world.rows<{ id: string }>(`SELECT id FROM consumable WHERE key = 'black'`))[0]?.id ?? '',
      [{ at: START, level: 0.06 }],
    );
    await world.rules.drain();
    expect((await orders()).at(-1)).toMatchObject({ status: 'announced', parcel_id: null });
  });

  test('where the one that pays the shipping is cancelled, another one does', async () => {
    await twoToners(7, { other: 0.34 });
    await world.rows(`UPDATE "order" SET status = 'cancelled', due_at = NULL WHERE shipping_minor > 0`);
    world.clock.advanceTo(START + DAY_MS);
    await world.rules.drain();
    expect((await orders()).filter(({ status }) => status === 'accepted')).toMatchObject([
      { shipping_minor: 400, total_minor: 5400 },
    ]);
    expect(shop.asked).toMatchObject([{ maxTotalMinor: 5400 }]);
  });
});
