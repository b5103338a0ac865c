import { z } from 'zod';
import { REVIEW_FLAGS } from '../../core/review.ts';
import { instant, minorUnits, pageOf, pageQuery, queryFlag, reason, uuid } from './common.ts';
import { ORDER_STATUSES } from './orders.ts';

const off = 'null: never.';
const count = (most: number) => z.number().int().min(1).max(most).nullable();
const share = z.number().min(0).max(100).nullable();

/** What makes an automatic order wait for the staff; every one has a default. */
export const reviewSettingsSchema = z
  .object({
    firstOrders: count(1000)
      .default(1)
      .describe(`So many first automatic orders of a customer are looked at; ${off}`),
    highPriceMinor: minorUnits
      .nullable()
      .default(30_000)
      .describe(`Totals from this on, in minor units of the order's currency; ${off}`),
    priceRise: share
      .default(0.25)
      .describe(`Unit price above what is usually paid for the product, as a fraction; ${off}`),
    quantityTimes: z
      .number()
      .min(1)
      .max(1000)
      .nullable()
      .default(2)
      .describe(`Units above this many times the consumable's usual quantity; ${off}`),
    quantityMax: count(10_000).default(6).describe(`Units above this at all; ${off}`),
    useRise: share.default(0.8).describe(`Recent use above the long-run use, as a fraction; ${off}`),
    refusedMessages: count(1_000_000)
      .default(20)
      .describe(`Messages of the device refused within a week; ${off}`),
    newModelOrders: count(1_000_000)
      .default(3)
      .describe(`So many first orders for devices of a model are looked at; ${off}`),
    twoPersonMinor: minorUnits
      .nullable()
      .default(50_000)
      .describe('Totals from this on need the approval of two different people; null: never.'),
    decideWithinHours: z
      .number()
      .min(1)
      .max(720)
      .default(20)
      .describe('A decision later than this is late. An order never goes out undecided.'),
    pauseDays: z
      .number()
      .min(0)
      .max(365)
      .default(7)
      .describe('After a declined order none follows by itself for the same consumable for so long.'),
  })
  .meta({ id: 'ReviewSettings', examples: [{ firstOrders: 1, highPriceMinor: 30_000 }] });
export type ReviewSettings = z.output<typeof reviewSettingsSchema>;
export const REVIEW_SETTING = 'review';

const REVIEW_STATUSES = ['pending', 'approved', 'declined', 'moot'] as const;
const status = z
  .enum(REVIEW_STATUSES)
  .describe(
    'moot: the order was cancelled, or its customer approved it themselves, before the staff decided.',
  );

const vote = z.object({
  actor: z.string(),
  verdict: z.enum(['approve', 'decline']),
  reason: z.string().nullable(),
  at: instant,
});

export const reviewItemSchema = z
  .object({
    orderId: uuid,
    status,
    flags: z
      .array(z.object({ flag: z.enum(REVIEW_FLAGS), reason: z.string() }))
      .describe('What is unusual about it, each with one sentence.'),
    createdAt: instant,
    decideBy: instant,
    late: z.boolean().describe('Still pending after decideBy. The order waits on.'),
    decidedAt: instant.nullable(),
    approvalsNeeded: z.number().int(),
    votes: z.array(vote).describe('Oldest first.'),
    order: z.object({
      status: z.enum(ORDER_STATUSES),
      customerId: uuid,
      customerName: z.string(),
      consumableId: uuid,
      consumableName: z.string(),
      deviceId: uuid,
      deviceName: z.string(),
      deviceModel: z.string(),
      firmware: z.string().nullable(),
      productId: uuid,
      productName: z.string(),
      merchantName: z.string(),
      quantity: z.number().int(),
      unitPriceMinor: z.number().int(),
      totalMinor: z.number().int(),
      currency: z.string(),
      announcedAt: instant.nullable(),
      cancelUntil: instant.nullable(),
    }),
    forecast: z
      .object({
        sentence: z.string(),
        level: z.number().nullable(),
        perDay: z.number().nullable().describe('Fraction used a day.'),
        p10: instant.nullable(),
        p50: instant.nullable(),
        p90: instant.nullable(),
        score: z.number().nullable().describe('Predictability, 0…1.'),
      })
      .nullable()
      .describe('What the order rests on; null: the decision is gone.'),
    customerOrders: z
      .partialRecord(z.enum(ORDER_STATUSES), z.number().int())
      .describe('Status to count, of all orders of the customer.'),
    mandate: z
      .object({
        consentId: uuid,
        grantedAt: instant,
        maxUnitPriceMinor: z.number().int(),
        maxQuantity: z.number().int(),
        maxSpendPerMonthMinor: z.number().int(),
        maxOrdersPerMonth: z.number().int().nullable(),
        currency: z.string(),
      })
      .nullable(),
    priceHistory: z
      .array(z.object({ at: instant, unitPriceMinor: z.number().int() }))
      .describe('Of the product in the last orders of anybody, newest first.'),
  })
  .meta({ id: 'ReviewItem' });

export const reviewQuery = z.object({
  ...pageQuery,
  status: z.enum(REVIEW_STATUSES).default('pending'),
  late: queryFlag.optional().describe('Of the pending ones.'),
});
export const reviewPage = pageOf(reviewItemSchema);

export const reviewSummarySchema = z
  .object({
    pending: z.number().int(),
    late: z.number().int(),
    flags: z.partialRecord(z.enum(REVIEW_FLAGS), z.number().int()).describe('Of the pending ones.'),
    oldestAt: instant.nullable(),
  })
  .meta({ id: 'ReviewSummary' });

const MAX_DECIDED_AT_ONCE = 200;
export const reviewDecisionSchema = z
  .object({
    orderIds: z.array(uuid).min(1).max(MAX_DECIDED_AT_ONCE),
    verdict: z.enum(['approve', 'decline']),
    reason: reason.nullable().default(null).describe('Whoever declines says why; the customer reads it.'),
  })
  .refine(({ verdict, reason: why }) => verdict === 'approve' || why !== null, {
    path: ['reason'],
    message: 'say why',
  })
  .meta({
    id: 'ReviewDecision',
    examples: [
      {
        orderIds: ['0197f0c2-6d1e-7000-8000-000000000009'],
        verdict: 'decline',
        reason: 'The price is wrong.',
      },
    ],
  });

export const reviewDecisionsSchema = z
  .object({
    results: z
      .array(
        z.object({
          orderId: uuid,
          outcome: z
            .enum(['approved', 'declined', 'second-person-needed', 'voted-before', 'not-pending', 'unknown'])
            .describe(
              'second-person-needed: kept, and somebody else has to approve too. voted-before: one vote each.',
            ),
        }),
      )
      .describe('In the order of the request.'),
  })
  .meta({ id: 'ReviewDecisions' });
