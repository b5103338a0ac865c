import { z } from 'zod';
import { auditPage, auditQuery, auditVerdictSchema, auditVerifyQuery } from '../../contracts/http/audit.ts';
import { verifySpan } from '../../platform/audit/verify.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

interface EntryRow {
  readonly seq: number;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly operation: string;
  readonly objectKind: string | null;
  readonly objectId: string | null;
  readonly customerId: string | null;
  readonly requestId: string | null;
  readonly outcome: string;
  readonly originAddress: string | null;
  readonly hash: string;
}

const COLUMNS = `seq, at, actor_kind AS "actorKind", actor_id AS "actorId", operation, object_kind AS "objectKind",
  object_id AS "objectId", customer_id AS "customerId", request_id AS "requestId", outcome,
  origin_address AS "originAddress", encode(hash, 'hex') AS hash`;
/** Two statements, so that each has its index. */
const LIST_ALL = `
  SELECT ${COLUMNS} FROM audit_entry WHERE $1::bigint IS NULL OR seq < $1 ORDER BY seq DESC LIMIT $2`;
const LIST_OF_CUSTOMER = `
  SELECT ${COLUMNS} FROM audit_entry WHERE customer_id = $3 AND ($1::bigint IS NULL OR seq < $1)
  ORDER BY seq DESC LIMIT $2`;

const bySeq = z.tuple([z.number().int().min(0)]);

export function registerAudit(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/audit-entries',
    operation({
      access: 'admin',
      tag: 'Operations',
      summary: 'List who did what, newest first',
      description: 'Every request that changed something, refused ones of known callers, and placed orders.',
      querystring: auditQuery,
      response: { 200: auditPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { customerId, limit, cursor } }) => {
      const [before] = decodeCursor(cursor, bySeq) ?? [null];
      const { rows } =
        customerId === undefined
          ? await pool.query<EntryRow>(LIST_ALL, [before, limit + 1])
          : await pool.query<EntryRow>(LIST_OF_CUSTOMER, [before, limit + 1, customerId]);
      return toPage(rows, limit, ({ seq }) => [seq]);
    },
  );
  app.get(
    '/v1/audit-verification',
    operation({
      access: 'admin',
      tag: 'Operations',
      summary: 'Verify a part of the audit log',
      description:
        'Walks the chain of hashes from its beginning, or from where the part before ended, and names the first entry that was altered or is missing.',
      querystring: auditVerifyQuery,
      response: { 200: auditVerdictSchema },
    }),
    async ({ query: { seq, hash, limit } }) => {
      const from = seq === undefined || hash === undefined ? null : { seq, hash };
      const found = await verifySpan(pool, from, limit);
      if (found.verdict === 'broken') {
        const { verdict, ...fault } = found;
        return { verdict, entries: 0, reached: null, fault };
      }
      return { ...found, fault: null };
    },
  );
}
