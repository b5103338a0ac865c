import { createHash } from 'node:crypto';

/** What happened, as whoever records it tells it: ids and names of operations, never bodies or secrets. */
export interface AuditRecord {
  /** ms since epoch. */
  readonly at: number;
  readonly actorKind: 'user' | 'api-token' | 'merchant' | 'provisioning-token' | 'nobody' | 'rules';
  readonly actorId: string | null;
  /** "POST /v1/holds", or what the rules did. */
  readonly operation: string;
  readonly objectKind: string | null;
  readonly objectId: string | null;
  readonly customerId: string | null;
  readonly requestId: string | null;
  /** Network address that it was asked from. */
  readonly originAddress: string | null;
  /** Status of the answer, or of the order. */
  readonly outcome: string;
}

/** What the hash covers: everything but the address itself, which may have to be erased one day. */
export interface HashedFields extends Omit<AuditRecord, 'originAddress' | 'actorKind'> {
  readonly seq: number;
  readonly actorKind: string;
  /** SHA-256 of salt and address. */
  readonly originDigest: Buffer | null;
}

/** First in the canonical form, so that another form can follow one day. */
const FORM = 'neverout-audit-1';

/** `previous` of the first entry. */
export const NO_HASH = Buffer.alloc(32);

/**
 * SHA-256 over the hash before and the canonical entry: a JSON array in fixed order, which unlike joined
 * text cannot read the same for two different entries.
 */
export function hashEntry(previous: Uint8Array, entry: HashedFields): Buffer {
  const canonical = JSON.stringify([
    FORM,
    entry.seq,
    new Date(entry.at).toISOString(),
    entry.actorKind,
    entry.actorId,
    entry.operation,
    entry.objectKind,
    entry.objectId,
    entry.customerId?.toLowerCase() ?? null,
    entry.requestId,
    entry.outcome,
    entry.originDigest?.toString('hex') ?? null,
  ]);
  return createHash('sha256').update(previous).update(canonical).digest();
}

/** Salted: without the salt, all four thousand million IPv4 addresses could be tried against it. */
export const digestOrigin = (salt: Uint8Array, address: string): Buffer =>
  createHash('sha256').update(salt).update(address).digest();
