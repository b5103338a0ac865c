import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { processDueOrders } from '../../rules/orders/process-due-orders.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { createWorld, nearlyEmpty, START, type World } from './world.ts';

const MINUTE_MS = 60_000;
const WINDOW_END = START + DAY_MS;

describe('halts', () => {
  let world: World;
  let shop: TestMerchant;
  let consumable: Awaited<ReturnType<typeof nearlyEmpty>>;

  beforeEach(async () => {
    world = await createWorld();
    shop = await startMerchant(world.clock.now);
    consumable = await nearlyEmpty(world);
    await world.rows(
      'UPDATE merchant SET base_url = $2, api_key = $3 WHERE id = $1',
      consumable.merchantId,
      shop.url,
      shop.apiKey,
    );
    await world.rows(`UPDATE device SET firmware = '1.2' WHERE id = $1`, consumable.deviceId);
    await world.rules.drain();
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  const halt = (scope: Readonly<Record<string, string>>) =>
    world.database.prisma.halt.create({
      data: { ...scope, reason: 'Something is wrong.', actor: 'ops', createdAt: new Date(world.clock.now()) },
    });
  const statuses = async () =>
    (await world.rows<{ status: string }>('SELECT status FROM "order" ORDER BY id')).map(
      ({ status }) => status,
    );
  const drainAt = async (instant: number) => {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  };
  const deps = () => ({ ...world, log: silentLog });

  test('of whatever scope: nothing is placed while one is in force, and everything after', async () => {
    const { productId, deviceModelId, merchantId, customerId } = consumable;
    const model = { deviceModelId };
    const scopes = [{}, { productId }, model, { ...model, firmware: '1.2' }, { merchantId }, { customerId }];
    for (const [i, scope] of scopes.entries()) {
      const { id } = await halt(scope);
      await drainAt(WINDOW_END + i * HOUR_MS);
      expect(shop.purchases, JSON.stringify(scope)).toEqual([]);
      expect(await statuses()).toEqual(['announced']);
      await world.rows('UPDATE halt SET lifted_at = $2 WHERE id = $1', id, new Date(world.clock.now()));
    }
    await drainAt(WINDOW_END + scopes.length * HOUR_MS);
    expect(shop.purchases).toHaveLength(1);
  });

  test.each([
    ['customer', async () => ({ customerId: (await nearlyEmpty(world)).customerId })],
    ['firmware', async () => ({ deviceModelId: consumable.deviceModelId, firmware: '1.3' })],
  ])('a halt of another %s stops nothing here', async (_name, scope) => {
    await halt(await scope());
    await drainAt(WINDOW_END);
    expect(shop.purchases).toHaveLength(1);
  });

  test('firmware without its model is refused by the table', async () => {
    await expect(halt({ firmware: '1.2' })).rejects.toThrow('halt_firmware_of_model');
  });

  /** The gates have passed and the job waits: the last moment before money is spent. */
  const toTheMerchantsDoor = async () => {
    world.clock.advanceTo(WINDOW_END);
    await processDueOrders(deps());
    expect(await statuses()).toEqual(['placing']);
  };

  test('between the gates and the merchant: it is asked once more', async () => {
    await toTheMerchantsDoor();
    const { id } = await halt({ customerId: consumable.customerId });
    await world.rules.drain();
    expect(shop.calls).toEqual([]);
    expect(await statuses()).toEqual(['announced']);
    const refusals = await world.metrics.gateRefusals.get();
    expect(refusals.values).toContainEqual(expect.objectContaining({ labels: { gate: 'halt' }, value: 1 }));
    await world.rows('UPDATE halt SET lifted_at = $2 WHERE id = $1', id, new Date(WINDOW_END));
    await drainAt(WINDOW_END + MINUTE_MS);
    expect(shop.purchases).toHaveLength(1);
  });

  test('control: at the door and not halted, it is bought', async () => {
    await toTheMerchantsDoor();
    await world.rules.drain();
    expect(shop.purchases).toHaveLength(1);
  });

  test('stops a stream of placements on two processes at once', { timeout: 60_000 }, async () => {
    const others = 60;
    await world.rows(
      `WITH devices AS (
         INSERT INTO device (customer_id, device_model_id, name, created_at)
         SELECT $1, $2, 'Printer', $5 FROM generate_series(1, $6::int) RETURNING id
       ), made AS (
         INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, created_at)
         SELECT id, $2, 'black', $1, $3, $5 FROM devices RETURNING id
       )
       INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, announced_at, due_at)
       SELECT $1, id, $3, $4, 'announced', 1, 1, 5000, 5000, 'EUR', $5, $5, $5 FROM made`,
      consumable.customerId,
      consumable.deviceModelId,
      consumable.productId,
      consumable.merchantId,
      new Date(START),
      others,
    );
    // A merchant that lets each of its customers wait keeps the stream flowing while it is halted.
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      release = done;
    });
    shop.onPurchase = () => held;
    const second = await world.anotherRules();
    world.rules.start();
    second.start();
    await eventually(() => {
      expect(shop.purchases.length).toBeGreaterThan(3);
      return Promise.resolve();
    });
    await halt({});
    // Those whose call had begun cannot be called back; nobody begins another.
    const begun = shop.purchases.length;
    release();
    await eventually(async () => {
      const open = await world.rows(`SELECT FROM "order" WHERE status = 'placing'`);
      expect(open).toEqual([]);
    });
    const inFlight = 8;
    expect(shop.purchases.length).toBeLessThanOrEqual(begun + inFlight);
    const bought = shop.purchases.length;
    expect(bought).toBeLessThan(others);
    await drainAt(START + 2 * DAY_MS);
    await second.drain();
    expect(shop.purchases).toHaveLength(bought);
  });
});
