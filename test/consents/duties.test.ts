import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkGates } from '../../core/gates.ts';
import { DAY_MS } from '../../core/types.ts';
import { loadContexts } from '../../rules/context/load-contexts.ts';
import { fulfilDuties } from '../../rules/duties/due-duties.ts';
import { policyOf } from '../../rules/policy.ts';
import { createWorld, grant, START, type World, withdraw } from '../rules/world.ts';
import { silentLog } from '../support/log.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';

describe('duties of notice', () => {
  let world: World;
  let seeded: SeededConsumable;
  let consentId: string;
  beforeEach(async () => {
    world = await createWorld();
    seeded = await seedConsumable(world.database, START);
    consentId = await grant(world, seeded.customerId, { productIds: [seeded.productId] });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const live = (code: string) => world.rows('UPDATE customer SET jurisdiction = $1', code);
  const run = (now: number) => fulfilDuties({ ...world, log: silentLog } as never, now);
  const duties = () =>
    world.rows<{ kind: string; subject: string; due_at: Date; fulfilled_at: Date | null }>(
      'SELECT kind, subject, due_at, fulfilled_at FROM duty ORDER BY due_at',
    );
  const messages = async () =>
    (await world.rows<{ kind: string }>('SELECT kind FROM message ORDER BY created_at')).map(
      ({ kind }) => kind,
    );

  test('a standing consent is recalled on each anniversary, once, and never after its withdrawal', async () => {
    const year = Date.UTC(2027, 8, 7, 10);
    await run(year - DAY_MS);
    expect(await duties()).toEqual([]);
    await run(year);
    await run(year + DAY_MS);
    expect(await duties()).toMatchObject([
      { kind: 'annual-reminder', subject: '1', due_at: new Date(year), fulfilled_at: new Date(year) },
    ]);
    expect(await messages()).toEqual(['annual-reminder']);
    world.clock.advanceTo(year + 2 * DAY_MS);
    await withdraw(world, consentId);
    await run(Date.UTC(2028, 8, 8));
    expect(await messages()).toEqual(['annual-reminder']);
  });

  const priceRises = () => world.rows('UPDATE product SET unit_price_minor = 6000');
  const asGranted = async () => {
    await world.rows('ALTER TABLE mandate DISABLE TRIGGER mandate_append_only');
    await world.rows(
      `UPDATE mandate SET prices_at_grant = jsonb_build_object($1::text, 5000)`,
      seeded.productId,
    );
  };
  /** The verdict of the gate on an order placed now. */
  const noticeGate = async (now: number) => {
    const wanted = [{ consumableId: seeded.consumableId, order: null }];
    const contexts = await loadContexts(world.database.pool, wanted, policyOf(world.config), now);
    const context = contexts.of.get(seeded.consumableId)?.step;
    if (context === undefined) throw new Error('no context');
    const { offer } = context;
    const request = { stage: 'announce', offer, quantity: 1, plan: null, forOrderId: null } as const;
    const trust = { trusted: true, said: [] };
    return checkGates({ ...request, trust }, context, now).find(({ gate }) => gate === 'price-notice');
  };

  test('in California a higher price is told, and charged seven days later at the earliest', async () => {
    await asGranted();
    await live('US-CA');
    await run(START);
    expect(await messages()).toEqual([]);
    await priceRises();
    expect(await noticeGate(START)).toMatchObject({ pass: false, retryAt: START + 7 * DAY_MS });
    const told = START + DAY_MS;
    await run(told);
    await run(told + DAY_MS);
    expect(await messages()).toEqual(['fee-change-notice']);
    expect(await noticeGate(told + 7 * DAY_MS - 1)).toMatchObject({
      pass: false,
      retryAt: told + 7 * DAY_MS,
    });
    expect(await noticeGate(told + 7 * DAY_MS)).toMatchObject({ pass: true });
    // A second rise is another change.
    await world.rows('UPDATE product SET unit_price_minor = 6500');
    expect(await noticeGate(told + 7 * DAY_MS)).toMatchObject({ pass: false });
  });

  test('where no law asks for it nobody is told and nothing waits', async () => {
    await asGranted();
    await live('DE');
    await priceRises();
    await run(START);
    expect(await messages()).toEqual([]);
    expect(await noticeGate(START)).toMatchObject({ pass: true });
  });

  test('a place without a profile of its own has the strictest; a State has its country’s', async () => {
    await asGranted();
    await priceRises();
    for (const [index, code] of ['JP', 'US-TX'].entries()) {
      await live(code);
      await world.rows('DELETE FROM duty');
      await run(START);
      expect(await messages(), code).toHaveLength(index + 1);
    }
  });
});
