import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MACHINE, type Person } from '../../api/auth/caller.ts';
import { decideReviews } from '../../api/review/decide-reviews.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { createWorld, nearlyEmpty, START, sellAt, setStaffSetting, UNGUARDED, type World } from './world.ts';

const OFF = UNGUARDED.review;
const WINDOW_END = START + DAY_MS;

const staff = (userId: string): Person => ({
  ...{ kind: 'person', userId, sessionId: 's', email: `${userId}@example.org`, name: userId, role: 'ops' },
  ...{ secondFactor: true, memberships: new Map() },
});

describe('orders that wait for the staff', () => {
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

  const configure = (settings: object) => setStaffSetting(world.database, 'review', { ...OFF, ...settings });
  const announce = async () => {
    const consumable = await nearlyEmpty(world);
    await sellAt(world, shop);
    await world.rules.drain();
    const [order] = await world.rows<{ id: string }>(
      'SELECT id FROM "order" WHERE consumable_id = $1 ORDER BY id DESC',
      consumable.consumableId,
    );
    return { ...consumable, orderId: order?.id ?? '' };
  };
  const drainAt = async (instant: number) => {
    world.clock.advanceTo(instant);
    await world.rules.drain();
  };
  const api = () => ({ ...world, log: silentLog, apiToken: 'x'.repeat(32) });
  const decide = async (caller: Person | typeof MACHINE, verdict: 'approve' | 'decline', ...ids: string[]) =>
    (await decideReviews(api(), { orderIds: ids, verdict, reason: 'We looked.' }, caller)).map(
      ({ outcome }) => outcome,
    );
  const statusOf = async (orderId: string) =>
    (
      await world.rows<{ status: string; status_reason: string }>(
        'SELECT * FROM "order" WHERE id = $1',
        orderId,
      )
    )[0];
  const reviews = () =>
    world.rows<{ status: string; flags: { flag: string }[] }>(
      'SELECT * FROM order_review ORDER BY created_at',
    );

  test('a flagged order is announced, waits past its time, and is placed when somebody approves', async () => {
    await configure({ firstOrders: 1 });
    const { orderId } = await announce();
    expect(await reviews()).toMatchObject([{ status: 'pending', flags: [{ flag: 'first-order' }] }]);
    expect(await statusOf(orderId)).toMatchObject({ status: 'announced' });
    await drainAt(WINDOW_END);
    await drainAt(WINDOW_END + 5 * HOUR_MS);
    expect(await statusOf(orderId)).toMatchObject({
      status: 'announced',
      status_reason: expect.stringContaining('first automatic order'),
    });
    expect(shop.calls).toEqual([]);
    const waiting = await world.metrics.reviewsWaiting.get();
    expect(waiting.values).toContainEqual({ labels: { late: 'true' }, value: 1 });
    const alerts = await world.rows(`SELECT FROM message WHERE kind = 'ops-alert'`);
    expect(alerts).toHaveLength(1);

    expect(await decide(staff('a'), 'approve', orderId)).toEqual(['approved']);
    await world.rules.drain();
    expect(shop.purchases).toMatchObject([{ clientReference: orderId }]);
    expect(await decide(staff('a'), 'approve', orderId)).toEqual(['not-pending']);
  });

  test('control: with the flag off the same order is placed without a word', async () => {
    await announce();
    expect(await reviews()).toEqual([]);
    await drainAt(WINDOW_END);
    expect(shop.purchases).toHaveLength(1);
  });

  test('approved early, it still waits for the customer to have had their time', async () => {
    await configure({ firstOrders: 1 });
    const { orderId } = await announce();
    expect(await decide(staff('a'), 'approve', orderId)).toEqual(['approved']);
    await drainAt(WINDOW_END - 1);
    expect(shop.purchases).toEqual([]);
    await drainAt(WINDOW_END);
    expect(shop.purchases).toHaveLength(1);
  });

  test('declined: cancelled, the customer told why, and nothing ordered again for a while', async () => {
    await configure({ firstOrders: 1, pauseDays: 3 });
    const { orderId, customerId } = await announce();
    expect(await decide(staff('a'), 'decline', orderId)).toEqual(['declined']);
    await drainAt(WINDOW_END);
    await drainAt(START + 2.9 * DAY_MS);
    const orders = () => world.rows<{ status: string }>('SELECT status FROM "order" ORDER BY created_at');
    expect(await orders()).toEqual([{ status: 'cancelled' }]);
    expect(await statusOf(orderId)).toMatchObject({ status_reason: 'We looked.' });
    const told = await world.rows<{ detail: { change: string; reason: string } }>(
      `SELECT detail FROM message WHERE customer_id = $1 AND kind = 'order-update'`,
      customerId,
    );
    expect(told).toMatchObject([{ detail: { change: 'cancelled', by: 'ops', reason: 'We looked.' } }]);
    await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(START));
    await drainAt(START + 4 * DAY_MS);
    expect((await orders()).map(({ status }) => status)).toEqual(['cancelled', 'announced']);
  });

  test('above the amount two different people have to approve', async () => {
    await configure({ highPriceMinor: 4000, twoPersonMinor: 5000 });
    const { orderId } = await announce();
    expect(await decide(MACHINE, 'approve', orderId)).toEqual(['second-person-needed']);
    expect(await decide(MACHINE, 'approve', orderId)).toEqual(['voted-before']);
    await drainAt(WINDOW_END);
    expect(shop.purchases).toEqual([]);
    expect(await decide(staff('b'), 'approve', orderId)).toEqual(['approved']);
    await world.rules.drain();
    expect(shop.purchases).toHaveLength(1);
  });

  test('control: below the amount one person is enough', async () => {
    await configure({ highPriceMinor: 4000, twoPersonMinor: 5001 });
    const { orderId } = await announce();
    expect(await decide(MACHINE, 'approve', orderId)).toEqual(['approved']);
  });

  test('many at once, each with its own outcome', async () => {
    await configure({ firstOrders: 1 });
    const [first, second] = [await announce(), await announce()];
    const nobody = '0197f0c2-0000-7000-8000-000000000000';
    const ids = [second.orderId, nobody, first.orderId];
    expect(await decide(staff('a'), 'decline', ...ids)).toEqual(['declined', 'unknown', 'declined']);
    expect((await reviews()).map(({ status }) => status)).toEqual(['declined', 'declined']);
  });

  test('what is cancelled before anybody decides needs no decision', async () => {
    await configure({ firstOrders: 1 });
    const { orderId, consentId } = await announce();
    await world.rows(
      `INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method) VALUES ($1, $2, 'customer', 'test')`,
      consentId,
      new Date(START),
    );
    await drainAt(WINDOW_END);
    expect(await statusOf(orderId)).toMatchObject({ status: 'cancelled' });
    expect(await decide(staff('a'), 'approve', orderId)).toEqual(['not-pending']);
    await drainAt(WINDOW_END + HOUR_MS);
    expect(await reviews()).toMatchObject([{ status: 'moot' }]);
  });

  test.each([
    ['new-model', { newModelOrders: 1 }, async () => {}],
    ['high-price', { highPriceMinor: 5000 }, async () => {}],
    ['odd-quantity', { quantityMax: 1 }, () => world.rows('UPDATE product SET minimum_quantity = 2')],
    [
      'low-trust',
      { refusedMessages: 3 },
      () =>
        world.rows(
          `INSERT INTO dead_letter (received_at, device_id, reason, detail)
           SELECT $1, id, 'bad-json', '' FROM device CROSS JOIN generate_series(1, 3)`,
          new Date(START - DAY_MS),
        ),
    ],
  ] as const)('%s is seen in the tables', async (flag, settings, arrange) => {
    await configure(settings);
    const consumable = await nearlyEmpty(world);
    await arrange();
    await world.rules.drain();
    expect(await reviews()).toMatchObject([{ flags: [{ flag }] }]);
    expect(consumable.consumableId).not.toBe('');
  });
});
