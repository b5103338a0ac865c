import type { z } from 'zod';
import type { consentSchema } from '../../contracts/http/consents.ts';

export type Consent = z.output<typeof consentSchema>;

/** Instants inside JSON come as text; they are made Dates by `toConsent`. */
export interface ConsentRow extends Omit<Consent, 'withdrawal'> {
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnMethod: string | null;
  readonly withdrawnReason: string | null;
}

/** A consent with its mandate and its withdrawal, in one query. */
const CONSENT = `
  SELECT c.id, c.customer_id AS "customerId", c.purpose, c.consumable_id AS "consumableId", c.device_id AS "deviceId", c.version, c.text,
    c.text_hash AS "textHash", c.language, c.method, c.actor, c.origin_address AS "originAddress", c.granted_at AS "grantedAt",
    c.valid_until AS "validUntil", w.withdrawn_at AS "withdrawnAt", w.actor AS "withdrawnBy",
    w.method AS "withdrawnMethod", w.reason AS "withdrawnReason",
    CASE WHEN m.consent_id IS NOT NULL THEN json_build_object('productIds', m.product_ids, 'currency', m.currency,
      'maxUnitPriceMinor', m.max_unit_price_minor, 'maxQuantity', m.max_quantity,
      'maxSpendPerMonthMinor', m.max_spend_per_month_minor, 'maxOrdersPerMonth', m.max_orders_per_month,
      'minDaysBetweenOrders', m.min_days_between_orders, 'deliveryAddress', m.delivery_address, 'addressId', m.address_id,
      'substituteProductIds', m.substitute_product_ids, 'merchantIds', m.merchant_ids,
      'maxPriceDrift', m.max_price_drift, 'pricesAtGrant', m.prices_at_grant,
      'hasPaymentReference', m.payment_reference IS NOT NULL) END AS mandate
  FROM consent c
  LEFT JOIN mandate m ON m.consent_id = c.id
  LEFT JOIN consent_withdrawal w ON w.consent_id = c.id`;

export const READ_CONSENT = `${CONSENT} WHERE c.id = $1`;

/** Parameters: customer, live or null, now, last id or null, limit. */
export const LIST_CONSENTS = `${CONSENT}
  WHERE c.customer_id = $1
    AND ($2::boolean IS NULL
      OR $2 = (w.consent_id IS NULL AND (c.valid_until IS NULL OR c.valid_until > $3::timestamptz)))
    AND ($4::uuid IS NULL OR c.id < $4)
  ORDER BY c.id DESC LIMIT $5`;

export function toConsent(row: ConsentRow): Consent {
  const { withdrawnAt, withdrawnBy, withdrawnMethod, withdrawnReason, ...consent } = row;
  const withdrawal =
    withdrawnAt === null
      ? null
      : { withdrawnAt, actor: withdrawnBy ?? '', method: withdrawnMethod ?? '', reason: withdrawnReason };
  return { ...consent, withdrawal };
}
