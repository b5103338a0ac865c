import { z } from 'zod';
import { instant, localDate, uuid } from '../common.ts';

const whole = z.number().int();
const fillings = z.number();

/** Weeks that a report looks back, at most: a year and a season. */
const MAX_WEEKS = 60;
const weeks = (fallback: number) => z.coerce.number().int().min(1).max(MAX_WEEKS).default(fallback);

const demandWeek = z.object({
  weeks: whole.describe('Within so many weeks from `madeOn`.'),
  mean: fillings,
  p10: whole,
  p50: whole,
  p90: whole,
});
const productDemand = z.object({
  productId: uuid,
  sku: z.string(),
  name: z.string(),
  merchantName: z.string(),
  packSize: whole,
  consumables: whole.describe('Summed.'),
  unknown: whole.describe('Of the product, and too little is known of them.'),
  weeks: z.array(demandWeek),
});
export const demandSchema = z
  .object({
    madeOn: localDate.nullable().describe('null: no forecast yet; it is made every night.'),
    products: z.array(productDemand).describe('In fillings. Most wanted first.'),
  })
  .meta({ id: 'Demand', description: 'See docs/demand-forecast.md for how it is made.' });
export const demandQuery = z.object({
  productId: uuid.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

export const demandHistorySchema = z
  .object({
    forecast: productDemand.extend({ madeOn: localDate }).nullable(),
    ordered: z
      .array(z.object({ week: localDate.describe('Its Monday.'), fillings: whole }))
      .describe('Bought in each week, oldest first.'),
    past: z
      .array(
        z.object({
          madeOn: localDate,
          p10: whole,
          p50: whole,
          p90: whole,
          ordered: whole.describe('In the four weeks that it spoke of.'),
        }),
      )
      .describe('Earlier forecasts of four weeks, and what came, oldest first.'),
  })
  .meta({ id: 'DemandOfProduct' });

export const accuracyQuery = z.object({ weeks: weeks(26), deviceModelId: uuid.optional() });
const accuracyRow = z.object({
  forecasts: whole,
  coverage: z.number().nullable().describe('Share of uses within P10…P90; 0.8 is right.'),
  below: z.number().nullable(),
  above: z.number().nullable(),
  pinball: z.number().nullable().describe('Mean pinball loss of P10, P50, P90 as a share of the mean use.'),
  bias: z.number().nullable().describe('Mean of use less P50, as a share of the mean use.'),
});
export const accuracySchema = z
  .object({
    weeks: z.array(accuracyRow.extend({ week: localDate.describe('In which they were made; its Monday.') })),
    slots: z.array(accuracyRow.extend({ deviceModelId: uuid, model: z.string(), slot: z.string() })),
    outcomes: z
      .array(
        z.object({
          week: localDate.describe('Of the delivery.'),
          deliveries: whole,
          stockouts: whole,
          daysEarly: z.number().nullable().describe('Mean days that what was put in had lain there.'),
          waste: z.number().nullable().describe('Mean level left in what was taken out.'),
        }),
      )
      .describe('Oldest first.'),
  })
  .meta({ id: 'Accuracy', description: 'Forecasts of four weeks of use against what was used.' });

export const FLEET_GROUPS = ['model', 'product', 'merchant'] as const;
export const fleetQuery = z.object({ weeks: weeks(12), by: z.enum(FLEET_GROUPS).default('model') });
export const fleetRowSchema = z.object({
  id: uuid,
  name: z.string(),
  orders: whole.describe('Made in the span.'),
  cancelled: whole.describe('By anybody before they were bought.'),
  rejected: whole,
  returned: whole,
  lost: whole,
  deliveries: whole.describe('That came in the span.'),
  stockouts: whole.describe('Of them, to a device that was empty.'),
  daysWithout: z.number().nullable().describe('Mean days that those had been empty.'),
  daysEarly: z.number().nullable(),
  waste: z.number().nullable(),
  cancelRate: z.number().nullable(),
  returnRate: z.number().nullable(),
  stockoutRate: z.number().nullable(),
});
export const fleetSchema = z
  .object({ since: instant, rows: z.array(fleetRowSchema) })
  .meta({ id: 'FleetReport' });
