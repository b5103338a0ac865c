import { z } from 'zod';
import { currency, instant, label, pageOf, timeZone, uuid } from './common.ts';

const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
  .meta({ description: 'BCP 47.', examples: ['de'] });
const jurisdiction = z
  .string()
  .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/)
  .meta({
    description: 'ISO 3166 country or region whose rules apply; EU for the Union at large.',
    examples: ['DE'],
  });

/** Lines of an address as the merchant prints them. */
const deliveryAddress = z
  .record(z.string().max(40), z.string().trim().max(200))
  .refine((address) => Object.keys(address).length <= 20, 'at most 20 lines')
  .describe('Where to, when the consent that an order rests on names no place; empty: nowhere.');
const combineOrders = z
  .boolean()
  .describe('Orders that fall due within days of each other come as one parcel.');

export const newCustomerSchema = z
  .object({
    name: label,
    email: z.email().max(254).nullable().default(null),
    timeZone,
    language: language.default('en'),
    jurisdiction: jurisdiction.default('EU'),
    currency,
  })
  .meta({
    id: 'NewCustomer',
    examples: [
      {
        name: 'Familie Weber',
        timeZone: 'Europe/Berlin',
        language: 'de',
        jurisdiction: 'DE',
        currency: 'EUR',
      },
    ],
  });

export const customerPatchSchema = z
  .object({
    name: label,
    email: z.email().max(254).nullable(),
    timeZone,
    language,
    deliveryAddress,
    combineOrders,
  })
  .partial()
  .meta({ id: 'CustomerPatch', examples: [{ timeZone: 'Europe/Lisbon' }] });

export const customerSchema = z
  .object({
    id: uuid,
    name: z.string(),
    email: z.string().nullable(),
    timeZone: z.string(),
    language: z.string(),
    jurisdiction: z.string(),
    currency: z.string(),
    deliveryAddress: z.unknown().describe('As it was given; null: none.'),
    combineOrders: z.boolean(),
    createdAt: instant,
    erasedAt: instant.nullable().describe('What is left tells of no person.'),
  })
  .meta({ id: 'Customer' });

export const customersPage = pageOf(customerSchema);
