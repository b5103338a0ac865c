import { z } from 'zod';
import { looksLikeCardNumber } from '../../core/payment.ts';
import { postalAddress } from './addresses.ts';
import {
  currency,
  instant,
  minorUnits,
  pageOf,
  pageQuery,
  queryFlag,
  reason,
  uuid,
  wholeNumber,
} from './common.ts';

const PURPOSES = ['telemetry', 'automatic-order', 'coaching'] as const;

const addressSchema = z.object(postalAddress).meta({ id: 'Address' });

const limits = {
  productIds: z.array(uuid).min(1).max(500).describe('Products that may be ordered.'),
  currency,
  maxUnitPriceMinor: minorUnits,
  maxQuantity: wholeNumber.max(1000).describe('Units per order.'),
  maxSpendPerMonthMinor: minorUnits.describe(
    "Per calendar month in the customer's time zone, with shipping.",
  ),
  maxOrdersPerMonth: wholeNumber.max(1000).nullable(),
  minDaysBetweenOrders: z.number().int().min(0).max(3650).nullable(),
  deliveryAddress: addressSchema,
  substituteProductIds: z
    .array(uuid)
    .max(500)
    .describe('Products that may take the place of those above when none of them can be had.'),
  merchantIds: z.array(uuid).max(100).describe('Merchants that may be ordered from; empty: any.'),
  maxPriceDrift: z
    .number()
    .min(0)
    .max(10)
    .nullable()
    .describe('Fraction that a unit price may lie above the one when the consent was given; null: no limit.'),
};

/** Card data never enters the platform: whoever pastes a card number by mistake is told, and it is not kept. */
const paymentToken = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (text) => !looksLikeCardNumber(text),
    'looks like a card number; give the token of a payment service',
  );

/** Strict, as the consent around it: a limit or a scope that is misspelt must not become none. */
const newMandateSchema = z
  .strictObject({
    ...limits,
    deliveryAddress: addressSchema.optional().describe('Or the id of one of the customer.'),
    addressId: uuid.optional().describe('Copied as it is now: what changes there later changes no consent.'),
    maxOrdersPerMonth: limits.maxOrdersPerMonth.default(null),
    minDaysBetweenOrders: limits.minDaysBetweenOrders.default(null),
    substituteProductIds: limits.substituteProductIds.default([]),
    merchantIds: limits.merchantIds.default([]),
    maxPriceDrift: limits.maxPriceDrift.default(null),
    paymentReference: paymentToken
      .nullable()
      .default(null)
      .describe("The payment service's token; never a card number. Not shown again."),
  })
  .refine(({ deliveryAddress, addressId }) => (deliveryAddress === undefined) !== (addressId === undefined), {
    path: ['deliveryAddress'],
    message: 'either deliveryAddress or addressId',
  })
  .meta({ id: 'NewMandate' });

const mandateSchema = z
  .object({
    ...limits,
    deliveryAddress: z.record(z.string(), z.unknown()),
    pricesAtGrant: z
      .record(z.string(), minorUnits)
      .describe('Unit prices when the consent was given, by product.'),
    addressId: uuid.nullable().describe('What deliveryAddress was copied from.'),
    hasPaymentReference: z.boolean(),
  })
  .meta({ id: 'Mandate' });

export const newConsentSchema = z
  .strictObject({
    customerId: uuid,
    purpose: z.enum(PURPOSES),
    consumableId: uuid.nullable().default(null).describe('Its scope: this consumable,'),
    deviceId: uuid
      .nullable()
      .default(null)
      .describe('or this device; both null: everything of the customer.'),
    version: z.string().min(1).max(50).describe('Of the text.'),
    text: z.string().min(1).max(20_000).describe('Exactly what was shown.'),
    language: z.string().min(2).max(35),
    method: z.string().min(1).max(100).describe('How it was given: "portal checkbox", "signed paper".'),
    // Text, not a Date: examples of schemas that transform are left out of the OpenAPI document.
    validUntil: z.iso.datetime({ offset: true }).nullable().default(null),
    mandate: newMandateSchema.optional(),
  })
  .superRefine(({ purpose, mandate, consumableId, deviceId }, context) => {
    if (consumableId !== null && deviceId !== null) {
      context.addIssue({ code: 'custom', path: ['deviceId'], message: 'a consumable or a device, not both' });
    }
    if (purpose === 'automatic-order' && mandate === undefined) {
      context.addIssue({ code: 'custom', path: ['mandate'], message: 'a consent to order needs a mandate' });
    }
    if (purpose !== 'automatic-order' && mandate !== undefined) {
      context.addIssue({ code: 'custom', path: ['mandate'], message: 'only automatic-order has a mandate' });
    }
  })
  .meta({
    id: 'NewConsent',
    examples: [
      {
        customerId: '0197f0c2-6d1e-7000-8000-000000000003',
        purpose: 'automatic-order',
        version: '2026-11',
        text: 'Order toner for me within the limits below. I can stop this at any time.',
        language: 'en',
        method: 'portal',
        mandate: {
          productIds: ['0197f0c2-6d1e-7000-8000-000000000004'],
          currency: 'EUR',
          maxUnitPriceMinor: 10_000,
          maxQuantity: 2,
          maxSpendPerMonthMinor: 20_000,
          deliveryAddress: {
            recipient: 'Familie Weber',
            street: 'Hauptstraße 1',
            postalCode: '10115',
            city: 'Berlin',
            country: 'DE',
          },
        },
      },
    ],
  });

export const consentSchema = z
  .object({
    id: uuid,
    customerId: uuid,
    purpose: z.enum(PURPOSES),
    consumableId: uuid.nullable(),
    deviceId: uuid.nullable(),
    version: z.string(),
    text: z.string(),
    textHash: z.string().describe('SHA-256 of the text in UTF-8, lower-case hex.'),
    language: z.string(),
    method: z.string(),
    actor: z.string(),
    originAddress: z.string().nullable().describe('Network address that it came from.'),
    grantedAt: instant,
    validUntil: instant.nullable(),
    mandate: mandateSchema.nullable(),
    withdrawal: z
      .object({ withdrawnAt: instant, actor: z.string(), method: z.string(), reason: z.string().nullable() })
      .nullable(),
  })
  .meta({ id: 'Consent' });

export const consentsQuery = z.object({
  ...pageQuery,
  customerId: uuid,
  live: queryFlag.optional().describe('true: neither withdrawn nor expired; false: the others.'),
});
export const consentsPage = pageOf(consentSchema);

export const withdrawConsentSchema = z
  .object({ method: z.string().min(1).max(100).default('api'), reason: reason.nullable().default(null) })
  .prefault({})
  .meta({ id: 'WithdrawConsent' });
export const withdrawnConsentSchema = z
  .object({
    consent: consentSchema,
    cancelledOrderIds: z.array(uuid).describe('Orders that this withdrawal cancelled.'),
    placingOrderIds: z
      .array(uuid)
      .describe('Orders that were just being placed: cancelled at the merchant if it accepted them.'),
    askedOrderIds: z
      .array(uuid)
      .describe('Accepted orders: the merchant is asked to cancel them; its answer is in their history.'),
  })
  .meta({ id: 'WithdrawnConsent' });
