import type { Instant, OrderStatus } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
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
  /** What of the total nobody announced: the shipping of its parcel, which another order was to pay. */
  readonly addedShippingMinor?: number;
  readonly currency: string;
  readonly createdAt: Instant;
  /** Whether the merchant still stands by the quote that is frozen in it. */
  readonly priceStands: boolean;
  /** Whether anybody said where to deliver it. */
  readonly hasAddress: boolean;
  readonly parcelId: string | null;
  readonly announcedAt: Instant | null;
  readonly cancelUntil: Instant | null;
  /** When its announcement reached the customer, and when every way had failed. */
  readonly noticedAt: Instant | null;
  readonly noticeFailedAt: Instant | null;
  readonly dueAt: Instant;
  /** When spares were last counted since it was made; null: they were not. */
  readonly countedAt: Instant | null;
  /** Who wanted it. */
  readonly origin: 'evaluation' | 'button' | 'customer';
}

const CANDIDATES = `
  SELECT id, customer_id AS "customerId", consent_id AS "consentId" FROM "order"
  WHERE due_at <= $1 ORDER BY due_at LIMIT $2`;

/** Customers that another worker is busy with are left to it. */
const CUSTOMERS =
  'SELECT id FROM customer WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED';

const ORDERS = prepared(`
  SELECT id, consumable_id AS "consumableId", product_id AS "productId", consent_id AS "consentId",
    take_back IS NOT NULL OR EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = o.consent_id) AS withdrawn,
    status, status_reason AS "statusReason", quantity, fillings, unit_price_minor AS "unitPriceMinor",
    total_minor AS "totalMinor", currency, created_at AS "createdAt", parcel_id AS "parcelId", origin,
    EXISTS (SELECT FROM quote q WHERE q.id = o.quote_id AND q.binding AND q.valid_until > $2) AS "priceStands",
    EXISTS (SELECT FROM customer cu WHERE cu.id = o.customer_id AND cu.delivery_address <> '{}')
      OR EXISTS (SELECT FROM consumable c JOIN device d ON d.id = c.device_id
        WHERE c.id = o.consumable_id AND d.address_id IS NOT NULL)
      OR EXISTS (SELECT FROM consent k JOIN mandate t ON t.consent_id = k.id
        WHERE k.customer_id = o.customer_id AND t.delivery_address <> '{}'
          AND (k.consumable_id IS NULL OR k.consumable_id = o.consumable_id)) AS "hasAddress",
    announced_at AS "announcedAt", cancel_until AS "cancelUntil", noticed_at AS "noticedAt",
    notice_failed_at AS "noticeFailedAt", due_at AS "dueAt", (
      SELECT max(e.at) FROM consumable_event e
      WHERE e.consumable_id = o.consumable_id AND e.at >= o.created_at AND e.type = 'shelf-count') AS "countedAt"
  FROM "order" o WHERE id = ANY ($1::uuid[]) AND due_at <= $2 FOR UPDATE OF o SKIP LOCKED`);

type Instants = 'announcedAt' | 'cancelUntil' | 'noticedAt' | 'noticeFailedAt' | 'countedAt';
/** As the driver gives it. */
type Row = Omit<DueOrder, 'createdAt' | 'dueAt' | Instants> & {
  readonly createdAt: Date;
  readonly dueAt: Date;
} & {
  readonly [Name in Instants]: Date | null;
};

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
  const orders = await db.query<Row>(ORDERS, [ours.map(({ id }) => id), new Date(now)]);
  return orders.rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.getTime(),
    dueAt: row.dueAt.getTime(),
    countedAt: row.countedAt?.getTime() ?? null,
    announcedAt: row.announcedAt?.getTime() ?? null,
    cancelUntil: row.cancelUntil?.getTime() ?? null,
    noticedAt: row.noticedAt?.getTime() ?? null,
    noticeFailedAt: row.noticeFailedAt?.getTime() ?? null,
  }));
}
