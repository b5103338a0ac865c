import { z } from 'zod';
import { CHANNELS } from '../../messages/kinds.ts';
import { instant, uuid } from '../common.ts';
import { decisionSchema } from '../decisions.ts';
import { orderWithHistorySchema } from '../orders.ts';
import { reviewItemSchema } from '../review.ts';

const told = z.iso.datetime({ offset: true });
const minor = z.number().int().nullable();

const quote = z.object({
  status: z.enum(['wanted', 'quoted', 'unavailable', 'none']),
  answeredAt: instant.nullable(),
  validUntil: instant.nullable(),
  binding: z.boolean().describe('Whether the merchant stands by the price until then.'),
  merchantQuoteId: z.string().nullable(),
  unitPriceMinor: minor,
  shippingMinor: minor,
  currency: z.string().nullable(),
  detail: z.string().nullable().describe('Why there is none.'),
});

const message = z.object({
  id: uuid,
  kind: z.string(),
  subject: z.string(),
  createdAt: instant,
  readAt: instant.nullable(),
  deliveries: z.array(
    z.object({
      id: uuid,
      channel: z.enum(CHANNELS),
      status: z.enum(['pending', 'sent', 'failed', 'suppressed']),
      attempts: z.number().int(),
      dueAt: told.nullable().describe('When it is tried next.'),
      sentAt: told.nullable(),
      lastError: z.string().nullable(),
    }),
  ),
});

export const opsOrderPageSchema = z
  .object({
    order: orderWithHistorySchema,
    customerName: z.string(),
    decision: decisionSchema
      .nullable()
      .describe('What it rests on; null: somebody wanted it, or it is gone.'),
    placements: z
      .array(decisionSchema)
      .describe('What the gates said when it was to be placed, newest first, at most five.'),
    quote: quote.nullable().describe("The merchant's price that is frozen in it."),
    review: reviewItemSchema.nullable(),
    messages: z.array(message).describe('What was said of it to whom, newest first, at most 50.'),
    parcel: z
      .array(z.object({ id: uuid, productName: z.string(), status: z.string() }))
      .describe('The other orders that come with it.'),
    successorId: uuid.nullable().describe('The order that stands in for it.'),
    outcome: z
      .object({
        levelAtDelivery: z.number().nullable(),
        emptySince: instant.nullable(),
        levelAtSwap: z.number().nullable(),
      })
      .nullable()
      .describe('Whether it came in time, and what was left in what it replaced.'),
  })
  .meta({ id: 'OpsOrderPage' });
