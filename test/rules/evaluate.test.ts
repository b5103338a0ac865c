import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { runBatch } from '../../rules/evaluate/evaluate-batch.ts';
import { policyOf } from '../../rules/policy.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, decline, grant, nearlyEmpty, report, START, type World } from './world.ts';

describe('evaluation', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const orders = () =>
    world.rows<{
      id: string;
      status: string;
      consent_id: string | null;
      due_at: Date | null;
      cancel_until: Date;
      status_reason: string;
    }>('SELECT * FROM "order" ORDER BY created_at');
  const decisions = () =>
    world.rows<{
      outcome: string;
      sentence: string;
      gates: { gate: string; pass: boolean; reason: string }[];
    }>(`SELECT outcome, sentence, gates FROM decision WHERE stage = 'evaluation' ORDER BY id`);
  const queued = async () => (await world.rows('SELECT FROM evaluation_queue')).length;
  const failing = (gates: readonly { gate: string; pass: boolean }[]) =>
    gates.filter(({ pass }) => !pass).map(({ gate }) => gate);

  test('what runs out is announced, with its reasons, its window and its history', async () => {
    const { consumableId, consentId } = await nearlyEmpty(world);
    await world.rules.drain();
    const [order, ...more] = await orders();
    expect(more).toEqual([]);
    expect(order).toMatchObject({
      consumable_id: consumableId,
      status: 'announced',
      consent_id: consentId,
      quantity: 1,
      total_minor: 5000,
      cancel_until: new Date(START + DAY_MS),
      due_at: new Date(START + DAY_MS),
      announced_at: new Date(START),
    });
    expect(await world.rows('SELECT from_status, to_status, actor FROM order_history')).toEqual([
      { from_status: null, to_status: 'announced', actor: 'evaluation' },
    ]);
    const [decision] = await decisions();
    expect(decision?.outcome).toBe('order');
    expect(decision?.sentence).toMatch(/Black toner will last until about \d+ September/);
    expect(failing(decision?.gates ?? [])).toEqual([]);
    const [state] = await world.rows('SELECT * FROM consumable_state');
    expect(state).toMatchObject({
      outcome: 'order',
      evaluated_at: new Date(START),
      sentence: decision?.sentence,
    });
    expect(state?.['level']).toBeCloseTo(0.06, 2);
    expect(await queued()).toBe(0);
  });

  test('many announcements of one consumable are one evaluation', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    for (const reading of decline(START, 0.5, 0.01, 8)) await report(world, consumableId, [reading]);
    expect(await queued()).toBe(48);
    await world.rules.drain();
    const { values } = await world.metrics.evaluated.get();
    expect(values[0]?.value).toBe(1);
    expect(await queued()).toBe(0);
    expect(await world.rows('SELECT outcome FROM decision')).toEqual([{ outcome: 'nothing' }]);
  });

  test('the ledger hears of a change of mind, not of every reading', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    await report(world, consumableId, decline(START, 0.6, 0.01, 8));
    await world.rules.drain();
    for (let hour = 4; hour <= 40; hour += 4) {
      world.clock.advanceTo(START + hour * HOUR_MS);
      await report(world, consumableId, [{ at: world.clock.now(), level: 0.6 - hour / 2400 }]);
      await world.rules.drain();
    }
    expect(await decisions()).toHaveLength(1);
    const [state] = await world.rows<{ evaluated_at: Date }>('SELECT evaluated_at FROM consumable_state');
    expect(state?.evaluated_at).toEqual(new Date(world.clock.now()));
  });

  test('a silent consumable is looked at when its time comes', async () => {
    const { consumableId, customerId, productId } = await seedConsumable(world.database, START);
    await grant(world, customerId, { productIds: [productId] });
    await report(world, consumableId, decline(START, 0.42, 0.02, 20));
    await world.rules.drain();
    expect(await orders()).toEqual([]);
    for (let day = 1; day <= 13; day += 1) {
      world.clock.advanceTo(START + day * DAY_MS);
      await world.rules.drain();
    }
    expect(await orders()).toHaveLength(1);
  });

  test('without a consent nothing is announced, and the sentence says so', async () => {
    await nearlyEmpty(world, { consent: false });
    await world.rules.drain();
    expect(await orders()).toEqual([]);
    const [decision] = await decisions();
    expect(decision?.outcome).toBe('blocked');
    expect(failing(decision?.gates ?? [])).toContain('consent');
    expect(decision?.sentence).toContain('There is no consent');
    const refusals = await world.metrics.gateRefusals.get();
    expect(refusals.values.find(({ labels }) => labels.gate === 'consent')?.value).toBe(1);
  });

  test('a price above the mandate, and only it, makes it a question', async () => {
    await nearlyEmpty(world, { terms: { maxUnitPriceMinor: 4999 } });
    await world.rules.drain();
    const [order] = await orders();
    expect(order).toMatchObject({ status: 'proposed', consent_id: null });
    expect(order?.status_reason).toContain('€50.00 is above the limit of €49.99');
    const [decision] = await decisions();
    expect(failing(decision?.gates ?? [])).toEqual(['price']);
  });

  test('another product than the mandate names is not bought', async () => {
    const { productId } = await seedConsumable(world.database, START);
    await nearlyEmpty(world, { terms: { productIds: [productId] } });
    await world.rules.drain();
    expect(await orders()).toEqual([]);
  });

  test('terms of one consumable go before the general ones', async () => {
    const { consumableId, customerId, productId } = await nearlyEmpty(world, { terms: { maxQuantity: 1 } });
    await grant(world, customerId, { productIds: [productId], consumableId, maxUnitPriceMinor: 1 });
    await world.rules.drain();
    expect(await orders()).toMatchObject([{ status: 'proposed', consent_id: null }]);
  });

  test('a hold moves the order so that it arrives on return', async () => {
    const { customerId } = await nearlyEmpty(world);
    await world.database.prisma.hold.create({
      data: {
        customerId,
        startsOn: new Date('2026-09-09'),
        endsOn: new Date('2026-09-20'),
        createdAt: new Date(START),
      },
    });
    await world.rules.drain();
    const [order] = await world.rows<{ due_at: Date; arrives_from: string }>(
      'SELECT due_at, arrives_from::text FROM "order"',
    );
    expect(order?.due_at.getTime()).toBeGreaterThan(START + DAY_MS);
    expect(order?.arrives_from && order.arrives_from > '2026-09-20').toBe(true);
  });

  test('a curated order is prepared, waits for an answer, and expires without one', async () => {
    await nearlyEmpty(world, { strategy: 'curated' });
    await world.rules.drain();
    expect(await orders()).toMatchObject([{ status: 'proposed', consent_id: null, announced_at: null }]);
    world.clock.advanceTo(START + 15 * DAY_MS);
    await world.rules.drain();
    const [first] = await orders();
    expect(first).toMatchObject({ status: 'expired' });
  });

  test('a consumable that nobody owns is forecast and never ordered', async () => {
    const { consumableId } = await nearlyEmpty(world, { consent: false });
    await world.database.prisma.consumable.update({
      where: { id: consumableId },
      data: { customerId: null },
    });
    await world.rules.drain();
    expect(await orders()).toEqual([]);
    expect(await decisions()).toMatchObject([{ outcome: 'nothing' }]);
  });

  test('a new filling installs the delivered order', async () => {
    const { consumableId } = await nearlyEmpty(world);
    await world.rules.drain();
    const [order] = await orders();
    const move = (to: 'placing' | 'accepted' | 'delivered') =>
      transitionOrder(world.database.pool, {
        orderId: order?.id ?? '',
        to,
        at: world.clock.now(),
        actor: 'merchant',
        reason: null,
      });
    await move('placing');
    await move('accepted');
    world.clock.advanceTo(START + 3 * DAY_MS);
    await move('delivered');
    await world.rules.drain();
    const [stocked] = await world.rows('SELECT on_shelf FROM consumable_state');
    expect(stocked).toEqual({ on_shelf: 1 });
    for (const hours of [4, 8, 12, 16]) {
      world.clock.advanceTo(START + 3 * DAY_MS + hours * HOUR_MS);
      await report(world, consumableId, [{ at: world.clock.now(), level: 1 - hours / 1000 }]);
      await world.rules.drain();
    }
    const [installed] = await orders();
    expect(installed).toMatchObject({ status: 'installed' });
    const [state] = await world.rows('SELECT on_shelf FROM consumable_state');
    expect(state).toEqual({ on_shelf: 0 });
  });

  test('a batch that is rolled back leaves the queue, the state and the ledger as they were', async () => {
    await nearlyEmpty(world);
    const before = await world.rows('SELECT * FROM evaluation_queue');
    const crash = inTransaction(world.database.pool, async (db) => {
      const report = await runBatch(db, policyOf(world.config), START, { limit: 500, spacingMs: 0 });
      expect(report.orders).toEqual(['announced']);
      throw new Error('the process dies here');
    });
    await expect(crash).rejects.toThrow('dies here');
    expect(await world.rows('SELECT * FROM evaluation_queue')).toEqual(before);
    expect(await decisions()).toEqual([]);
    expect(await world.rows('SELECT state FROM consumable_state')).toEqual([{ state: null }]);
    await world.rules.drain();
    expect(await orders()).toHaveLength(1);
  });

  test('the lag is the age of the oldest announcement', async () => {
    const { consumableId } = await seedConsumable(world.database, START);
    await report(world, consumableId, decline(START, 0.5, 0.01, 8));
    world.clock.advanceTo(START + 90_000);
    await world.rules.drain();
    const { values } = await world.metrics.evaluationLagSeconds.get();
    expect(values[0]?.value).toBe(90);
  });

  test('one consumable that cannot be evaluated is set aside and told, and the others go on', async () => {
    const broken = await nearlyEmpty(world);
    await nearlyEmpty(world);
    await world.rows(`UPDATE customer SET time_zone = 'Atlantis/Capital' WHERE id = $1`, broken.customerId);
    await world.rules.drain();
    expect(await orders()).toHaveLength(1);
    expect(await queued()).toBe(0);
    const letters = await world.rows('SELECT device_id, reason FROM dead_letter');
    expect(letters).toEqual([{ device_id: broken.deviceId, reason: 'evaluation-failed' }]);
    // Mended, it is made up for from the stored readings.
    await world.rows(`UPDATE customer SET time_zone = 'Europe/Berlin' WHERE id = $1`, broken.customerId);
    world.clock.advanceTo(START + 2 * HOUR_MS);
    await world.rules.drain();
    expect(await orders()).toHaveLength(2);
  });
});
