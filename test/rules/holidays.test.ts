import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureReadingPartitions } from '../../platform/partitions.ts';
import { loadSiteCalendar } from '../../platform/site-calendar.ts';
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
    await world.rows(
      `WITH site AS (
         INSERT INTO address (customer_id, name, recipient, street, postal_code, city, country, created_at)
         SELECT customer_id, 'Office', 'Somebody', 'A street 1', '1', 'Tokyo', 'JP', $2 FROM device WHERE id = $1
         RETURNING id
       ) UPDATE device SET address_id = site.id FROM site WHERE device.id = $1`,
      deviceId,
      new Date(WEDNESDAY),
    );
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
});
