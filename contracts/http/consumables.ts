import { z } from 'zod';
import { instant, localDate, pageOf, pageQuery, uuid } from './common.ts';
import { strategy } from './devices.ts';
import { ORDER_STATUSES } from './orders.ts';

export const consumableSchema = z
  .object({
    id: uuid,
    deviceId: uuid,
    deviceName: z.string(),
    deviceModelId: uuid,
    customerId: uuid.nullable(),
    key: z.string(),
    name: z.string(),
    polarity: z.enum(['depletes', 'fills']),
    strategy,
    product: z
      .object({
        id: uuid,
        sku: z.string(),
        name: z.string(),
        unitPriceMinor: z.number().int(),
        currency: z.string(),
      })
      .nullable()
      .describe('What is ordered for it; null: nothing fits yet.'),
    level: z.number().min(0).max(1).nullable().describe('Fraction believed left; null: not known.'),
    levelAt: instant.nullable().describe('When the level was last read.'),
    stale: z
      .boolean()
      .describe('The level was read longer ago than this installation trusts readings (STALE_AFTER_DAYS).'),
    onShelf: z.number().describe('Spare fillings.'),
    runOut: z
      .object({ p10: instant.nullable(), p50: instant.nullable(), p90: instant.nullable() })
      .describe(
        'When it runs out: with 10, 50 and 90 % probability before. null: further than the forecast looks.',
      ),
    predictability: z
      .object({
        score: z
          .number()
          .describe('0: run-out is hardly known at all; 1: known much better than a delivery takes.'),
        widthDays: z
          .number()
          .nullable()
          .describe('Days between the run-out dates of 10 and 90 %. null: further than the forecast looks.'),
        ceiling: strategy.describe('The most that should be left to Neverout for now.'),
        reason: z.string().describe('Why, in one plain sentence.'),
      })
      .nullable()
      .describe('How far the forecast may be trusted with money. null: not evaluated yet.'),
    outcome: z.string().nullable().describe('Of the last decision.'),
    sentence: z.string().nullable().describe('What happens next and why, in one sentence.'),
    lastDecisionId: uuid.nullable(),
    evaluatedAt: instant.nullable(),
    openOrder: z
      .object({
        id: uuid,
        status: z.enum(ORDER_STATUSES),
        arrivesFrom: localDate.nullable(),
        arrivesTo: localDate.nullable(),
      })
      .nullable(),
    pausedAt: instant
      .nullable()
      .describe('Since when nothing is ordered without asking; choosing a strategy ends it.'),
    pausedReason: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Consumable' });

export const consumablesQuery = z.object({
  ...pageQuery,
  customerId: uuid.optional(),
  deviceId: uuid.optional(),
  productId: uuid.optional(),
  sort: z
    .enum(['newest', 'runOut'])
    .default('newest')
    .describe('runOut: soonest first; only those with a forecast.'),
});
export const consumablesPage = pageOf(consumableSchema);

export const consumablePatchSchema = z
  .object({ strategy, productId: uuid.nullable() })
  .partial()
  .meta({ id: 'ConsumablePatch', examples: [{ strategy: 'automatic' }] });

/** More spares than this is a typing error. */
export const MAX_SPARES = 1000;
export const shelfCountSchema = z
  .object({ quantity: z.number().min(0).max(MAX_SPARES).describe('Spare fillings on the shelf now.') })
  .meta({ id: 'NewShelfCount', examples: [{ quantity: 2 }] });
export const shelfCountEventSchema = z
  .object({ id: uuid, consumableId: uuid, quantity: z.number(), at: instant })
  .meta({ id: 'ShelfCount' });

export const unplannedSchema = z
  .object({
    id: uuid,
    at: instant.describe('When the new filling was seen.'),
    kind: z
      .enum(['early-replacement', 'off-channel'])
      .describe('Replaced with something left in the old one; or put in although none was delivered.'),
    fillings: z.number().describe('What was left in the old one; what was bought elsewhere.'),
  })
  .meta({ id: 'Unplanned', description: 'What was wasted, or came from elsewhere.' });
export const unplannedPage = pageOf(unplannedSchema);
export const unplannedQuery = z.object(pageQuery);

export const readingSchema = z
  .object({
    at: instant.describe("The device's own time."),
    seq: z.number().int(),
    receivedAt: instant,
    levelKind: z.enum(['measured', 'some', 'unknown']),
    level: z.number().nullable(),
    useCounter: z.number().nullable(),
    supplySerial: z.string().nullable(),
    historical: z.boolean(),
  })
  .meta({ id: 'Reading' });
export const readingsQuery = z.object({ ...pageQuery, from: instant.optional(), to: instant.optional() });
export const readingsPage = pageOf(readingSchema);
