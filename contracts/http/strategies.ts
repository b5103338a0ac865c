import { z } from 'zod';
import { RUNG_CODES } from '../../core/ceiling.ts';
import { instant, pageOf, pageQuery, uuid } from './common.ts';
import { strategy } from './devices.ts';

const rung = z
  .object({
    strategy,
    available: z.boolean(),
    code: z
      .enum(RUNG_CODES)
      .describe(
        'open; learning: available, but how well use can be predicted is still being learned; no-product: nothing fits yet; unpredictable; not-announced: announcements do not reach the customer.',
      ),
    reason: z.string(),
  })
  .meta({ id: 'Rung' });

const suggestionSchema = z
  .object({
    id: uuid,
    from: strategy,
    to: strategy,
    reason: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Suggestion' });

export const orderNowSchema = z
  .object({
    productId: uuid
      .nullable()
      .default(null)
      .describe('Another one that fits; null: the one that was chosen.'),
    quantity: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('Units; null: the least sold.'),
  })
  .prefault({})
  .meta({ id: 'OrderNow', examples: [{ quantity: 1 }] });

/** The caller's own key of the request, as draft-ietf-httpapi-idempotency-key-header has it. */
export const orderNowHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('The same key for the same consumable is the same order, however often it is sent.'),
});

const orderRequestSchema = z
  .object({
    id: uuid,
    source: z.enum(['api', 'button']),
    at: instant,
    outcome: z
      .enum(['ordered', 'repeated', 'refused'])
      .describe('repeated: an order was open or just made; nothing more is ordered.'),
    orderId: uuid.nullable(),
    reason: z.string(),
  })
  .meta({ id: 'OrderRequest' });
export const orderRequestsPage = pageOf(orderRequestSchema);
export const orderRequestsQuery = z.object(pageQuery);

export const ladderSchema = z
  .object({
    consumableId: uuid,
    chosen: strategy,
    acts: strategy.describe('What it does now: less than was chosen while a ceiling is in force.'),
    why: z.string().nullable().describe('Why it does less than was chosen; null: it does not.'),
    backSince: instant
      .nullable()
      .describe('When automatic orders came back after a ceiling, as long as that is news.'),
    ceiling: strategy.describe('The most that can be chosen now.'),
    steps: z.array(rung).describe('From least to most autonomy.'),
    suggestion: suggestionSchema
      .nullable()
      .describe('A step that would fit better; nothing happens by itself.'),
  })
  .meta({ id: 'Ladder' });
