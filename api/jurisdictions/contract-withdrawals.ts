import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { contractWithdrawalSchema, stateWithdrawalSchema } from '../../contracts/http/jurisdictions.ts';
import { addDays, localDate } from '../../core/calendar.ts';
import { profileOf, withdrawalEndsAt } from '../../core/jurisdictions.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { PoolClient } from '../../platform/database.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import { noteOrder } from '../../platform/order-notes.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName, actsFor } from '../auth/caller.ts';
import { requireOperator } from '../consents/operator.ts';
import { signed } from '../consents/receipt-routes.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

type ContractWithdrawal = z.output<typeof contractWithdrawalSchema>;

interface OrderRow {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly deliveredAt: Date | null;
  readonly productName: string;
  readonly quantity: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly merchantReference: string | null;
  readonly timeZone: string;
  readonly jurisdiction: string;
}

const READ_ORDER = `
  SELECT o.id, o.customer_id AS "customerId", o.status, o.delivered_at AS "deliveredAt", p.name AS "productName",
    o.quantity, o.total_minor AS "totalMinor", o.currency, o.merchant_reference AS "merchantReference",
    c.time_zone AS "timeZone", c.jurisdiction
  FROM "order" o JOIN customer c ON c.id = o.customer_id JOIN product p ON p.id = o.product_id WHERE o.id = $1`;

const READ = `
  SELECT order_id AS "orderId", name, contact, stated_at AS "statedAt", confirmed_at AS "confirmedAt", acknowledgement
  FROM contract_withdrawal WHERE order_id = $1`;

/** Stated anew before it is confirmed: the last statement counts. */
const STATE = `
  INSERT INTO contract_withdrawal (order_id, name, contact, stated_at, actor) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (order_id) DO UPDATE SET name = EXCLUDED.name, contact = EXCLUDED.contact,
    stated_at = EXCLUDED.stated_at, actor = EXCLUDED.actor
  WHERE contract_withdrawal.confirmed_at IS NULL`;

const CONFIRM = `
  UPDATE contract_withdrawal SET confirmed_at = $2, acknowledgement = $3 WHERE order_id = $1`;

const TAKE_BACK = `UPDATE "order" SET take_back = 'contract-withdrawn', due_at = $2 WHERE id = $1`;

interface Row extends Omit<ContractWithdrawal, 'acknowledgement' | 'lastDay' | 'isOpen'> {
  readonly acknowledgement: string | null;
}

async function readOrder(client: PoolClient, orderId: string): Promise<OrderRow> {
  const { rows } = await client.query<OrderRow>(READ_ORDER, [orderId]);
  return rows[0] ?? notFound('order', orderId);
}

const UNSTATED = { name: null, contact: null, statedAt: null, confirmedAt: null, acknowledgement: null };

async function read(client: PoolClient, order: OrderRow, now: number): Promise<ContractWithdrawal> {
  const { rows } = await client.query<Row>(READ, [order.id]);
  const { acknowledgement, ...row } = rows[0] ?? { ...UNSTATED, orderId: order.id };
  return {
    ...row,
    isOpen: row.confirmedAt === null && obstacleTo(order, now) === null,
    lastDay: lastDayOf(order),
    acknowledgement: acknowledgement === null ? null : JSON.parse(acknowledgement),
  };
}

function lastDayOf({ deliveredAt, jurisdiction, timeZone }: OrderRow): string | null {
  const { withdrawal } = profileOf(jurisdiction);
  if (withdrawal === null || deliveredAt === null) return null;
  return addDays(localDate(deliveredAt.getTime(), timeZone), withdrawal.days);
}

/** Nothing was bought, or not any more. */
const NOTHING_BOUGHT: readonly OrderStatus[] = ['declined', 'cancelled', 'expired', 'rejected', 'returned'];

/** Why the purchase cannot be withdrawn from; null: it can. */
function obstacleTo(order: OrderRow, now: number): string | null {
  const { status, deliveredAt, jurisdiction, timeZone } = order;
  if (NOTHING_BOUGHT.includes(status)) return `The order is ${status}: nothing was bought.`;
  const until = withdrawalEndsAt(deliveredAt?.getTime() ?? null, profileOf(jurisdiction), timeZone);
  if (until === null) return 'The law of your place gives no right of withdrawal; ask the merchant.';
  return now >= until ? `The period for it ended on ${lastDayOf(order)}.` : null;
}

function requireRight(order: OrderRow, now: number): void {
  const reason = obstacleTo(order, now);
  if (reason !== null) throw new ApiProblem('no-withdrawal', { reason });
}

/** First step of the withdrawal function: who withdraws from which purchase, and where the answer goes. */
export async function stateWithdrawal(
  { database, clock }: ApiDeps,
  orderId: string,
  { name, contact }: z.output<typeof stateWithdrawalSchema>,
  request: FastifyRequest,
): Promise<ContractWithdrawal> {
  const now = clock.now();
  return await transactAudited(database.pool, async (client) => {
    const order = await readOrder(client, orderId);
    requireRight(order, now);
    await client.query(STATE, [orderId, name, contact, new Date(now), actorName(request.caller)]);
    return read(client, order, now);
  });
}

/**
 * Second step: the withdrawal takes effect. The acknowledgement, with its content and its moment, is
 * signed, kept and told (Directive 2011/83/EU, Article 11a (4)). Confirming twice tells the same again.
 */
export async function confirmWithdrawal(
  deps: ApiDeps,
  orderId: string,
  request: FastifyRequest,
): Promise<ContractWithdrawal> {
  const { database, clock, metrics } = deps;
  const operator = await requireOperator(database.pool);
  const now = clock.now();
  let cancelled = false;
  const withdrawal = await transactAudited(database.pool, async (client) => {
    cancelled = false;
    const { customerId } = await readOrder(client, orderId);
    await client.query(LOCK_CUSTOMER, [customerId]);
    // Read under the lock: the order moves no further while it is withdrawn from.
    const order = await readOrder(client, orderId);
    const stated = await read(client, order, now);
    if (stated.statedAt === null) notFound('stated withdrawal of order', orderId);
    if (stated.confirmedAt !== null) return stated;
    requireRight(order, now);
    const acknowledgement = await signed(
      deps,
      request,
      'withdrawal-acknowledgement+jwt',
      ({ publicKey }) => ({
        type: 'acknowledgement of withdrawal from a contract',
        trader: operator,
        name: stated.name,
        contact: stated.contact,
        order: {
          id: order.id,
          merchantReference: order.merchantReference,
          product: order.productName,
          quantity: order.quantity,
          totalMinor: order.totalMinor,
          currency: order.currency,
        },
        statement: `${stated.name} withdraws from the purchase of ${order.quantity} × ${order.productName}.`,
        receivedAt: new Date(now).toISOString(),
        publicKey,
      }),
    );
    await client.query(CONFIRM, [orderId, new Date(now), JSON.stringify(acknowledgement)]);
    const { productName: product, quantity, totalMinor, currency } = order;
    await addMessages(
      client,
      [
        {
          kind: 'withdrawal-acknowledgement',
          customerId,
          orderId,
          detail: {
            orderId,
            to: stated.contact ?? '',
            name: stated.name ?? '',
            product,
            quantity,
            totalMinor,
            currency,
            receivedAt: new Date(now).toISOString(),
            acknowledgement,
          },
        },
      ],
      now,
    );
    cancelled = await takeBack(client, order, now, request);
    return read(client, await readOrder(client, orderId), now);
  });
  if (cancelled) metrics.orders.inc({ status: 'cancelled' });
  return withdrawal;
}

/** What was not yet placed is cancelled; else the merchant is asked, or hears of goods that come back. */
async function takeBack(client: PoolClient, order: OrderRow, now: number, request: FastifyRequest) {
  const { id: orderId, status } = order;
  const actor = actsFor(request.caller, 'customer');
  if (status === 'proposed' || status === 'announced') {
    const why = told(say('order-withdrawn-before'));
    await transitionOrder(client, { orderId, to: 'cancelled', at: now, actor, ...why });
    return true;
  }
  if (status === 'placing' || status === 'accepted') {
    await client.query(TAKE_BACK, [orderId, new Date(now)]);
  }
  const why = told(say('order-withdrawn'));
  await noteOrder(client, { orderId, at: now, actor, ...why, detail: { withdrawal: 'confirmed' } });
  return false;
}

export async function readWithdrawal(
  { database, clock }: ApiDeps,
  orderId: string,
): Promise<ContractWithdrawal> {
  return await transact(database.pool, async (client) =>
    read(client, await readOrder(client, orderId), clock.now()),
  );
}
