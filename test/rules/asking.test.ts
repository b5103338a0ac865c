import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MACHINE } from '../../api/auth/caller.ts';
import { buildApi } from '../../api/build-api.ts';
import { decideOrder } from '../../api/orders/decide.ts';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { openLinks } from '../../platform/messages/links.ts';
import { lookAgain, transitionOrder } from '../../platform/order-store.ts';
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
    world.rows<{ kind: string; detail: { because?: string } }>(
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
  /** Silent until it was asked about. */
  async function asked(level?: number) {
    const one = await seeded(level);
    await passUntilAsked(one.consumableId);
    const order = await lastOf(one.consumableId);
    expect(order).toMatchObject({ status: 'proposed', consent_id: null });
    return { ...one, order };
  }

  test('a printer that says only "some": asked in time, approved by mail, bought at once', async () => {
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
    expect(order).toMatchObject({ status: 'proposed', consent_id: null });
    const orderId = order?.id ?? '';
    expect(await told(orderId)).toMatchObject([{ kind: 'proposal', detail: { because: 'not-seen' } }]);
    expect(bought(orderId)).toBe(0);

    await world.rows('UPDATE customer SET name = $2 WHERE id = $1', customerId, 'Ada');
    const mail = decodeMail(smtp.mails.find((text) => decodeMail(text).includes(orderId)) ?? '');
    expect(mail).toContain('the device has not said how much is left');
    expect(mail).toContain('By what is usual it lasts until about');
    expect(mail).toContain('Shall we order one now, so that it is there in time?');
    expect(mail).not.toContain('Ordered on');
    const reader = openLinks(world.config.AUTH_SECRET ?? '', ORIGIN);
    const token = [...mail.matchAll(new RegExp(`${ORIGIN}/a/([\\w-]+)`, 'g'))]
      .map(([, found = '']) => found)
      .find((one) => reader.read(one)?.action === 'approve');
    const page = await app.inject({ method: 'GET', url: `/a/${token}` });
    expect(page.body).toContain('The order is placed at once.');
    const pressed = await app.inject({
      method: 'POST',
      url: `/a/${token}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
      payload: '',
    });
    expect(pressed.body).toContain('Thank you. The order is being placed.');
    expect(await lastOf(consumableId)).toMatchObject({
      status: 'announced',
      due_at: new Date(world.clock.now()),
    });
    await world.rules.drain();
    expect([bought(orderId), (await ordersOf(consumableId)).length]).toEqual([1, 1]);
    await pass(1);
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
    expect(automatic).toMatchObject({ status: 'announced', consent_id: consentId });
    // Of the question itself nothing more is told.
    expect((await told(order.id)).map(({ kind }) => kind)).toEqual(['proposal']);
    expect((await told(automatic?.id ?? '')).map(({ kind }) => kind)).toEqual(['announcement']);
    await pass(4);
    expect([bought(order.id), bought(automatic?.id ?? '')]).toEqual([0, 1]);
  });

  test('heard again and full: the question is withdrawn; controls: one that was approved stays, also asked again', async () => {
    const seeds = [await seeded(), await seeded(), await seeded()];
    await passUntilAsked(seeds[2]?.consumableId ?? '');
    const [fine, approved, again] = await Promise.all(
      seeds.map(async (one) => ({ ...one, order: await lastOf(one.consumableId) })),
    );
    if (fine === undefined || approved === undefined || again === undefined)
      throw new Error('nothing was asked');
    const at = world.clock.now();
    await decide(approved.order.id, 'approve');
    await decide(again.order.id, 'approve');
    // Sent back for another reason than the level, such as its price.
    const back = { at, actor: 'worker' as const, reason: 'dearer', dueAt: at + DAY_MS };
    await transitionOrder(world.database.pool, { orderId: again.order.id, to: 'proposed', ...back });
    for (const { consumableId } of [fine, approved, again]) {
      await report(world, consumableId, [
        { at: at - HOUR_MS, level: 0.98 },
        { at, level: 0.98 },
      ]);
    }
    await world.rules.drain();
    expect((await lastOf(fine.consumableId)).status).toBe('cancelled');
    expect(await ordersOf(again.consumableId)).toMatchObject([{ id: again.order.id, status: 'proposed' }]);
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

  test('a hold that comes up while it waits for its answer: approved, it waits until nothing comes before the return', async () => {
    const { customerId, consumableId, order } = await asked();
    const day = (days: number) => new Date(world.clock.now() + days * DAY_MS);
    const [starts, ends] = [day(1), day(25)];
    await world.rows(
      'INSERT INTO hold (customer_id, starts_on, ends_on, created_at) VALUES ($1, $2::date, $3::date, $4)',
      ...[customerId, starts, ends, day(0)],
    );
    await decide(order.id, 'approve');
    await world.rules.drain();
    const waiting = await lastOf(consumableId);
    expect(waiting.status).toBe('announced');
    expect(waiting.due_at?.getTime()).toBeGreaterThan(starts.getTime());
    expect(Date.parse(waiting.arrives)).toBeGreaterThan(ends.getTime());
    expect(bought(order.id)).toBe(0);
    world.clock.advanceTo(waiting.due_at?.getTime() ?? 0);
    await world.rules.drain();
    expect(bought(order.id)).toBe(1);
  });
});
