import type { MerchantOrder } from '../../contracts/merchant.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { OrderStatus } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { openIssue } from '../../platform/order-issues.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { merchantOf } from '../merchants/registry.ts';
import { adapterSettings } from '../merchants/settings.ts';
import { loadOrderToPlace } from '../orders/order-to-place.ts';
import type { Jobs } from '../outbox/jobs.ts';

/** What an accepted order has become by the merchant's word; `accepted` is no news. */
const BECOMES: Readonly<Record<MerchantOrder['status'], OrderStatus | null>> = {
  accepted: null,
  shipped: 'shipped',
  delivered: 'delivered',
  cancelled: 'cancelled',
  rejected: 'rejected',
  returned: 'returned',
  lost: 'lost',
};

/** Job ask-merchant: what has become of a purchase whose merchant said nothing, or whose webhook was lost. */
export async function askMerchant(deps: RulesDeps, { orderId }: Jobs['ask-merchant']): Promise<void> {
  const { database, clock, metrics, config } = deps;
  const order = await loadOrderToPlace(database.pool, orderId);
  if (order === null || (order.status !== 'accepted' && order.status !== 'shipped')) return;
  const answer = await merchantOf(order.merchant, adapterSettings(config)).find(orderId);
  metrics.merchantCalls.inc({ operation: 'find', outcome: answer.outcome });
  const at = clock.now();
  if (answer.outcome === 'none') {
    const { reason } = told(say('order-merchant-forgot'));
    const issue = { orderId, kind: 'merchant-silent' as const, audience: 'ops' as const, reason, at };
    await openIssue(database.pool, issue);
    return;
  }
  const to = answer.outcome === 'found' ? BECOMES[answer.order.status] : null;
  if (answer.outcome !== 'found' || to === null || to === order.status) return;
  const { reference, arrivesFrom, arrivesTo, rejection, refundedMinor } = answer.order;
  const moved = await inTransaction(database.pool, async (db) => {
    if (refundedMinor !== undefined) {
      await db.query('UPDATE "order" SET refunded_minor = $2 WHERE id = $1', [orderId, refundedMinor]);
    }
    return transitionOrder(db, {
      orderId,
      to,
      at,
      actor: 'merchant',
      ...told(say('order-merchant-asked', { reference, status: to })),
      ...(to === 'shipped' ? { arrivesFrom, arrivesTo } : {}),
      ...(to === 'rejected' ? { rejectionCode: rejection?.code ?? 'refused' } : {}),
    });
  });
  if (moved !== null) metrics.orders.inc({ status: to });
}
