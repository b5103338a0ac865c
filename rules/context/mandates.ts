import { profileOf } from '../../core/jurisdictions.ts';
import type { Mandate } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { Surroundings } from './surroundings.ts';

interface MandateRow {
  readonly consentId: string;
  readonly customerId: string;
  readonly consumableId: string | null;
  readonly deviceId: string | null;
  readonly productIds: readonly string[];
  readonly currency: string;
  readonly maxUnitPriceMinor: number;
  readonly maxQuantity: number;
  readonly maxSpendPerMonthMinor: number;
  readonly maxOrdersPerMonth: number | null;
  readonly minDaysBetweenOrders: number | null;
  readonly substituteProductIds: readonly string[];
  readonly merchantIds: readonly string[];
  readonly maxPriceDrift: number | null;
  readonly pricesAtGrant: Readonly<Record<string, number>>;
  readonly deliveryAddress: Readonly<Record<string, unknown>>;
  readonly paymentReference: string | null;
  readonly told:
    | readonly { readonly productId: string; readonly minor: number; readonly at: string }[]
    | null;
  readonly grantedAt: Date;
  readonly validUntil: Date | null;
}

/**
 * Newest first. Expired ones are left in: a gate says so, instead of claiming that there never was one.
 * LIMIT 1 keeps the planner from reading every customer's terms for a batch of some.
 */
const MANDATES = prepared(`
  SELECT m.consent_id AS "consentId", k.customer_id AS "customerId", k.consumable_id AS "consumableId",
    k.device_id AS "deviceId", m.product_ids AS "productIds", m.currency, m.max_unit_price_minor AS "maxUnitPriceMinor",
    m.max_quantity AS "maxQuantity", m.max_spend_per_month_minor AS "maxSpendPerMonthMinor",
    m.max_orders_per_month AS "maxOrdersPerMonth", m.min_days_between_orders AS "minDaysBetweenOrders",
    m.substitute_product_ids AS "substituteProductIds", m.merchant_ids AS "merchantIds",
    m.max_price_drift AS "maxPriceDrift", m.prices_at_grant AS "pricesAtGrant",
    m.delivery_address AS "deliveryAddress", m.payment_reference AS "paymentReference",
    (SELECT json_agg(d.detail) FROM duty d
     WHERE d.consent_id = k.id AND d.kind = 'fee-change-notice' AND d.fulfilled_at IS NOT NULL) AS told,
    k.granted_at AS "grantedAt", k.valid_until AS "validUntil"
  FROM consent k CROSS JOIN LATERAL (SELECT * FROM mandate WHERE consent_id = k.id LIMIT 1) m
  WHERE k.customer_id = ANY ($1::uuid[]) AND k.purpose = 'automatic-order'
    AND (k.consumable_id IS NULL OR k.consumable_id = ANY ($2::uuid[]))
    AND (k.device_id IS NULL OR k.device_id = ANY ($3::uuid[]))
    AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)
  ORDER BY k.granted_at DESC, k.id DESC`);

/** Whether the terms are those of one consumable, of a device, or of all of the customer's. */
export interface ScopedMandate {
  readonly scope: 'consumable' | 'device' | 'customer';
  readonly mandate: Mandate;
}

type Subject = Pick<Surroundings, 'customerId' | 'deviceId' | 'consumableId' | 'jurisdiction'>;
export type MandateOf = (subject: Subject) => ScopedMandate | null;

/** The terms in force, newest first: those for the very consumable, then its device's, then the general ones. */
export async function loadMandates(
  db: Queryable,
  customerIds: readonly string[],
  subjects: readonly Subject[],
  now: number,
): Promise<MandateOf> {
  const { rows } = await db.query<MandateRow>(MANDATES, [
    customerIds,
    subjects.map(({ consumableId }) => consumableId),
    [...new Set(subjects.map(({ deviceId }) => deviceId))],
  ]);
  const byOwner = Map.groupBy(rows, (row) => row.consumableId ?? row.deviceId ?? row.customerId);
  const best = (id: string): MandateRow | undefined => {
    const own = byOwner.get(id);
    return own?.find(({ validUntil }) => validUntil === null || validUntil.getTime() > now) ?? own?.[0];
  };
  return ({ customerId, deviceId, consumableId, jurisdiction }) => {
    if (customerId === null || jurisdiction === null) return null;
    const scopes = [
      ['consumable', consumableId],
      ['device', deviceId],
      ['customer', customerId],
    ] as const;
    for (const [scope, id] of scopes) {
      const row = best(id);
      // A device that changed hands: the former owner's terms are not the new owner's.
      if (row?.customerId === customerId) {
        return { scope, mandate: mandateOf(row, jurisdiction) };
      }
    }
    return null;
  };
}

function mandateOf(row: MandateRow, jurisdiction: string): Mandate {
  const { currency } = row;
  const notice = profileOf(jurisdiction).feeChangeNotice;
  return {
    consentId: row.consentId,
    productIds: row.productIds,
    maxUnitPrice: { minor: row.maxUnitPriceMinor, currency },
    maxQuantity: row.maxQuantity,
    maxSpendPerMonth: { minor: row.maxSpendPerMonthMinor, currency },
    maxOrdersPerMonth: row.maxOrdersPerMonth,
    minDaysBetweenOrders: row.minDaysBetweenOrders,
    substituteProductIds: row.substituteProductIds,
    merchantIds: row.merchantIds.length === 0 ? null : row.merchantIds,
    maxPriceDrift: row.maxPriceDrift,
    pricesAtGrant: row.pricesAtGrant,
    deliveryAddress: addressLine(row.deliveryAddress),
    paymentReference: row.paymentReference,
    priceNotice:
      notice === null
        ? null
        : {
            days: notice.minDays,
            told: (row.told ?? []).map(({ at, ...told }) => ({ ...told, at: Date.parse(at) })),
          },
    grantedAt: row.grantedAt.getTime(),
    validUntil: row.validUntil?.getTime() ?? null,
  };
}

/** The address in one line; null when it says nothing. */
function addressLine(address: Readonly<Record<string, unknown>>): string | null {
  const parts = Object.values(address).filter((part) => typeof part === 'string' && part.trim() !== '');
  return parts.length === 0 ? null : parts.join(', ');
}
