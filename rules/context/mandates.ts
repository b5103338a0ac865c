import type { Mandate } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

interface MandateRow {
  readonly consentId: string;
  readonly customerId: string;
  readonly consumableId: string | null;
  readonly productIds: readonly string[];
  readonly currency: string;
  readonly maxUnitPriceMinor: number;
  readonly maxQuantity: number;
  readonly maxSpendPerMonthMinor: number;
  readonly maxOrdersPerMonth: number | null;
  readonly minDaysBetweenOrders: number | null;
  readonly grantedAt: Date;
  readonly validUntil: Date | null;
}

/**
 * Newest first. Expired ones are left in: a gate says so, instead of claiming that there never was one.
 * LIMIT 1 keeps the planner from reading every customer's terms for a batch of some.
 */
const MANDATES = `
  SELECT m.consent_id AS "consentId", k.customer_id AS "customerId", k.consumable_id AS "consumableId",
    m.product_ids AS "productIds", m.currency, m.max_unit_price_minor AS "maxUnitPriceMinor",
    m.max_quantity AS "maxQuantity", m.max_spend_per_month_minor AS "maxSpendPerMonthMinor",
    m.max_orders_per_month AS "maxOrdersPerMonth", m.min_days_between_orders AS "minDaysBetweenOrders",
    k.granted_at AS "grantedAt", k.valid_until AS "validUntil"
  FROM consent k CROSS JOIN LATERAL (SELECT * FROM mandate WHERE consent_id = k.id LIMIT 1) m
  WHERE k.customer_id = ANY ($1::uuid[]) AND k.purpose = 'automatic-order'
    AND (k.consumable_id IS NULL OR k.consumable_id = ANY ($2::uuid[]))
    AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)
  ORDER BY k.granted_at DESC, k.id DESC`;

/** Whether the terms are those of one consumable or of all of the customer's. */
export interface ScopedMandate {
  readonly scope: 'consumable' | 'customer';
  readonly mandate: Mandate;
}

export type MandateOf = (customerId: string | null, consumableId: string) => ScopedMandate | null;

/** The terms in force: those for the very consumable before the customer's general ones, newest first. */
export async function loadMandates(
  db: Queryable,
  customerIds: readonly string[],
  consumableIds: readonly string[],
  now: number,
): Promise<MandateOf> {
  const { rows } = await db.query<MandateRow>(MANDATES, [customerIds, consumableIds]);
  const byOwner = Map.groupBy(rows, (row) => row.consumableId ?? row.customerId);
  const best = (id: string): MandateRow | undefined => {
    const own = byOwner.get(id);
    return own?.find(({ validUntil }) => validUntil === null || validUntil.getTime() > now) ?? own?.[0];
  };
  return (customerId, consumableId) => {
    if (customerId === null) return null;
    const own = best(consumableId);
    // A device that changed hands: the former owner's terms are not the new owner's.
    if (own !== undefined && own.customerId === customerId) {
      return { scope: 'consumable', mandate: mandateOf(own) };
    }
    const general = best(customerId);
    return general === undefined ? null : { scope: 'customer', mandate: mandateOf(general) };
  };
}

function mandateOf(row: MandateRow): Mandate {
  const { currency } = row;
  return {
    consentId: row.consentId,
    productIds: row.productIds,
    maxUnitPrice: { minor: row.maxUnitPriceMinor, currency },
    maxQuantity: row.maxQuantity,
    maxSpendPerMonth: { minor: row.maxSpendPerMonthMinor, currency },
    maxOrdersPerMonth: row.maxOrdersPerMonth,
    minDaysBetweenOrders: row.minDaysBetweenOrders,
    grantedAt: row.grantedAt.getTime(),
    validUntil: row.validUntil?.getTime() ?? null,
  };
}
