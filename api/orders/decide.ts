import type { z } from 'zod';
import type { orderActionSchema } from '../../contracts/http/orders.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { actsFor, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

interface Decision {
  readonly from: readonly OrderStatus[];
  readonly to: OrderStatus;
  /** For the refusal: "it can no longer be …". */
  readonly participle: string;
  readonly reason: string;
  /** Due at once instead of never again. */
  readonly dueNow: boolean;
}

/** What people may decide about an order that is not yet being placed. */
export const DECISIONS = {
  cancel: {
    from: ['proposed', 'announced'],
    to: 'cancelled',
    participle: 'cancelled',
    reason: 'Cancelled before it was placed.',
    dueNow: false,
  },
  approve: {
    from: ['proposed'],
    to: 'announced',
    participle: 'approved',
    reason: 'Approved.',
    dueNow: true,
  },
  decline: {
    from: ['proposed'],
    to: 'declined',
    participle: 'declined',
    reason: 'Declined.',
    dueNow: false,
  },
  arrived: {
    from: ['accepted', 'shipped', 'lost'],
    to: 'delivered',
    participle: 'said to have arrived',
    reason: 'The customer says that it has arrived.',
    dueNow: false,
  },
} as const satisfies Record<string, Decision>;

/** At the price that the proposal named; the merchant is asked for no more than that. */
const TAKE_OPTION = `
  UPDATE "order" o SET product_id = t."productId", merchant_id = t."merchantId", quantity = t.quantity,
    fillings = t.fillings, unit_price_minor = t."unitPriceMinor", total_minor = t."goodsMinor" + o.shipping_minor,
    quote_id = CASE WHEN o.product_id = t."productId" THEN o.quote_id END
  FROM jsonb_to_recordset((SELECT options FROM "order" WHERE id = $1)) AS t("productId" uuid, "merchantId" uuid,
    quantity int, fillings int, "unitPriceMinor" int, "goodsMinor" int)
  WHERE o.id = $1 AND t."productId" = $2`;

async function takeOption(client: PoolClient, orderId: string, productId: string): Promise<void> {
  const { rowCount } = await client.query(TAKE_OPTION, [orderId, productId]);
  if (rowCount === 0) throw new ApiProblem('not-an-option', {});
}

/**
 * Carries out a decision, or refuses it because the order has moved on. An approved order is due at
 * once; the gates are checked when the rules service places it. The customer's row is locked as for every
 * announcement, so that the month's limits hold.
 */
export async function decideOrder(
  { database, clock, metrics }: ApiDeps,
  orderId: string,
  decision: Decision,
  { reason, actingFor, productId }: z.output<typeof orderActionSchema>,
  caller: Caller,
): Promise<void> {
  const now = clock.now();
  await transact(database.pool, async (client) => {
    const { rows } = await client.query<{ customerId: string }>(
      'SELECT customer_id AS "customerId" FROM "order" WHERE id = $1',
      [orderId],
    );
    const { customerId } = rows[0] ?? notFound('order', orderId);
    await client.query(LOCK_CUSTOMER, [customerId]);
    // Read again under its lock: a worker may have been faster.
    const locked = await client.query<{ status: OrderStatus }>(
      'SELECT status FROM "order" WHERE id = $1 FOR NO KEY UPDATE',
      [orderId],
    );
    const { status } = locked.rows[0] ?? notFound('order', orderId);
    if (!decision.from.includes(status)) {
      throw new ApiProblem('wrong-status', { status, action: decision.participle });
    }
    if (productId !== null && decision.to === 'announced') await takeOption(client, orderId, productId);
    await transitionOrder(client, {
      orderId,
      to: decision.to,
      at: now,
      actor: actsFor(caller, actingFor),
      reason: reason ?? decision.reason,
      dueAt: decision.dueNow ? now : null,
    });
  });
  metrics.orders.inc({ status: decision.to });
}
