import { z } from 'zod';
import { instant, pageOf, pageQuery, queryFlag, reason, uuid } from './common.ts';
import { firmware } from './devices.ts';

/** Strict: a reference that is misspelt must not become a halt of everything. */
export const newHaltSchema = z
  .strictObject({
    productId: uuid.nullable().default(null),
    deviceModelId: uuid.nullable().default(null),
    firmware: firmware.nullable().default(null).describe('Of that device model, which has to be named too.'),
    merchantId: uuid.nullable().default(null),
    customerId: uuid.nullable().default(null),
    reason,
    actor: z.string().min(1).max(100).default('ops').describe('Who stops it.'),
  })
  .refine(({ firmware: version, deviceModelId }) => version === null || deviceModelId !== null, {
    path: ['deviceModelId'],
    message: 'firmware belongs to a device model',
  })
  .meta({
    id: 'NewHalt',
    description: 'Stops placing orders. The references narrow it; none: everything.',
    examples: [
      { merchantId: '0197f0c2-6d1e-7000-8000-000000000001', reason: 'Wrong prices in their catalogue.' },
    ],
  });

export const haltSchema = z
  .object({
    id: uuid,
    productId: uuid.nullable(),
    deviceModelId: uuid.nullable(),
    firmware: z.string().nullable(),
    merchantId: uuid.nullable(),
    customerId: uuid.nullable(),
    reason: z.string(),
    actor: z.string().describe('breaker: the platform itself, on an abnormal rate of orders.'),
    detail: z
      .object({ observed: z.number(), expected: z.number(), days: z.number() })
      .nullable()
      .describe(
        'Of the breaker: orders of the last day, those expected, and the days of history that says so.',
      ),
    createdAt: instant,
    liftedAt: instant.nullable(),
  })
  .meta({ id: 'Halt' });

export const haltsQuery = z.object({ ...pageQuery, inForce: queryFlag.optional() });
export const haltsPage = pageOf(haltSchema);
