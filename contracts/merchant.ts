import { z } from 'zod';

/**
 * The open contract between the platform and a merchant: HTTP with a bearer token, JSON bodies, an
 * Idempotency-Key on every order, and webhooks signed after Standard Webhooks. A merchant serves, below
 * its base URL: GET /catalogue, POST /quotes, POST /orders, GET /orders?clientReference=…,
 * POST /orders/{reference}/cancel.
 */

const minor = z.number().int().min(0);
const currency = z.string().regex(/^[A-Z]{3}$/);
const instant = z.iso.datetime({ offset: true });

export const catalogueItemSchema = z.object({
  sku: z.string().min(1).max(64),
  name: z.string().min(1),
  unitPriceMinor: minor,
  currency,
  packSize: z.number().int().min(1),
  minimumQuantity: z.number().int().min(1),
});
export const catalogueSchema = z.object({ items: z.array(catalogueItemSchema) });
export type CatalogueItem = z.infer<typeof catalogueItemSchema>;

export const quoteRequestSchema = z.object({ sku: z.string(), quantity: z.number().int().min(1) });
export const quoteSchema = z.object({
  sku: z.string(),
  quantity: z.number().int().min(1),
  available: z.boolean(),
  unitPriceMinor: minor,
  shippingMinor: minor,
  totalMinor: minor,
  currency,
  /** Dates between which it would arrive if ordered now, both included. */
  arrivesFrom: z.iso.date(),
  arrivesTo: z.iso.date(),
});
export type Quote = z.infer<typeof quoteSchema>;

export const placeOrderSchema = z.object({
  /** The platform's order id; also the Idempotency-Key. */
  clientReference: z.uuid(),
  sku: z.string(),
  quantity: z.number().int().min(1),
  /** The merchant must refuse (price-changed) rather than charge more. */
  maxTotalMinor: minor,
  currency,
  deliveryAddress: z.record(z.string(), z.unknown()),
  paymentReference: z.string().nullable(),
});
export type PlaceOrder = z.infer<typeof placeOrderSchema>;

export const MERCHANT_STATUSES = [
  'accepted',
  'shipped',
  'delivered',
  'cancelled',
  'rejected',
  'returned',
  'lost',
] as const;

export const merchantOrderSchema = z.object({
  reference: z.string().min(1),
  clientReference: z.uuid(),
  status: z.enum(MERCHANT_STATUSES),
  totalMinor: minor,
  currency,
  arrivesFrom: z.iso.date(),
  arrivesTo: z.iso.date(),
  updatedAt: instant,
});
export type MerchantOrder = z.infer<typeof merchantOrderSchema>;
export const merchantOrdersSchema = z.object({ orders: z.array(merchantOrderSchema) });

const REJECTIONS = [
  'out-of-stock',
  'price-changed',
  'address',
  'payment',
  'authentication-required',
  'unknown-sku',
] as const;
export const rejectionSchema = z.object({ code: z.enum(REJECTIONS), detail: z.string() });
export type Rejection = z.infer<typeof rejectionSchema>;

/** Body of a webhook; its headers are webhook-id, webhook-timestamp and webhook-signature. */
export const merchantWebhookSchema = z.object({
  type: z.enum([
    'order.accepted',
    'order.shipped',
    'order.delivered',
    'order.cancelled',
    'order.rejected',
    'order.returned',
    'order.lost',
  ]),
  timestamp: instant,
  data: merchantOrderSchema,
});
export type MerchantWebhook = z.infer<typeof merchantWebhookSchema>;
