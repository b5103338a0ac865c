import { z } from 'zod';

/**
 * The open contract between the platform and a merchant: HTTP with a bearer token, JSON bodies, an
 * Idempotency-Key on every order, and webhooks signed after Standard Webhooks. A merchant serves, below
 * its base URL: GET /catalogue, POST /quotes, POST /orders, GET /orders?clientReference=…,
 * POST /orders/{reference}/cancel, POST /orders/{reference}/returns. docs/merchants.md tells how.
 *
 * It grows by optional members only: a merchant that knows none of them keeps working.
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
  /** The merchant's own name for it; sent back with the order. */
  quoteId: z.string().min(1).max(200).optional(),
  /** Until then the price stands. Left out: it is today's, without a promise. */
  validUntil: instant.optional(),
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
  /** Of the quote that the price comes from, if it had one. */
  quoteId: z.string().optional(),
  /** Orders with the same one go into the same parcel, whose shipping is charged once. */
  parcelReference: z.uuid().optional(),
  /** Another order of the parcel pays for the shipping: none is charged for this one. */
  shippingPaid: z.literal(true).optional(),
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

export const REJECTIONS = [
  'out-of-stock',
  'price-changed',
  'address',
  'payment',
  'authentication-required',
  'unknown-sku',
] as const;
export const rejectionSchema = z.object({
  code: z.enum(REJECTIONS),
  detail: z.string(),
  /** Where the customer can put it right (pay, authenticate, correct the address). */
  actionUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type Rejection = z.infer<typeof rejectionSchema>;

export const merchantOrderSchema = z.object({
  reference: z.string().min(1),
  clientReference: z.uuid(),
  status: z.enum(MERCHANT_STATUSES),
  totalMinor: minor,
  currency,
  arrivesFrom: z.iso.date(),
  arrivesTo: z.iso.date(),
  updatedAt: instant,
  /** Why, of one that was rejected after it had been accepted. */
  rejection: rejectionSchema.optional(),
  /** What was paid back, of one that was returned or lost. */
  refundedMinor: minor.optional(),
});
export type MerchantOrder = z.infer<typeof merchantOrderSchema>;
export const merchantOrdersSchema = z.object({ orders: z.array(merchantOrderSchema) });

export const PROBLEM_KINDS = ['wrong', 'damaged', 'not-needed', 'never-came'] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** What is wrong with a purchase. Sent again with the same returnReference, it asks how things stand. */
export const returnRequestSchema = z.object({
  /** Also the Idempotency-Key. */
  returnReference: z.uuid(),
  kind: z.enum(PROBLEM_KINDS),
  wants: z.enum(['refund', 'replacement']),
  note: z.string().nullable(),
});
export type ReturnRequest = z.infer<typeof returnRequestSchema>;

export const merchantReturnSchema = z.object({
  reference: z.string().min(1).max(200),
  returnReference: z.uuid(),
  /** agreed: what comes next is in `detail`; settled: paid back, or replaced. */
  status: z.enum(['open', 'agreed', 'refused', 'settled']),
  /** For the customer: where to send it, why not. */
  detail: z.string().max(1000),
  refundMinor: minor.nullable(),
});
export type MerchantReturn = z.infer<typeof merchantReturnSchema>;

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
