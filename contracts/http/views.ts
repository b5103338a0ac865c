import { z } from 'zod';
import { instant, localDate, uuid } from './common.ts';

/** What single pages of the portal show, each in one answer. */

export const consumableHistoryQuery = z.object({
  days: z.coerce.number().int().min(1).max(400).default(120).describe('How far back.'),
});
export const consumableHistorySchema = z
  .object({
    from: instant,
    to: instant,
    points: z
      .array(z.object({ at: instant, level: z.number().min(0).max(1) }))
      .describe('The last measured level of each of at most some 200 equal stretches of time, oldest first.'),
    swaps: z.array(z.object({ at: instant })).describe('Told by the device or seen in its level.'),
    deliveries: z.array(z.object({ at: instant, fillings: z.number() })),
    forecast: z
      .array(z.object({ at: instant, p10: z.number(), p50: z.number(), p90: z.number() }))
      .describe(
        'What is left at some 30 instants from now until it has run out with 90 %, in fillings with the shelf, if nothing arrives: less than p10 with 10 % probability, less than p90 with 90 %. Empty: not known yet.',
      ),
  })
  .meta({ id: 'ConsumableHistory' });

export const monthSpendSchema = z
  .object({
    month: z.string().describe("YYYY-MM in the customer's time zone."),
    currency: z.string(),
    committedMinor: z.number().int().describe('Announced this month and not called off, with shipping.'),
    orders: z.number().int(),
    limitMinor: z
      .number()
      .int()
      .nullable()
      .describe('The highest monthly limit of a live consent; null: none is in force.'),
  })
  .meta({ id: 'MonthSpend' });

export const holdEffectQuery = z.object({
  startsOn: localDate,
  endsOn: localDate.optional().describe('Left out: open end.'),
  deviceId: uuid.optional(),
  addressId: uuid.optional().describe('Every device that stands there.'),
});
const arrival = z.object({ from: localDate, to: localDate });
export const holdEffectSchema = z
  .object({
    moved: z
      .array(
        z.object({
          orderId: uuid,
          productName: z.string(),
          consumableName: z.string(),
          deviceName: z.string(),
          arrives: arrival.describe('As planned now.'),
          instead: arrival
            .nullable()
            .describe('With the hold; null: not before the hold, which has no end, is released.'),
        }),
      )
      .describe('Orders that are announced, or wait for an answer, and would be put off.'),
    placed: z
      .array(
        z.object({
          orderId: uuid,
          productName: z.string(),
          consumableName: z.string(),
          deviceName: z.string(),
          arrives: arrival,
        }),
      )
      .describe('With the merchant, and may arrive on these dates: it is asked only if the customer wants.'),
    runsOut: z
      .array(
        z.object({ consumableId: uuid, consumableName: z.string(), deviceName: z.string(), at: instant }),
      )
      .describe('Consumables that probably run out on these dates: ordered to arrive before or after.'),
  })
  .meta({ id: 'HoldEffect' });
