import type { DateSpan, SiteCalendar } from '../core/types.ts';
import { DELIVERY_PLACE } from './delivery-place.ts';
import type { Queryable } from './order-store.ts';
import { loadPublicHolidays, type Place } from './public-holidays.ts';

const SITES = `
  SELECT d.id AS "deviceId", place.time_zone AS "timeZone", place.country, place.region,
    (SELECT coalesce(json_agg(json_build_object('from', h.starts_on, 'to', h.ends_on) ORDER BY h.starts_on, h.id), '[]')
      FROM hold h
      WHERE h.customer_id = d.customer_id AND h.cancelled_at IS NULL AND (h.device_id IS NULL OR h.device_id = d.id)
        AND (h.address_id IS NULL OR h.address_id = d.address_id)
        AND (h.ends_on IS NULL OR h.ends_on >= $2::date - 1)) AS holds
  FROM device d JOIN customer cu ON cu.id = d.customer_id ${DELIVERY_PLACE}
  WHERE d.id = ANY ($1::uuid[])`;

interface Site {
  readonly deviceId: string;
  readonly timeZone: string;
  readonly holds: readonly DateSpan[];
  readonly country: string | null;
  readonly region: string | null;
}

const placeOf = ({ country, region }: Site): Place | null => (country === null ? null : { country, region });

/**
 * The calendars of the places where devices stand, by device: with the holds that concern it and end at or after
 * `holdsSince`, and with the public holidays around `now`. Devices that nobody owns have none.
 */
export async function loadSiteCalendars(
  db: Queryable,
  deviceIds: readonly string[],
  now: number,
  holdsSince: number = now,
): Promise<ReadonlyMap<string, SiteCalendar>> {
  const { rows } = await db.query<Site>(SITES, [[...new Set(deviceIds)], new Date(holdsSince)]);
  const closuresOf = await loadPublicHolidays(rows.map(placeOf), now);
  return new Map(
    rows.map((site) => {
      const { deviceId, timeZone, holds } = site;
      return [deviceId, { timeZone, holds, closures: closuresOf(placeOf(site)) }];
    }),
  );
}

/** The calendar of one device's place, from `now` on; null: nobody owns it. */
export async function loadSiteCalendar(
  db: Queryable,
  deviceId: string,
  now: number,
): Promise<SiteCalendar | null> {
  return (await loadSiteCalendars(db, [deviceId], now)).get(deviceId) ?? null;
}
