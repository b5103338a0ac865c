import { inTransaction } from '../../platform/database.ts';
import type { AnnouncementNow } from './announcement-now.ts';
import { nextAttemptAt } from './back-off.ts';
import type { MessageDeps, Outcome } from './deps.ts';
import type { Delivery } from './load-delivery.ts';
import { failNoticeOf, recordNotice } from './notice.ts';

const SENT = `
  UPDATE message_delivery SET status = 'sent', sent_at = $2, due_at = NULL, last_error = NULL
  WHERE id = $1 AND status = 'pending'`;
const OVER = `
  UPDATE message_delivery SET status = $3, due_at = NULL, last_error = $2 WHERE id = $1 AND status = 'pending'`;
const LATER = `UPDATE message_delivery SET due_at = $3, last_error = $2 WHERE id = $1 AND status = 'pending'`;

/** Keeps what became of an attempt, and what follows from it for the order that it announced. */
export async function recordOutcome(
  deps: MessageDeps,
  { id, channel, attempts }: Delivery,
  outcome: Outcome,
  told: AnnouncementNow | null,
): Promise<void> {
  const { database, clock, metrics, log } = deps;
  const now = clock.now();
  const retryAt = outcome.outcome === 'later' ? nextAttemptAt(channel, attempts, now) : null;
  const result = outcome.outcome === 'later' && retryAt === null ? 'failed' : outcome.outcome;
  let notice: 'delivered' | 'failed' | null = null;
  // What concerns the delivery alone needs no transaction around its one statement.
  if (retryAt !== null && outcome.outcome === 'later') {
    await database.pool.query(LATER, [id, outcome.reason, new Date(retryAt)]);
  } else if (outcome.outcome !== 'sent') {
    notice = await inTransaction(database.pool, async (db) => {
      await db.query(OVER, [id, outcome.reason, result]);
      return result === 'failed' && (await failNoticeOf(db, id, now)) ? 'failed' : null;
    });
  } else if (told === null) {
    await database.pool.query(SENT, [id, new Date(now)]);
  } else {
    const { arrivesFrom: from, arrivesTo: to, cancelUntil } = told;
    const arrival = from === null || to === null ? null : { from, to };
    notice = await inTransaction(database.pool, async (db) => {
      await db.query(SENT, [id, new Date(now)]);
      return (await recordNotice(db, id, now, cancelUntil, arrival)) ? 'delivered' : null;
    });
  }
  metrics.messageDeliveries.inc({ channel, outcome: result });
  if (notice !== null) metrics.notices.inc({ outcome: notice });
  if (result === 'failed') {
    const reason = 'reason' in outcome ? outcome.reason : '';
    log.warn({ deliveryId: id, channel, reason }, 'a message could not be delivered');
  }
}
