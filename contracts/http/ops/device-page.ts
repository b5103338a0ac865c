import { z } from 'zod';
import { instant, uuid } from '../common.ts';
import { opsConsumableSchema, opsDeviceSchema } from './lists.ts';

const reading = z.object({
  at: instant,
  receivedAt: instant,
  seq: z.number().int(),
  levelKind: z.enum(['measured', 'some', 'unknown']),
  level: z.number().nullable(),
  useCounter: z.number().nullable(),
  supplySerial: z.string().nullable(),
  historical: z.boolean(),
});

export const devicePageSchema = z
  .object({
    device: opsDeviceSchema,
    credentials: z.object({
      hasSecret: z.boolean(),
      certificateFingerprint: z.string().nullable(),
      openClaimCodes: z.number().int(),
    }),
    consumables: z.array(
      opsConsumableSchema.extend({
        lastReading: reading.nullable().describe('What its device last said of it.'),
      }),
    ),
    events: z
      .array(
        z.object({
          at: instant,
          type: z.string(),
          consumableKey: z.string().nullable(),
          quantity: z.number().nullable(),
        }),
      )
      .describe('The last 20, newest first.'),
    refused: z
      .array(
        z.object({
          id: uuid,
          receivedAt: instant,
          topic: z.string().nullable(),
          reason: z.string(),
          detail: z.string(),
          payload: z.string().nullable(),
        }),
      )
      .describe('The last 20 messages that were refused, newest first.'),
  })
  .meta({ id: 'DevicePage' });

export const deadLetterReasonsSchema = z
  .object({ items: z.array(z.object({ reason: z.string(), count: z.number().int(), lastAt: instant })) })
  .meta({ id: 'DeadLetterReasons' });
