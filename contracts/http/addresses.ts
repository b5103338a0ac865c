import { z } from 'zod';
import { instant, label, timeZone, uuid } from './common.ts';

/** Where parcels go. */
export const postalAddress = {
  recipient: label,
  street: label,
  postalCode: z.string().max(20),
  city: label,
  region: label.optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .describe('ISO 3166.'),
};

export const newAddressSchema = z
  .object({
    name: label.describe('What the customer calls it: "Home", "Summer house".'),
    ...postalAddress,
    timeZone: timeZone
      .nullable()
      .default(null)
      .describe("Where its days differ from the customer's; null: the customer's."),
  })
  .meta({
    id: 'NewAddress',
    examples: [
      {
        name: 'Summer house',
        recipient: 'Familie Weber',
        street: 'Seeweg 4',
        postalCode: '17192',
        city: 'Waren',
        country: 'DE',
      },
    ],
  });

export const addressSchema = z
  .object({
    id: uuid,
    customerId: uuid,
    name: z.string(),
    recipient: z.string(),
    street: z.string(),
    postalCode: z.string(),
    city: z.string(),
    region: z.string().nullable(),
    country: z.string(),
    timeZone: z.string().nullable(),
    devices: z.number().int().describe('That stand there.'),
    createdAt: instant,
    removedAt: instant.nullable(),
  })
  .meta({ id: 'CustomerAddress' });
export const addressesSchema = z.object({ items: z.array(addressSchema) });

export const deviceAddressSchema = z
  .object({ addressId: uuid.nullable().describe('null: not said.') })
  .meta({ id: 'DeviceAddress', examples: [{ addressId: null }] });
