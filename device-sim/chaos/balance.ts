import { localDate } from '../../core/calendar.ts';
import { endedWithoutGoods } from '../../core/order-lifecycle.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { Purchase } from '../merchant/purchase.ts';
import type { ChaosPostgres } from './postgres.ts';

export interface BookOrder {
  readonly id: string;
  readonly customerId: string;
  readonly consentId: string | null;
  readonly productId: string;
  readonly status: OrderStatus;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly announcedAt: Date | null;
  readonly merchantReference: string | null;
  readonly timeZone: string;
}

const ORDERS = `
  SELECT o.id, o.customer_id AS "customerId", o.consent_id AS "consentId", o.product_id AS "productId", o.status,
    o.quantity, o.unit_price_minor AS "unitPriceMinor", o.total_minor AS "totalMinor", o.currency,
    o.announced_at AS "announcedAt", o.merchant_reference AS "merchantReference", cu.time_zone AS "timeZone"
  FROM "order" o JOIN customer cu ON cu.id = o.customer_id`;

export const readOrders = (postgres: ChaosPostgres): Promise<BookOrder[]> => postgres.rows<BookOrder>(ORDERS);

/** Statuses of the platform that agree with a purchase that the merchant has not cancelled. */
const BOUGHT: readonly OrderStatus[] = ['accepted', 'shipped', 'delivered', 'installed', 'returned', 'lost'];
/** How far the merchant's status may be behind or before ours, when all its news arrived. */
const AGREEING: Readonly<Record<Purchase['status'], readonly OrderStatus[]>> = {
  accepted: ['accepted'],
  shipped: ['shipped', 'lost'],
  delivered: ['delivered', 'installed', 'returned'],
  cancelled: ['cancelled', 'rejected'],
};

const nameOf = ({ reference, clientReference, status }: Purchase): string =>
  `${reference} for order ${clientReference} (${status} at the merchant)`;

/** Purchases at the merchant = accepted orders here, one each, for the same money. */
export function checkPurchases(
  orders: readonly BookOrder[],
  purchases: readonly Purchase[],
  givenUp: ReadonlySet<string>,
  askedBack: ReadonlySet<string>,
): string[] {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const seen = new Set<string>();
  const found: string[] = [];
  for (const purchase of purchases) {
    const { clientReference, status } = purchase;
    const order = byId.get(clientReference);
    if (seen.has(clientReference)) found.push(`Bought twice: ${nameOf(purchase)}`);
    seen.add(clientReference);
    if (order === undefined) found.push(`Bought without an order: ${nameOf(purchase)}`);
    else {
      const agreeing = givenUp.has(clientReference)
        ? [...AGREEING[status], ...(status === 'cancelled' ? [] : BOUGHT)]
        : AGREEING[status];
      const isOver = endedWithoutGoods(order.status) && askedBack.has(order.id);
      if (!agreeing.includes(order.status) && !isOver)
        found.push(`${nameOf(purchase)} is ${order.status} here`);
      if (order.totalMinor !== purchase.totalMinor && status !== 'cancelled' && !isOver)
        found.push(`${nameOf(purchase)} cost ${purchase.totalMinor}, here it is ${order.totalMinor}`);
    }
  }
  for (const { id, status } of orders)
    if (BOUGHT.includes(status) && !seen.has(id)) found.push(`Order ${id} is ${status} and was never bought`);
  return found;
}

interface ConsentRow {
  readonly id: string;
  readonly orderId: string;
  readonly covers: boolean;
  readonly grantedAt: Date;
  readonly withdrawnAt: Date | null;
  readonly announcedAt: Date;
  readonly placingAt: Date;
}

/** Of each bought order under a standing consent: the terms, and when it last went to the merchant. */
const CONSENTS = `
  SELECT k.id, o.id AS "orderId", k.granted_at AS "grantedAt", w.withdrawn_at AS "withdrawnAt",
    o.announced_at AS "announcedAt", sent.at AS "placingAt",
    k.customer_id = o.customer_id AND k.purpose = 'automatic-order' AND o.currency = m.currency
      AND o.product_id = ANY (m.product_ids || m.substitute_product_ids) AND o.unit_price_minor <= m.max_unit_price_minor
      AND o.quantity <= m.max_quantity AND (k.valid_until IS NULL OR k.valid_until >= sent.at) AS covers
  FROM "order" o JOIN consent k ON k.id = o.consent_id JOIN mandate m ON m.consent_id = k.id
  LEFT JOIN consent_withdrawal w ON w.consent_id = k.id
  CROSS JOIN LATERAL (
    SELECT max(h.at) AS at FROM order_history h WHERE h.order_id = o.id AND h.to_status = 'placing'
  ) sent
  WHERE o.id = ANY ($1::uuid[])`;

/** Approved by the customer, one by one, after it was last proposed. */
const APPROVED = `
  SELECT o.id FROM "order" o WHERE o.id = ANY ($1::uuid[]) AND NOT EXISTS (
    SELECT FROM order_history h WHERE h.order_id = o.id AND h.from_status = 'proposed'
      AND h.to_status = 'announced' AND h.actor IN ('customer', 'ops'))`;

/** Clocks of different processes may be wrong by so much against each other while they are skewed. */
export const CLOCK_TOLERANCE_MS = 13 * 3_600_000;

/** Every order that was bought rests on a consent that covered it, or on the customer's own yes. */
export async function checkConsents(
  postgres: ChaosPostgres,
  orders: readonly BookOrder[],
  purchases: readonly Purchase[],
  askedBack: ReadonlySet<string>,
): Promise<string[]> {
  const live = new Set(
    purchases.filter(({ status }) => status !== 'cancelled').map((one) => one.clientReference),
  );
  const bought = orders.filter(
    ({ id, status }) => live.has(id) && !(endedWithoutGoods(status) && askedBack.has(id)),
  );
  const standing = bought.filter(({ consentId }) => consentId !== null).map(({ id }) => id);
  const single = bought.filter(({ consentId }) => consentId === null).map(({ id }) => id);
  const rows = await postgres.rows<ConsentRow>(CONSENTS, [standing]);
  const unapproved = await postgres.rows<{ id: string }>(APPROVED, [single]);
  const found = rows.flatMap(({ id, orderId, covers, grantedAt, withdrawnAt, announcedAt, placingAt }) => {
    if (!covers) return [`Order ${orderId} is not covered by the mandate of its consent ${id}`];
    if (grantedAt.getTime() > announcedAt.getTime() + CLOCK_TOLERANCE_MS)
      return [`Order ${orderId} was announced before its consent ${id}`];
    if (withdrawnAt !== null && withdrawnAt.getTime() + CLOCK_TOLERANCE_MS < placingAt.getTime())
      return [`Order ${orderId} was placed after its consent ${id} was withdrawn`];
    return [];
  });
  if (rows.length !== standing.length)
    found.push(`${standing.length - rows.length} orders without a consent`);
  return [...found, ...unapproved.map(({ id }) => `Order ${id} was bought and nobody had agreed to it`)];
}

export type Ledger = Map<string, number>;

const add = (ledger: Ledger, key: string, minor: number): void => {
  ledger.set(key, (ledger.get(key) ?? 0) + minor);
};

/** Money of a customer's calendar month, as the platform's spend limit counts it: by status. */
const COMMITTED: readonly OrderStatus[] = [
  'announced',
  'placing',
  'accepted',
  'shipped',
  'delivered',
  'installed',
];
export const monthOf = ({ customerId, announcedAt, timeZone }: BookOrder): string =>
  `${customerId} ${announcedAt === null ? 'never' : localDate(announcedAt.getTime(), timeZone).slice(0, 7)}`;

/** What the platform holds to be spent or reserved, by customer and month. */
export function platformLedger(orders: readonly BookOrder[]): Ledger {
  const ledger: Ledger = new Map();
  for (const order of orders) {
    if (COMMITTED.includes(order.status)) add(ledger, monthOf(order), order.totalMinor);
  }
  return ledger;
}

/** What was spent by the merchant's books; what came back or got lost is nobody's money any more. */
export function merchantLedger(
  orders: readonly BookOrder[],
  purchases: readonly Purchase[],
  askedBack: ReadonlySet<string>,
): Ledger {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const ledger: Ledger = new Map();
  for (const { clientReference, status, totalMinor } of purchases) {
    const order = byId.get(clientReference);
    if (order === undefined || status === 'cancelled') continue;
    if (endedWithoutGoods(order.status) && askedBack.has(order.id)) continue;
    if (order.status !== 'lost' && order.status !== 'returned') add(ledger, monthOf(order), totalMinor);
  }
  return ledger;
}

/** Every reserved amount is settled or released: then both ledgers say the same. */
export function checkMoney(platform: Ledger, merchant: Ledger): string[] {
  const found: string[] = [];
  for (const key of new Set([...platform.keys(), ...merchant.keys()])) {
    const [ours, theirs] = [platform.get(key) ?? 0, merchant.get(key) ?? 0];
    if (ours !== theirs) found.push(`${key}: ${ours} reserved or spent here, ${theirs} at the merchant`);
  }
  return found;
}
