import type { Instant, OrderStatus } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { lockConsents } from '../locks.ts';

/** An order that a worker has to act on now, locked by this transaction. */
export interface DueOrder {
  readonly id: string;
  readonly consumableId: string;
  readonly productId: string;
  /** null: the customer approved this very order. */
  readonly consentId: string | null;
  /** Whether that consent has been withdrawn, or the customer wants it taken back for another reason. */
  readonly withdrawn: boolean;
  readonly status: OrderStatus;
  readonly statusReason: string | null;
  readonly quantity: number;
  readonly fillings: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly createdAt: Instant;
}

const CANDIDATES = `
  SELECT id, customer_id AS "customerId", consent_id AS "consentId" FROM "order"
  WHERE due_at <= $1 ORDER BY due_at LIMIT $2`;

/** Customers that another worker is busy with are left to it. */
const CUSTOMERS =
  'SELECT id FROM customer WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED';

const ORDERS = `
  SELECT id, consumable_id AS "consumableId", product_id AS "productId", consent_id AS "consentId",
    take_back IS NOT NULL OR EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = o.consent_id) AS withdrawn,
    status, status_reason AS "statusReason", quantity, fillings, unit_price_minor AS "unitPriceMinor",
    total_minor AS "totalMinor", currency,
    created_at AS "createdAt"
  FROM "order" o WHERE id = ANY ($1::uuid[]) AND due_at <= $2 FOR UPDATE OF o SKIP LOCKED`;

interface Candidate {
  readonly id: string;
  readonly customerId: string;
  readonly consentId: string | null;
}

/**
 * Locks what is due: first the customers, then the consents, last the orders, which is the order in
 * which every worker and a withdrawal take them, so that none waits for another in a circle.
 */
export async function claimDueOrders(
  db: Queryable,
  now: Instant,
  limit: number,
): Promise<readonly DueOrder[]> {
  const candidates = await db.query<Candidate>(CANDIDATES, [new Date(now), limit]);
  if (candidates.rows.length === 0) return [];
  const customerIds = [...new Set(candidates.rows.map(({ customerId }) => customerId))];
  const customers = await db.query<{ id: string }>(CUSTOMERS, [customerIds]);
  const held = new Set(customers.rows.map(({ id }) => id));
  const ours = candidates.rows.filter(({ customerId }) => held.has(customerId));
  await lockConsents(
    db,
    ours.flatMap(({ consentId }) => consentId ?? []),
  );
  const orders = await db.query<Omit<DueOrder, 'createdAt'> & { createdAt: Date }>(ORDERS, [
    ours.map(({ id }) => id),
    new Date(now),
  ]);
  return orders.rows.map((row) => ({ ...row, createdAt: row.createdAt.getTime() }));
}
