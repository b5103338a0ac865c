import { inTransaction, type Pool, type PoolClient } from '../database.ts';
import { digestOrigin, type HashedFields, hashEntry, NO_HASH } from './entry.ts';

const PAGE_ENTRIES = 1000;

interface StoredEntry extends Omit<HashedFields, 'at'> {
  readonly at: Date;
  readonly originAddress: string | null;
  readonly originSalt: Buffer | null;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

interface Head {
  readonly seq: number;
  readonly hash: Buffer;
}

const PAGE = `
  SELECT seq, at, actor_kind AS "actorKind", actor_id AS "actorId", operation, object_kind AS "objectKind",
    object_id AS "objectId", customer_id AS "customerId", request_id AS "requestId", outcome,
    origin_address AS "originAddress", origin_salt AS "originSalt", origin_digest AS "originDigest",
    previous_hash AS "previousHash", hash
  FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT $2`;

/** The chain as it was found: whole up to its head, or the first entry at which it is not. */
export type Verdict =
  | { readonly whole: true; readonly entries: number; readonly head: string }
  | { readonly whole: false; readonly seq: number; readonly fault: string };

/** An entry that was noted outside the database: whoever rewrites the whole chain cannot change that. */
export interface Anchor {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

/**
 * Walks the chain of one moment in pages; writers go on meanwhile. Who can write to the database can
 * compute a whole new chain: an `anchor` kept elsewhere, such as the head of an earlier run, shows that too.
 */
export async function verifyChain(pool: Pool, anchor: Anchor | null = null): Promise<Verdict> {
  return await inTransaction(pool, async (db) => {
    await db.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: heads } = await db.query<Head>('SELECT seq, hash FROM audit_head');
    let last: Head = { seq: 0, hash: NO_HASH };
    for await (const entry of readEntries(db)) {
      const fault = faultOf(entry, last, anchor);
      if (fault !== null) return { whole: false, ...fault };
      last = entry;
    }
    return judgeEnd(last, heads[0], anchor);
  });
}

/** Where a walk stopped: the last entry that was found whole. */
export interface Reached {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

/** What a part of the chain is like: whole so far, whole to its end, or the first entry at which it is not. */
export type SpanVerdict =
  | { readonly verdict: 'whole' | 'whole-so-far'; readonly reached: Reached; readonly entries: number }
  | { readonly verdict: 'broken'; readonly seq: number; readonly fault: string };

/**
 * Walks at most `limit` entries behind `from` (null: from the beginning), so that no request lasts for ever.
 * The caller hands back where the walk stopped: what was found whole then is the anchor of the next part.
 */
export async function verifySpan(pool: Pool, from: Reached | null, limit: number): Promise<SpanVerdict> {
  return await inTransaction(pool, async (db) => {
    await db.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: heads } = await db.query<Head>('SELECT seq, hash FROM audit_head');
    let last: Head =
      from === null ? { seq: 0, hash: NO_HASH } : { seq: from.seq, hash: Buffer.from(from.hash, 'hex') };
    let entries = 0;
    for await (const entry of readEntries(db, last.seq)) {
      const fault = faultOf(entry, last, null);
      if (fault !== null) return { verdict: 'broken', ...fault };
      last = entry;
      entries += 1;
      if (entries === limit) break;
    }
    const reached = { seq: last.seq, hash: last.hash.toString('hex') };
    if (entries === limit) return { verdict: 'whole-so-far', reached, entries };
    const end = judgeEnd(last, heads[0], null);
    return end.whole
      ? { verdict: 'whole', reached, entries }
      : { verdict: 'broken', seq: end.seq, fault: end.fault };
  });
}

async function* readEntries(db: PoolClient, from = 0): AsyncGenerator<StoredEntry> {
  for (let after = from; ; ) {
    const { rows } = await db.query<StoredEntry>(PAGE, [after, PAGE_ENTRIES]);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    after = end.seq;
  }
}

function faultOf(entry: StoredEntry, last: Head, anchor: Anchor | null) {
  const { seq, originAddress, originSalt, originDigest } = entry;
  if (seq !== last.seq + 1) return { seq: last.seq + 1, fault: 'is missing' };
  if (!entry.previousHash.equals(last.hash)) return { seq, fault: 'does not follow the entry before' };
  const hash = hashEntry(last.hash, { ...entry, at: entry.at.getTime() });
  if (!hash.equals(entry.hash)) return { seq, fault: 'was altered' };
  const isErased = originAddress === null && originSalt === null;
  const isTrue =
    originAddress !== null &&
    originSalt !== null &&
    originDigest?.equals(digestOrigin(originSalt, originAddress)) === true;
  if (!isErased && !isTrue) return { seq, fault: 'had its origin altered' };
  if (seq === anchor?.seq && entry.hash.toString('hex') !== anchor.hash) {
    return { seq, fault: 'is not the one that was noted' };
  }
  return null;
}

function judgeEnd(last: Head, head: Head | undefined, anchor: Anchor | null): Verdict {
  const isCut = last.seq < Math.max(head?.seq ?? 0, anchor?.seq ?? 0);
  if (isCut) return { whole: false, seq: last.seq + 1, fault: 'is missing' };
  if (head === undefined)
    return { whole: false, seq: last.seq, fault: 'is the last, but the head is missing' };
  if (last.seq > head.seq) {
    return { whole: false, seq: head.seq + 1, fault: 'was added behind the head of the chain' };
  }
  if (!last.hash.equals(head.hash))
    return { whole: false, seq: last.seq, fault: 'is not what the head says' };
  return { whole: true, entries: last.seq, head: last.hash.toString('hex') };
}
