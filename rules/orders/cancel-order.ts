import { transitionOrder } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { merchantOf } from '../merchants/registry.ts';
import type { Jobs } from '../outbox/jobs.ts';
import { loadOrderToPlace, type OrderToPlace } from './order-to-place.ts';
import { postpone } from './postpone.ts';
import { tryLater } from './settle.ts';

/** Job cancel-order: takes back at the merchant what the customer no longer agrees to. */
export async function cancelOrder(deps: RulesDeps, { orderId }: Jobs['cancel-order']): Promise<void> {
  const { pool } = deps.database;
  const order = await loadOrderToPlace(pool, orderId);
  if (order === null) return;
  const { status, merchantReference } = order;
  const unwanted = status === 'cancelled' || (status === 'accepted' && order.withdrawn);
  if (!unwanted || merchantReference === null) {
    return postpone(pool, [{ orderId, status, until: null, reason: null }]);
  }
  const answer = await merchantOf(order.merchant).cancel(merchantReference);
  deps.metrics.merchantCalls.inc({ operation: 'cancel', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'cancelled':
      return cancelledThere(deps, order);
    case 'refused':
      return postpone(pool, [
        {
          orderId,
          status,
          until: null,
          reason: 'The merchant could not take it back any more: it is on its way.',
        },
      ]);
    case 'unknown':
      return tryLater(deps, order, answer.detail);
  }
}

async function cancelledThere(
  { database, clock, metrics }: RulesDeps,
  { id: orderId, status }: OrderToPlace,
): Promise<void> {
  if (status === 'cancelled') {
    return postpone(database.pool, [{ orderId, status, until: null, reason: null }]);
  }
  const moved = await transitionOrder(database.pool, {
    orderId,
    to: 'cancelled',
    at: clock.now(),
    actor: 'worker',
    reason: 'The consent was withdrawn; the merchant has cancelled it too.',
  });
  if (moved !== null) metrics.orders.inc({ status: 'cancelled' });
}
