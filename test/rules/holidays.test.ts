import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureReadingPartitions } from '../../platform/partitions.ts';
import { loadSiteCalendar } from '../../platform/site-calendar.ts';
import { loadContexts } from '../../rules/context/load-contexts.ts';
import { policyOf } from '../../rules/policy.ts';
import { claimWatched } from '../../rules/watch/watched-order.ts';
import { createWorld, nearlyEmpty, type World } from './world.ts';

/** The Wednesday before Christmas; parcels take two or three business days. */
const WEDNESDAY = Date.UTC(2026, 11, 23, 8);

describe('public holidays', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    world.clock.advanceTo(WEDNESDAY);
    const months = { now: WEDNESDAY, retentionMonths: 3, aheadMonths: 1 };
    await ensureReadingPartitions(world.database.pool, months);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** An order for parcels to the country; the terms of `nearlyEmpty` name Germany. */
  const order = async (country: string | null) => {
    const { customerId, deviceId, consumableId } = await nearlyEmpty(world);
    if (country !== null) {
      await world.rows('UPDATE customer SET delivery_address = $2 WHERE id = $1', customerId, { country });
    }
    await world.rules.drain();
    const [made] = await world.rows<{ id: string; from: string; to: string }>(
      `SELECT id, arrives_from::text AS from, arrives_to::text AS to FROM "order" WHERE consumable_id = $1`,
      consumableId,
    );
    return { ...made, deviceId };
  };

  const moveTo = (deviceId: string, country: string, timeZone: string | null) =>
    world.rows(
      `WITH site AS (
         INSERT INTO address (customer_id, name, recipient, street, postal_code, city, country, time_zone, created_at)
         SELECT customer_id, 'Office', 'Somebody', 'A street 1', '1', 'Far away', $3, $4, $2 FROM device WHERE id = $1
         RETURNING id
       ) UPDATE device SET address_id = site.id FROM site WHERE device.id = $1`,
      ...[deviceId, new Date(WEDNESDAY), country, timeZone],
    );

  test('are no days on which parcels come, by where they go', async () => {
    // Placed on Thursday, when the time to cancel is over. In Japan Christmas Day is a Friday like any other.
    const [german, japanese] = [await order(null), await order('JP')];
    expect(german).toMatchObject({ from: '2026-12-29', to: '2026-12-30' });
    expect(japanese).toMatchObject({ from: '2026-12-28', to: '2026-12-29' });
    const christmas = { from: '2026-12-25', to: '2026-12-25' };
    const closuresAt = async (deviceId: string) =>
      (await loadSiteCalendar(world.database.pool, deviceId, WEDNESDAY))?.closures;
    expect(await closuresAt(german.deviceId)).toContainEqual(christmas);
    expect(await closuresAt(japanese.deviceId)).not.toContainEqual(christmas);
  });

  test('are those of the address where the device stands, before the one that was agreed to', async () => {
    const { deviceId } = await order(null);
    await moveTo(deviceId, 'JP', 'Asia/Tokyo');
    const calendar = await loadSiteCalendar(world.database.pool, deviceId, WEDNESDAY);
    expect(calendar?.closures).toContainEqual({ from: '2027-01-11', to: '2027-01-11' });
    expect(calendar?.closures).not.toContainEqual({ from: '2026-12-25', to: '2026-12-25' });
  });

  test('make no parcel late', async () => {
    const { id } = await order(null);
    await world.rows(`UPDATE "order" SET watch_at = $2 WHERE id = $1`, id, new Date(WEDNESDAY));
    const [watched] = await claimWatched(world.database.pool, WEDNESDAY, 1);
    expect(watched?.calendar.closures).toContainEqual({ from: '2026-12-25', to: '2026-12-25' });
  });

  const JAPAN = { timeZone: 'Asia/Tokyo', closed: '2027-01-11', open: '2026-12-25' };
  const GERMANY = { timeZone: 'Europe/Berlin', closed: '2026-12-25', open: '2027-01-11' };

  test.each<[string, typeof JAPAN, (id: { customerId: string; deviceId: string }) => Promise<unknown>]>([
    ['of the address where the device stands', JAPAN, ({ deviceId }) => moveTo(deviceId, 'JP', 'Asia/Tokyo')],
    [
      'of the address of the customer',
      { ...JAPAN, timeZone: 'Europe/Berlin' },
      ({ customerId }) =>
        world.rows('UPDATE customer SET delivery_address = $2 WHERE id = $1', customerId, { country: 'JP' }),
    ],
    [
      'of what was agreed to, where the customer names no country',
      GERMANY,
      ({ customerId }) =>
        world.rows('UPDATE customer SET delivery_address = $2 WHERE id = $1', customerId, { region: '13' }),
    ],
    ['of what was agreed to, where nobody said anything', GERMANY, () => Promise.resolve()],
  ])('are the same for forecast, screens and watch: those %s', async (_which, expected, prepare) => {
    const { pool } = world.database;
    const seeded = await nearlyEmpty(world);
    const { consumableId, deviceId } = seeded;
    await prepare(seeded);
    await world.rules.drain();
    await world.rows('UPDATE "order" SET watch_at = NULL');
    await world.rows(
      'UPDATE "order" SET watch_at = $2 WHERE consumable_id = $1',
      consumableId,
      new Date(WEDNESDAY),
    );
    const wanted = [{ consumableId, order: null }];
    const contexts = await loadContexts(pool, wanted, policyOf(world.config), WEDNESDAY);
    const calendars = [
      contexts.of.get(consumableId)?.step.calendar,
      await loadSiteCalendar(pool, deviceId, WEDNESDAY),
      (await claimWatched(pool, WEDNESDAY, 1))[0]?.calendar,
    ];
    const { timeZone, closed, open } = expected;
    for (const calendar of calendars) {
      expect(calendar?.timeZone).toBe(timeZone);
      const closures = calendar?.closures.map(({ from }) => from);
      expect(closures).toContain(closed);
      expect(closures).not.toContain(open);
      expect(calendar?.closures).toEqual(calendars[0]?.closures);
    }
  });
});
