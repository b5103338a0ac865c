import { z } from 'zod';
import { instant, pageOf, pageQuery, queryFlag, reason, uuid } from './common.ts';

export const newHaltSchema = z
  .object({
    productId: uuid.nullable().default(null),
    deviceModelId: uuid.nullable().default(null),
    merchantId: uuid.nullable().default(null),
    reason,
    actor: z.string().min(1).max(100).default('ops').describe('Who stops it.'),
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
    merchantId: uuid.nullable(),
    reason: z.string(),
    actor: z.string(),
    createdAt: instant,
    liftedAt: instant.nullable(),
  })
  .meta({ id: 'Halt' });

export const haltsQuery = z.object({ ...pageQuery, inForce: queryFlag.optional() });
export const haltsPage = pageOf(haltSchema);
