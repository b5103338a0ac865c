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

/** One figure a month, as weather services publish them for a station: the sum of a month, divided by its days. */
const degreeDays = z
  .array(z.number().min(0).max(100))
  .length(12)
  .nullable()
  .describe('Mean heating degree-days per day, January to December; null: not known.');

export const newAddressSchema = z
  .object({
    name: label.describe('What the customer calls it: "Home", "Summer house".'),
    ...postalAddress,
    timeZone: timeZone
      .nullable()
      .default(null)
      .describe("Where its days differ from the customer's; null: the customer's."),
    degreeDays: degreeDays.default(null),
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
    degreeDays,
    devices: z.number().int().describe('That stand there.'),
    createdAt: instant,
    removedAt: instant.nullable(),
  })
  .meta({ id: 'CustomerAddress' });
export const addressesSchema = z.object({ items: z.array(addressSchema) });

export const degreeDaysSchema = z.object({ degreeDays }).meta({
  id: 'DegreeDays',
  examples: [{ degreeDays: [18.4, 16.9, 13.6, 9.1, 4.6, 1.8, 0.7, 0.9, 3.6, 8.3, 13.2, 17.1] }],
});

export const deviceAddressSchema = z
  .object({ addressId: uuid.nullable().describe('null: not said.') })
  .meta({ id: 'DeviceAddress', examples: [{ addressId: null }] });
