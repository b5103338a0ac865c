import { z } from 'zod';
import { instant, pageOf, pageQuery, uuid } from './common.ts';
import { ORDER_STATUSES } from './orders.ts';

/** What operators look at: dead letters, settings in force, counts, health. */

const deadLetterSchema = z
  .object({
    id: uuid,
    receivedAt: instant,
    deviceId: uuid.nullable(),
    clientId: z.string().nullable(),
    topic: z.string().nullable(),
    reason: z.string(),
    detail: z.string(),
    payload: z.string().nullable().describe('First bytes of what was received, as text.'),
    replayAt: instant.nullable().describe('Since when it waits to be decoded again.'),
    replayedAt: instant.nullable().describe('When that was last tried, and refused again.'),
  })
  .meta({ id: 'DeadLetter' });
export const deadLettersQuery = z.object({
  ...pageQuery,
  reason: z.string().max(64).optional(),
  deviceId: uuid.optional(),
});
export const deadLettersPage = pageOf(deadLetterSchema);

const MAX_REPLAYED = 1_000;
export const deadLetterReplaySchema = z
  .object({ reason: z.string().min(1).max(64), deviceId: uuid.nullable().default(null) })
  .meta({ id: 'DeadLetterReplay', examples: [{ reason: 'unknown-consumable' }] });
export const deadLetterReplayedSchema = z
  .object({
    marked: z.number().int().describe(`Letters that are decoded again, at most ${MAX_REPLAYED}.`),
    at: instant.describe('Ask with it what came of them.'),
  })
  .meta({ id: 'DeadLetterReplayed' });
export const deadLetterReplayQuery = z.object({ at: instant });
export const deadLetterReplayResultSchema = z
  .object({
    waiting: z.number().int().describe('Not decoded yet.'),
    refused: z.array(z.object({ reason: z.string().describe('Of today.'), count: z.number().int() })),
  })
  .meta({
    id: 'DeadLetterReplayResult',
    description:
      'Of the letters marked then. Those in neither were stored, and are no dead letters any more.',
  });

const number = z.number();
export const settingsSchema = z
  .object({
    cancelWindowHours: number,
    reviewPeriodHours: number,
    staleAfterDays: number,
    clockLimitMinutes: number,
    readingRetentionMonths: number,
    deadLetterRetentionDays: number,
    evaluateEveryMs: number,
    mqttMaxPayloadBytes: number,
    mqttMessagesPerSecond: number,
    mqttConnectionsPerMinute: number,
    mqttMaxConnections: number,
    costStockoutMinor: number,
    costStockoutPerDayMinor: number,
    costHoldingPerDayMinor: number,
    costShippingMinor: number,
  })
  .meta({ id: 'Settings', description: 'In force in this process; set by its environment.' });

const counts = z.record(z.string(), z.number().int());
export const statsSchema = z
  .object({
    at: instant,
    customers: z.number().int(),
    devices: z.number().int(),
    devicesOnline: z.number().int(),
    consumables: z.number().int(),
    readingsEstimate: z.number().int().describe("The database's own estimate of the readings kept."),
    orders: z.partialRecord(z.enum(ORDER_STATUSES), z.number().int()).describe('Status to count.'),
    deadLetters: counts.describe('Reason to count, of the dead letters kept.'),
    refused: counts.describe('Reason to count, of all input refused by this process since it started.'),
  })
  .meta({ id: 'Stats' });

export const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const check = z.object({ ok: z.boolean(), detail: z.string() });
export const readinessSchema = z
  .object({
    status: z.enum(['ready', 'not-ready']),
    checks: z.object({ database: check, migrations: check, partition: check }),
  })
  .meta({ id: 'Readiness' });

export const webhookResultSchema = z
  .object({
    outcome: z
      .enum(['applied', 'duplicate', 'stale'])
      .describe('duplicate: received before; stale: the order is already further.'),
  })
  .meta({ id: 'WebhookResult' });
