import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MACHINE } from '../../api/auth/caller.ts';
import { orderNow } from '../../api/strategies/order-now.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, grant, nearlyEmpty, START, type World, withdraw } from './world.ts';

const MINUTE_MS = 60_000;

describe('asking for an order now', () => {
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

  let sequence = 0;
  /** A press as the broker stores it. */
  const press = (deviceId: string, consumableId: string | null, at = world.clock.now()) =>
    world.rows(
      `INSERT INTO consumable_event (device_id, consumable_id, type, at, seq, received_at) VALUES ($1, $2, 'button', $3, $4, $3)`,
      deviceId,
      consumableId,
      new Date(at),
      ++sequence,
    );
  /** Nothing is low: only the press can be the reason for an order. */
  const owned = async (terms: object | null = {}) => {
    const seeded = await seedConsumable(world.database, world.clock.now());
    const { consumableId, merchantId, customerId, productId } = seeded;
    await world.rows(`UPDATE consumable SET strategy = 'respond' WHERE id = $1`, consumableId);
    await world.rows(
      'UPDATE merchant SET base_url = $2, api_key = $3 WHERE id = $1',
      merchantId,
      shop.url,
      shop.apiKey,
    );
    const consentId =
      terms === null ? null : await grant(world, customerId, { productIds: [productId], ...terms });
    return { ...seeded, consentId };
  };
  const orders = (consumableId: string) =>
    world.rows<{ id: string; status: string; origin: string; consent_id: string | null }>(
      'SELECT * FROM "order" WHERE consumable_id = $1 ORDER BY created_at',
      consumableId,
    );
  const requests = async (deviceId: string) =>
    (
      await world.rows<{ outcome: string; said: [string, object][] }>(
        'SELECT outcome, said FROM order_request WHERE device_id = $1 ORDER BY id',
        deviceId,
      )
    ).map(({ outcome, said }) => [outcome, said.map(([code]) => code)]);
  const bought = (consumableId: string) =>
    orders(consumableId).then((all) =>
      shop.purchases.filter(({ clientReference }) => all.some(({ id }) => id === clientReference)),
    );

  /** What customers read of presses that ordered nothing. */
  const told = async (consumableId: string) => {
    const found = await world.rows<{ detail: { press: object | null } }>(
      `SELECT detail FROM message WHERE kind = 'coach-reminder' AND detail->>'consumableId' = $1 ORDER BY created_at`,
      consumableId,
    );
    const reader = readerOf({ language: 'en', timeZone: 'Europe/Berlin' });
    return found
      .filter(({ detail }) => detail.press)
      .map(({ detail }) => speak('coach-reminder', detail, reader));
  };

  test('five presses are one order, within the mandate, bought at once', async () => {
    const { deviceId, consumableId, consentId } = await owned();
    await press(deviceId, consumableId);
    await world.rules.drain();
    for (let i = 0; i < 2; i += 1) await press(deviceId, consumableId);
    await press(deviceId, null);
    await Promise.all([world.rules.drain(), press(deviceId, consumableId, world.clock.now() + 1)]);
    await world.rules.drain();
    expect(await orders(consumableId)).toMatchObject([
      { status: 'accepted', origin: 'button', consent_id: consentId, cancel_until: null },
    ]);
    expect(await bought(consumableId)).toHaveLength(1);
    const answers = await requests(deviceId);
    expect(answers.map(([outcome]) => outcome)).toEqual([
      'ordered',
      'repeated',
      'repeated',
      'repeated',
      'repeated',
    ]);
    const commands = await world.rows<{ payload: { status: string } }>(
      'SELECT payload FROM device_command WHERE device_id = $1 ORDER BY id',
      deviceId,
    );
    expect(commands[0]?.payload).toMatchObject({
      type: 'order-status',
      consumable: 'black',
      status: 'ordered',
    });
    const news = await world.rows(
      `SELECT FROM message WHERE order_id = $1`,
      (await orders(consumableId))[0]?.id,
    );
    expect(news.length).toBeGreaterThan(0);
    // Whoever presses again to be sure hears of the order, and of nothing else.
    expect(await told(consumableId)).toEqual([]);
  });

  test('a press for what is on its way already is answered with that, once', async () => {
    const { deviceId, consumableId } = await owned();
    await press(deviceId, consumableId);
    await world.rules.drain();
    world.clock.advanceTo(world.clock.now() + 61 * MINUTE_MS);
    for (let i = 0; i < 2; i += 1) await press(deviceId, consumableId);
    await world.rules.drain();
    expect((await told(consumableId)).map(({ paragraphs }) => paragraphs[0])).toEqual([
      'It is ordered already: pressing again orders nothing more.',
    ]);
    expect(await orders(consumableId)).toHaveLength(1);
  });

  test('once it has come, and the time against bouncing is over, a press orders again', async () => {
    const { deviceId, consumableId } = await owned();
    await press(deviceId, consumableId);
    await world.rules.drain();
    await world.rows(`UPDATE "order" SET status = 'delivered' WHERE consumable_id = $1`, consumableId);
    await press(deviceId, consumableId);
    await world.rules.drain();
    expect(await orders(consumableId)).toHaveLength(1);
    world.clock.advanceTo(world.clock.now() + 61 * MINUTE_MS);
    await press(deviceId, consumableId);
    await world.rules.drain();
    expect(await orders(consumableId)).toHaveLength(2);
  });

  test.each([
    ['without a consent', null, 'no-consent'],
    ['above the price', { maxUnitPriceMinor: 4999 }, 'price-above'],
    ['above the month', { maxSpendPerMonthMinor: 4999 }, 'spend-above'],
  ])('%s nothing is ordered, and the press is explained', async (_name, terms, code) => {
    const { deviceId, consumableId } = await owned(terms);
    await press(deviceId, consumableId);
    await world.rules.drain();
    expect(await orders(consumableId)).toEqual([]);
    const [[outcome, codes] = []] = await requests(deviceId);
    expect(outcome).toBe('refused');
    expect(codes).toContain('press-refused');
    expect(codes).toContain(code);
    // Once a day for one reason, however often it is pressed; and again the day after.
    await press(deviceId, consumableId);
    await world.rules.drain();
    expect((await told(consumableId)).map(({ subject }) => subject)).toEqual([
      'The button of Printer: nothing was ordered for Black toner',
    ]);
    world.clock.advanceTo(world.clock.now() + DAY_MS);
    await press(deviceId, consumableId);
    await world.rules.drain();
    const both = await told(consumableId);
    expect(both).toHaveLength(2);
    expect(both[1]?.paragraphs[0]).toMatch(/^The button was pressed, but nothing is ordered: ./);
  });

  test('halted, nobody can press an order through', async () => {
    const { deviceId, consumableId, customerId } = await owned();
    const data = { customerId, reason: 'Look first.', actor: 'ops', createdAt: new Date(START) };
    await world.database.prisma.halt.create({ data });
    await press(deviceId, consumableId);
    await world.rules.drain();
    expect(await orders(consumableId)).toEqual([]);
  });

  test('a consent withdrawn before it is bought cancels what was pressed', async () => {
    const { deviceId, consumableId, customerId, consentId } = await owned();
    const today = new Date(world.clock.now()).toISOString().slice(0, 10);
    await world.rows(
      `INSERT INTO hold (customer_id, starts_on, ends_on, created_at) VALUES ($1, $2::date, $2::date + 20, $3)`,
      customerId,
      today,
      new Date(START),
    );
    await press(deviceId, consumableId);
    await world.rules.drain();
    // Away for three weeks: it is ordered to arrive after that, and waits until then.
    expect(await orders(consumableId)).toMatchObject([{ status: 'announced' }]);
    await withdraw(world, consentId ?? '');
    world.clock.advanceTo(world.clock.now() + 22 * DAY_MS);
    await world.rules.drain();
    expect(await orders(consumableId)).toMatchObject([{ status: 'cancelled' }]);
    expect(await bought(consumableId)).toEqual([]);
  });

  test('presses of nobody, of nothing, and of yesterday are explained', async () => {
    const stray = await owned();
    await world.rows('UPDATE consumable SET customer_id = NULL WHERE id = $1', stray.consumableId);
    await world.rows('UPDATE device SET customer_id = NULL WHERE id = $1', stray.deviceId);
    await press(stray.deviceId, stray.consumableId);
    const many = await owned();
    await world.rows(
      `WITH slot AS (
         INSERT INTO model_slot (device_model_id, key, name, typical_life_days) VALUES ($1, 'cyan', 'Cyan toner', 90)
       )
       INSERT INTO consumable (device_id, device_model_id, key, customer_id, created_at) VALUES ($2, $1, 'cyan', $3, $4)`,
      ...[many.deviceModelId, many.deviceId, many.customerId, new Date(START)],
    );
    await press(many.deviceId, null);
    const late = await owned();
    await press(late.deviceId, late.consumableId, world.clock.now() - 25 * HOUR_MS);
    await world.rules.drain();
    expect(await requests(stray.deviceId)).toEqual([['refused', ['press-unowned']]]);
    expect(await requests(many.deviceId)).toEqual([['refused', ['press-which']]]);
    expect(await requests(late.deviceId)).toEqual([['refused', ['press-late']]]);
    expect(
      await world.rows(
        'SELECT FROM "order" WHERE origin = \'button\' AND consumable_id = $1',
        late.consumableId,
      ),
    ).toEqual([]);
  });

  const call = (consumableId: string, key?: string) =>
    orderNow(
      { ...world, log: silentLog, apiToken: 'x'.repeat(32) },
      { consumableId, key, wanted: { productId: null, quantity: null }, caller: MACHINE, language: 'en' },
    );

  test('one call orders at once, and the same call again is the same order', async () => {
    const { consumableId } = await owned();
    const first = await call(consumableId, 'a');
    expect(first.isNew).toBe(true);
    expect(await call(consumableId, 'a')).toEqual({ orderId: first.orderId, isNew: false });
    expect(await call(consumableId, 'b')).toEqual({ orderId: first.orderId, isNew: false });
    await world.rules.drain();
    expect(await orders(consumableId)).toMatchObject([
      { status: 'accepted', origin: 'customer', consent_id: null },
    ]);
    await world.rows(`UPDATE "order" SET status = 'delivered' WHERE id = $1`, first.orderId);
    // Long after, the key still means that order.
    expect(await call(consumableId, 'a')).toEqual({ orderId: first.orderId, isNew: false });
    expect((await call(consumableId, 'c')).isNew).toBe(true);
  });

  test('many calls at once are one order', async () => {
    const { consumableId } = await owned();
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => call(consumableId)));
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await orders(consumableId)).toHaveLength(1);
  });

  test('it approves the proposal that is open; without a product it says why not', async () => {
    const { consumableId } = await nearlyEmpty(world, { strategy: 'curated' });
    await world.rules.drain();
    const [proposed] = await orders(consumableId);
    expect(proposed?.status).toBe('proposed');
    expect(await call(consumableId)).toEqual({ orderId: proposed?.id, isNew: true });
    expect(await orders(consumableId)).toMatchObject([{ status: 'announced' }]);
    const { consumableId: bare } = await owned();
    await world.rows('UPDATE consumable SET product_id = NULL WHERE id = $1', bare);
    await expect(call(bare)).rejects.toMatchObject({ code: 'nothing-to-order' });
  });
});
