import { z } from 'zod';
import { instant, uuid } from '../common.ts';

const whole = z.number().int();
const count = whole.describe('Counted up to 10,000.');

export const todaySchema = z
  .object({
    at: instant,
    runningOut: z.object({
      within7Days: count,
      empty: count,
      soonest: z
        .array(
          z.object({
            consumableId: uuid,
            deviceId: uuid,
            deviceName: z.string(),
            name: z.string(),
            customerName: z.string().nullable(),
            level: z.number().nullable(),
            runOutP10: instant.nullable(),
            runOutP50: instant,
            openOrderStatus: z.string().nullable(),
          }),
        )
        .describe('Without an order on its way, soonest first.'),
    }),
    review: z.object({ pending: count, late: count, oldestAt: instant.nullable() }),
    halts: z
      .array(
        z.object({
          id: uuid,
          reason: z.string(),
          actor: z.string(),
          createdAt: instant,
          everything: z.boolean(),
          automatic: z.boolean().describe('By the breaker.'),
        }),
      )
      .describe('In force, newest first.'),
    silentDevices: z.object({ count, longestSince: instant.nullable() }),
    merchants: z
      .array(
        z.object({
          merchantId: uuid,
          name: z.string(),
          accepted: whole,
          rejected: whole,
          waiting: whole.describe('Being placed for longer than calls are retried: no answer so far.'),
        }),
      )
      .describe('Those with trouble within a day.'),
    stuckJobs: z.object({ failed: whole, overdue: whole, queueLagSeconds: whole }),
    deadLetters: z.object({
      lastDay: count,
      byReason: z.record(z.string(), whole),
    }),
    notDelivered: z.object({ notices: count, webhooks: count }),
    issues: count.describe('Problems with orders that are not resolved, counted up to 10,000.'),
    orders: z.object({ today: whole, onTheWay: whole, announced: whole }),
  })
  .meta({ id: 'Today' });
