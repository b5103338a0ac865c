import type { MerchantOrder } from '../../contracts/merchant.ts';
import { told } from '../../core/phrases/in-words.ts';
import { type Phrase, say } from '../../core/phrases/phrase.ts';
import type { OrderStatus } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { followMerchant, settleProblems } from '../../platform/order-return.ts';
import { type Queryable, transitionOrder } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { lockConsents } from '../locks.ts';
import type { Pending, Unknown } from '../merchants/merchant-port.ts';
import { addJobs } from '../outbox/jobs.ts';
import { nextTryAt } from './back-off.ts';
import { takeBackAfterEnd } from './bought-anyway.ts';
import { HALT_RETRY_MS } from './judge-placement.ts';
import type { OrderToPlace } from './order-to-place.ts';
import { CALL_PATIENCE_MS } from './patience.ts';
import { postpone } from './postpone.ts';

/** What an order becomes by what the merchant says it is. A lost one was accepted first. */
const BECOMES: Readonly<Record<MerchantOrder['status'], OrderStatus>> = {
  accepted: 'accepted',
  shipped: 'shipped',
  delivered: 'delivered',
  lost: 'accepted',
  returned: 'returned',
  cancelled: 'rejected',
  rejected: 'rejected',
};

/** What the merchant has taken and not given up. */
const TAKEN: readonly OrderStatus[] = ['accepted', 'shipped', 'delivered'];

/** The merchant has the order: it is ours, or, if nobody wants it any more, it is to be cancelled there. */
export async function settleFound(
  deps: RulesDeps,
  { id: orderId, consentId }: OrderToPlace,
  found: MerchantOrder,
): Promise<void> {
  const at = deps.clock.now();
  const to = BECOMES[found.status];
  const moved = await inTransaction(deps.database.pool, async (db) => {
    if (consentId !== null) await lockConsents(db, [consentId]);
    const unwanted = await isUnwanted(db, orderId);
    const cancels = unwanted && to === 'accepted';
    const terms = {
      orderId,
      to,
      at,
      actor: 'merchant',
      ...told(say('order-merchant-has', { reference: found.reference, status: found.status })),
      merchantReference: found.reference,
      arrivesFrom: found.arrivesFrom,
      arrivesTo: found.arrivesTo,
      totalMinor: found.totalMinor,
      dueAt: cancels ? at + CALL_PATIENCE_MS : null,
    } as const;
    const transition = await followMerchant(db, terms, found.refundedMinor ?? null);
    if (transition === null && TAKEN.includes(to)) await takeBackAfterEnd(db, orderId, found.reference, at);
    if (cancels) await addJobs(db, [{ name: 'cancel-order', payload: { orderId } }]);
    return transition !== null;
  });
  if (moved) deps.metrics.orders.inc({ status: to });
}

/** Whether its consent was withdrawn meanwhile, or the customer wants it taken back. */
async function isUnwanted(db: Queryable, orderId: string): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM "order" o WHERE id = $1 AND (take_back IS NOT NULL
       OR EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = o.consent_id))`,
    [orderId],
  );
  return rows.length > 0;
}

/** The first attempt never arrived: every gate is asked again before the next one. */
export async function settleNotFound(deps: RulesDeps, { id: orderId }: OrderToPlace): Promise<void> {
  const at = deps.clock.now();
  await transitionOrder(deps.database.pool, {
    orderId,
    to: 'announced',
    at,
    actor: 'worker',
    ...told(say('order-merchant-never-had')),
    dueAt: at,
  });
}

/** Halted between the gates and the merchant: it waits, as if the gates had said so. */
export async function settleHalted(
  deps: RulesDeps,
  { id: orderId }: OrderToPlace,
  reason: string,
): Promise<void> {
  const at = deps.clock.now();
  deps.metrics.gateRefusals.inc({ gate: 'halt' });
  await transitionOrder(deps.database.pool, {
    orderId,
    to: 'announced',
    at,
    actor: 'worker',
    ...told(say('order-halted', { reason })),
    dueAt: at + HALT_RETRY_MS,
  });
}

export async function settleCancelled(
  deps: RulesDeps,
  { id: orderId }: OrderToPlace,
  why: Phrase,
): Promise<void> {
  const at = deps.clock.now();
  const moved = await inTransaction(deps.database.pool, async (db) => {
    await settleProblems(db, orderId, null, at);
    return transitionOrder(db, { orderId, to: 'cancelled', at, actor: 'worker', ...told(why) });
  });
  if (moved !== null) deps.metrics.orders.inc({ status: 'cancelled' });
}

/** Nothing is known: the order waits for its next try, by the platform's clock. */
export async function tryLater(
  deps: RulesDeps,
  order: OrderToPlace,
  { outcome, detail }: Pending | Unknown,
): Promise<void> {
  const now = deps.clock.now();
  const until = nextTryAt(order.id, order.placedAt?.getTime() ?? now, now);
  const silent = outcome === 'unknown';
  if (silent) deps.log.warn({ orderId: order.id, detail }, 'a merchant did not answer; it is asked again');
  const why = told(silent ? say('order-merchant-silent', { detail }) : say('words', { text: detail }));
  await postpone(deps.database.pool, [{ orderId: order.id, status: order.status, until, ...why }]);
}
