import type { Quote, Rejection } from '../../contracts/merchant.ts';
import { say } from '../../core/phrases/phrase.ts';
import { haltOfOrder } from '../context/halts.ts';
import type { RulesDeps } from '../deps.ts';
import { merchantOf } from '../merchants/registry.ts';
import { adapterSettings } from '../merchants/settings.ts';
import type { Jobs } from '../outbox/jobs.ts';
import { releaseParcel } from '../parcels/carry-shipping.ts';
import { loadOrderToPlace, type OrderToPlace, purchaseOf } from './order-to-place.ts';
import { settleRejected } from './reject-order.ts';
import { settleCancelled, settleFound, settleHalted, settleNotFound, tryLater } from './settle.ts';

/**
 * Job place-order: buys, or finds out what an earlier attempt has come to. The order's id is the
 * idempotency key, so the same order can be asked for any number of times and is one purchase.
 */
export async function placeOrder(deps: RulesDeps, job: Jobs['place-order']): Promise<void> {
  const order = await loadOrderToPlace(deps.database.pool, job.orderId);
  if (order === null || order.status !== 'placing') return;
  if (job.retry || order.withdrawn) await reconcile(deps, order);
  else await place(deps, order);
  if (order.parcelReference !== null) await releaseParcel(deps.database.pool, order.id, deps.clock.now());
}

async function place(deps: RulesDeps, order: OrderToPlace): Promise<void> {
  // The gates were asked when the job was added; it may have waited since.
  const halted = await haltOfOrder(deps.database.pool, order.id);
  if (halted !== null) return settleHalted(deps, order, halted);
  const merchant = merchantOf(order.merchant, adapterSettings(deps.config));
  const answer = await merchant.place(purchaseOf(order));
  deps.metrics.merchantCalls.inc({ operation: 'place', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'accepted':
      return settleFound(deps, order, answer.order);
    case 'rejected':
      return settleRejected(deps, order, answer.rejection, await newPrice(deps, order, answer.rejection));
    case 'pending':
    case 'unknown':
      return tryLater(deps, order, answer);
  }
}

/** The price that we know is wrong: the next decision shall rest on the right one. */
async function newPrice(
  { config, metrics }: RulesDeps,
  { merchant, sku, quantity }: OrderToPlace,
  { code }: Rejection,
): Promise<Quote | null> {
  if (code !== 'price-changed') return null;
  const answer = await merchantOf(merchant, adapterSettings(config)).quote(sku, quantity);
  metrics.merchantCalls.inc({ operation: 'quote', outcome: answer.outcome });
  return answer.outcome === 'quoted' ? answer.quote : null;
}

/** Asks the merchant before anything is bought: the answer of the first attempt may only have been lost. */
async function reconcile(deps: RulesDeps, order: OrderToPlace): Promise<void> {
  const merchant = merchantOf(order.merchant, adapterSettings(deps.config));
  const answer = await merchant.find(order.id);
  deps.metrics.merchantCalls.inc({ operation: 'find', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'found':
      return answer.order.status === 'cancelled' && order.withdrawn
        ? settleCancelled(deps, order, WITHDRAWN)
        : settleFound(deps, order, answer.order);
    case 'rejected':
      return order.withdrawn
        ? settleCancelled(deps, order, WITHDRAWN)
        : settleRejected(deps, order, answer.rejection, null);
    case 'none':
      return order.withdrawn ? settleCancelled(deps, order, WITHDRAWN) : settleNotFound(deps, order);
    case 'pending':
      // Whoever answers there is to know before they answer that nobody wants it any more.
      if (order.withdrawn) await merchant.cancel({ reference: order.id, clientReference: order.id });
      return tryLater(deps, order, answer);
    case 'unknown':
      return tryLater(deps, order, answer);
  }
}

const WITHDRAWN = say('order-consent-withdrawn');
