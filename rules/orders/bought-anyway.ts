import { ENDED_WITHOUT_GOODS } from '../../core/order-lifecycle.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { Instant } from '../../core/types.ts';
import { openIssue } from '../../platform/order-issues.ts';
import { noteOrder } from '../../platform/order-notes.ts';
import { type Queryable, transitionOrder } from '../../platform/order-store.ts';
import { addJobs } from '../outbox/jobs.ts';
import { CALL_PATIENCE_MS } from './patience.ts';

/**
 * An order can end here while a request to buy it is under way: its process was killed, the line was slow, the
 * customer cancelled in between. What then turns up at the merchant nobody wants. It is cancelled there; if that is
 * too late, sent back; and the staff see it until it is settled.
 */

/** Once: from then on cancelling, not looking, is what is left to do. */
const NOTE = `
  UPDATE "order" SET merchant_reference = coalesce(merchant_reference, $2), due_at = $3, watch_at = NULL
  WHERE id = $1 AND status = ANY ($4::order_status[]) RETURNING id`;

const STILL_ASKED = `SELECT id FROM "order" WHERE id = $1 AND status = 'proposed' FOR NO KEY UPDATE`;

/** The merchant has an order that ended here, or that its customer is asked about; false: it has not ended. */
export async function takeBackAfterEnd(
  db: Queryable,
  orderId: string,
  reference: string,
  at: Instant,
): Promise<boolean> {
  // Still asked of its customer: the answer would come too late for what is bought already.
  const why = told(say('order-bought-anyway', { reference }));
  const { rows: asked } = await db.query<{ id: string }>(STILL_ASKED, [orderId]);
  if (asked.length > 0)
    await transitionOrder(db, { orderId, to: 'cancelled', at, actor: 'merchant', ...why });
  const due = new Date(at + CALL_PATIENCE_MS);
  const { rows } = await db.query(NOTE, [orderId, reference, due, ENDED_WITHOUT_GOODS]);
  if (rows.length === 0) return false;
  await noteOrder(db, { orderId, at, actor: 'merchant', ...why, detail: { boughtAnyway: reference } });
  await openIssue(db, { orderId, kind: 'bought-anyway', audience: 'ops', ...why, at });
  await addJobs(db, [{ name: 'cancel-order', payload: { orderId } }]);
  return true;
}

const SETTLE_ISSUE = `
  UPDATE order_issue SET resolved_at = $2
  WHERE order_id = $1 AND kind = 'bought-anyway' AND resolved_at IS NULL`;

/** Nothing is left to be done about it. */
export async function settleBoughtAnyway(db: Queryable, orderId: string, at: Instant): Promise<void> {
  await db.query(SETTLE_ISSUE, [orderId, new Date(at)]);
}

/** Too late to cancel: the merchant is asked to take it back, as of anything that is not needed. */
const ASK_BACK = `
  INSERT INTO order_problem (order_id, kind, wants, status, actor, reported_at, due_at)
  VALUES ($1, 'not-needed', 'refund', 'open', 'worker', $2, $2)
  ON CONFLICT (order_id) WHERE status IN ('open', 'agreed') DO NOTHING`;

export async function askBackAfterEnd(db: Queryable, orderId: string, at: Instant): Promise<void> {
  await db.query(ASK_BACK, [orderId, new Date(at)]);
}
