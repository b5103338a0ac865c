import { randomBytes } from 'node:crypto';
import type { Queryable } from '../order-store.ts';
import { prepared } from '../prepared.ts';
import { type AuditRecord, digestOrigin, hashEntry } from './entry.ts';

const SALT_BYTES = 16;

/** A statement of its own: only the next one sees what was committed while this one waited. */
const LOCK_HEAD = 'SELECT seq, hash FROM audit_head FOR UPDATE';

const APPEND = prepared(`
  WITH added AS (
    INSERT INTO audit_entry (seq, at, actor_kind, actor_id, operation, object_kind, object_id, customer_id, request_id,
      outcome, origin_address, origin_salt, origin_digest, previous_hash, hash)
    SELECT seq, "at", "actorKind", "actorId", operation, "objectKind", "objectId", "customerId", "requestId", outcome,
      "originAddress", decode(salt, 'hex'), decode(digest, 'hex'), decode(previous, 'hex'), decode(hash, 'hex')
    FROM jsonb_to_recordset($1::jsonb) AS t(seq bigint, "at" timestamptz, "actorKind" text, "actorId" text,
      operation text, "objectKind" text, "objectId" text, "customerId" uuid, "requestId" text, outcome text,
      "originAddress" text, salt text, digest text, previous text, hash text)
  )
  UPDATE audit_head SET seq = $2, hash = $3`);

/**
 * Adds entries to the chain, inside the transaction of `db`. Holds the chain until that ends: call it last,
 * so that writers queue for one commit only, and none waits for a row while others wait for the chain.
 */
export async function appendAudit(db: Queryable, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return;
  const { rows } = await db.query<{ seq: number; hash: Buffer }>(LOCK_HEAD, []);
  const [head] = rows;
  if (head === undefined) throw new Error('the audit chain has lost its head');
  let { seq, hash } = head;
  const entries = records.map(({ at, ...record }) => {
    const { originAddress } = record;
    const salt = originAddress === null ? null : randomBytes(SALT_BYTES);
    const originDigest = salt === null || originAddress === null ? null : digestOrigin(salt, originAddress);
    const previous = hash;
    seq += 1;
    hash = hashEntry(previous, { ...record, seq, at, originDigest });
    return {
      ...record,
      seq,
      at: new Date(at),
      salt: salt?.toString('hex') ?? null,
      digest: originDigest?.toString('hex') ?? null,
      previous: previous.toString('hex'),
      hash: hash.toString('hex'),
    };
  });
  await db.query(APPEND, [JSON.stringify(entries), seq, hash]);
}
