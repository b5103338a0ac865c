import { z } from 'zod';
import { MESSAGE_KINDS } from '../messages/details.ts';
import { CHANNELS, CUSTOMER_KINDS } from '../messages/kinds.ts';
import { instant, pageOf, pageQuery, queryFlag, uuid } from './common.ts';

const kind = z.enum(MESSAGE_KINDS as [string, ...string[]]);
const customerKind = z.enum(CUSTOMER_KINDS as [string, ...string[]]);
const channel = z.enum(CHANNELS);

export const messageSchema = z
  .object({
    id: uuid,
    orderId: uuid.nullable(),
    kind,
    subject: z.string(),
    paragraphs: z.array(z.string()),
    facts: z.array(z.object({ label: z.string(), value: z.string() })),
    detail: z.record(z.string(), z.unknown()).describe('The facts themselves, for programs.'),
    createdAt: instant,
    readAt: instant.nullable(),
    deliveries: z
      .array(
        z.object({
          channel,
          status: z.enum(['pending', 'sent', 'failed', 'suppressed']),
          sentAt: z.iso.datetime({ offset: true }).nullable(),
        }),
      )
      .describe('How it went out beside the inbox.'),
  })
  .meta({
    id: 'Message',
    description: 'In the language of the reader (Accept-Language) and the zone of the customer.',
  });

export const messagesQuery = z.object({ ...pageQuery, unread: queryFlag.optional() });
export const messagesPage = pageOf(messageSchema).extend({ unread: z.number().int().describe('Of all.') });

/** "22:00", in the customer's zone. */
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day as HH:MM')
  .meta({ examples: ['22:00'] });

export const messageSettingsSchema = z
  .object({
    kinds: z.array(
      z.object({
        kind: customerKind,
        mandatory: z
          .enum(['announcement', 'duty'])
          .nullable()
          .describe('Why its mail cannot be turned off: it announces a purchase, or the law asks for it.'),
        channels: z.record(channel, z.boolean()),
      }),
    ),
    quietHours: z
      .object({ from: timeOfDay, to: timeOfDay })
      .nullable()
      .describe('What can wait is sent after them. `to` at or before `from` is on the next day.'),
    digestAt: timeOfDay.nullable().describe('What is not urgent comes in one mail a day, at this time.'),
  })
  .meta({ id: 'MessageSettings' });

export const messageSettingsPatchSchema = z
  .object({
    kinds: z.array(z.object({ kind: customerKind, channel, enabled: z.boolean() })).max(100),
    quietHours: z.object({ from: timeOfDay, to: timeOfDay }).nullable(),
    digestAt: timeOfDay.nullable(),
  })
  .partial()
  .meta({
    id: 'MessageSettingsPatch',
    examples: [{ quietHours: { from: '22:00', to: '07:00' }, digestAt: '18:00' }],
  });

export const readMessagesSchema = z.object({ read: z.number().int() }).meta({ id: 'ReadMessages' });

/** As browsers give it (Push API, PushSubscription.toJSON). */
export const newPushSubscriptionSchema = z
  .object({
    endpoint: z.url({ protocol: /^https?$/ }).max(2000),
    keys: z.object({ p256dh: z.string().min(40).max(200), auth: z.string().min(10).max(100) }),
  })
  .meta({
    id: 'NewPushSubscription',
    examples: [
      {
        endpoint: 'https://push.example/send/abc',
        keys: {
          p256dh: 'BIPUL12DLfytvTajnryr2PRdAgXS3HGKiLqndGcJGabyhHheJYlNGCeXl1dn18gSJ1WAkAPIxr4gK0_dQds4yiI',
          auth: 'FPssNDTKnInHVndSTdbKFw',
        },
      },
    ],
  });
export const pushSubscriptionSchema = z
  .object({ id: uuid, createdAt: instant, endedAt: instant.nullable() })
  .meta({ id: 'PushSubscription' });
export const pushSubscriptionsSchema = z.object({ items: z.array(pushSubscriptionSchema) });
export const pushKeySchema = z
  .object({ publicKey: z.string().describe('applicationServerKey of the Push API.') })
  .meta({ id: 'PushKey' });

export const newWebhookEndpointSchema = z
  .object({
    url: z.url({ protocol: /^https?$/ }).max(2000),
    kinds: z.array(kind).max(MESSAGE_KINDS.length).default([]).describe('Empty: all.'),
  })
  .meta({
    id: 'NewWebhookEndpoint',
    examples: [{ url: 'https://example.org/hooks', kinds: ['order-update'] }],
  });
export const webhookEndpointSchema = z
  .object({
    id: uuid,
    customerId: uuid.nullable().describe('null: of the staff; it hears of every customer.'),
    url: z.string(),
    kinds: z.array(z.string()),
    createdAt: instant,
    disabledAt: instant.nullable(),
    disabledReason: z.string().nullable(),
    previousSecretUntil: instant
      .nullable()
      .describe('Until then the secret before the last rotation signs too.'),
  })
  .meta({ id: 'WebhookEndpoint' });
export const webhookEndpointsSchema = z.object({ items: z.array(webhookEndpointSchema) });
export const webhookSecretSchema = webhookEndpointSchema
  .extend({ secret: z.string().describe('Standard Webhooks (whsec_…). Shown here and never again.') })
  .meta({ id: 'WebhookEndpointWithSecret' });

export const messageDeliverySchema = z
  .object({
    id: uuid,
    messageId: uuid,
    customerId: uuid.nullable(),
    kind: z.string(),
    channel,
    status: z.enum(['pending', 'sent', 'failed', 'suppressed']),
    attempts: z.number().int(),
    dueAt: instant.nullable().describe('When it is tried next.'),
    createdAt: instant,
    sentAt: instant.nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'MessageDelivery' });
export const messageDeliveriesQuery = z.object({
  ...pageQuery,
  status: z.enum(['pending', 'sent', 'failed', 'suppressed']).default('failed'),
});
export const deliveryReplaySchema = z
  .object({
    channel: channel.nullable().default(null).describe('null: all.'),
    target: z.string().min(1).max(100).nullable().default(null).describe('One endpoint; null: all.'),
  })
  .meta({ id: 'DeliveryReplay', examples: [{ channel: 'e-mail' }] });
export const deliveryReplayedSchema = z
  .object({ replayed: z.number().int().describe('At most 1000, the newest first.') })
  .meta({ id: 'DeliveryReplayed' });
export const messageDeliveriesPage = pageOf(messageDeliverySchema);

export const deliveryFeedSchema = z
  .object({
    url: z.string().describe('Subscribe to it in a calendar program. Shown here and never again.'),
    createdAt: instant,
  })
  .meta({ id: 'DeliveryFeed' });
export const deliveryFeedStateSchema = z
  .object({ createdAt: instant.nullable().describe('null: there is none.') })
  .meta({ id: 'DeliveryFeedState' });
export const deliveriesQuery = z.object({ token: z.string().min(1).max(200) });
