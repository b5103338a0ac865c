import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MACHINE } from '../../api/auth/caller.ts';
import { buildApi } from '../../api/build-api.ts';
import { decideOrder } from '../../api/orders/decide.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { openLinks } from '../../platform/messages/links.ts';
import { lookAgain } from '../../platform/order-store.ts';
import { runBatch } from '../../rules/evaluate/evaluate-batch.ts';
import { currentPolicy } from '../../rules/policy.ts';
import { silentLog } from '../support/log.ts';
import { startMerchant, type TestMerchant } from '../support/merchant.ts';
import { seedConsumable } from '../support/seed.ts';
import { decodeMail, startSmtp, type TestSmtp } from '../support/smtp.ts';
import { createWorld, decline, grant, report, sellAt, type World, withdraw } from './world.ts';

const ORIGIN = 'http://neverout.test';
const NO_WORD = { reason: null, actingFor: 'customer', productId: null } as const;

interface Row {
  readonly id: string;
  readonly status: string;
  readonly status_reason: string;
  readonly consent_id: string | null;
  readonly due_at: Date | null;
  readonly place_from: Date | null;
  readonly arrives: string;
}

describe('a level that nobody sees', () => {
  let smtp: TestSmtp;
  let shop: TestMerchant;
  let world: World;
  let app: FastifyInstance;

  beforeAll(async () => {
    smtp = await startSmtp();
  });
  afterAll(() => smtp[Symbol.asyncDispose]());
  // Weeks pass in each: what one teaches about lead times and habits is not for the next.
  beforeEach(async () => {
    smtp.mails.length = 0;
    world = await createWorld({ SMTP_URL: smtp.url, PUBLIC_URL: ORIGIN });
    shop = await startMerchant(world.clock.now);
    app = await buildApi({ ...world, log: silentLog, apiToken: 'x'.repeat(32) });
  });
  afterEach(async () => {
    await app.close();
    await world[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  });

  /** Sixty per cent left, two per cent a day, and a consent to order it; nothing is heard from here on. */
  async function seeded(level = 0.6) {
    const one = await seedConsumable(world.database, world.clock.now());
    const consentId = await grant(world, one.customerId, { productIds: [one.productId] });
    await sellAt(world, shop);
    await report(world, one.consumableId, decline(world.clock.now(), level, 0.02, 20));
    await world.rules.drain();
    return { ...one, consentId };
  }
  async function pass(days: number): Promise<void> {
    world.clock.advanceTo(world.clock.now() + days * DAY_MS);
    await world.rules.drain();
  }
  const ordersOf = (consumableId: string) =>
    world.rows<Row>(
      'SELECT *, arrives_from::text AS arrives FROM "order" WHERE consumable_id = $1 ORDER BY created_at, id',
      consumableId,
    );
  const lastOf = async (consumableId: string) => {
    const last = (await ordersOf(consumableId)).at(-1);
    if (last === undefined) throw new Error('no order');
    return last;
  };
  const bought = (orderId: string) =>
    shop.purchases.filter(({ clientReference }) => clientReference === orderId).length;
  const told = (orderId: string) =>
    world.rows<{ kind: string; detail: { because?: string; placeFrom: string | null } }>(
      'SELECT kind, detail FROM message WHERE order_id = $1 ORDER BY created_at, id',
      orderId,
    );
  const decide = (orderId: string, action: 'approve' | 'decline') =>
    decideOrder(
      { ...world, log: silentLog, apiToken: 'x'.repeat(32) },
      orderId,
      { action },
      NO_WORD,
      MACHINE,
    );
  async function passUntilAsked(consumableId: string): Promise<void> {
    await pass(15);
    for (let days = 0; days < 40 && (await ordersOf(consumableId)).length === 0; days += 1) await pass(1);
  }
  /** Silent until it was asked about, which is before the day on which it would be ordered. */
  async function asked(level?: number) {
    const one = await seeded(level);
    await passUntilAsked(one.consumableId);
    const order = await lastOf(one.consumableId);
    expect(order.place_from).not.toBeNull();
    expect(order).toMatchObject({ status: 'proposed', consent_id: null });
    return { ...one, order };
  }

  test('a printer that says only "some": asked in time, approved by mail, bought on the day and not before', async () => {
    const { consumableId, customerId } = await seeded(0.6);
    const found: Row[] = [];
    for (let day = 1; day <= 30 && found.length === 0; day += 1) {
      const at = world.clock.now() + DAY_MS;
      world.clock.advanceTo(at);
      await report(world, consumableId, [{ at, level: 'some', useCounter: 1000 + 40 * day }]);
      await world.rules.drain();
      found.push(...(await ordersOf(consumableId)));
    }
    const [order] = found;
    const from = order?.place_from?.getTime() ?? 0;
    expect(order).toMatchObject({ status: 'proposed', consent_id: null });
    expect(from).toBeGreaterThan(world.clock.now() + DAY_MS);
    const orderId = order?.id ?? '';
    expect(await told(orderId)).toMatchObject([
      { kind: 'proposal', detail: { because: 'not-seen', placeFrom: expect.any(String) } },
    ]);

    await world.rows('UPDATE customer SET name = $2 WHERE id = $1', customerId, 'Ada');
    const mail = decodeMail(smtp.mails.find((text) => decodeMail(text).includes(orderId)) ?? '');
    expect(mail).toContain('the device has not said how much is left');
    expect(mail).toMatch(/Shall we order on \d+ \w+( \d+)?, so that a new one is there in time\?/);
    const reader = openLinks(world.config.AUTH_SECRET ?? '', ORIGIN);
    const token = [...mail.matchAll(new RegExp(`${ORIGIN}/a/([\\w-]+)`, 'g'))]
      .map(([, found = '']) => found)
      .find((one) => reader.read(one)?.action === 'approve');
    const page = await app.inject({ method: 'GET', url: `/a/${token}` });
    expect(page.body).toMatch(/Order on .*\?/);
    expect(page.body).toContain('Yes, order it');
    const pressed = await app.inject({
      method: 'POST',
      url: `/a/${token}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
      payload: '',
    });
    expect(pressed.body).toMatch(/Thank you\. The order is placed on/);
    expect(await lastOf(consumableId)).toMatchObject({ status: 'announced', due_at: new Date(from) });

    // A hold that was lifted makes all that waits due at once: this one stays for its day.
    await world.rows('UPDATE "order" SET due_at = $2 WHERE id = $1', orderId, new Date(world.clock.now()));
    await world.rules.drain();
    const waiting = await lastOf(consumableId);
    expect(waiting).toMatchObject({ status: 'announced', due_at: new Date(from) });
    expect(waiting.status_reason).toMatch(/^Approved: it is ordered on/);
    world.clock.advanceTo(from - HOUR_MS);
    await world.rules.drain();
    expect(bought(orderId)).toBe(0);
    world.clock.advanceTo(from);
    await world.rules.drain();
    expect([bought(orderId), (await ordersOf(consumableId)).length]).toEqual([1, 1]);
  });

  test('silent for 15 days it is asked about; control: without the guard it would be announced', async () => {
    const one = await seeded(0.4);
    world.clock.advanceTo(world.clock.now() + 15 * DAY_MS);
    const { pool } = world.database;
    const policy = await currentPolicy(pool, world.config);
    const unguarded = { ...policy, settings: { ...policy.settings, staleAfterMs: 900 * DAY_MS } };
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { orders } = await runBatch(client, unguarded, world.clock.now(), { limit: 500, spacingMs: 0 });
      expect(orders).toContain('announced');
      expect(orders).not.toContain('proposed');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    await world.rules.drain();
    const order = await lastOf(one.consumableId);
    expect(order).toMatchObject({ status: 'proposed', consent_id: null });
    expect(order.status_reason).toContain('no reading has come since');
    expect(await told(order.id)).toMatchObject([{ kind: 'proposal', detail: { because: 'not-seen' } }]);
    await pass(3);
    expect(await ordersOf(one.consumableId)).toHaveLength(1);
    expect(bought(order.id)).toBe(0);
  });

  test('heard again and low: the question makes room, and what is announced is bought once', async () => {
    const { consumableId, consentId, order } = await asked();
    const at = world.clock.now();
    await report(world, consumableId, [
      { at: at - HOUR_MS, level: 0.12 },
      { at, level: 0.12 },
    ]);
    await world.rules.drain();
    const [question, automatic, ...more] = await ordersOf(consumableId);
    expect(more).toEqual([]);
    expect(question).toMatchObject({ id: order.id, status: 'cancelled' });
    expect(question?.status_reason).toContain('the device says again how much is left');
    expect(automatic).toMatchObject({ status: 'announced', consent_id: consentId, place_from: null });
    // Of the question itself nothing more is told.
    expect((await told(order.id)).map(({ kind }) => kind)).toEqual(['proposal']);
    expect((await told(automatic?.id ?? '')).map(({ kind }) => kind)).toEqual(['announcement']);
    await pass(4);
    expect([bought(order.id), bought(automatic?.id ?? '')]).toEqual([0, 1]);
  });

  test('heard again and full: the question is withdrawn; control: one that was approved stays', async () => {
    const seeds = [await seeded(), await seeded()];
    await passUntilAsked(seeds[1]?.consumableId ?? '');
    const [fine, approved] = await Promise.all(
      seeds.map(async (one) => ({ ...one, order: await lastOf(one.consumableId) })),
    );
    if (fine === undefined || approved === undefined) throw new Error('nothing was asked');
    await decide(approved.order.id, 'approve');
    const at = world.clock.now();
    for (const { consumableId } of [fine, approved]) {
      await report(world, consumableId, [
        { at: at - HOUR_MS, level: 0.98 },
        { at, level: 0.98 },
      ]);
    }
    await world.rules.drain();
    expect((await lastOf(fine.consumableId)).status).toBe('cancelled');
    expect((await lastOf(approved.consumableId)).id).toBe(approved.order.id);
    expect((await lastOf(approved.consumableId)).status).not.toBe('cancelled');
  });

  test('declined, it is not asked again the next day, but later', async () => {
    const { consumableId, order } = await asked();
    await decide(order.id, 'decline');
    await pass(1);
    expect(await ordersOf(consumableId)).toHaveLength(1);
    await pass(4);
    expect((await lastOf(consumableId)).status).toBe('proposed');
    expect(await ordersOf(consumableId)).toHaveLength(2);
  });

  test('the consent withdrawn meanwhile: nobody is asked any more', async () => {
    const { consumableId, consentId, order } = await asked();
    await withdraw(world, consentId);
    await lookAgain(world.database.pool, [consumableId], world.clock.now());
    await world.rules.drain();
    expect((await ordersOf(consumableId)).map(({ id, status }) => [id, status])).toEqual([
      [order.id, 'cancelled'],
    ]);
  });

  test('away when it is asked about: for a day from which nothing comes before the return', async () => {
    const { customerId, consumableId } = await seeded();
    const day = (days: number) => new Date(world.clock.now() + days * DAY_MS);
    await world.rows(
      'INSERT INTO hold (customer_id, starts_on, ends_on, created_at) VALUES ($1, $2::date, $3::date, $4)',
      ...[customerId, day(17), day(45), day(0)],
    );
    await passUntilAsked(consumableId);
    const order = await lastOf(consumableId);
    expect(order.status).toBe('proposed');
    const [hold] = await world.rows<{ away: boolean }>(
      'SELECT $2::date BETWEEN starts_on AND ends_on AS away FROM hold WHERE customer_id = $1',
      ...[customerId, order.arrives],
    );
    expect(hold?.away).toBe(false);
  });
});
