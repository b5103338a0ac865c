import { z } from 'zod';
import { instant, pageOf, pageQuery, uuid } from './common.ts';

const auditEntrySchema = z
  .object({
    seq: z.number().int().describe('Without gaps, from 1.'),
    at: instant,
    actorKind: z.string().describe('user, api-token, merchant, provisioning-token, nobody or rules.'),
    actorId: z.string().nullable(),
    operation: z.string().meta({ examples: ['POST /v1/holds'] }),
    objectKind: z.string().nullable(),
    objectId: z.string().nullable(),
    customerId: uuid.nullable(),
    requestId: z.string().nullable(),
    outcome: z.string().describe('Status of the answer, or of the order.'),
    originAddress: z.string().nullable().describe('null: none, or erased.'),
    hash: z.string().describe('SHA-256 over the hash before and this entry, in hex.'),
  })
  .meta({ id: 'AuditEntry' });

export const auditQuery = z.object({ ...pageQuery, customerId: uuid.optional() });
export const auditPage = pageOf(auditEntrySchema);
