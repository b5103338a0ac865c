import { haltOfOrder } from '../context/halts.ts';
import type { RulesDeps } from '../deps.ts';
import { merchantOf } from '../merchants/registry.ts';
import type { Jobs } from '../outbox/jobs.ts';
import { loadOrderToPlace, type OrderToPlace, purchaseOf } from './order-to-place.ts';
import {
  settleCancelled,
  settleFound,
  settleHalted,
  settleNotFound,
  settleRejected,
  tryLater,
} from './settle.ts';

/**
 * Job place-order: buys, or finds out what an earlier attempt has come to. The order's id is the
 * idempotency key, so the same order can be asked for any number of times and is one purchase.
 */
export async function placeOrder(deps: RulesDeps, job: Jobs['place-order']): Promise<void> {
  const order = await loadOrderToPlace(deps.database.pool, job.orderId);
  if (order === null || order.status !== 'placing') return;
  if (job.retry || order.withdrawn) await reconcile(deps, order);
  else await place(deps, order);
}

async function place(deps: RulesDeps, order: OrderToPlace): Promise<void> {
  // The gates were asked when the job was added; it may have waited since.
  const halted = await haltOfOrder(deps.database.pool, order.id);
  if (halted !== null) return settleHalted(deps, order, halted);
  const merchant = merchantOf(order.merchant);
  const answer = await merchant.place(purchaseOf(order));
  deps.metrics.merchantCalls.inc({ operation: 'place', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'accepted':
      return settleFound(deps, order, answer.order);
    case 'rejected': {
      // The price that we know is wrong: the next decision shall rest on the right one.
      const changed = answer.rejection.code === 'price-changed';
      const quoted = changed ? await merchant.quote(order.sku, order.quantity) : null;
      if (quoted !== null) deps.metrics.merchantCalls.inc({ operation: 'quote', outcome: quoted.outcome });
      return settleRejected(
        deps,
        order,
        answer.rejection,
        quoted?.outcome === 'quoted' ? quoted.quote : null,
      );
    }
    case 'unknown':
      return tryLater(deps, order, answer.detail);
  }
}

/** Asks the merchant before anything is bought: the answer of the first attempt may only have been lost. */
async function reconcile(deps: RulesDeps, order: OrderToPlace): Promise<void> {
  const answer = await merchantOf(order.merchant).find(order.id);
  deps.metrics.merchantCalls.inc({ operation: 'find', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'found':
      return settleFound(deps, order, answer.order);
    case 'none':
      return order.withdrawn
        ? settleCancelled(deps, order, 'The consent was withdrawn before the merchant had the order.')
        : settleNotFound(deps, order);
    case 'unknown':
      return tryLater(deps, order, answer.detail);
  }
}
