import { z } from 'zod';
import type { Phrase } from '../../core/phrases/phrase.ts';
import { localDate, uuid } from '../http/common.ts';

/** Facts are kept as JSON: instants as ISO 8601 text, money as minor units with a currency. */
const when = z.iso.datetime({ offset: true });
const minor = z.number().int();

/** When it runs out: with 10, 50 and 90 % probability before; null: further than the forecast looks. */
const runOut = z.object({ p10: when.nullable(), p50: when.nullable(), p90: when.nullable() });

/** Core's phrases as the ledger keeps them, or one English sentence. */
// Of codes that a newer version wrote, no more than this shape is known.
const phrase = z.tuple([z.string(), z.record(z.string(), z.unknown())]) as unknown as z.ZodType<Phrase>;
const said = z.union([z.string(), z.array(phrase).readonly()]);

/** An order as it stood when the message was written: what the customer was told, whatever changes later. */
const orderFacts = z.object({
  orderId: uuid,
  /** Of the device's slot: "Black toner". */
  consumable: z.string(),
  device: z.string(),
  product: z.string(),
  merchant: z.string(),
  quantity: z.number().int(),
  fillings: z.number().int(),
  unitPriceMinor: minor,
  shippingMinor: minor,
  totalMinor: minor,
  currency: z.string(),
  arrivesFrom: localDate.nullable(),
  arrivesTo: localDate.nullable(),
  cancelUntil: when.nullable(),
  /** When it is placed with the merchant, or, of a proposal, when it expires. */
  dueAt: when.nullable(),
  runOut,
  /** Why, as the decision says it. */
  why: said.nullable(),
});

/** What an `order-update` can tell. */
export const ORDER_CHANGES = [
  'accepted',
  'shipped',
  'delivered',
  'cancelled',
  'declined',
  'expired',
  'rejected',
  'returned',
  'lost',
  'late',
  'moved',
  'refunded',
] as const;
export type OrderChange = (typeof ORDER_CHANGES)[number];

const consumableFacts = z.object({
  consumableId: uuid,
  consumable: z.string(),
  device: z.string(),
});

/** What each kind of message tells. To add a kind: its facts here, its nature in kinds.ts, its words in platform/messages/words. */
export const DETAILS = {
  /** An automatic order, before it is placed. */
  announcement: orderFacts.extend({
    /** Announced before at other terms; these count. */
    again: z.boolean().default(false),
  }),
  /** An order that is placed only if the customer approves it. */
  proposal: orderFacts.extend({
    /** `prepared`: as the customer chose; `not-seen`: nobody sees the level; the others: it was to be automatic. */
    because: z.enum(['prepared', 'downgraded', 'notice-failed', 'not-seen']).default('prepared'),
    alternatives: z
      .array(
        z.object({
          product: z.string(),
          quantity: z.number().int(),
          totalMinor: minor,
          currency: z.string(),
          /** Minor units for one use (a page, a cup); null: not known. */
          perUseMinor: z.number().nullable(),
        }),
      )
      .default([]),
  }),
  'order-update': orderFacts.extend({
    change: z.enum(ORDER_CHANGES),
    /** Who caused it. */
    by: z.enum(['evaluation', 'customer', 'ops', 'merchant', 'worker', 'telemetry']).nullable(),
    reason: said.nullable(),
    refundMinor: minor.nullable().default(null),
  }),
  /** A placed order that would arrive while the customer is away. */
  'move-offer': z.object({
    orderId: uuid,
    product: z.string(),
    moveOffered: z.object({ from: localDate, to: localDate.nullable() }),
  }),
  'calendar-broken': z.object({ feedId: uuid, name: z.string(), reason: z.string() }),
  'annual-reminder': z.object({ dutyId: uuid }),
  'fee-change-notice': z.object({
    dutyId: uuid,
    productId: uuid,
    name: z.string(),
    minor,
    before: minor,
    currency: z.string(),
    /** Days before the new price is charged. */
    days: z.number().int(),
  }),
  'withdrawal-acknowledgement': z.object({
    orderId: uuid,
    /** Electronic address that the customer named for it. */
    to: z.string(),
    name: z.string(),
    product: z.string(),
    quantity: z.number().int(),
    totalMinor: minor,
    currency: z.string(),
    receivedAt: when,
    /** The signed document. */
    acknowledgement: z.unknown(),
  }),
  /** Strategy coach: it is time to order, and what lengthens its life; or why a press of the device's button ordered nothing. */
  'coach-reminder': consumableFacts.extend({
    level: z.number().nullable(),
    runOut,
    tip: said.nullable(),
    /** null: nobody pressed anything. `repeated`: it is ordered, or asked about, already. */
    press: z
      .object({ outcome: z.enum(['refused', 'repeated']), why: said })
      .nullable()
      .default(null),
  }),
  /** A step up or down the ladder of strategies that the customer may take. */
  'strategy-suggestion': consumableFacts.extend({
    from: z.enum(['respond', 'coach', 'curated', 'automatic']),
    to: z.enum(['respond', 'coach', 'curated', 'automatic']),
    why: said.nullable(),
  }),
  /** For staff: something needs their eyes. */
  'ops-alert': z.object({
    /** "breaker-tripped", "notice-failed": for programs. */
    code: z.string(),
    /** One English sentence or two. */
    text: z.string(),
    /** Page of the console, as a path below the installation's address. */
    path: z.string().nullable().default(null),
  }),
} as const;

export type MessageKind = keyof typeof DETAILS;
export const MESSAGE_KINDS = Object.keys(DETAILS) as readonly MessageKind[];
/** The facts of a kind. */
export type DetailOf<Kind extends MessageKind> = z.output<(typeof DETAILS)[Kind]>;
/** What may be left out is. */
export type NewDetailOf<Kind extends MessageKind> = z.input<(typeof DETAILS)[Kind]>;
export type OrderFacts = z.output<typeof orderFacts>;
export type SaidOrText = z.output<typeof said>;
