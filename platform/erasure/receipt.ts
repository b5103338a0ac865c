import type { Queryable } from '../order-store.ts';
import { signDocument } from '../receipts/jws.ts';
import { currentSigningKey } from '../receipts/signing-keys.ts';
import type { Retention } from '../retention/settings.ts';
import type { ErasedRows } from './erase.ts';
import { describeDeleted, describeKept } from './plan.ts';

export interface ErasureResult {
  readonly id: string;
  readonly customerId: string;
  readonly requestedAt: Date;
  readonly language: string;
  readonly removed: ErasedRows;
  readonly retention: Retention;
  readonly at: number;
}

const FINISH = `
  UPDATE erasure SET finished_at = $2, due_at = NULL, swept_at = $2, receipt = $3 WHERE id = $1`;

/** Ends an erasure with a signed receipt: what was deleted, what is kept, why and until when. */
export async function writeErasureReceipt(db: Queryable, result: ErasureResult): Promise<void> {
  const { id, customerId, requestedAt, language, retention, at } = result;
  const document = {
    erasureId: id,
    customerId,
    requestedAt: requestedAt.toISOString(),
    finishedAt: new Date(at).toISOString(),
    deleted: describeDeleted(result.removed, language),
    kept: await describeKept(db, customerId, { retention, at, language }),
  };
  const key = await currentSigningKey(db, at);
  await db.query(FINISH, [id, new Date(at), signDocument(document, key, 'erasure-receipt+jwt')]);
}
