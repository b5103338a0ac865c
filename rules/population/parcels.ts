import { DAY_MS, type DateSpan, type Instant } from '../../core/types.ts';
import { DELIVERY_PLACE } from '../../platform/delivery-place.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { loadPublicHolidays } from '../../platform/public-holidays.ts';

/** Merchants and carriers change: older deliveries than a year say nothing about the next one. */
const LOOK_BACK_MS = 365 * DAY_MS;
/** Business days; a parcel that takes longer is counted as one that took this long. */
const LONGEST_DAYS = 60;

/** Whose parcels: a customer's time zone is the region, as the place of law may be as wide as the EU. */
export interface LeadTimeKey {
  readonly merchantId: string;
  readonly region: string;
  readonly productId: string;
}

/** Parcels of one duration. */
export interface Parcels extends LeadTimeKey {
  readonly prior: readonly number[];
  readonly open: boolean;
  readonly days: number;
  /** Came on a day of rest: after `days` business days and before the next. */
  readonly rested: boolean;
  readonly parcels: number;
}

/** What went on its way within a year, and where to; an order under way that has no delivery yet is open. */
const PARCEL = `
  SELECT o.merchant_id, o.product_id, cu.time_zone AS region, o.delivered_at, o.accepted_at, z.name AS zone,
    coalesce(place.country, '') AS country, coalesce(place.region, '') AS area
  FROM "order" o JOIN customer cu ON cu.id = o.customer_id
  JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id ${DELIVERY_PLACE}
  JOIN pg_timezone_names z ON z.name = place.time_zone
  WHERE o.status IN ('accepted', 'shipped', 'delivered', 'installed', 'returned') AND o.created_at >= $2
    AND o.accepted_at <= coalesce(o.delivered_at, $1)
    AND (o.delivered_at IS NOT NULL OR o.status IN ('accepted', 'shipped'))`;

const PLACES = `SELECT DISTINCT country, area FROM (${PARCEL}) parcel WHERE country <> ''`;

/** Weekdays from a Monday to the day, both counted, without the closures (their numbers, in order) among them. */
const businessDays = (day: string): string =>
  `5 * (${day} / 7) + least(${day} % 7 + 1, 5) - width_bucket(${day}, closed)`;

/**
 * Durations in business days of the place where each arrives, as core counts them, one row a duration. An order
 * under way has not come until yesterday; one at a merchant that never reports a delivery says nothing.
 */
const PARCELS = `
  WITH holidays AS (
    SELECT country, area, ARRAY(SELECT jsonb_array_elements_text(days)::int) AS closed
    FROM jsonb_to_recordset($4::jsonb) AS t(country text, area text, days jsonb)
  ), dated AS (
    SELECT p.merchant_id, p.product_id, p.region, p.delivered_at IS NULL AS open,
      (p.accepted_at AT TIME ZONE p.zone)::date - date '1970-01-05' AS "from",
      (coalesce(p.delivered_at, $1::timestamptz) AT TIME ZONE p.zone)::date - date '1970-01-05' AS "to",
      coalesce(h.closed, '{}') AS closed
    FROM (${PARCEL}) p LEFT JOIN holidays h ON h.country = p.country AND h.area = p.area
  ), counted AS (
    SELECT merchant_id, product_id, region, open,
      least(${businessDays('"to"')} - (${businessDays('"from"')}) - CASE WHEN open THEN 1 ELSE 0 END, $3::int) AS days,
      NOT open AND ("to" % 7 >= 5 OR "to" = ANY (closed)) AS rested
    FROM dated
  )
  SELECT t.merchant_id AS "merchantId", m.lead_time_pmf AS prior, t.region, t.product_id AS "productId", t.open, t.days, t.rested,
    count(*)::int AS parcels
  FROM counted t JOIN merchant m ON m.id = t.merchant_id
  WHERE EXISTS (SELECT FROM counted d WHERE d.merchant_id = t.merchant_id AND NOT d.open)
  GROUP BY t.merchant_id, m.lead_time_pmf, t.region, t.product_id, t.open, t.days, t.rested`;

/** How long the parcels of the last year took; two statements, however many there are. */
export async function loadParcels(db: Queryable, now: Instant): Promise<readonly Parcels[]> {
  const span = [new Date(now), new Date(now - LOOK_BACK_MS)];
  const { rows: found } = await db.query<{ country: string; area: string }>(PLACES, span);
  const places = found.map(({ country, area }) => ({ country, region: area === '' ? null : area }));
  const closuresOf = await loadPublicHolidays(places, now);
  const holidays = found.map(({ country, area }, i) => ({
    ...{ country, area },
    days: [...new Set(closuresOf(places[i] ?? null).flatMap(weekdaysOf))].toSorted((a, b) => a - b),
  }));
  const { rows } = await db.query<Parcels>(PARCELS, [...span, LONGEST_DAYS, JSON.stringify(holidays)]);
  return rows;
}

/** A Monday. */
const FIRST_DAY_MS = Date.UTC(1970, 0, 5);

/** The days of a closure that would have been business days, counted from the first Monday of 1970. */
function weekdaysOf({ from, to }: DateSpan): number[] {
  const numberOf = (date: string) => (Date.parse(date) - FIRST_DAY_MS) / DAY_MS;
  const [first, last] = [numberOf(from), numberOf(to ?? from)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((day) => day % 7 < 5);
}
