import type { MerchantOrder } from '../../contracts/merchant.ts';
import { endedWithoutGoods } from '../../core/order-lifecycle.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import { HOUR_MS, type OrderStatus } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { openIssue } from '../../platform/order-issues.ts';
import { followMerchant } from '../../platform/order-return.ts';
import type { RulesDeps } from '../deps.ts';
import { merchantOf } from '../merchants/registry.ts';
import { adapterSettings } from '../merchants/settings.ts';
import { takeBackAfterEnd } from '../orders/bought-anyway.ts';
import { loadOrderToPlace, type OrderToPlace } from '../orders/order-to-place.ts';
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
  if (order === null) return;
  if (order.status === 'proposed' || endedWithoutGoods(order.status)) return askAfterEnd(deps, order);
  if (order.status !== 'accepted' && order.status !== 'shipped') return;
  const answer = await merchantOf(order.merchant, adapterSettings(config)).find(orderId);
  metrics.merchantCalls.inc({ operation: 'find', outcome: answer.outcome });
  const at = clock.now();
  if (answer.outcome === 'none') {
    const why = told(say('order-merchant-forgot'));
    const issue = { orderId, kind: 'merchant-silent' as const, audience: 'ops' as const, ...why, at };
    await openIssue(database.pool, issue);
    return;
  }
  const to = answer.outcome === 'found' ? BECOMES[answer.order.status] : null;
  if (answer.outcome !== 'found' || to === null || to === order.status) return;
  const { reference, arrivesFrom, arrivesTo, rejection, refundedMinor } = answer.order;
  const terms = {
    orderId,
    to,
    at,
    actor: 'merchant' as const,
    ...told(say('order-merchant-asked', { reference, status: to })),
    ...(to === 'shipped' ? { arrivesFrom, arrivesTo } : {}),
    ...(to === 'rejected' ? { rejectionCode: rejection?.code ?? 'refused' } : {}),
  };
  const moved = await inTransaction(database.pool, (db) => followMerchant(db, terms, refundedMinor ?? null));
  if (moved !== null) metrics.orders.inc({ status: to });
}

/** Without an answer the question stays open, however many times it was asked. */
const ASK_AGAIN = `
  UPDATE "order" SET watch_at = least(watch_at, $2) WHERE id = $1 AND status = $3`;

/** Whether the merchant has an order that ended here after it had been on its way to it. */
async function askAfterEnd(deps: RulesDeps, { id, status, merchant }: OrderToPlace): Promise<void> {
  const { database, clock, metrics, config } = deps;
  const answer = await merchantOf(merchant, adapterSettings(config)).find(id);
  metrics.merchantCalls.inc({ operation: 'find', outcome: answer.outcome });
  const at = clock.now();
  if (answer.outcome === 'unknown' || answer.outcome === 'pending') {
    await database.pool.query(ASK_AGAIN, [id, new Date(at + HOUR_MS), status]);
  }
  if (answer.outcome !== 'found' || !HAS.includes(answer.order.status)) return;
  const { reference } = answer.order;
  const found = await inTransaction(database.pool, (db) => takeBackAfterEnd(db, id, reference, at));
  if (found) metrics.orderIssues.inc({ kind: 'bought-anyway' });
}

/** What the merchant has taken and not given up. */
const HAS: readonly MerchantOrder['status'][] = ['accepted', 'shipped', 'delivered'];
