import { shrinkLeadTime } from '../../core/lead-time.ts';
import { DAY_MS, type Instant, type LeadTime } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';

/** Merchants and carriers change: older deliveries than a year say nothing about the next one. */
const LOOK_BACK_MS = 365 * DAY_MS;
/** Business days; a parcel that takes longer is counted as one that took this long. */
const LONGEST_DAYS = 60;
/** The merchant's own figures stand, however unlikely, until this many parcels have spoken. */
const PARCELS_TO_DOUBT = 200;
/** Parcels of those earliest and of those latest that no hold is planned around. */
const NEGLIGIBLE_SHARE = 0.005;

/** Whose parcels: a customer's time zone is the region, as the place of law may be as wide as the EU. */
export interface LeadTimeKey {
  readonly merchantId: string;
  readonly region: string;
  readonly productId: string;
}

/** From the narrowest. */
export const leadTimeScopes = ({ merchantId, region, productId }: LeadTimeKey): readonly string[] => [
  `${merchantId}:${region}:${productId}`,
  `${merchantId}:${region}`,
  merchantId,
];

/**
 * Durations of parcels in business days (Monday to Friday) of the customer's zone, one row a duration.
 * Weekdays up to a date are counted from a Monday. An order under way has not come until yesterday; one
 * at a merchant that never reports a delivery says nothing.
 */
const PARCELS = `
  WITH parcel AS (
    SELECT o.merchant_id, o.product_id, c.time_zone AS region, o.delivered_at IS NULL AS open,
      (o.accepted_at AT TIME ZONE z.name)::date - date '1970-01-05' AS "from",
      (coalesce(o.delivered_at, $1::timestamptz) AT TIME ZONE z.name)::date - date '1970-01-05' AS "to"
    FROM "order" o JOIN customer c ON c.id = o.customer_id JOIN pg_timezone_names z ON z.name = c.time_zone
    WHERE o.status IN ('accepted', 'shipped', 'delivered', 'installed', 'returned') AND o.created_at >= $2
      AND o.accepted_at <= coalesce(o.delivered_at, $1)
      AND (o.delivered_at IS NOT NULL OR o.status IN ('accepted', 'shipped'))
  ), counted AS (
    SELECT merchant_id, product_id, region, open,
      least(5 * ("to" / 7) + least("to" % 7 + 1, 5) - 5 * ("from" / 7) - least("from" % 7 + 1, 5)
        - CASE WHEN open THEN 1 ELSE 0 END, $3::int) AS days, NOT open AND "to" % 7 >= 5 AS weekend
    FROM parcel
  )
  SELECT t.merchant_id AS "merchantId", m.lead_time_pmf AS prior, t.region, t.product_id AS "productId", t.open, t.days, t.weekend,
    count(*)::int AS parcels
  FROM counted t JOIN merchant m ON m.id = t.merchant_id
  WHERE EXISTS (SELECT FROM counted d WHERE d.merchant_id = t.merchant_id AND NOT d.open)
  GROUP BY t.merchant_id, m.lead_time_pmf, t.region, t.product_id, t.open, t.days, t.weekend`;

const PUBLISH = `
  INSERT INTO lead_time (scope, fitted_at, parcels, pmf)
  SELECT scope, $1, parcels, pmf::float8[] FROM unnest($2::text[], $3::int[], $4::text[]) AS t(scope, parcels, pmf)
  ON CONFLICT (scope) DO UPDATE SET fitted_at = $1, parcels = excluded.parcels, pmf = excluded.pmf`;

interface ParcelRow extends LeadTimeKey {
  readonly prior: readonly number[];
  readonly open: boolean;
  readonly days: number;
  /** Came on a Saturday or Sunday: after `days` business days and before the next. */
  readonly weekend: boolean;
  readonly parcels: number;
}

interface Fitted {
  readonly scope: string;
  readonly parcels: number;
  readonly pmf: readonly number[];
}

/** Learns from the deliveries of the last year how long each merchant takes, by region and by product. */
export async function refitLeadTimes({ database, log }: RulesDeps, now: Instant): Promise<void> {
  const { pool } = database;
  const since = new Date(now - LOOK_BACK_MS);
  const { rows } = await pool.query<ParcelRow>(PARCELS, [new Date(now), since, LONGEST_DAYS]);
  const fitted = [...Map.groupBy(rows, ({ merchantId }) => merchantId).values()].flatMap(fitMerchant);
  await publish(pool, fitted, now);
  log.info({ scopes: fitted.length }, 'lead times fitted to deliveries');
}

async function publish(db: Queryable, fitted: readonly Fitted[], now: Instant): Promise<void> {
  await db.query(PUBLISH, [
    new Date(now),
    fitted.map(({ scope }) => scope),
    fitted.map(({ parcels }) => parcels),
    fitted.map(({ pmf }) => `{${pmf.join()}}`),
  ]);
  await db.query('DELETE FROM lead_time WHERE fitted_at < $1', [new Date(now)]);
}

/** Merchant → region → product, each leaning on the one before. */
function fitMerchant(rows: readonly ParcelRow[]): Fitted[] {
  const [first] = rows;
  if (first === undefined) return [];
  const doubted = deliveredOf(rows) >= PARCELS_TO_DOUBT;
  const fitted: Fitted[] = [];
  const learn = (scope: string, parent: LeadTime, members: readonly ParcelRow[]): LeadTime => {
    const leadTime = shrinkLeadTime(parent, observationsOf(members));
    const { pmf } = doubted ? withoutTails(leadTime) : leadTime;
    fitted.push({ scope, parcels: deliveredOf(members), pmf });
    return leadTime;
  };
  const whole = learn(first.merchantId, { pmf: first.prior }, rows);
  for (const ofRegion of Map.groupBy(rows, ({ region }) => region).values()) {
    const [, regionScope = ''] = leadTimeScopes(ofRegion[0] ?? first);
    const regional = learn(regionScope, whole, ofRegion);
    for (const ofProduct of Map.groupBy(ofRegion, ({ productId }) => productId).values()) {
      const [productScope = ''] = leadTimeScopes(ofProduct[0] ?? first);
      learn(productScope, regional, ofProduct);
    }
  }
  return fitted;
}

const deliveredOf = (rows: readonly ParcelRow[]): number =>
  rows.reduce((sum, { open, parcels }) => (open ? sum : sum + parcels), 0);

function observationsOf(rows: readonly ParcelRow[]): { delivered: number[]; openAges: number[] } {
  const delivered: number[] = [];
  const openAges: number[] = [];
  for (const { open, days, weekend, parcels } of rows) {
    if (open) {
      for (let i = 0; i < parcels; i += 1) openAges.push(days);
      continue;
    }
    // Whoever plans around holds has to reckon with both neighbours of a weekend.
    const spread = weekend ? [days, days + 1] : [days];
    for (const day of spread) {
      while (delivered.length <= day) delivered.push(0);
      delivered[day] = (delivered[day] ?? 0) + parcels / spread.length;
    }
  }
  return { delivered, openAges };
}

/**
 * Without the earliest and the latest days that hardly a parcel takes. A delivery is planned around holds
 * by every day on which it may arrive: days that only the prior still speaks of, or one parcel that went
 * astray, would leave no room between two holds.
 */
export function withoutTails({ pmf }: LeadTime): LeadTime {
  const kept = [...pmf];
  const clear = (days: readonly number[]): void => {
    let sum = 0;
    for (const day of days) {
      sum += kept[day] ?? 0;
      if (sum > NEGLIGIBLE_SHARE) return;
      kept[day] = 0;
    }
  };
  const days = [...pmf.keys()];
  clear(days);
  clear(days.toReversed());
  const total = kept.reduce((sum, p) => sum + p, 0);
  return { pmf: kept.slice(0, kept.findLastIndex((p) => p > 0) + 1).map((p) => p / total) };
}
