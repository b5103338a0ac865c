import { z } from 'zod';
import { instant, uuid } from '../common.ts';

const whole = z.number().int();

export const opsWebhooksSchema = z
  .object({
    endpoints: z
      .array(
        z.object({
          id: uuid,
          host: z.string().describe('Of its address; paths may be secret.'),
          customerId: uuid.nullable().describe("null: the staff's own."),
          customerName: z.string().nullable(),
          kinds: z.array(z.string()).describe('Empty: all.'),
          createdAt: instant,
          disabledAt: instant.nullable(),
          disabledReason: z.string().nullable(),
          sent: whole.describe('In the last month.'),
          pending: whole,
          failed: whole.describe('In the last month.'),
        }),
      )
      .describe('At most 500, those with trouble first.'),
    undelivered: z
      .array(
        z.object({
          id: uuid,
          createdAt: instant,
          channel: z.string(),
          kind: z.string(),
          customerId: uuid.nullable(),
          customerName: z.string().nullable(),
          attempts: whole,
          lastError: z.string().nullable(),
        }),
      )
      .describe('Messages of any channel that were given up in the last month, newest first, at most 100.'),
    incoming: z
      .array(z.object({ merchantId: uuid, name: z.string(), lastMonth: whole, lastAt: instant.nullable() }))
      .describe('Webhooks taken from merchants.'),
  })
  .meta({ id: 'OpsWebhooks' });
