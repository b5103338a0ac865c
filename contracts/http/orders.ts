import { z } from 'zod';
import { PROBLEM_KINDS } from '../merchant.ts';
import { actingFor, instant, localDate, pageOf, pageQuery, reason, uuid } from './common.ts';

export const ORDER_STATUSES = [
  'proposed',
  'announced',
  'placing',
  'accepted',
  'shipped',
  'delivered',
  'installed',
  'declined',
  'cancelled',
  'expired',
  'rejected',
  'returned',
  'lost',
] as const;
const status = z.enum(ORDER_STATUSES);

const orderOption = z
  .object({
    productId: uuid,
    merchantId: uuid,
    product: z.string(),
    quantity: z.number().int(),
    fillings: z.number().int(),
    unitPriceMinor: z.number().int(),
    goodsMinor: z.number().int().describe('Without shipping.'),
    currency: z.string(),
    perUseMinor: z.number().nullable().describe('Minor units for one use (a page, a cup). null: not known.'),
    perFillingMinor: z.number(),
    best: z.boolean().describe('The cheapest of them for its use.'),
  })
  .meta({ id: 'OrderOption' });

const told = z.iso.datetime({ offset: true });

export const ISSUE_KINDS = [
  'late',
  'presumed-lost',
  'not-installed',
  'merchant-silent',
  'no-supply',
  'refused',
  'bought-anyway',
] as const;

const orderIssueSchema = z
  .object({
    kind: z
      .enum(ISSUE_KINDS)
      .describe('late and presumed-lost: by what deliveries of its merchant have taken so far.'),
    reason: z.string(),
    openedAt: told,
  })
  .meta({ id: 'OrderIssue' });

const nextStepSchema = z
  .object({
    code: z.enum(['address', 'payment', 'authentication-required', 'no-delivery-address']),
    url: z.string().nullable().describe("A page of the merchant's, where it can be done."),
  })
  .meta({ id: 'NextStep' });

export const orderSchema = z
  .object({
    id: uuid.describe("Also the merchant's Idempotency-Key."),
    customerId: uuid,
    consumableId: uuid,
    consumableName: z.string(),
    deviceId: uuid,
    deviceName: z.string(),
    productId: uuid,
    productName: z.string(),
    sku: z.string(),
    merchantId: uuid,
    merchantName: z.string(),
    merchantReference: z.string().nullable(),
    consentId: uuid.nullable(),
    decisionId: uuid.nullable(),
    status,
    statusReason: z.string().nullable(),
    quantity: z.number().int().describe('Units of the product.'),
    fillings: z.number().int(),
    unitPriceMinor: z.number().int(),
    shippingMinor: z.number().int(),
    totalMinor: z.number().int(),
    currency: z.string(),
    createdAt: instant,
    cancelUntil: instant.nullable(),
    dueAt: instant.nullable().describe('When the platform next acts on it.'),
    announcedAt: instant.nullable(),
    placedAt: instant.nullable(),
    acceptedAt: instant.nullable(),
    arrivesFrom: localDate.nullable(),
    arrivesTo: localDate.nullable(),
    shippedAt: instant.nullable(),
    deliveredAt: instant.nullable(),
    installedAt: instant.nullable(),
    origin: z
      .enum(['evaluation', 'button', 'customer'])
      .describe('Who wanted it: the forecast, a button of the device, a person.'),
    options: z
      .array(orderOption)
      .nullable()
      .describe(
        'Of a proposal: what was chosen first, then what would do as well. Approve with its productId.',
      ),
    quoteId: uuid
      .nullable()
      .describe('The quote frozen in it; null: at the known price, which none confirmed.'),
    parcelId: uuid.nullable().describe('The same for orders that come together.'),
    replacesOrderId: uuid.nullable().describe('The order that came to nothing and that it stands in for.'),
    rejectionCode: z.string().nullable().describe('Why the merchant refused it.'),
    nextStep: nextStepSchema.nullable().describe('What its customer has to do before it can go on.'),
    refundedMinor: z.number().int().nullable(),
    issues: z.array(orderIssueSchema).describe('What is wrong with it now.'),
  })
  .meta({ id: 'Order' });

const orderProblemSchema = z
  .object({
    id: uuid,
    kind: z.enum(PROBLEM_KINDS),
    note: z.string().nullable(),
    wants: z.enum(['refund', 'replacement']),
    status: z.enum(['open', 'agreed', 'refused', 'settled']),
    reportedAt: told,
    answer: z.string().nullable().describe('What the merchant said.'),
    refundMinor: z.number().int().nullable(),
    settledAt: told.nullable(),
  })
  .meta({ id: 'OrderProblem' });

export const newProblemSchema = z
  .object({
    kind: z
      .enum(PROBLEM_KINDS)
      .describe('not-needed also makes automatic ordering of the consumable ask from now on.'),
    wants: z.enum(['refund', 'replacement']).default('refund'),
    note: reason.nullable().default(null),
    actingFor,
  })
  .meta({ id: 'NewOrderProblem', examples: [{ kind: 'damaged', note: 'The box is crushed.' }] });

const historyEntry = z
  .object({
    at: instant,
    fromStatus: status.nullable(),
    toStatus: status,
    actor: z.string(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'OrderHistoryEntry' });

export const orderWithHistorySchema = orderSchema
  .extend({
    history: z.array(historyEntry).describe('Oldest first.'),
    problems: z.array(orderProblemSchema).describe('What its customer reported, oldest first.'),
  })
  .meta({ id: 'OrderWithHistory' });

export const ordersQuery = z.object({
  ...pageQuery,
  status: status.optional(),
  customerId: uuid.optional(),
  consumableId: uuid.optional(),
});
export const ordersPage = pageOf(orderSchema);

export const orderActionSchema = z
  .object({
    reason: reason.nullable().default(null),
    actingFor,
    productId: uuid.nullable().default(null).describe('When approving: another one of its options.'),
  })
  .prefault({})
  .meta({ id: 'OrderAction', examples: [{ reason: 'We still have enough.' }] });

/** Nobody plans further ahead than a season. */
export const MAX_DELAY_DAYS = 90;
export const delayOrderSchema = z
  .object({
    days: z.number().int().min(1).max(MAX_DELAY_DAYS),
    reason: reason.nullable().default(null),
    actingFor,
  })
  .meta({ id: 'DelayOrder', examples: [{ days: 7 }] });
