import { z } from 'zod';
import { deviceCommandSchema } from '../mqtt.ts';
import { instant, uuid } from './common.ts';

/** Longer, and what it says is no longer true. */
const MAX_DAYS = 90;

export const newDeviceCommandSchema = z
  .object({
    command: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('maintenance'),
        consumable: z.string().min(1).max(64).optional(),
        hint: z.string().trim().min(1).max(500),
      }),
      z.object({
        type: z.literal('configure'),
        reportEverySeconds: z.number().int().min(10).max(86_400),
      }),
    ]),
    validDays: z.number().int().min(1).max(MAX_DAYS).default(14),
  })
  .meta({
    id: 'NewDeviceCommand',
    examples: [{ command: { type: 'maintenance', hint: 'Clean the corona wire with the green slider.' } }],
  });

export const keptCommandSchema = z
  .object({
    id: z.number().int(),
    deviceId: uuid,
    orderId: uuid.nullable().describe('Whose status it tells.'),
    command: deviceCommandSchema,
    createdAt: instant,
    expiresAt: instant,
    sentAt: instant.nullable(),
    deliveredAt: instant.nullable().describe('When the device acknowledged it.'),
  })
  .meta({ id: 'DeviceCommand' });
export const keptCommandsSchema = z.object({ items: z.array(keptCommandSchema) });
