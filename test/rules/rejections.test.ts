import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REJECTIONS } from '../../contracts/merchant.ts';
import { DAY_MS } from '../../core/types.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { createWorld, nearlyEmpty, START, sellAt, type World } from './world.ts';

/** What else can be had when the merchant refuses. */
const SITUATIONS = [
  'a substitute',
  'another merchant',
  'something outside the mandate',
  'nothing else',
] as const;
type Situation = (typeof SITUATIONS)[number];

/** The order that stands in for the refused one; null: there is none. */
const ELSEWHERE: Readonly<Record<Situation, string | null>> = {
  'a substitute': 'announced',
  'another merchant': 'announced',
  'something outside the mandate': 'proposed',
  'nothing else': null,
};

describe('the next step after a refusal', () => {
  let world: World;
  let shop: TestMerchant;
  beforeEach(async () => {
    world = await createWorld();
    shop = await startMerchant(world.clock.now);
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  async function refusedOrder(situation: Situation) {
    const other = randomUUID();
    const own = randomUUID();
    const seeded = await nearlyEmpty(world, {
      terms: situation === 'a substitute' ? { substituteProductIds: [other] } : {},
    });
    if (situation === 'another merchant') {
      await world.rows('ALTER TABLE mandate DISABLE TRIGGER mandate_append_only');
      await world.rows('UPDATE mandate SET product_ids = product_ids || $1::uuid', other);
    }
    const merchantId = situation === 'another merchant' ? own : seeded.merchantId;
    if (situation === 'another merchant') {
      await world.rows(
        `INSERT INTO merchant (id, name, base_url, api_key, webhook_secret, lead_time_pmf, created_at)
         SELECT $1, 'Another', base_url, api_key, webhook_secret, lead_time_pmf, created_at FROM merchant`,
        own,
      );
    }
    if (situation !== 'nothing else') {
      await world.rows(
        `INSERT INTO product (id, merchant_id, sku, name, unit_price_minor, currency, created_at)
         VALUES ($1::uuid, $2, $1::text, 'Other toner', 5100, 'EUR', $3)`,
        other,
        merchantId,
        new Date(START),
      );
      await world.rows(`INSERT INTO product_fit VALUES ($1, $2, 'black')`, other, seeded.deviceModelId);
    }
    shop.prices.set(other, 5100);
    await sellAt(world, shop);
    await world.rules.drain();
    return { ...seeded, other };
  }

  const orders = () =>
    world.rows<{ id: string; status: string; product_id: string; replaces_order_id: string | null }>(
      'SELECT * FROM "order" ORDER BY created_at, id',
    );

  test.each(REJECTIONS.flatMap((code) => SITUATIONS.map((situation) => [code, situation] as const)))(
    '%s with %s at hand',
    async (code, situation) => {
      const { other, productId } = await refusedOrder(situation);
      if (code === 'price-changed') shop.prices.set(productId, 5500);
      else shop.rejections.push({ code, detail: 'No.', actionUrl: 'https://shop.example/act' });
      world.clock.advanceTo(START + DAY_MS);
      await world.rules.drain();
      const [first, ...rest] = await orders();
      // Whatever follows, nothing was bought, and at most one order is open.
      expect(shop.purchases).toEqual([]);
      expect(rest.length).toBeLessThanOrEqual(1);
      if (code === 'address' || code === 'payment' || code === 'authentication-required') {
        expect(first).toMatchObject({
          status: 'proposed',
          next_step: { code, url: 'https://shop.example/act' },
        });
        expect(rest).toEqual([]);
        return;
      }
      expect(first).toMatchObject({ status: 'rejected', rejection_code: code });
      if (code === 'price-changed') {
        expect(rest).toMatchObject([
          {
            status: 'announced',
            product_id: productId,
            unit_price_minor: 5500,
            replaces_order_id: first?.id,
          },
        ]);
        return;
      }
      const follows = ELSEWHERE[situation];
      expect(rest).toMatchObject(
        follows === null ? [] : [{ status: follows, product_id: other, replaces_order_id: first?.id }],
      );
      const issues = await world.rows<{ kind: string }>(
        'SELECT kind FROM order_issue WHERE resolved_at IS NULL AND audience = $1',
        'ops',
      );
      if (follows === null) expect(issues.map(({ kind }) => kind)).toContain('no-supply');
    },
  );

  test('what waits for its customer goes on under the same key, or expires', async () => {
    await refusedOrder('nothing else');
    shop.rejections.push({ code: 'authentication-required', detail: 'Confirm it.' });
    world.clock.advanceTo(START + DAY_MS);
    await world.rules.drain();
    const [order] = await orders();
    await world.rows(
      `UPDATE "order" SET status = 'announced', next_step = NULL, due_at = $1`,
      new Date(world.clock.now()),
    );
    await world.rules.drain();
    expect(await orders()).toMatchObject([{ id: order?.id, status: 'accepted' }]);
    expect(shop.purchases).toMatchObject([{ clientReference: order?.id }]);
  });

  test('an order that nobody said where to deliver never reaches the merchant', async () => {
    const { customerId } = await nearlyEmpty(world, { consent: false, strategy: 'curated' });
    await sellAt(world, shop);
    await world.rules.drain();
    const approve = () =>
      world.rows(`UPDATE "order" SET status = 'announced', due_at = $1`, new Date(world.clock.now()));
    await approve();
    await world.rules.drain();
    expect(await orders()).toMatchObject([
      { status: 'proposed', next_step: { code: 'no-delivery-address', url: null } },
    ]);
    expect(shop.calls).toEqual([]);
    await world.rows(`UPDATE customer SET delivery_address = '{"city":"Berlin"}' WHERE id = $1`, customerId);
    await approve();
    await world.rules.drain();
    expect(await orders()).toMatchObject([{ status: 'accepted' }]);
    expect(shop.asked).toMatchObject([{ deliveryAddress: { city: 'Berlin' } }]);
  });
});
