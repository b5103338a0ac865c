import { shrinkLeadTime } from '../../core/lead-time.ts';
import type { Instant, LeadTime } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { type LeadTimeKey, loadParcels, type Parcels } from './parcels.ts';

/** The merchant's own figures stand, however unlikely, until this many parcels have spoken. */
const PARCELS_TO_DOUBT = 200;
/** Parcels of those earliest and of those latest that no hold is planned around. */
const NEGLIGIBLE_SHARE = 0.005;

/** From the narrowest. */
export const leadTimeScopes = ({ merchantId, region, productId }: LeadTimeKey): readonly string[] => [
  `${merchantId}:${region}:${productId}`,
  `${merchantId}:${region}`,
  merchantId,
];

const PUBLISH = `
  INSERT INTO lead_time (scope, fitted_at, parcels, pmf)
  SELECT scope, $1, parcels, pmf::float8[] FROM unnest($2::text[], $3::int[], $4::text[]) AS t(scope, parcels, pmf)
  ON CONFLICT (scope) DO UPDATE SET fitted_at = $1, parcels = excluded.parcels, pmf = excluded.pmf`;

interface Fitted {
  readonly scope: string;
  readonly parcels: number;
  readonly pmf: readonly number[];
}

/** Learns from the deliveries of the last year how long each merchant takes, by region and by product. */
export async function refitLeadTimes({ database, log }: RulesDeps, now: Instant): Promise<void> {
  const { pool } = database;
  const rows = await loadParcels(pool, now);
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
function fitMerchant(rows: readonly Parcels[]): Fitted[] {
  const [first] = rows;
  if (first === undefined) return [];
  const doubted = deliveredOf(rows) >= PARCELS_TO_DOUBT;
  const fitted: Fitted[] = [];
  const learn = (scope: string, parent: LeadTime, members: readonly Parcels[]): LeadTime => {
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

const deliveredOf = (rows: readonly Parcels[]): number =>
  rows.reduce((sum, { open, parcels }) => (open ? sum : sum + parcels), 0);

function observationsOf(rows: readonly Parcels[]): { delivered: number[]; openAges: number[] } {
  const delivered: number[] = [];
  const openAges: number[] = [];
  for (const { open, days, rested, parcels } of rows) {
    if (open) {
      for (let i = 0; i < parcels; i += 1) openAges.push(days);
      continue;
    }
    // Whoever plans around holds has to reckon with both neighbours of a day of rest.
    const spread = rested ? [days, days + 1] : [days];
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
