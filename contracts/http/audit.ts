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

/** A second or two of hashing. */
const VERIFY_ENTRIES_MAX = 20_000;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const auditVerifyQuery = z.object({
  seq: z.coerce.number().int().min(1).optional().describe('Where the part before ended.'),
  hash: hash.optional().describe('Its hash then.'),
  limit: z.coerce.number().int().min(1).max(VERIFY_ENTRIES_MAX).default(VERIFY_ENTRIES_MAX),
});
export const auditVerdictSchema = z
  .object({
    verdict: z
      .enum(['whole', 'whole-so-far', 'broken'])
      .describe('whole-so-far: there is more; ask again with where it ended.'),
    entries: z.number().int().describe('Looked at by this request.'),
    reached: z.object({ seq: z.number().int(), hash }).nullable(),
    fault: z.object({ seq: z.number().int(), fault: z.string() }).nullable(),
  })
  .meta({ id: 'AuditVerdict' });
