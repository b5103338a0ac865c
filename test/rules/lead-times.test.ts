import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addBusinessDays, startOfLocalDate } from '../../core/calendar.ts';
import { planDelivery } from '../../core/holds.ts';
import { DAY_MS, HOUR_MS, type SiteCalendar } from '../../core/types.ts';
import { loadSiteCalendar } from '../../platform/site-calendar.ts';
import { loadContexts } from '../../rules/context/load-contexts.ts';
import { policyOf } from '../../rules/policy.ts';
import { refitLeadTimes, withoutTails } from '../../rules/population/lead-times.ts';
import { silentLog } from '../support/log.ts';
import { type SeededConsumable, seedConsumable } from '../support/seed.ts';
import { createWorld, START, type World } from './world.ts';

const BERLIN = { timeZone: 'Europe/Berlin', closures: [], holds: [] };
const NOON_MS = 12 * HOUR_MS;

describe('how long merchants take', () => {
  let world: World;
  let seeded: SeededConsumable;
  beforeEach(async () => {
    world = await createWorld();
    seeded = await seedConsumable(world.database, START);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const refit = () => refitLeadTimes({ ...world, log: silentLog }, START);
  const leadTimeOf = async ({ consumableId }: SeededConsumable) => {
    const wanted = [{ consumableId, order: null }];
    const contexts = await loadContexts(world.database.pool, wanted, policyOf(world.config), START);
    return contexts.of.get(consumableId)?.step.leadTime.pmf ?? [];
  };
  /** So many orders accepted at an instant and delivered at another; null: still under way. */
  const order = (
    { customerId, consumableId, productId, merchantId }: SeededConsumable,
    times: number,
    acceptedAt: number,
    deliveredAt: number | null,
  ) =>
    world.rows(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, accepted_at, delivered_at)
       SELECT $1, $2, $3, $4, CASE WHEN $7::timestamptz IS NULL THEN 'accepted' ELSE 'installed' END::order_status,
         1, 1, 1, 1, 'EUR', $6, $6, $7 FROM generate_series(1, $5::int)`,
      customerId,
      consumableId,
      productId,
      merchantId,
      times,
      new Date(acceptedAt),
      deliveredAt === null ? null : new Date(deliveredAt),
    );
  /** Noon in Berlin of the day `days` business days after a Monday. */
  const noonOf = (days: number) =>
    startOfLocalDate(addBusinessDays(START - 28 * DAY_MS, days, BERLIN), BERLIN.timeZone) + NOON_MS;
  /** The same for another customer of the same merchant. */
  const neighbour = async (changes: { timeZone?: string; anotherProduct?: true }) => {
    const other = await seedConsumable(world.database, START);
    const { timeZone = BERLIN.timeZone, anotherProduct } = changes;
    await world.rows('UPDATE customer SET time_zone = $2 WHERE id = $1', other.customerId, timeZone);
    if (anotherProduct === undefined) {
      await world.rows(
        'UPDATE consumable SET product_id = $2 WHERE id = $1',
        other.consumableId,
        seeded.productId,
      );
      return { ...other, merchantId: seeded.merchantId, productId: seeded.productId };
    }
    await world.rows('UPDATE product SET merchant_id = $2 WHERE id = $1', other.productId, seeded.merchantId);
    return { ...other, merchantId: seeded.merchantId };
  };

  test('the merchant says two or three days until its parcels say otherwise', async () => {
    await refit();
    expect(await leadTimeOf(seeded)).toEqual([0, 0, 0.5, 0.5]);
    await order(seeded, 30, noonOf(0), noonOf(5));
    await refit();
    const pmf = await leadTimeOf(seeded);
    expect(pmf[5]).toBeGreaterThan(0.6);
    // Few parcels: what the merchant says stays possible.
    expect(pmf[2]).toBeGreaterThan(0.02);
    expect(pmf.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    const [{ parcels } = { parcels: 0 }] = await world.rows<{ parcels: number }>(
      'SELECT parcels FROM lead_time WHERE scope = $1',
      seeded.merchantId,
    );
    expect(parcels).toBe(30);
  });

  test('a product and a region lean on the merchant, and more on themselves the more they have seen', async () => {
    const elsewhere = await neighbour({ timeZone: 'America/New_York' });
    const otherProduct = await neighbour({ anotherProduct: true });
    const unseen = await neighbour({ timeZone: 'Asia/Tokyo' });
    await order(seeded, 60, noonOf(0), noonOf(2));
    await order(elsewhere, 60, noonOf(0), noonOf(6));
    await order(otherProduct, 60, noonOf(0), noonOf(4));
    await refit();
    expect((await leadTimeOf(seeded))[2]).toBeGreaterThan(0.7);
    expect((await leadTimeOf(elsewhere))[6]).toBeGreaterThan(0.8);
    expect((await leadTimeOf(otherProduct))[4]).toBeGreaterThan(0.7);
    const merchantWide = await leadTimeOf(unseen);
    for (const days of [2, 4, 6]) expect(merchantWide[days]).toBeGreaterThan(0.2);
  });

  test('orders that are long under way count as slow ones, but not at a merchant that never reports', async () => {
    await order(seeded, 20, noonOf(0), noonOf(2));
    await order(seeded, 1, noonOf(0), noonOf(9));
    await refit();
    const before = (await leadTimeOf(seeded))[9] ?? 0;
    // Only one of them may be open at a time for a consumable: eight others wait for six business days.
    for (let i = 0; i < 8; i += 1) await order(await neighbour({}), 1, START - 8 * DAY_MS, null);
    await refit();
    expect((await leadTimeOf(seeded))[9]).toBeGreaterThan(3 * before);
    const silent = await seedConsumable(world.database, START);
    await order(silent, 1, START - 8 * DAY_MS, null);
    await refit();
    expect(await leadTimeOf(silent)).toEqual([0, 0, 0.5, 0.5]);
  });

  /** In Japan, whose Marine Day is Monday, 20 July, and whose Mountain Day is 11 August. */
  async function inJapan(): Promise<SiteCalendar> {
    await world.rows(
      `WITH site AS (
         INSERT INTO address (customer_id, name, recipient, street, postal_code, city, country, time_zone, created_at)
         VALUES ($1, 'Office', 'Somebody', 'A street 1', '1', 'Tokyo', 'JP', 'Asia/Tokyo', $3) RETURNING id
       ) UPDATE device SET address_id = site.id FROM site WHERE device.id = $2`,
      ...[seeded.customerId, seeded.deviceId, new Date(START)],
    );
    const calendar = await loadSiteCalendar(world.database.pool, seeded.deviceId, START);
    if (calendar === null) throw new Error('no calendar');
    return calendar;
  }

  test('business days are those of core, with the holidays and in the zone of the place', async () => {
    const japan = await inJapan();
    expect(japan.timeZone).toBe('Asia/Tokyo');
    expect(japan.closures).toContainEqual({ from: '2026-07-20', to: '2026-07-20' });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 24 * 13 }),
        fc.integer({ min: 0, max: 14 }),
        async (hours, days) => {
          await world.rows('DELETE FROM "order"');
          const acceptedAt = START - 60 * DAY_MS + hours * HOUR_MS;
          const arrives = addBusinessDays(acceptedAt, days, japan);
          const deliveredAt = startOfLocalDate(arrives, japan.timeZone) + NOON_MS;
          fc.pre(deliveredAt >= acceptedAt);
          await order(seeded, 300, acceptedAt, deliveredAt);
          await refit();
          const learned = (await leadTimeOf(seeded)).findIndex((p) => p > 0.9);
          expect(addBusinessDays(acceptedAt, learned, japan)).toBe(arrives);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('what comes at a weekend is planned for as Friday and as Monday: no hold on either side is broken', async () => {
    // From a Friday to the Saturday after it.
    await order(seeded, 100, noonOf(4), noonOf(4) + DAY_MS);
    await refit();
    const pmf = await leadTimeOf(seeded);
    expect(pmf[0]).toBeGreaterThan(0.3);
    expect(pmf[1]).toBeCloseTo(pmf[0] ?? 0, 9);
  });

  test.each([
    ['where it is a holiday, like one that came at a weekend', true],
    ['control: where it is none, after one business day', false],
  ])('a parcel that came on Marine Day: %s', async (_where, isHoliday) => {
    if (isHoliday) await inJapan();
    const friday = Date.UTC(2026, 6, 17, 3);
    await order(seeded, 100, friday, friday + 3 * DAY_MS);
    await refit();
    const pmf = await leadTimeOf(seeded);
    expect(pmf[0] ?? 0).toBeCloseTo(isHoliday ? (pmf[1] ?? 0) : 0, 1);
    expect(pmf[1]).toBeGreaterThan(isHoliday ? 0.3 : 0.8);
  });

  test('what hundreds of parcels never took no longer keeps deliveries from fitting between two holds', async () => {
    await world.rows('UPDATE merchant SET lead_time_pmf = $1', [0, 0.05, 0.85, 0.05, 0, 0, 0, 0, 0, 0.05]);
    const holds = [
      { from: '2026-09-01', to: '2026-09-06' },
      { from: '2026-09-14', to: '2026-09-20' },
    ];
    const plan = async () => {
      const leadTime = { pmf: await leadTimeOf(seeded) };
      return planDelivery({ earliestPlaceAt: START, leadTime, calendar: { ...BERLIN, holds } });
    };
    expect((await plan()).movedBy).not.toBeNull();
    await order(seeded, 1000, noonOf(0), noonOf(2));
    await refit();
    const { movedBy, arrivesTo } = await plan();
    expect(movedBy).toBeNull();
    expect(arrivesTo < '2026-09-14').toBe(true);
  });

  test('a customer in a zone that does not exist, and deliveries of years ago, are passed over', async () => {
    const nowhere = await neighbour({ timeZone: 'Mars/Olympus' });
    await order(nowhere, 50, noonOf(0), noonOf(8));
    await order(seeded, 50, START - 500 * DAY_MS, START - 480 * DAY_MS);
    await refit();
    expect(await leadTimeOf(seeded)).toEqual([0, 0, 0.5, 0.5]);
  });

  test('what no delivery supports any more is forgotten', async () => {
    await order(seeded, 30, noonOf(0), noonOf(5));
    await refit();
    await world.rows('DELETE FROM "order"');
    await refitLeadTimes({ ...world, log: silentLog }, START + DAY_MS);
    expect(await leadTimeOf(seeded)).toEqual([0, 0, 0.5, 0.5]);
  });
});

test('tails lose at most half a per cent each, and the rest is scaled to one', () => {
  expect(withoutTails({ pmf: [0.004, 0.1, 0.89, 0.002, 0.002, 0.002] }).pmf).toHaveLength(4);
  expect(withoutTails({ pmf: [0.01, 0.98, 0.01] }).pmf).toEqual([0.01, 0.98, 0.01]);
  const weights = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      weights.filter((list) => list.some((weight) => weight > 0)),
      (list) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        const pmf = list.map((weight) => weight / total);
        const kept = withoutTails({ pmf }).pmf;
        const lost = pmf.reduce((sum, p, days) => ((kept[days] ?? 0) === 0 ? sum + p : sum), 0);
        expect(lost).toBeLessThanOrEqual(0.01 + 1e-9);
        expect(kept.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      },
    ),
  );
});
