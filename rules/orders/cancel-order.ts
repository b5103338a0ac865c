import { endedWithoutGoods } from '../../core/order-lifecycle.ts';
import { told } from '../../core/phrases/in-words.ts';
import { type Phrase, say } from '../../core/phrases/phrase.ts';
import { inTransaction } from '../../platform/database.ts';
import { noteOrder } from '../../platform/order-notes.ts';
import { settleProblems } from '../../platform/order-return.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { merchantOf } from '../merchants/registry.ts';
import { adapterSettings } from '../merchants/settings.ts';
import type { Jobs } from '../outbox/jobs.ts';
import { askBackAfterEnd, settleBoughtAnyway } from './bought-anyway.ts';
import { loadOrderToPlace, type OrderToPlace } from './order-to-place.ts';
import { postpone } from './postpone.ts';
import { tryLater } from './settle.ts';

/** Job cancel-order: takes back at the merchant what the customer no longer agrees to. */
export async function cancelOrder(deps: RulesDeps, { orderId }: Jobs['cancel-order']): Promise<void> {
  const { pool } = deps.database;
  const order = await loadOrderToPlace(pool, orderId);
  if (order === null) return;
  const { status, merchantReference } = order;
  const unwanted = endedWithoutGoods(status) || (status === 'accepted' && order.withdrawn);
  if (!unwanted || merchantReference === null) {
    return postpone(pool, [{ orderId, status, until: null, reason: null }]);
  }
  const answer = await merchantOf(order.merchant, adapterSettings(deps.config)).cancel({
    reference: merchantReference,
    clientReference: orderId,
  });
  deps.metrics.merchantCalls.inc({ operation: 'cancel', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'cancelled':
      return cancelledThere(deps, order);
    case 'refused':
      return refusedThere(deps, order);
    case 'pending':
    case 'unknown':
      return tryLater(deps, order, answer);
  }
}

const REFUSED = told(say('order-not-taken-back'));
const TOO_LATE = told(say('order-anyway-shipped'));

/** The order goes on; the history keeps that the merchant was asked and what it said. */
async function refusedThere(
  { database, clock }: RulesDeps,
  { id: orderId, status }: OrderToPlace,
): Promise<void> {
  const ended = endedWithoutGoods(status);
  const why = ended ? TOO_LATE : REFUSED;
  const at = clock.now();
  await inTransaction(database.pool, async (db) => {
    await postpone(db, [{ orderId, status, until: null, ...(ended ? { reason: null } : why) }]);
    await noteOrder(db, { orderId, at, actor: 'merchant', ...why, detail: { cancellation: 'refused' } });
    if (ended) await askBackAfterEnd(db, orderId, at);
    // What is not needed is then sent back: the merchant is asked for that.
    await db.query(`UPDATE order_problem SET due_at = $2 WHERE order_id = $1 AND status = 'open'`, [
      orderId,
      new Date(at),
    ]);
  });
}

/** Why it was taken back, for the customer. */
const REASONS: Readonly<Record<string, Phrase>> = {
  'contract-withdrawn': say('order-taken-back-withdrawn'),
  'not-needed': say('order-taken-back-not-needed'),
  move: say('order-taken-back-move'),
};

async function cancelledThere(
  { database, clock, metrics }: RulesDeps,
  { id: orderId, status, takeBack }: OrderToPlace,
): Promise<void> {
  if (endedWithoutGoods(status)) {
    const at = clock.now();
    const why = told(say('order-anyway-cancelled'));
    await inTransaction(database.pool, async (db) => {
      await postpone(db, [{ orderId, status, until: null, reason: null }]);
      await settleBoughtAnyway(db, orderId, at);
      await noteOrder(db, { orderId, at, actor: 'merchant', ...why, detail: { cancellation: 'accepted' } });
    });
    return;
  }
  const moved = await inTransaction(database.pool, async (db) => {
    await settleProblems(db, orderId, null, clock.now());
    return transitionOrder(db, {
      orderId,
      to: 'cancelled',
      at: clock.now(),
      actor: 'worker',
      ...told(REASONS[takeBack ?? ''] ?? say('order-taken-back-consent')),
      detail: { cancellation: 'accepted' },
    });
  });
  if (moved !== null) metrics.orders.inc({ status: 'cancelled' });
}
