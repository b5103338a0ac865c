import type { MerchantWebhook } from '../../contracts/merchant.ts';
import type { OrderStatus } from '../../core/types.ts';
import { followMerchant } from '../../platform/order-return.ts';
import type { ApiDeps } from '../http/deps.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

export type WebhookOutcome = 'applied' | 'duplicate' | 'stale';

/** Status that each kind of webhook reports, with the sentence of the order's history. */
const REPORTS = {
  'order.accepted': ['accepted', 'The merchant accepted the order.'],
  'order.shipped': ['shipped', 'The merchant shipped it.'],
  'order.delivered': ['delivered', 'It was delivered.'],
  'order.cancelled': ['cancelled', 'The merchant cancelled it.'],
  'order.rejected': ['rejected', 'The merchant rejected it.'],
  'order.returned': ['returned', 'It was returned.'],
  'order.lost': ['lost', 'It was lost on the way.'],
} as const satisfies Record<MerchantWebhook['type'], readonly [OrderStatus, string]>;

interface OrderRow {
  readonly status: OrderStatus;
  readonly merchantReference: string | null;
  readonly currency: string;
}

const RECEIVE = `
  INSERT INTO webhook_receipt (merchant_id, webhook_id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;
const LOCK_ORDER = `
  SELECT status, merchant_reference AS "merchantReference", currency FROM "order"
  WHERE id = $1 AND merchant_id = $2 FOR NO KEY UPDATE`;

/**
 * Moves the order along its lifecycle, never back: repeated webhooks are known by their id, and one that
 * comes after a later one finds no way from where the order is. The receipt commits with what it caused,
 * so a webhook that failed here can be sent again.
 */
export async function applyWebhook(
  { database, clock, metrics }: ApiDeps,
  merchantId: string,
  webhookId: string,
  { type, data }: MerchantWebhook,
): Promise<WebhookOutcome> {
  const now = clock.now();
  const [to, reason] = REPORTS[type];
  const outcome = await transact(database.pool, async (client): Promise<WebhookOutcome> => {
    const receipt = await client.query(RECEIVE, [merchantId, webhookId, new Date(now)]);
    if (receipt.rowCount === 0) return 'duplicate';
    const { rows } = await client.query<OrderRow>(LOCK_ORDER, [data.clientReference, merchantId]);
    const order = rows[0] ?? notFound('order', data.clientReference);
    checkMatch(order, data);
    // A merchant cannot know of an order that was not yet placed.
    if (order.status === 'proposed' || order.status === 'announced') {
      throw new ApiProblem('order-mismatch', { reason: 'The order was not placed yet.' });
    }
    const terms = {
      orderId: data.clientReference,
      to,
      at: now,
      actor: 'merchant',
      reason,
      merchantReference: data.reference,
      ...(to === 'accepted' || to === 'shipped'
        ? { arrivesFrom: data.arrivesFrom, arrivesTo: data.arrivesTo }
        : {}),
      // Also when the news overtakes the answer to the placement: what it costs is then told here first.
      ...(to === 'accepted' || order.status === 'placing' ? { totalMinor: data.totalMinor } : {}),
      ...(to === 'rejected' ? { rejectionCode: data.rejection?.code ?? 'refused' } : {}),
      detail: { webhookId, reportedAt: data.updatedAt },
    } as const;
    const moved = await followMerchant(client, terms, data.refundedMinor ?? null);
    return moved === null ? 'stale' : 'applied';
  });
  if (outcome === 'applied') metrics.orders.inc({ status: to });
  return outcome;
}

function checkMatch(order: OrderRow, { reference, currency }: MerchantWebhook['data']): void {
  if (order.merchantReference !== null && order.merchantReference !== reference) {
    throw new ApiProblem('order-mismatch', { reason: 'The order has another merchant reference.' });
  }
  if (order.currency !== currency) {
    throw new ApiProblem('order-mismatch', { reason: 'The order is in another currency.' });
  }
}
