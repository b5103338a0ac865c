import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MACHINE } from '../../api/auth/caller.ts';
import type { ApiDeps } from '../../api/build-api.ts';
import { withdrawConsent } from '../../api/consents/withdraw.ts';
import { addHold } from '../../api/holds/holds.ts';
import { moveOrder } from '../../api/holds/move-order.ts';
import { DAY_MS } from '../../core/types.ts';
import { createWorld, nearlyEmpty, report, START, type World } from '../rules/world.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import type { SeededConsumable } from '../support/seed.ts';

/** From the first reading to what the merchant answers, with every part real. */
describe('an order that the merchant has accepted', () => {
  let world: World;
  let shop: TestMerchant;
  let seeded: SeededConsumable & { readonly consentId: string | null };
  let api: ApiDeps;
  let orderId: string;
  const windowEnd = START + DAY_MS;
  beforeEach(async () => {
    world = await createWorld();
    shop = await startMerchant(world.clock.now);
    const { database, clock, config, metrics } = world;
    api = { database, clock, config, metrics, log: silentLog, apiToken: 'x'.repeat(32) };
    seeded = await nearlyEmpty(world);
    await world.rows('UPDATE merchant SET base_url = $1, api_key = $2', shop.url, shop.apiKey);
    await world.rules.drain();
    world.clock.advanceTo(windowEnd);
    await world.rules.drain();
    orderId = (await order()).id;
    expect((await order()).status).toBe('accepted');
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  const order = async () => {
    const [row] = await world.rows<{
      id: string;
      status: string;
      status_reason: string;
      due_at: Date | null;
    }>('SELECT * FROM "order" ORDER BY created_at LIMIT 1');
    if (row === undefined) throw new Error('no order');
    return row;
  };
  const answers = () =>
    world.rows<{ to_status: string; actor: string; detail: object }>(
      `SELECT to_status, actor, detail FROM order_history WHERE order_id = $1 AND detail ? 'cancellation'`,
      orderId,
    );
  const withdraw = () =>
    withdrawConsent(
      api,
      seeded.consentId ?? '',
      { method: 'test', reason: null },
      { caller: MACHINE, address: null },
    );

  test('is asked back when the consent is withdrawn, and the yes is recorded', async () => {
    expect((await withdraw()).askedOrderIds).toEqual([orderId]);
    await world.rules.drain();
    expect((await order()).status).toBe('cancelled');
    expect(shop.purchases).toMatchObject([{ status: 'cancelled' }]);
    expect(await answers()).toMatchObject([{ to_status: 'cancelled', detail: { cancellation: 'accepted' } }]);
  });

  test('goes on when the merchant cannot take it back, and the no is recorded', async () => {
    for (const purchase of shop.purchases) Object.assign(purchase, { status: 'shipped' });
    await withdraw();
    await world.rules.drain();
    await world.rules.drain();
    expect(await order()).toMatchObject({ status: 'accepted', due_at: null });
    expect(await answers()).toMatchObject([
      { to_status: 'accepted', actor: 'merchant', detail: { cancellation: 'refused' } },
    ]);
  });

  test('is offered to be moved when a hold appears, and moved behind it when the customer agrees', async () => {
    const hold = {
      customerId: seeded.customerId,
      deviceId: null,
      addressId: null,
      startsOn: '2026-09-09',
      endsOn: '2026-09-18',
      reason: null,
    };
    await addHold(api, hold);
    await world.rules.drain();
    expect((await order()).status).toBe('accepted');
    await moveOrder(api, orderId, MACHINE);
    await world.rules.drain();
    expect(await order()).toMatchObject({ status: 'cancelled' });
    expect((await order()).status_reason).toContain('when you are back');
    await report(world, seeded.consumableId, [{ at: world.clock.now(), level: 0.05 }]);
    await world.rules.drain();
    const [, next] = await world.rows<{ status: string; arrives_from: string; status_reason: string }>(
      'SELECT status, arrives_from::text, status_reason FROM "order" ORDER BY created_at, id',
    );
    expect(next?.status).toBe('announced');
    expect((next?.arrives_from ?? '') > '2026-09-18').toBe(true);
    expect(next?.status_reason).toContain(
      "You are away 9–18 September; we'll have it there between the 21st and the 22nd.",
    );
  });
});

describe('a product that is no longer sold', () => {
  test('gives way to a substitute that the consent names, and to no other', async () => {
    await using world = await createWorld();
    const seeded = await nearlyEmpty(world);
    const substitute = async () => {
      const [row] = await world.rows<{ id: string }>(
        `WITH made AS (
           INSERT INTO product (merchant_id, sku, name, unit_price_minor, currency, created_at)
           SELECT merchant_id, 'S' || random(), 'Substitute', 4000, 'EUR', created_at FROM product LIMIT 1 RETURNING id
         ), fits AS (
           INSERT INTO product_fit (product_id, device_model_id, slot_key) SELECT id, $1, 'black' FROM made
         ) SELECT id FROM made`,
        seeded.deviceModelId,
      );
      return row?.id ?? '';
    };
    await substitute();
    await world.rows('UPDATE product SET active = false WHERE id = $1', seeded.productId);
    await world.rules.drain();
    // What the consent does not name is asked about.
    expect(await world.rows('SELECT status, consent_id FROM "order"')).toEqual([
      { status: 'proposed', consent_id: null },
    ]);
    await world.rows(`UPDATE "order" SET status = 'declined', due_at = NULL`);
    const named = await substitute();
    await world.rows('ALTER TABLE mandate DISABLE TRIGGER mandate_append_only');
    await world.rows('UPDATE mandate SET substitute_product_ids = ARRAY[$1::uuid]', named);
    await report(world, seeded.consumableId, [{ at: START, level: 0.06 }]);
    await world.rules.drain();
    const ordered = `SELECT product_id, status FROM "order" WHERE status <> 'declined'`;
    expect(await world.rows(ordered)).toEqual([{ product_id: named, status: 'announced' }]);
  });
});
