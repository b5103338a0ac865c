import { afterAll, beforeAll, expect, test } from 'vitest';
import { DETAILS } from '../../contracts/messages/details.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { createWorld, nearlyEmpty, START, type World } from '../rules/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const messages = (customerId: string) =>
  world.rows<{ kind: string; order_id: string; detail: Record<string, unknown>; due_at: Date }>(
    'SELECT kind, order_id, detail, due_at FROM message WHERE customer_id = $1 ORDER BY id',
    customerId,
  );

test('an automatic order is announced in the transaction that makes it, with everything frozen', async () => {
  const { customerId } = await nearlyEmpty(world);
  await world.rules.drain();
  const [order] = await world.rows<Record<string, unknown>>(
    'SELECT *, arrives_from::text AS first, arrives_to::text AS last FROM "order" WHERE customer_id = $1',
    customerId,
  );
  const [message, ...others] = await messages(customerId);
  expect(others).toEqual([]);
  expect(message).toMatchObject({ kind: 'announcement', order_id: order?.['id'] });
  const detail = DETAILS.announcement.parse(message?.detail);
  expect(detail).toMatchObject({
    again: false,
    consumable: 'Black toner',
    device: 'Printer',
    quantity: 1,
    fillings: 1,
    unitPriceMinor: 5000,
    shippingMinor: 0,
    totalMinor: 5000,
    currency: 'EUR',
    arrivesFrom: order?.['first'],
    arrivesTo: order?.['last'],
  });
  expect(new Date(detail.cancelUntil ?? '')).toEqual(order?.['cancel_until']);
  expect(Date.parse(detail.runOut.p50 ?? '')).toBeGreaterThan(START);
  expect(detail.why).toEqual(order?.['status_said']);
  expect(detail.why).toMatchObject([
    ['lasts', { name: 'Black toner' }],
    ['ordered', {}],
  ]);
  await world.rows('UPDATE product SET unit_price_minor = 9900');
  expect((await messages(customerId))[0]?.detail).toMatchObject({ unitPriceMinor: 5000 });
});

test('a prepared order asks', async () => {
  const { customerId } = await nearlyEmpty(world, { strategy: 'curated', consent: false });
  await world.rules.drain();
  const found = await messages(customerId);
  expect(found).toMatchObject([{ kind: 'proposal', detail: { because: 'prepared', alternatives: [] } }]);
  DETAILS.proposal.parse(found[0]?.detail);
});

test('what becomes of an order is told, but not to those who cancelled it themselves', async () => {
  const { customerId } = await nearlyEmpty(world);
  await world.rules.drain();
  const [{ order_id: orderId } = { order_id: '' }] = await messages(customerId);
  const move = async (to: Parameters<typeof transitionOrder>[1]['to'], actor: 'worker' | 'merchant') => {
    const moved = await transitionOrder(world.database.pool, {
      orderId,
      to,
      at: START,
      actor,
      reason: 'So.',
    });
    expect(moved).not.toBeNull();
  };
  await move('placing', 'worker');
  await move('accepted', 'merchant');
  await move('shipped', 'merchant');
  const told = (await messages(customerId)).slice(1);
  expect(told).toMatchObject([
    { kind: 'order-update', detail: { change: 'accepted', by: 'merchant', reason: 'So.' } },
    { kind: 'order-update', detail: { change: 'shipped' } },
  ]);
  for (const { detail } of told) DETAILS['order-update'].parse(detail);

  const other = await nearlyEmpty(world);
  await world.rules.drain();
  const [theirs] = await messages(other.customerId);
  const cancel = { orderId: theirs?.order_id ?? '', to: 'cancelled', at: START, reason: null } as const;
  await transitionOrder(world.database.pool, { ...cancel, actor: 'customer' });
  expect(await messages(other.customerId)).toHaveLength(1);
});

test('a key lets a message be written once', async () => {
  const alert = { kind: 'ops-alert', customerId: null, key: 'k', detail: { code: 'x', text: 'X.' } } as const;
  const [first, second] = await addMessages(world.database.pool, [alert, alert], START);
  expect(first).not.toBeNull();
  expect(second).toBeNull();
  expect(await addMessages(world.database.pool, [alert], START)).toEqual([null]);
});
