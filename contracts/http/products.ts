import { z } from 'zod';
import {
  currency,
  instant,
  label,
  minorUnits,
  pageOf,
  pageQuery,
  queryFlag,
  uuid,
  wholeNumber,
} from './common.ts';
import { slotKey } from './device-models.ts';

export const fitSchema = z
  .object({ deviceModelId: uuid, slotKey })
  .meta({ id: 'Fit', description: 'A slot of a device model that the product goes into.' });

const priceBreaks = z
  .array(
    z
      .object({ quantity: wholeNumber.min(2).max(1000), unitPriceMinor: minorUnits })
      .meta({ id: 'PriceBreak', description: 'The unit price from this quantity on.' }),
  )
  .max(20)
  .refine(
    (breaks) => breaks.every(({ quantity }, i) => quantity > (breaks[i - 1]?.quantity ?? 1)),
    'quantities must rise',
  );

export const newProductSchema = z
  .object({
    merchantId: uuid,
    sku: z.string().min(1).max(64),
    name: label,
    unitPriceMinor: minorUnits,
    currency,
    packSize: wholeNumber.max(1000).default(1).describe('Fillings in one unit.'),
    minimumQuantity: wholeNumber.max(1000).default(1).describe('Least units in an order.'),
    yieldUses: z
      .number()
      .positive()
      .max(1e9)
      .nullable()
      .default(null)
      .describe('Uses (pages, cups) of one of its fillings; null: what the slot says.'),
    priceBreaks: priceBreaks.default([]),
    fits: z.array(fitSchema).max(1000).default([]),
  })
  .meta({
    id: 'NewProduct',
    examples: [
      {
        merchantId: '0197f0c2-6d1e-7000-8000-000000000001',
        sku: 'ACME-L100-BK',
        name: 'Acme L100 black toner',
        unitPriceMinor: 8990,
        currency: 'EUR',
        fits: [{ deviceModelId: '0197f0c2-6d1e-7000-8000-000000000002', slotKey: 'black' }],
      },
    ],
  });

export const productPatchSchema = z
  .object({
    name: label,
    unitPriceMinor: minorUnits,
    minimumQuantity: wholeNumber.max(1000),
    priceBreaks: priceBreaks.describe('All of them; an empty list ends them.'),
    active: z.boolean(),
    yieldUses: z.number().positive().max(1e9).nullable(),
  })
  .partial()
  .meta({ id: 'ProductPatch', examples: [{ unitPriceMinor: 9490 }] });

export const productSchema = z
  .object({
    id: uuid,
    merchantId: uuid,
    sku: z.string(),
    name: z.string(),
    unitPriceMinor: minorUnits,
    currency: z.string(),
    packSize: z.number().int(),
    minimumQuantity: z.number().int(),
    yieldUses: z.number().nullable(),
    priceBreaks: z.array(z.object({ quantity: z.number().int(), unitPriceMinor: minorUnits })),
    active: z.boolean(),
    fits: z.array(fitSchema),
    createdAt: instant,
  })
  .meta({ id: 'Product' });

export const productsQuery = z.object({
  ...pageQuery,
  merchantId: uuid.optional(),
  active: queryFlag.optional(),
});
export const productsPage = pageOf(productSchema);
export const fitsBody = z.object({ fits: z.array(fitSchema).min(1).max(1000) }).meta({ id: 'NewFits' });
