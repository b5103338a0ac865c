import { z } from 'zod';

/**
 * What devices publish (docs/protocol.md). MQTT 3.1.1, QoS 1, JSON; time, sequence and schema version
 * live in the payload because 3.1.1 has no properties.
 */

export const TOPIC_ROOT = 'neverout/v1';

/** What a device may publish; `command` is what it may subscribe to. */
export const PUBLISH_KINDS = ['telemetry', 'event', 'state'] as const;
export type PublishKind = (typeof PUBLISH_KINDS)[number];

export const topicOf = (deviceId: string, kind: PublishKind | 'command'): string =>
  `${TOPIC_ROOT}/${deviceId}/${kind}`;

/** Device and kind of a topic that a device may publish; null for any other topic. */
export function parseTopic(topic: string): { deviceId: string; kind: PublishKind } | null {
  const rest = topic.startsWith(`${TOPIC_ROOT}/`) ? topic.slice(TOPIC_ROOT.length + 1) : '';
  const slash = rest.indexOf('/');
  if (slash <= 0) return null;
  const kind = PUBLISH_KINDS.find((candidate) => candidate === rest.slice(slash + 1));
  return kind === undefined ? null : { deviceId: rest.slice(0, slash), kind };
}

/** ISO 8601 with an offset or Z. */
const at = z.iso.datetime({ offset: true });
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const key = z.string().min(1).max(64);

/** "some": something remains, how much is unknown (RFC 3805 -3). "unknown": nothing is known (-2). */
const level = z.union([z.number().min(0).max(1), z.enum(['some', 'unknown'])]);
const serial = z.string().max(128).optional();

const consumableReadingSchema = z.union([
  z.object({ level, serial }),
  z.object({ amount: z.number().min(0), unit: z.string().min(1).max(16), serial }),
]);

export const telemetrySchema = z.object({
  v: z.literal(1),
  at,
  seq,
  consumables: z
    .record(key, consumableReadingSchema)
    .refine((consumables) => Object.keys(consumables).length <= 64, 'at most 64 consumables'),
  counters: z.record(key, z.number().min(0)).optional(),
  historical: z.boolean().optional(),
});
export type Telemetry = z.infer<typeof telemetrySchema>;

export const EVENT_TYPES = ['button', 'replaced', 'fault'] as const;

export const deviceEventSchema = z.object({
  v: z.literal(1),
  at,
  seq,
  type: z.enum(EVENT_TYPES),
  consumable: key.optional(),
  detail: z.string().max(500).optional(),
  /** Told late, out of the device's memory: stored and learned from, never by itself a reason to order. */
  historical: z.boolean().optional(),
});
export type DeviceEvent = z.infer<typeof deviceEventSchema>;

export const deviceStateSchema = z.enum(['online', 'offline']);

/** To devices. There is no command that takes a function away (DESIGN §4.8). */
export const deviceCommandSchema = z.discriminatedUnion('type', [
  z.object({
    v: z.literal(1),
    type: z.literal('order-status'),
    consumable: key,
    status: z.string(),
    arrivesFrom: z.iso.date().optional(),
    arrivesTo: z.iso.date().optional(),
  }),
  z.object({
    v: z.literal(1),
    type: z.literal('maintenance'),
    consumable: key.optional(),
    hint: z.string().max(500),
  }),
  z.object({
    v: z.literal(1),
    type: z.literal('configure'),
    reportEverySeconds: z.number().int().min(10).optional(),
  }),
]);
export type DeviceCommand = z.infer<typeof deviceCommandSchema>;

/** Why input was refused: the label of the metric and of the dead letter. */
export const REFUSALS = {
  'bad-json': 'The payload is not JSON.',
  'bad-schema': 'The payload does not have the documented shape.',
  'bad-topic': 'A device may publish only its own telemetry, event and state topics.',
  'unknown-consumable': 'The device model has no such consumable.',
  'unknown-unit': 'The amount is in another unit than the device model declares.',
  'impossible-value': 'The value is outside what the consumable can hold.',
  'clock-ahead': "The device's clock is further ahead than the limit.",
  'clock-behind': "The device's clock is further behind than the limit; mark what was stored as historical.",
  'too-old': 'The message is older than readings are kept.',
  'too-large': 'The packet is larger than the limit.',
  duplicate: 'The reading was already stored.',
  'no-consent': 'The customer withdrew the consent to telemetry: it was dropped, and nothing of it is kept.',
} as const;
export type Refusal = keyof typeof REFUSALS;
