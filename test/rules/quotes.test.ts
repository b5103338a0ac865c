import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { createWorld, nearlyEmpty, START, type World } from './world.ts';

const MINUTE_MS = 60_000;

interface OrderRow {
  readonly id: string;
  readonly status: string;
  readonly status_reason: string;
  readonly quote_id: string | null;
  readonly unit_price_minor: number;
  readonly shipping_minor: number;
  readonly total_minor: number;
  readonly product_id: string;
  readonly replaces_order_id: string | null;
}

describe('quotes before announcements', () => {
  let world: World;
  let shop: TestMerchant;
  beforeEach(async () => {
    world = await createWorld({ QUOTE_WAIT_MINUTES: '15' });
    shop = await startMerchant(world.clock.now);
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  const orders = () => world.rows<OrderRow>('SELECT * FROM "order" ORDER BY created_at, id');
  const atShop = () => world.rows('UPDATE merchant SET base_url = $1, api_key = $2', shop.url, shop.apiKey);
  async function drainAt(instant: number): Promise<void> {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  }

  test('the price, shipping and stock of the moment are asked for and frozen in the announcement', async () => {
    const { productId } = await nearlyEmpty(world, { terms: { maxQuantity: 1 } });
    await atShop();
    shop.prices.set(productId, 4700);
    shop.shippingMinor = 390;
    await world.rules.drain();
    expect(shop.calls).toEqual(['POST /shop/quotes']);
    const [order] = await orders();
    expect(order).toMatchObject({
      status: 'announced',
      unit_price_minor: 4700,
      shipping_minor: 390,
      total_minor: 5090,
    });
    const [quote] = await world.rows('SELECT * FROM quote');
    expect(quote).toMatchObject({ id: order?.quote_id, status: 'quoted', product_id: productId });
    // The list price was wrong, and is not any more.
    expect(await world.rows('SELECT unit_price_minor FROM product')).toEqual([{ unit_price_minor: 4700 }]);
    expect(await world.rows('SELECT * FROM quote_waiter')).toEqual([]);
    // The ledger has one decision, the one with its price.
    expect(await world.rows('SELECT outcome FROM decision')).toEqual([{ outcome: 'order' }]);
  });

  test('the transaction of an evaluation calls nobody: the job does, once for all who want the same', async () => {
    const first = await nearlyEmpty(world);
    const others = [await nearlyEmpty(world), await nearlyEmpty(world)];
    for (const { consumableId, customerId } of others) {
      await world.rows('UPDATE consumable SET product_id = $2 WHERE id = $1', consumableId, first.productId);
      await world.rows(
        `INSERT INTO product_fit SELECT $1, device_model_id, key FROM consumable WHERE id = $2`,
        first.productId,
        consumableId,
      );
      await world.rows('ALTER TABLE mandate DISABLE TRIGGER mandate_append_only');
      await world.rows(
        `UPDATE mandate SET product_ids = ARRAY[$1::uuid] WHERE consent_id IN (SELECT id FROM consent WHERE customer_id = $2)`,
        first.productId,
        customerId,
      );
    }
    await atShop();
    await world.rules.drain();
    expect(shop.calls).toEqual(['POST /shop/quotes']);
    expect((await orders()).map(({ status }) => status)).toEqual(['announced', 'announced', 'announced']);
    expect(new Set((await orders()).map(({ quote_id }) => quote_id)).size).toBe(1);
  });

  test('a merchant that is away is waited for, but not for ever', async () => {
    await nearlyEmpty(world);
    await world.rules.drain();
    expect(await orders()).toEqual([]);
    await drainAt(START + 5 * MINUTE_MS);
    expect(await orders()).toEqual([]);
    await drainAt(START + 16 * MINUTE_MS);
    expect(await orders()).toMatchObject([{ status: 'announced', quote_id: null, unit_price_minor: 5000 }]);
    expect(await world.rows('SELECT status FROM quote')).toEqual([{ status: 'none' }]);
    const calls = await world.metrics.merchantCalls.get();
    expect(calls.values.find(({ labels }) => labels.outcome === 'unknown')?.value).toBeGreaterThan(1);
  });

  test('a job that died with its process is stepped in for, and the wait stays bounded', async () => {
    await nearlyEmpty(world);
    await atShop();
    shop.quotes = 'failing';
    await world.rules.drain();
    await world.rows('DELETE FROM graphile_worker._private_jobs');
    // The job is gone, the lease is not: nobody asks until it has run out.
    await world.rows(`UPDATE quote SET due_at = $1`, new Date(START + 2 * MINUTE_MS));
    shop.quotes = 'given';
    await drainAt(START + 2 * MINUTE_MS);
    expect(await orders()).toMatchObject([{ status: 'announced', quote_id: expect.any(String) }]);
  });

  test('a merchant that gives no quotes is not waited for', async () => {
    await nearlyEmpty(world);
    await atShop();
    shop.quotes = 'not-offered';
    await world.rules.drain();
    expect(await orders()).toMatchObject([{ status: 'announced', quote_id: null }]);
  });

  test('a quote above the mandate is asked about, with the reason', async () => {
    const { productId } = await nearlyEmpty(world, { terms: { maxUnitPriceMinor: 6000 } });
    await atShop();
    shop.prices.set(productId, 7000);
    await world.rules.drain();
    const [order] = await orders();
    expect(order).toMatchObject({ status: 'proposed', unit_price_minor: 7000 });
    expect(order?.status_reason).toContain('€70.00 is above the limit of €60.00');
  });

  test('a promised price is sent back with the order, and stands although the list has risen', async () => {
    const { productId } = await nearlyEmpty(world);
    await atShop();
    shop.quotes = 'binding';
    await world.rules.drain();
    await world.rows('UPDATE product SET unit_price_minor = 5900 WHERE id = $1', productId);
    await drainAt(START + DAY_MS);
    expect(await orders()).toMatchObject([{ status: 'accepted', unit_price_minor: 5000 }]);
    expect(shop.asked).toMatchObject([{ quoteId: 'Q-1', maxTotalMinor: 5000 }]);
  });

  test('what is sold out gives way to the substitute of the mandate before anything is announced', async () => {
    const substitute = randomUUID();
    const seeded = await nearlyEmpty(world, { terms: { substituteProductIds: [substitute] } });
    await addProduct(seeded, substitute, 5200);
    await atShop();
    shop.soldOut.add(seeded.productId);
    shop.prices.set(substitute, 5200);
    await world.rules.drain();
    expect(await orders()).toMatchObject([
      { status: 'announced', product_id: substitute, unit_price_minor: 5200, quote_id: expect.any(String) },
    ]);
    expect(shop.calls).toEqual(['POST /shop/quotes', 'POST /shop/quotes']);
  });

  test('a price break is loaded, weighed, quoted and paid', async () => {
    const { productId, consumableId } = await nearlyEmpty(world, { terms: { maxQuantity: 3 } });
    await world.rows('INSERT INTO product_price_break VALUES ($1, 2, 2000)', productId);
    await atShop();
    shop.prices.set(productId, 2000);
    await world.rules.drain();
    expect(await orders()).toMatchObject([{ status: 'announced', unit_price_minor: 2000 }]);
    const [order] = await world.rows(
      'SELECT quantity, total_minor FROM "order" WHERE consumable_id = $1',
      consumableId,
    );
    expect(order?.['quantity']).toBeGreaterThan(1);
    expect(order?.['total_minor']).toBe(Number(order?.['quantity']) * 2000);
  });

  test('an old quote is not believed', async () => {
    const first = await nearlyEmpty(world);
    await atShop();
    await world.rules.drain();
    await world.rows(`UPDATE "order" SET status = 'declined', due_at = NULL`);
    await world.rows(
      `INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at) VALUES ($1, '{}', '{}', '{}', now())`,
      first.consumableId,
    );
    await drainAt(START + 5 * HOUR_MS);
    expect(shop.calls).toEqual(['POST /shop/quotes', 'POST /shop/quotes']);
  });

  async function addProduct(
    { merchantId, deviceModelId }: { merchantId: string; deviceModelId: string },
    id: string,
    unitPriceMinor: number,
  ): Promise<void> {
    await world.database.prisma.product.create({
      data: {
        id,
        merchantId,
        sku: id,
        name: 'Another toner',
        unitPriceMinor,
        currency: 'EUR',
        createdAt: new Date(START),
        fits: { create: { deviceModelId, slotKey: 'black' } },
      },
    });
  }
});
