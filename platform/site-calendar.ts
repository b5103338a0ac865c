import type { DateSpan, SiteCalendar } from '../core/types.ts';
import type { Queryable } from './order-store.ts';

const SITE = `
  SELECT coalesce(site.time_zone, cu.time_zone) AS "timeZone",
    (SELECT coalesce(json_agg(json_build_object('from', h.starts_on, 'to', h.ends_on) ORDER BY h.starts_on, h.id), '[]')
      FROM hold h
      WHERE h.customer_id = d.customer_id AND h.cancelled_at IS NULL AND (h.device_id IS NULL OR h.device_id = d.id)
        AND (h.address_id IS NULL OR h.address_id = d.address_id)
        AND (h.ends_on IS NULL OR h.ends_on >= $2::date - 1)) AS holds
  FROM device d JOIN customer cu ON cu.id = d.customer_id LEFT JOIN address site ON site.id = d.address_id
  WHERE d.id = $1`;

/** The calendar of the place where a device stands, from `now` on, with the holds that concern it; null: nobody owns it. */
export async function loadSiteCalendar(
  db: Queryable,
  deviceId: string,
  now: number,
): Promise<SiteCalendar | null> {
  const { rows } = await db.query<{ timeZone: string; holds: readonly DateSpan[] }>(SITE, [
    deviceId,
    new Date(now),
  ]);
  const [site] = rows;
  return site === undefined ? null : { ...site, closures: [] };
}
