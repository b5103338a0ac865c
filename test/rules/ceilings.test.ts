import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MACHINE } from '../../api/auth/caller.ts';
import { changeConsumable } from '../../api/consumables/change-consumable.ts';
import { decideOrder } from '../../api/orders/decide.ts';
import { loadLadder, toLadder } from '../../api/strategies/read-ladder.ts';
import { DAY_MS } from '../../core/types.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';
import { silentLog } from '../support/log.ts';
import { createWorld, decline, nearlyEmpty, report, START, type World } from './world.ts';

const FALLEN = { ceiling: 'curated', below: null, above: null, steady: null, returnedAt: null };
const OPEN = { ...FALLEN, ceiling: 'automatic', steady: START - 100 * DAY_MS };

describe('the ladder of strategies', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const api = () => ({ ...world, log: silentLog, apiToken: 'x'.repeat(32) });
  const remember = (consumableId: string, ceiling: object) =>
    world.rows(
      'UPDATE consumable_state SET ceiling = $2 WHERE consumable_id = $1',
      consumableId,
      JSON.stringify(ceiling),
    );
  const ladder = async (consumableId: string) => {
    const row = await loadLadder(world.database.pool, consumableId, world.clock.now());
    if (row === null) throw new Error('no such consumable');
    return toLadder(row, 'en', world.clock.now());
  };
  const orderOf = async (consumableId: string) =>
    (
      await world.rows<{ id: string; status: string; status_reason: string; consent_id: string | null }>(
        'SELECT * FROM "order" WHERE consumable_id = $1 ORDER BY created_at DESC, id DESC',
        consumableId,
      )
    )[0];
  const choose = (consumableId: string, strategy: 'automatic' | 'curated' | 'coach') =>
    changeConsumable(api(), consumableId, { strategy }, 'en');

  test('automatic under a fallen ceiling asks and says why; with the ceiling back it orders and says so', async () => {
    const { consumableId } = await nearlyEmpty(world);
    await remember(consumableId, FALLEN);
    await world.rules.drain();
    const asked = await orderOf(consumableId);
    expect(asked).toMatchObject({ status: 'proposed', consent_id: null });
    expect(asked?.status_reason).toContain('For now you are asked instead of it being ordered by itself');
    const told = await world.rows<{ detail: { because: string } }>(
      `SELECT detail FROM message WHERE order_id = $1 AND kind = 'proposal'`,
      asked?.id,
    );
    expect(told).toMatchObject([{ detail: { because: 'downgraded' } }]);
    expect(await ladder(consumableId)).toMatchObject({
      chosen: 'automatic',
      acts: 'curated',
      ceiling: 'curated',
    });

    await decideOrder(api(), asked?.id ?? '', { action: 'decline' }, NO_WORD, MACHINE);
    await remember(consumableId, { ...OPEN, returnedAt: START });
    // Who said no would not be asked again the same day.
    await world.rows('UPDATE consumable SET skip_until = NULL');
    await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(START));
    await world.rules.drain();
    const ordered = await orderOf(consumableId);
    expect(ordered).toMatchObject({ status: 'announced' });
    expect(ordered?.status_reason).toContain('it is ordered by itself again');
    expect(await ladder(consumableId)).toMatchObject({
      acts: 'automatic',
      why: null,
      backSince: new Date(START),
    });
  });

  const NO_WORD = { reason: null, actingFor: 'customer', productId: null } as const;

  test('control: with nothing against it the same consumable is ordered for', async () => {
    const { consumableId } = await nearlyEmpty(world);
    await world.rules.drain();
    expect(await orderOf(consumableId)).toMatchObject({ status: 'announced' });
  });

  test('evaluations keep the memory: weeks of erratic use lower the ceiling, a silent device keeps it', async () => {
    const { consumableId } = await nearlyEmpty(world, { strategy: 'coach' });
    await world.rules.drain();
    const memory = async () =>
      (
        await world.rows<{ ceiling: { below: number | null } | null }>(
          'SELECT ceiling FROM consumable_state WHERE consumable_id = $1',
          consumableId,
        )
      )[0]?.ceiling;
    expect(await memory()).toMatchObject({ ceiling: 'automatic' });
    await remember(consumableId, { ...OPEN, steady: null, below: START - 20 * DAY_MS });
    world.clock.advanceTo(START + 20 * DAY_MS);
    await world.rows('UPDATE consumable_state SET evaluate_at = $1', new Date(START));
    await world.rules.drain();
    // Nothing was read for weeks: what is not known cannot be left to Neverout.
    expect(await memory()).toMatchObject({ ceiling: 'coach' });
  });

  test('a step that is not open is refused with its reason, a step down never', async () => {
    const { consumableId } = await nearlyEmpty(world, { strategy: 'curated' });
    await remember(consumableId, FALLEN);
    await expect(choose(consumableId, 'automatic')).rejects.toMatchObject({ code: 'strategy-unavailable' });
    await choose(consumableId, 'coach');
    await choose(consumableId, 'curated');
    await remember(consumableId, OPEN);
    await choose(consumableId, 'automatic');
    expect(await ladder(consumableId)).toMatchObject({ chosen: 'automatic', acts: 'automatic' });
  });

  test('an announcement that did not reach its customer keeps the next from being automatic', async () => {
    const { consumableId } = await nearlyEmpty(world);
    await world.rules.drain();
    const now = new Date(world.clock.now());
    await world.rows(
      'UPDATE "order" SET noticed_at = NULL, notice_failed_at = $2 WHERE consumable_id = $1',
      consumableId,
      now,
    );
    const unreached = await ladder(consumableId);
    expect(unreached).toMatchObject({ acts: 'curated', ceiling: 'curated' });
    expect(unreached.steps.at(-1)).toMatchObject({ code: 'not-announced', available: false });
    await world.rows(
      'UPDATE "order" SET noticed_at = $2, notice_failed_at = NULL WHERE consumable_id = $1',
      consumableId,
      now,
    );
    expect(await ladder(consumableId)).toMatchObject({ acts: 'automatic' });
  });

  test('a step up is suggested after sixty predictable days, once, and never taken by itself', async () => {
    const { consumableId, customerId } = await nearlyEmpty(world, { strategy: 'curated' });
    await report(world, consumableId, decline(world.clock.now(), 0.5, 0.01, 10));
    await remember(consumableId, { ...OPEN, steady: world.clock.now() - 61 * DAY_MS });
    world.clock.advanceTo(world.clock.now() + DAY_MS);
    const messages = () =>
      world.rows<{ detail: object }>(
        `SELECT detail FROM message WHERE customer_id = $1 AND kind = 'strategy-suggestion'`,
        customerId,
      );
    await world.rows(
      'UPDATE consumable_state SET evaluate_at = $1',
      new Date(world.clock.now() + 99 * DAY_MS),
    );
    await world.rows('DELETE FROM evaluation_queue');
    await world.rules.drain();
    const shown = await ladder(consumableId);
    expect(shown).toMatchObject({ chosen: 'curated', suggestion: { from: 'curated', to: 'automatic' } });
    expect(shown.suggestion?.reason).toContain('60 days');
    expect(await messages()).toMatchObject([{ detail: { consumableId, from: 'curated', to: 'automatic' } }]);

    await world.rows(
      'UPDATE suggestion SET dismissed_at = $2 WHERE consumable_id = $1',
      consumableId,
      new Date(),
    );
    world.clock.advanceTo(world.clock.now() + DAY_MS);
    await world.rules.drain();
    expect(await messages()).toHaveLength(1);
    expect((await ladder(consumableId)).suggestion).toBeNull();
  });

  test('three orders cancelled by their customer suggest reminders; by others they do not', async () => {
    const mine = await nearlyEmpty(world);
    const theirs = await nearlyEmpty(world);
    const cancelled = `
      WITH made AS (
        INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
          unit_price_minor, total_minor, currency, created_at)
        SELECT $1, $2, $3, $4, 'cancelled', 1, 1, 5000, 5000, 'EUR', $5::timestamptz + n * interval '1 second'
        FROM generate_series(1, 3) n RETURNING id
      )
      INSERT INTO order_history (order_id, at, to_status, actor) SELECT id, $5, 'cancelled', $6 FROM made`;
    for (const [one, actor] of [
      [mine, 'customer'],
      [theirs, 'ops'],
    ] as const) {
      const { customerId, consumableId, productId, merchantId } = one;
      const at = new Date(world.clock.now() + DAY_MS);
      await world.rows(cancelled, customerId, consumableId, productId, merchantId, at, actor);
    }
    await world.rows(
      'UPDATE consumable_state SET evaluate_at = $1',
      new Date(world.clock.now() + 99 * DAY_MS),
    );
    await world.rows('DELETE FROM evaluation_queue');
    world.clock.advanceTo(world.clock.now() + DAY_MS);
    await world.rules.drain();
    expect(await ladder(mine.consumableId)).toMatchObject({
      chosen: 'automatic',
      suggestion: { to: 'coach' },
    });
    expect((await ladder(theirs.consumableId)).suggestion).toBeNull();
    await choose(mine.consumableId, 'coach');
    expect((await ladder(mine.consumableId)).suggestion).toBeNull();
  });

  /** A printer whose toner is nearly empty, and what else fits into it. */
  async function withOthers(strategy: 'curated' | 'automatic') {
    const seeded = await nearlyEmpty(world, { strategy });
    const { merchantId, deviceModelId } = seeded;
    const other = (name: string, minor: number, yieldUses: number | null) =>
      world.database.prisma.product.create({
        data: {
          ...{ merchantId, sku: name, name, unitPriceMinor: minor, currency: 'EUR', yieldUses },
          createdAt: new Date(START),
          fits: { create: { deviceModelId, slotKey: 'black' } },
        },
      });
    const large = await other('Large', 8000, 5000);
    await other('Small', 4000, 1000);
    await other('Tiny', 3900, 100);
    return { ...seeded, large };
  }

  test('a proposal names what else would do, and any of it can be approved at the price it named', async () => {
    const { consumableId, productId, large } = await withOthers('curated');
    await world.rules.drain();
    const order = async () =>
      (
        await world.rows<{ id: string; status: string; total_minor: number; options: { product: string }[] }>(
          'SELECT * FROM "order" WHERE consumable_id = $1',
          consumableId,
        )
      )[0];
    const proposed = await order();
    expect(proposed?.options).toMatchObject([
      { productId, best: false, perUseMinor: 2.5 },
      { product: 'Large', best: true, perUseMinor: 1.6 },
      { product: 'Small', best: false, perUseMinor: 4 },
    ]);
    const approve = (id: string) =>
      decideOrder(api(), proposed?.id ?? '', { action: 'approve', productId: id }, NO_WORD, MACHINE);
    await expect(approve(consumableId)).rejects.toMatchObject({ code: 'not-an-option' });
    expect(await order()).toMatchObject({ status: 'proposed', product_id: productId });
    await approve(large.id);
    expect(await order()).toMatchObject({
      ...{
        status: 'announced',
        product_id: large.id,
        unit_price_minor: 8000,
        total_minor: 8000,
        fillings: 1,
      },
    });
  });

  test.each<[string, (seeded: { consumableId: string; productId: string }) => Promise<unknown>]>([
    ['the customer took the autonomy back', ({ consumableId }) => choose(consumableId, 'curated')],
    [
      'its price rose before it was placed',
      async ({ productId }) => {
        await world.rows('UPDATE product SET unit_price_minor = 5500 WHERE id = $1', productId);
        world.clock.advanceTo(world.clock.now() + DAY_MS);
        await world.rules.drain();
      },
    ],
  ])('so does one that was announced: %s', async (_why, becomesQuestion) => {
    const seeded = await withOthers('automatic');
    await world.rules.drain();
    expect(await orderOf(seeded.consumableId)).toMatchObject({ status: 'announced', options: null });
    await becomesQuestion(seeded);
    const asked = await orderOf(seeded.consumableId);
    expect(asked).toMatchObject({ status: 'proposed', due_at: expect.any(Date) });
    const [message] = await world.rows<{ detail: object }>(
      `SELECT detail FROM message WHERE order_id = $1 AND kind = 'proposal'`,
      asked?.id,
    );
    const reader = readerOf({ language: 'en', timeZone: 'Europe/Berlin' });
    const facts = speak('proposal', message?.detail, reader).facts ?? [];
    expect(facts.filter(([label]) => label === 'Or').map(([, text]) => text)).toEqual([
      'Large for €80.00 (€1.60 for 100 uses)',
      'Small for €40.00 (€4.00 for 100 uses)',
    ]);
    const take = { action: 'approve', productId: seeded.large.id } as const;
    await decideOrder(api(), asked?.id ?? '', take, NO_WORD, MACHINE);
    expect(await orderOf(seeded.consumableId)).toMatchObject({ status: 'announced', total_minor: 8000 });
    // No mandate names it: it is bought because the customer said so.
    await world.rules.drain();
    expect(await orderOf(seeded.consumableId)).toMatchObject({ status: 'placing', consent_id: null });
  });
});
