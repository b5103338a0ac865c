import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { createWorld, decline, nearlyEmpty, report, START, type World } from './world.ts';

describe('the strategy coach', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const consent = (customerId: string) =>
    world.database.prisma.consent.create({
      data: {
        ...{
          customerId,
          purpose: 'coaching',
          version: '1',
          text: 'Remind me.',
          textHash: 'hash',
          language: 'en',
        },
        ...{ method: 'test', actor: 'customer', grantedAt: new Date(world.clock.now()) },
      },
    });
  const coached = async (withConsent: boolean) => {
    const seeded = await nearlyEmpty(world, { strategy: 'coach', consent: false });
    const { id: consentId } = withConsent ? await consent(seeded.customerId) : { id: '' };
    return { ...seeded, consentId };
  };
  const reminders = (customerId: string) =>
    world.rows<{
      detail: { runOut: { p10: string | null }; tip: [string, { tip: string }][] };
      created_at: Date;
    }>(
      `SELECT * FROM message WHERE customer_id = $1 AND kind = 'coach-reminder' ORDER BY created_at`,
      customerId,
    );
  const settled = (consumableId: string) =>
    world.rows<{ dropped_why: string | null }>(
      'SELECT * FROM reminder WHERE consumable_id = $1',
      consumableId,
    );
  /** Reads on and looks again, as days go by. */
  const live = async (consumableId: string, until: number, level: number) => {
    await report(world, consumableId, decline(until, level, 0.002, 1));
    world.clock.advanceTo(until);
    await world.rows(
      'UPDATE consumable_state SET evaluate_at = $2 WHERE consumable_id = $1',
      consumableId,
      new Date(START),
    );
    await world.rules.drain();
  };

  test('reminds once a week, with when it runs out and another tip each time, and orders nothing', async () => {
    const { customerId, consumableId } = await coached(true);
    await world.rules.drain();
    expect(await reminders(customerId)).toMatchObject([
      { detail: { consumableId, level: expect.any(Number) } },
    ]);
    for (let day = 1; day <= 8; day += 1) await live(consumableId, world.clock.now() + DAY_MS, 0.05);
    const sent = await reminders(customerId);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.detail.runOut.p10).not.toBeNull();
    const tips = sent.map(({ detail }) => detail.tip[0]?.[1].tip);
    expect(new Set(tips).size).toBe(2);
    expect(tips.every((tip) => tip?.startsWith('toner'))).toBe(true);
    expect(await world.rows('SELECT FROM "order" WHERE consumable_id = $1', consumableId)).toEqual([]);
  });

  test('nobody is reminded without a consent to it, and not after it was taken back', async () => {
    const without = await coached(false);
    await world.rules.drain();
    expect(await reminders(without.customerId)).toEqual([]);
    expect(await settled(without.consumableId)).toMatchObject([{ dropped_why: 'no-consent' }]);
  });

  /** Half past ten in the evening in Berlin. */
  const night = () => Math.ceil(world.clock.now() / DAY_MS) * DAY_MS + 20.5 * HOUR_MS;

  test('not in the night: it waits for the morning', async () => {
    world.clock.advanceTo(night());
    const { customerId } = await coached(true);
    await world.rules.drain();
    expect(await reminders(customerId)).toEqual([]);
    world.clock.advanceTo(world.clock.now() + 9 * HOUR_MS);
    await world.rules.drain();
    expect(await reminders(customerId)).toEqual([]);
    world.clock.advanceTo(world.clock.now() + HOUR_MS);
    await world.rules.drain();
    const [sent] = await reminders(customerId);
    expect(sent?.created_at.toISOString().slice(11, 13)).toBe('06');
  });

  test.each([
    [
      'ordered meanwhile',
      'not-needed',
      async ({
        customerId,
        consumableId,
        productId,
        merchantId,
      }: Awaited<ReturnType<typeof coached>>): Promise<void> =>
        void (await world.rows(
          `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
             unit_price_minor, total_minor, currency, created_at)
           VALUES ($1, $2, $3, $4, 'accepted', 1, 1, 5000, 5000, 'EUR', $5)`,
          ...[customerId, consumableId, productId, merchantId, new Date(START)],
        )),
    ],
    [
      'a new one put in meanwhile',
      'not-needed',
      async ({ consumableId }: Awaited<ReturnType<typeof coached>>): Promise<void> =>
        void (await world.rows(
          `UPDATE consumable_state SET outcome = 'nothing' WHERE consumable_id = $1`,
          consumableId,
        )),
    ],
    [
      'the consent taken back in the night',
      'no-consent',
      async ({ consentId }: Awaited<ReturnType<typeof coached>>): Promise<void> =>
        void (await world.rows(
          `INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method) VALUES ($1, $2, 'customer', 'test')`,
          consentId,
          new Date(START),
        )),
    ],
  ] as const)('%s: never after the need is met', async (_name, why, change) => {
    world.clock.advanceTo(night());
    const one = await coached(true);
    await world.rules.drain();
    await change(one);
    world.clock.advanceTo(world.clock.now() + 12 * HOUR_MS);
    await world.rules.drain();
    expect(await reminders(one.customerId)).toEqual([]);
    expect(await settled(one.consumableId)).toMatchObject([{ dropped_why: why }]);
  });
});
