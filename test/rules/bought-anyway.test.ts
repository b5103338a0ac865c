import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderStatus } from '../../core/types.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { seedConsumable } from '../support/seed.ts';
import { purchase } from './entries/cells.ts';
import { createWorld, START, type World } from './world.ts';

const MINUTE_MS = 60_000;

/** A request to buy was under way when the order ended here; nothing would ever tell that it arrived. */
let world: World;
let shop: TestMerchant;
beforeAll(async () => {
  world = await createWorld();
  shop = await startMerchant(world.clock.now);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

/** An order that took this way from `announced`. */
async function orderBy(...way: readonly OrderStatus[]): Promise<string> {
  const { customerId, consumableId, productId, merchantId } = await seedConsumable(world.database, START);
  await world.rows('UPDATE merchant SET base_url = $1, api_key = $2', shop.url, shop.apiKey);
  const orderId = randomUUID();
  const at = world.clock.now();
  await world.rows(
    `INSERT INTO "order" (id, customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
       unit_price_minor, total_minor, currency, created_at, announced_at)
     VALUES ($1, $2, $3, $4, $5, 'announced', 1, 1, 5000, 5000, 'EUR', $6, $6)`,
    ...[orderId, customerId, consumableId, productId, merchantId, new Date(at)],
  );
  for (const to of way) {
    await transitionOrder(world.database.pool, { orderId, to, at, actor: 'worker', reason: null });
  }
  return orderId;
}
const arrives = (orderId: string, status: 'accepted' | 'shipped') =>
  shop.purchases.push(purchase(orderId, status, world.clock.now()));
const atMerchant = (orderId: string) =>
  shop.purchases.find(({ clientReference }) => clientReference === orderId)?.status;
const issuesOf = async (orderId: string) =>
  (
    await world.rows<{ kind: string; open: boolean }>(
      'SELECT kind, resolved_at IS NULL AS open FROM order_issue WHERE order_id = $1',
      orderId,
    )
  ).map(({ kind, open }) => `${kind} ${open ? 'open' : 'settled'}`);
const asked = () => shop.calls.filter((call) => call === 'GET /shop/orders').length;
async function passes(ms: number): Promise<void> {
  world.clock.advanceTo(world.clock.now() + ms);
  await world.rules.drain();
}

test.each([
  ['cancelled', ['placing', 'cancelled']],
  ['declined', ['placing', 'proposed', 'declined']],
  ['cancelled', ['placing', 'proposed']],
  ['expired', ['placing', 'announced', 'expired']],
  ['rejected', ['placing', 'rejected']],
] as const)(
  '%s here (by way of %j), and bought all the same: it is found without a word of the merchant, and cancelled',
  async (status, way) => {
    const orderId = await orderBy(...way);
    await passes(10 * MINUTE_MS);
    expect(asked()).toBe(0);
    arrives(orderId, 'accepted');
    await passes(5 * MINUTE_MS);
    expect(atMerchant(orderId)).toBe('cancelled');
    expect(await issuesOf(orderId)).toEqual(['bought-anyway settled']);
    const history = await world.rows<{ to_status: string; detail: object | null }>(
      'SELECT to_status, detail FROM order_history WHERE order_id = $1 ORDER BY id',
      orderId,
    );
    expect(history.slice(-2)).toEqual([
      { to_status: status, detail: { boughtAnyway: `P-${orderId}` } },
      { to_status: status, detail: { cancellation: 'accepted' } },
    ]);
    // Settled: nobody asks again.
    const before = asked();
    await passes(4 * DAY_MS);
    expect(asked()).toBe(before);
    shop.calls.length = 0;
  },
);

test('already shipped, it is sent back, and the staff see it until it is paid back', async () => {
  const orderId = await orderBy('placing', 'cancelled');
  arrives(orderId, 'shipped');
  shop.returnAnswer = { status: 'agreed', refundMinor: null };
  await passes(15 * MINUTE_MS);
  expect(await issuesOf(orderId)).toEqual(['bought-anyway open']);
  expect(shop.returns).toMatchObject([{ kind: 'not-needed', wants: 'refund' }]);
  shop.returnAnswer = { status: 'settled', refundMinor: 5000 };
  await passes(DAY_MS);
  expect(await issuesOf(orderId)).toEqual(['bought-anyway settled']);
  expect(await world.rows('SELECT status, refunded_minor FROM "order" WHERE id = $1', orderId)).toEqual([
    { status: 'cancelled', refunded_minor: 5000 },
  ]);
});

test('asked a few times within three days, then no more; a merchant that is away as long as it takes', async () => {
  shop.calls.length = 0;
  await orderBy('placing', 'cancelled');
  for (let hour = 0; hour < 120; hour += 1) await passes(HOUR_MS);
  expect(asked()).toBe(6);
  const orderId = await orderBy('placing', 'cancelled');
  shop.away = true;
  for (let day = 0; day < 5; day += 1) await passes(DAY_MS);
  shop.away = false;
  arrives(orderId, 'accepted');
  await passes(HOUR_MS);
  expect(atMerchant(orderId)).toBe('cancelled');
});

test('control: of an order that was never on its way to a merchant, none is asked', async () => {
  shop.calls.length = 0;
  const orderId = await orderBy('cancelled');
  arrives(orderId, 'accepted');
  await passes(4 * DAY_MS);
  expect(asked()).toBe(0);
  expect(atMerchant(orderId)).toBe('accepted');
});

/** Delivered, and something is wrong with it: reported as the API writes it. */
async function complaint(wants: 'refund' | 'replacement'): Promise<string> {
  const orderId = await orderBy('placing', 'accepted', 'shipped', 'delivered');
  await world.rows('UPDATE "order" SET merchant_reference = $2 WHERE id = $1', orderId, `P-${orderId}`);
  await world.rows(
    `INSERT INTO order_problem (order_id, kind, wants, status, actor, reported_at, due_at)
     VALUES ($1, 'damaged', $2, 'open', 'customer', $3, $3)`,
    ...[orderId, wants, new Date(world.clock.now())],
  );
  shop.returns.length = 0;
  return orderId;
}
const standing = async (orderId: string) =>
  (
    await world.rows(
      `SELECT o.status, o.refunded_minor AS paid, p.status AS problem, p.refund_minor AS promised, p.due_at IS NOT NULL AS due,
         p.merchant_reference IS NOT NULL AS known
       FROM "order" o JOIN order_problem p ON p.order_id = o.id WHERE o.id = $1`,
      orderId,
    )
  )[0];

test('a return that is agreed moves no money yet; settled, the order is returned for what was paid back', async () => {
  const orderId = await complaint('refund');
  shop.returnAnswer = { status: 'agreed', refundMinor: 4500 };
  await passes(MINUTE_MS);
  const agreed = { problem: 'agreed', promised: 4500, due: true, known: true };
  expect(await standing(orderId)).toEqual({ ...agreed, status: 'delivered', paid: null });
  shop.returnAnswer = { status: 'settled', refundMinor: 4400 };
  await passes(DAY_MS);
  const settled = { problem: 'settled', promised: 4400, due: false, known: true };
  expect(await standing(orderId)).toEqual({ ...settled, status: 'returned', paid: 4400 });
  // However often it was asked, it was one return.
  expect(shop.returns).toHaveLength(1);
});

test('a return that is refused leaves order and money as they are, and the staff hear of it', async () => {
  const orderId = await complaint('refund');
  shop.returnAnswer = { status: 'refused', refundMinor: null };
  await passes(MINUTE_MS);
  const refused = { problem: 'refused', promised: null, due: false, known: false };
  expect(await standing(orderId)).toEqual({ ...refused, status: 'delivered', paid: null });
  expect(await issuesOf(orderId)).toEqual(['refused open']);
  const calls = shop.calls.filter((call) => call.endsWith('/returns')).length;
  await passes(3 * DAY_MS);
  expect(shop.calls.filter((call) => call.endsWith('/returns'))).toHaveLength(calls);
});

test('a replacement is one more on the shelf, and no money', async () => {
  const orderId = await complaint('replacement');
  shop.returnAnswer = { status: 'settled', refundMinor: null };
  await passes(MINUTE_MS);
  const settled = { problem: 'settled', promised: null, due: false, known: true };
  expect(await standing(orderId)).toEqual({ ...settled, status: 'delivered', paid: null });
  // The one that was delivered, of which nobody has said here that it does not count, and the new one.
  expect(
    await world.rows(
      `SELECT e.quantity FROM consumable_event e JOIN "order" o ON o.consumable_id = e.consumable_id
       WHERE o.id = $1 AND e.type = 'shelf-count'`,
      orderId,
    ),
  ).toEqual([{ quantity: 2 }]);
});

test('too late to cancel: what is not needed is sent back, and paid back', async () => {
  const orderId = await orderBy('placing', 'accepted');
  arrives(orderId, 'shipped');
  const now = new Date(world.clock.now());
  await world.rows(
    `UPDATE "order" SET merchant_reference = $2, take_back = 'not-needed', due_at = $3 WHERE id = $1`,
    ...[orderId, `P-${orderId}`, now],
  );
  await world.rows(
    `INSERT INTO order_problem (order_id, kind, wants, status, actor, reported_at)
     VALUES ($1, 'not-needed', 'refund', 'open', 'customer', $2)`,
    ...[orderId, now],
  );
  shop.returns.length = 0;
  shop.returnAnswer = { status: 'agreed', refundMinor: null };
  await passes(MINUTE_MS);
  expect(shop.returns).toMatchObject([{ kind: 'not-needed', wants: 'refund' }]);
  expect(await standing(orderId)).toMatchObject({ status: 'accepted', problem: 'agreed', paid: null });
  // Nobody ever told that it was shipped; by the money that is back, it was.
  shop.returnAnswer = { status: 'settled', refundMinor: 5000 };
  await passes(DAY_MS);
  expect(await standing(orderId)).toMatchObject({ status: 'returned', problem: 'settled', paid: 5000 });
  const history = await world.rows<{ detail: object | null; to_status: string }>(
    'SELECT detail, to_status FROM order_history WHERE order_id = $1 ORDER BY id',
    orderId,
  );
  expect(history.map(({ detail }) => detail)).toContainEqual({ cancellation: 'refused' });
  expect(history.slice(-2).map(({ to_status }) => to_status)).toEqual(['shipped', 'returned']);
  // The customer hears of the end, not of the step to it.
  const told = await world.rows<{ change: string }>(
    `SELECT detail->>'change' AS change FROM message WHERE order_id = $1 AND kind = 'order-update' ORDER BY created_at`,
    orderId,
  );
  expect(told.map(({ change }) => change)).toEqual(['accepted', 'refunded', 'returned']);
});
