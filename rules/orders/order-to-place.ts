import type { PlaceOrder } from '../../contracts/merchant.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { MerchantAccount } from '../merchants/registry.ts';

/** An order with everything that a call to its merchant needs. */
export interface OrderToPlace {
  readonly id: string;
  readonly status: OrderStatus;
  readonly consentId: string | null;
  /** The consent that it rests on was withdrawn, or the customer wants it back for another reason. */
  readonly withdrawn: boolean;
  readonly takeBack: string | null;
  readonly productId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly merchantReference: string | null;
  readonly placedAt: Date | null;
  readonly deliveryAddress: Record<string, unknown> | null;
  readonly paymentReference: string | null;
  readonly merchant: MerchantAccount;
  /** Shared by the orders that the merchant packs together; null: it goes alone. */
  readonly parcelReference: string | null;
  readonly merchantQuoteId: string | null;
  /** Another order of its parcel pays for the shipping. */
  readonly shippingPaid: boolean;
}

/** Where to: what the order's own consent says, else the customer's newest terms, else where the device stands, else the customer's address. */
const ORDER = prepared(`
  SELECT o.id, o.status, o.consent_id AS "consentId",
    o.take_back IS NOT NULL OR EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = o.consent_id) AS withdrawn,
    o.take_back AS "takeBack",
    o.product_id AS "productId", p.sku, o.quantity, o.total_minor AS "totalMinor", o.currency,
    o.merchant_reference AS "merchantReference", o.placed_at AS "placedAt",
    coalesce(nullif(terms.delivery_address, '{}'), site.address, nullif(cu.delivery_address, '{}')) AS "deliveryAddress", terms.payment_reference AS "paymentReference",
    json_build_object('adapter', m.adapter, 'baseUrl', m.base_url, 'apiKey', m.api_key) AS merchant,
    CASE WHEN m.combines_parcels THEN o.parcel_id END AS "parcelReference",
    m.combines_parcels AND o.parcel_id IS NOT NULL AND o.shipping_minor = 0 AND EXISTS (
      SELECT FROM "order" other WHERE other.parcel_id = o.parcel_id AND other.shipping_minor > 0
        AND other.status IN ('placing', 'accepted', 'shipped', 'delivered', 'installed', 'returned', 'lost')) AS "shippingPaid",
    (SELECT q.merchant_quote_id FROM quote q WHERE q.id = o.quote_id) AS "merchantQuoteId"
  FROM "order" o JOIN product p ON p.id = o.product_id JOIN merchant m ON m.id = o.merchant_id
  JOIN customer cu ON cu.id = o.customer_id
  LEFT JOIN LATERAL (
    SELECT t.delivery_address, t.payment_reference FROM consent k JOIN mandate t ON t.consent_id = k.id
    WHERE k.customer_id = o.customer_id AND (k.consumable_id IS NULL OR k.consumable_id = o.consumable_id)
    ORDER BY k.id = o.consent_id DESC NULLS LAST, k.granted_at DESC LIMIT 1
  ) terms ON true
  LEFT JOIN LATERAL (
    SELECT jsonb_strip_nulls(jsonb_build_object('recipient', a.recipient, 'street', a.street, 'postalCode', a.postal_code,
      'city', a.city, 'region', a.region, 'country', a.country)) AS address
    FROM consumable c JOIN device d ON d.id = c.device_id JOIN address a ON a.id = d.address_id
    WHERE c.id = o.consumable_id
  ) site ON true
  WHERE o.id = $1`);

export async function loadOrderToPlace(db: Queryable, orderId: string): Promise<OrderToPlace | null> {
  const { rows } = await db.query<OrderToPlace>(ORDER, [orderId]);
  return rows[0] ?? null;
}

/** What the merchant is asked for: never for more money than was announced. */
export function purchaseOf(order: OrderToPlace): PlaceOrder {
  return {
    clientReference: order.id,
    sku: order.sku,
    quantity: order.quantity,
    maxTotalMinor: order.totalMinor,
    currency: order.currency,
    deliveryAddress: order.deliveryAddress ?? {},
    paymentReference: order.paymentReference,
    ...(order.merchantQuoteId === null ? {} : { quoteId: order.merchantQuoteId }),
    ...(order.parcelReference === null ? {} : { parcelReference: order.parcelReference }),
    ...(order.shippingPaid ? { shippingPaid: true as const } : {}),
  };
}
