import type { ConsumableProfile, Instant, LeadTime, Offer, Strategy } from '../../core/types.ts';
import { DELIVERY_PLACE } from '../../platform/delivery-place.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { Place } from '../../platform/public-holidays.ts';

/** What is asked for: a consumable, as it is, or as one order for it sees it. */
export interface Wanted {
  readonly consumableId: string;
  /** The order being placed: its own money does not count against it, and its product is the one on offer. */
  readonly order: { readonly id: string; readonly productId: string } | null;
}

/** A consumable with its slot, its owner and what is on offer for it. */
export interface Surroundings {
  readonly consumableId: string;
  readonly deviceId: string;
  readonly deviceModelId: string;
  /** Version of the device's software; null: not known. */
  readonly firmware: string | null;
  readonly family: string;
  readonly customerId: string | null;
  /** Where it stands; null: not said. */
  readonly addressId: string | null;
  readonly timeZone: string;
  /** Of the place where parcels arrive: dates of delivery are its dates. Months of money are the customer's. */
  readonly siteTimeZone: string;
  /** Whose public holidays count; null: not said. */
  readonly place: Place | null;
  /** Mean degree-days per day by month, for what is used with the cold; null: its use counts in days. */
  readonly degreeDays: readonly number[] | null;
  /** The customer's; null: nobody owns it. */
  readonly jurisdiction: string | null;
  /** What is done now: the customer's choice, unless something makes it a question. */
  readonly strategy: Strategy;
  /** The customer skipped an order: nothing before then. */
  readonly skipUntil: Instant | null;
  readonly profile: ConsumableProfile;
  readonly offer: Offer | null;
  /** It has a product, and neither that nor any other can be had. */
  readonly unobtainable: boolean;
  /** The customer wants orders to come together. */
  readonly combines: boolean;
  /** The merchant charges one shipping for what it packs together. */
  readonly merchantCombines: boolean;
  /** By the merchant's own figures. */
  readonly leadTime: LeadTime;
}

/** How the product on offer came to be: the consumable's own, or what stands in for it. */
type Standing = 'own' | 'substitute' | 'outside';

/** What the merchant has just said it cannot deliver, or has refused for this very consumable. */
const obtainable = (product: string): string => `
  ${product}.active
  AND NOT EXISTS (SELECT FROM quote q WHERE q.product_id = ${product}.id AND q.status = 'unavailable' AND q.valid_until > $3)
  AND NOT EXISTS (SELECT FROM "order" r WHERE r.consumable_id = c.id AND r.product_id = ${product}.id
    AND r.status = 'rejected' AND r.rejection_code = 'refused' AND r.created_at > $3::timestamptz - interval '3 days')`;

/**
 * What cannot be had gives way: to the first product that the newest consent in force names (substitutes
 * before the same thing at another merchant) within its price; else to whatever fits, which the customer
 * is asked about.
 */
const SURROUNDINGS = prepared(`
  SELECT c.id, c.device_id, c.device_model_id, d.firmware, d.address_id, place.time_zone AS site_time_zone, dm.family, place.country, place.region,
    CASE WHEN s.follows_weather AND cardinality(site.degree_days) = 12 THEN site.degree_days END AS degree_days,
    c.customer_id, c.strategy, c.skip_until, c.paused_at IS NOT NULL AS paused,
    s.key, s.name, s.polarity, s.gauge_quantum, s.gauge_noise, s.yield_uses, s.typical_life_days, s.shelf_life_days,
    cu.time_zone, cu.jurisdiction, cu.combine_orders, p.id AS product_id, p.merchant_id, p.sku, p.name AS product_name,
    p.unit_price_minor, p.currency, p.pack_size, p.minimum_quantity, m.lead_time_pmf, m.combines_parcels,
    CASE WHEN own.id IS NOT NULL THEN 'own' WHEN substitute.id IS NOT NULL THEN 'substitute' ELSE 'outside' END AS standing,
    c.product_id IS NOT NULL AND p.id IS NULL AS unobtainable,
    (SELECT json_agg(json_build_object('quantity', b.quantity, 'minor', b.unit_price_minor) ORDER BY b.quantity)
     FROM product_price_break b WHERE b.product_id = p.id) AS price_breaks
  FROM unnest($1::uuid[], $2::uuid[]) AS wanted(id, product_id)
  JOIN consumable c ON c.id = wanted.id
  JOIN device d ON d.id = c.device_id
  JOIN model_slot s ON s.device_model_id = c.device_model_id AND s.key = c.key
  JOIN device_model dm ON dm.id = c.device_model_id
  LEFT JOIN customer cu ON cu.id = c.customer_id
  ${DELIVERY_PLACE}
  LEFT JOIN product own ON own.id = coalesce(wanted.product_id, c.product_id) AND own.active
    AND (wanted.product_id IS NOT NULL OR (${obtainable('own')}))
  LEFT JOIN LATERAL (
    SELECT named.id FROM consent k JOIN mandate t ON t.consent_id = k.id
    CROSS JOIN LATERAL (
      SELECT id, 1 AS round, place FROM unnest(t.substitute_product_ids) WITH ORDINALITY AS x(id, place)
      UNION ALL
      SELECT id, 2, place FROM unnest(t.product_ids) WITH ORDINALITY AS x(id, place)
    ) named
    JOIN product candidate ON candidate.id = named.id AND ${obtainable('candidate')}
      AND candidate.currency = t.currency AND candidate.unit_price_minor <= t.max_unit_price_minor
      AND (t.merchant_ids = '{}' OR candidate.merchant_id = ANY (t.merchant_ids))
    JOIN product_fit f ON f.product_id = named.id AND f.device_model_id = c.device_model_id AND f.slot_key = c.key
    WHERE own.id IS NULL AND wanted.product_id IS NULL AND k.customer_id = c.customer_id
      AND k.purpose = 'automatic-order' AND (k.valid_until IS NULL OR k.valid_until > $3)
      AND (k.consumable_id IS NULL OR k.consumable_id = c.id) AND (k.device_id IS NULL OR k.device_id = c.device_id)
      AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)
    ORDER BY num_nulls(k.consumable_id, k.device_id), k.consumable_id, k.granted_at DESC, named.round, named.place LIMIT 1
  ) substitute ON true
  LEFT JOIN LATERAL (
    SELECT candidate.id FROM product_fit f JOIN product candidate ON candidate.id = f.product_id AND ${obtainable('candidate')}
    WHERE own.id IS NULL AND substitute.id IS NULL AND wanted.product_id IS NULL AND c.product_id IS NOT NULL
      AND f.device_model_id = c.device_model_id AND f.slot_key = c.key AND candidate.currency = cu.currency
    ORDER BY candidate.unit_price_minor::float8 / candidate.pack_size, candidate.id LIMIT 1
  ) outside ON true
  LEFT JOIN product p ON p.id = coalesce(own.id, substitute.id, outside.id)
  LEFT JOIN merchant m ON m.id = p.merchant_id`);

interface Row {
  readonly id: string;
  readonly device_id: string;
  readonly device_model_id: string;
  readonly firmware: string | null;
  readonly family: string;
  readonly customer_id: string | null;
  readonly strategy: Strategy;
  readonly paused: boolean;
  readonly combine_orders: boolean | null;
  readonly combines_parcels: boolean | null;
  readonly standing: Standing;
  readonly unobtainable: boolean;
  readonly price_breaks: readonly { readonly quantity: number; readonly minor: number }[] | null;
  readonly skip_until: Date | null;
  readonly key: string;
  readonly name: string;
  readonly polarity: ConsumableProfile['polarity'];
  readonly gauge_quantum: number;
  readonly gauge_noise: number;
  readonly yield_uses: number | null;
  readonly typical_life_days: number;
  readonly shelf_life_days: number | null;
  readonly address_id: string | null;
  readonly site_time_zone: string | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly degree_days: readonly number[] | null;
  readonly time_zone: string | null;
  readonly jurisdiction: string | null;
  readonly product_id: string | null;
  readonly merchant_id: string;
  readonly sku: string;
  readonly product_name: string;
  readonly unit_price_minor: number;
  readonly currency: string;
  readonly pack_size: number;
  readonly minimum_quantity: number;
  readonly lead_time_pmf: readonly number[] | null;
}

export async function loadSurroundings(
  db: Queryable,
  wanted: readonly Wanted[],
  now: Instant,
): Promise<readonly Surroundings[]> {
  const { rows } = await db.query<Row>(SURROUNDINGS, [
    wanted.map(({ consumableId }) => consumableId),
    wanted.map(({ order }) => order?.productId ?? null),
    new Date(now),
  ]);
  return rows.map(surroundingsOf);
}

/**
 * Nobody owns it yet: nothing can be asked or bought, and no zone is known. `respond` never orders by
 * itself, so the forecast is kept and nothing else happens.
 */
const UNOWNED = { timeZone: 'UTC', strategy: 'respond' } as const;

function surroundingsOf(row: Row): Surroundings {
  return {
    consumableId: row.id,
    deviceId: row.device_id,
    deviceModelId: row.device_model_id,
    firmware: row.firmware,
    family: row.family,
    customerId: row.customer_id,
    addressId: row.address_id,
    timeZone: row.time_zone ?? UNOWNED.timeZone,
    siteTimeZone: row.site_time_zone ?? UNOWNED.timeZone,
    place: row.country === null ? null : { country: row.country, region: row.region },
    degreeDays: row.degree_days,
    jurisdiction: row.jurisdiction,
    strategy: row.customer_id === null ? UNOWNED.strategy : strategyOf(row),
    skipUntil: row.skip_until?.getTime() ?? null,
    profile: {
      key: row.key,
      name: row.name,
      polarity: row.polarity,
      gaugeQuantum: row.gauge_quantum,
      gaugeNoise: row.gauge_noise,
      yieldUses: row.yield_uses,
      typicalLifeDays: row.typical_life_days,
      shelfLifeDays: row.shelf_life_days,
    },
    offer: offerOf(row),
    unobtainable: row.unobtainable,
    combines: row.combine_orders ?? false,
    merchantCombines: row.combines_parcels ?? false,
    leadTime: leadTimeOf(row.lead_time_pmf),
  };
}

/** Nothing is ordered unasked that the customer paused, or that stands in for theirs without their having named it. */
function strategyOf({ strategy, paused, standing, product_id }: Row): Strategy {
  const asks = paused || (standing === 'outside' && product_id !== null);
  return strategy === 'automatic' && asks ? 'curated' : strategy;
}

function offerOf(row: Row): Offer | null {
  if (row.product_id === null) return null;
  return {
    productId: row.product_id,
    merchantId: row.merchant_id,
    sku: row.sku,
    name: row.product_name,
    unitPrice: { minor: row.unit_price_minor, currency: row.currency },
    packSize: row.pack_size,
    minimumQuantity: row.minimum_quantity,
    ...(row.price_breaks === null ? {} : { priceBreaks: row.price_breaks.map(breakIn(row.currency)) }),
  };
}

const breakIn =
  (currency: string) =>
  ({ quantity, minor }: { readonly quantity: number; readonly minor: number }) => ({
    quantity,
    unitPrice: { minor, currency },
  });

/** Business days, for what nobody sells here: only to say when a new one would be due. */
const UNKNOWN_LEAD_TIME: LeadTime = { pmf: [0, 0, 0, 1] };

/** Scaled to sum to 1: a merchant's figures are rounded. */
function leadTimeOf(weights: readonly number[] | null): LeadTime {
  const sum = weights?.reduce((total, weight) => total + weight, 0) ?? 0;
  if (weights === null || !(sum > 0)) return UNKNOWN_LEAD_TIME;
  return { pmf: weights.map((weight) => weight / sum) };
}
