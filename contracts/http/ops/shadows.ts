import { z } from 'zod';
import { instant, label, localDate, reason, uuid } from '../common.ts';
import { someThresholds } from './thresholds.ts';

/** More would make trials felt by what is real. */
export const MAX_SHADOW_CONSUMABLES = 5_000;

export const newShadowSchema = z
  .object({
    name: label,
    settings: someThresholds.describe('Those that differ from the ones in force.'),
    deviceModelId: uuid.nullable().default(null).describe('Only consumables of its devices.'),
    productId: uuid.nullable().default(null).describe('Only consumables that it is ordered for.'),
    consumables: z
      .number()
      .int()
      .min(1)
      .max(MAX_SHADOW_CONSUMABLES)
      .default(500)
      .describe('At most; taken evenly from all that fit.'),
  })
  .meta({
    id: 'NewShadow',
    description: 'Decides beside the thresholds in force, and orders nothing.',
    examples: [{ name: 'Two days to cancel', settings: { cancelWindowHours: 48 } }],
  });

const whole = z.number().int();
export const shadowSchema = z
  .object({
    id: uuid,
    name: z.string(),
    settings: z.record(z.string(), z.number()),
    deviceModelId: uuid.nullable(),
    productId: uuid.nullable(),
    startedAt: instant,
    startedBy: z.string(),
    stoppedAt: instant.nullable(),
    stoppedBy: z.string().nullable(),
    adoptedAt: instant.nullable(),
    consumables: whole,
    evaluated: whole.describe('Of them, looked at so far.'),
  })
  .meta({ id: 'Shadow' });
export const shadowsSchema = z.object({ items: z.array(shadowSchema) });

const tally = z.object({
  orders: whole,
  fillings: whole,
  spend: z.array(z.object({ currency: z.string(), minor: whole })),
});
export const shadowComparisonSchema = shadowSchema
  .extend({
    live: tally.describe('What was ordered in fact for the same consumables since it began.'),
    shadow: tally.describe('What it would have ordered.'),
    emptyBeforeArrival: z
      .number()
      .nullable()
      .describe('Mean probability that the device is empty before an order of the trial arrives.'),
    paired: whole.describe('Orders that both made.'),
    daysEarlier: z
      .number()
      .nullable()
      .describe('By how much the trial orders earlier, in the mean of the pairs; below zero: later.'),
    refused: z
      .array(z.object({ outcome: z.string(), consumables: whole }))
      .describe('What the trial last said of its consumables.'),
    orders: z
      .array(
        z.object({
          consumableId: uuid,
          deviceName: z.string(),
          consumableName: z.string(),
          customerName: z.string().nullable(),
          at: instant,
          placeOn: localDate,
          sentence: z.string(),
          quantity: whole,
          totalMinor: whole,
          currency: z.string(),
          emptyBeforeArrival: z.number().nullable(),
          liveAt: instant.nullable().describe('When the same was ordered in fact; null: not yet.'),
        }),
      )
      .describe('That it would have made, newest first, at most 200.'),
  })
  .meta({ id: 'ShadowComparison' });

export const adoptShadowSchema = z.object({ reason }).meta({ id: 'AdoptShadow' });
