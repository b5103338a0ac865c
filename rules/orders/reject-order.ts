import type { Quote, Rejection } from '../../contracts/merchant.ts';
import { told } from '../../core/phrases/in-words.ts';
import { type Phrase, say } from '../../core/phrases/phrase.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { proposeOrders } from '../../platform/messages/order-messages.ts';
import { openIssue } from '../../platform/order-issues.ts';
import {
  type NextStep,
  type Queryable,
  type Transition,
  transitionOrder,
} from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { noteQuote } from '../quotes/fetch-quote.ts';
import type { OrderToPlace } from './order-to-place.ts';

/** Whoever has to pay or to prove who they are needs days, not hours; then the need is reckoned anew. */
const CUSTOMER_ACTS_WITHIN_MS = 7 * DAY_MS;

/**
 * What follows a refusal. `elsewhere`: another product inside the mandate, else the customer is asked, else
 * ops hear of it. `anew`: announced or asked at the price of today. `customer`: only they can put it right.
 * The order that follows is made by the next evaluation, with every gate, and stands in for this one: one
 * open order a consumable stays true, and this one is never bought.
 */
const FOLLOWS: Readonly<Record<Rejection['code'], 'elsewhere' | 'anew' | 'customer'>> = {
  'out-of-stock': 'elsewhere',
  'unknown-sku': 'elsewhere',
  'price-changed': 'anew',
  address: 'customer',
  payment: 'customer',
  'authentication-required': 'customer',
};

/** Refused: writes down what that teaches, and what has to happen next. */
export async function settleRejected(
  deps: RulesDeps,
  order: OrderToPlace,
  rejection: Rejection,
  quote: Quote | null,
): Promise<void> {
  const at = deps.clock.now();
  const to = FOLLOWS[rejection.code] === 'customer' ? 'proposed' : 'rejected';
  const moved = await inTransaction(deps.database.pool, async (db) => {
    await learn(db, order, rejection, quote, at);
    const transition =
      to === 'proposed' ? waitForCustomer(order, rejection, at) : rejected(order, rejection, at);
    const done = await transitionOrder(db, transition);
    if (done !== null && to === 'proposed') await askCustomer(db, order, at);
    return done;
  });
  if (moved !== null) deps.metrics.orders.inc({ status: to });
}

/** What everybody else who would order the same shall know. */
async function learn(
  db: Queryable,
  order: OrderToPlace,
  { code, detail }: Rejection,
  quote: Quote | null,
  at: Instant,
): Promise<void> {
  const { productId, quantity, sku } = order;
  if (quote !== null && quote.currency === order.currency) {
    await noteQuote(db, { productId, quantity }, { quote }, at);
    await db.query('UPDATE product SET unit_price_minor = $2 WHERE id = $1', [
      productId,
      quote.unitPriceMinor,
    ]);
  }
  if (code === 'out-of-stock') await noteQuote(db, { productId, quantity }, { unavailable: detail }, at);
  if (code === 'unknown-sku') {
    await db.query('UPDATE product SET active = false WHERE id = $1', [productId]);
    const why = told(say('issue-unknown-sku', { sku }));
    await openIssue(db, { orderId: order.id, kind: 'refused', audience: 'ops', ...why, at });
  }
}

const rejected = ({ id }: OrderToPlace, { code, detail }: Rejection, at: Instant): Transition => ({
  orderId: id,
  to: 'rejected',
  at,
  actor: 'merchant',
  ...told(say('order-merchant-refused', { code, detail })),
  rejectionCode: code,
  detail: { code },
});

/** What the customer can do about it, in a sentence. */
const ASKS: Readonly<Record<NextStep['code'], (detail: string) => Phrase>> = {
  address: (detail) => say('order-needs-address', { detail }),
  payment: (detail) => say('order-needs-payment', { detail }),
  'authentication-required': (detail) => say('order-needs-confirmation', { detail }),
  'no-delivery-address': () => say('order-needs-any-address'),
};

function stepOf({ code, actionUrl }: Rejection): NextStep {
  const known = code === 'address' || code === 'payment' || code === 'authentication-required';
  return { code: known ? code : 'payment', url: actionUrl ?? null };
}

function waitForCustomer({ id }: OrderToPlace, rejection: Rejection, at: Instant): Transition {
  const step = stepOf(rejection);
  return {
    orderId: id,
    to: 'proposed',
    at,
    actor: 'merchant',
    ...told(ASKS[step.code](rejection.detail)),
    rejectionCode: rejection.code,
    nextStep: step,
    dueAt: at + CUSTOMER_ACTS_WITHIN_MS,
    detail: { code: rejection.code, url: step.url },
  };
}

/** From now on it rests on what the customer does, not on the standing consent. */
async function askCustomer(db: Queryable, { id: orderId }: OrderToPlace, at: Instant): Promise<void> {
  await db.query('UPDATE "order" SET consent_id = NULL WHERE id = $1', [orderId]);
  await proposeOrders(db, [{ orderId, because: 'downgraded' }], at);
}
