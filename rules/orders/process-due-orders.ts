import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import { type ConsumableState, decodeState, isOutdated } from '../../core/state.ts';
import { HOUR_MS, type Instant, type OrderStatus } from '../../core/types.ts';
import { appendAudit } from '../../platform/audit/append.ts';
import { inTransaction } from '../../platform/database.ts';
import {
  PROPOSAL_LIFE_MS,
  type ProposalReason,
  proposeOrders,
} from '../../platform/messages/order-messages.ts';
import {
  type NextStep,
  type Queryable,
  type Transition,
  type TransitionedOrder,
  transitionOrders,
} from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { type Context, loadContexts } from '../context/load-contexts.ts';
import type { RulesDeps } from '../deps.ts';
import { type DecisionRow, newId, writeDecisions } from '../evaluate/write-decisions.ts';
import { addJobs, type Job } from '../outbox/jobs.ts';
import {
  type Carrying,
  loadCarrying,
  PAYER_RETRY_MS,
  spareShipping,
  type Takeover,
  takeOverShipping,
} from '../parcels/carry-shipping.ts';
import { currentPolicy, type Policy } from '../policy.ts';
import { claimDueOrders, type DueOrder } from './due-order.ts';
import { enoughCounted, type Judgement, judgePlacement } from './judge-placement.ts';
import { CALL_PATIENCE_MS } from './patience.ts';
import { type Postponement, postpone } from './postpone.ts';

const BATCH_ORDERS = 200;

/** What one batch of due orders wants written. */
export interface Plan {
  readonly transitions: Transition[];
  readonly postponements: Postponement[];
  readonly decisions: DecisionRow[];
  readonly jobs: Job[];
  /** Asked of the customer from now on: their approval counts, not the standing consent. */
  readonly unbound: { readonly orderId: string; readonly because: ProposalReason }[];
  /** They pay for their parcel's shipping from now on. */
  readonly takeovers: Takeover[];
}

/** Acts on the orders whose time has come; returns how many those were. */
export async function processDueOrders(deps: RulesDeps): Promise<number> {
  const now = deps.clock.now();
  const policy = await currentPolicy(deps.database.pool, deps.config);
  const { count, plan } = await inTransaction(deps.database.pool, (db) =>
    runDueOrders(db, policy, now, deps.config.NOTICE_WITHIN_HOURS * HOUR_MS),
  );
  for (const { to } of plan.transitions) deps.metrics.orders.inc({ status: to });
  for (const { decision } of plan.decisions) {
    deps.metrics.decisions.inc({ outcome: decision.outcome });
    for (const { gate, pass } of decision.gates) if (!pass) deps.metrics.gateRefusals.inc({ gate });
  }
  return count;
}

/** The customer is asked about today's price, and their yes is to that. */
const UNBIND = prepared(`
  UPDATE "order" o SET consent_id = NULL, quote_id = NULL, unit_price_minor = today.minor,
    total_minor = o.quantity * today.minor + o.shipping_minor
  FROM product p CROSS JOIN LATERAL (
    SELECT coalesce((SELECT b.unit_price_minor FROM product_price_break b
      WHERE b.product_id = p.id AND b.quantity <= own.quantity ORDER BY b.quantity DESC LIMIT 1), p.unit_price_minor) AS minor,
      own.id AS order_id
    FROM "order" own WHERE own.product_id = p.id AND own.id = ANY ($1::uuid[])
  ) today
  WHERE o.id = ANY ($1::uuid[]) AND p.id = o.product_id AND today.order_id = o.id`);

export async function runDueOrders(
  db: Queryable,
  policy: Policy,
  now: Instant,
  noticeWithinMs: number,
): Promise<{ count: number; plan: Plan }> {
  const plan: Plan = {
    transitions: [],
    postponements: [],
    decisions: [],
    jobs: [],
    unbound: [],
    takeovers: [],
  };
  const orders = await spareShipping(db, await claimDueOrders(db, now, BATCH_ORDERS));
  const inParcels = orders.flatMap(({ id, parcelId }) => (parcelId === null ? [] : [id]));
  const carrying = await loadCarrying(db, inParcels, now);
  const judged = orders.filter((order) => order.status === 'announced' || isRethought(order));
  const wanted = judged.map((order) => ({ consumableId: order.consumableId, order }));
  const contexts = await loadContexts(db, wanted, policy, now);
  const states = await loadStates(db, [...contexts.of.keys()]);
  for (const order of orders) {
    const context = contexts.of.get(order.consumableId);
    const state = states.get(order.consumableId) ?? null;
    if (context !== undefined && isRethought(order)) rethink(plan, order, state, context, now);
    else if (order.status !== 'announced') planOther(plan, order, now);
    else if (context === undefined) planBroken(plan, order, contexts.broken.get(order.consumableId), now);
    else {
      // One order that core fails on must not keep the others of its batch from being placed.
      try {
        const shared = sharing(plan, order, carrying.get(order.id));
        if (shared === 'waits') waitForPayer(plan, order, now);
        else {
          const judgement = judgePlacement(shared, state, context.step, now, noticeWithinMs);
          carryOut(plan, shared, judgement, context, now);
        }
      } catch (error) {
        planBroken(plan, order, error instanceof Error ? error : undefined, now);
      }
    }
  }
  await takeOverShipping(db, plan.takeovers);
  const moved = await transitionOrders(db, plan.transitions);
  await postpone(db, plan.postponements);
  await writeDecisions(db, plan.decisions);
  await ask(db, plan, now);
  await addJobs(db, plan.jobs);
  await auditPlacements(db, plan, moved, now);
  return { count: orders.length, plan };
}

/** At today's price, which is therefore written before the customer is told. */
async function ask(db: Queryable, { unbound }: Plan, now: Instant): Promise<void> {
  if (unbound.length === 0) return;
  await db.query(UNBIND, [unbound.map(({ orderId }) => orderId)]);
  await proposeOrders(db, unbound, now);
}

/** Money is about to be spent without anybody asking: the audit log has it before the merchant is called. */
async function auditPlacements(
  db: Queryable,
  { transitions }: Plan,
  moved: readonly TransitionedOrder[],
  at: Instant,
): Promise<void> {
  const placed = new Set(transitions.filter(({ to }) => to === 'placing').map(({ orderId }) => orderId));
  const records = moved
    .filter(({ id }) => placed.has(id))
    .map(({ id, customerId }) => ({
      at,
      actorKind: 'rules' as const,
      actorId: null,
      operation: 'place-order',
      objectKind: 'order',
      objectId: id,
      customerId,
      requestId: null,
      originAddress: null,
      outcome: 'placing',
    }));
  await appendAudit(db, records);
}

async function loadStates(
  db: Queryable,
  consumableIds: readonly string[],
): Promise<Map<string, ConsumableState>> {
  const states = new Map<string, ConsumableState>();
  if (consumableIds.length === 0) return states;
  const { rows } = await db.query<{ id: string; state: Uint8Array }>(
    `SELECT consumable_id AS id, state FROM consumable_state
     WHERE consumable_id = ANY ($1::uuid[]) AND state IS NOT NULL`,
    [consumableIds],
  );
  for (const { id, state: bytes } of rows) {
    const state = decodeState(bytes);
    if (!isOutdated(state)) states.set(id, state);
  }
  return states;
}

/** A proposal that is due because spares were counted, and not because its time is over. */
const isRethought = ({ status, countedAt, dueAt }: DueOrder): boolean =>
  status === 'proposed' && countedAt !== null && dueAt <= countedAt;

/** Nobody is asked about what they have enough of; of whoever answered otherwise the question stays open. */
function rethink(
  plan: Plan,
  order: DueOrder,
  state: ConsumableState | null,
  context: Context,
  now: Instant,
): void {
  const said = enoughCounted(order, state, context.step, now);
  const { id: orderId, status } = order;
  if (said === null) {
    plan.postponements.push({ orderId, status, until: now + PROPOSAL_LIFE_MS, reason: null });
  } else {
    plan.transitions.push({ orderId, to: 'cancelled', at: now, actor: 'worker', ...told(...said) });
  }
}

function carryOut(
  plan: Plan,
  order: DueOrder,
  { next, decision, plan: delivery }: Judgement,
  context: Context,
  now: Instant,
): void {
  const { id: orderId } = order;
  const { sentence: reason, said } = decision;
  const move = (to: OrderStatus, dueAt: Instant | null, nextStep: NextStep | null = null) =>
    plan.transitions.push({ orderId, to, at: now, actor: 'worker', reason, said, dueAt, nextStep });
  // An order that waits is looked at often: the ledger hears of it once.
  if (next.kind !== 'wait' || reason !== order.statusReason) {
    plan.decisions.push({
      id: newId(),
      consumableId: order.consumableId,
      stage: 'placement',
      decision,
      context: context.step,
    });
  }
  const { parcelId, addedShippingMinor: shippingMinor = 0 } = order;
  if (parcelId !== null && shippingMinor > 0 && (next.kind === 'place' || next.kind === 'ask')) {
    plan.takeovers.push({ orderId, parcelId, shippingMinor });
  }
  switch (next.kind) {
    case 'place':
      move('placing', now + CALL_PATIENCE_MS);
      plan.jobs.push({ name: 'place-order', payload: { orderId, retry: false } });
      break;
    case 'cancel':
      move('cancelled', null);
      break;
    case 'ask':
      move('proposed', now + PROPOSAL_LIFE_MS, next.step ?? null);
      plan.unbound.push({ orderId, because: next.because });
      break;
    case 'wait': {
      const arrives = { from: delivery.arrivesFrom, to: delivery.arrivesTo };
      const wait = { orderId, status: order.status, until: next.until, reason, said };
      plan.postponements.push(next.keepsDates === true ? wait : { ...wait, arrives });
    }
  }
}

/** The order with the shipping that it would have to pay, for which the gates are asked; or it waits. */
function sharing(plan: Plan, order: DueOrder, carrying: Carrying | undefined): DueOrder | 'waits' {
  // What is not wanted any more is cancelled, whoever pays.
  if (carrying === undefined || order.withdrawn) return order;
  const { waits, shippingMinor } = carrying;
  const isTaken = plan.takeovers.some(({ parcelId }) => parcelId === order.parcelId);
  if (waits || (shippingMinor > 0 && isTaken)) return 'waits';
  return { ...order, totalMinor: order.totalMinor + shippingMinor, addedShippingMinor: shippingMinor };
}

function waitForPayer(plan: Plan, { id: orderId, status }: DueOrder, now: Instant): void {
  plan.postponements.push({ orderId, status, until: now + PAYER_RETRY_MS, reason: null });
}

/** Nothing is placed whose gates cannot be asked. */
function planBroken(plan: Plan, order: DueOrder, error: Error | undefined, now: Instant): void {
  const unchecked = told(say('order-unchecked', { detail: error?.message ?? 'the consumable is gone' }));
  plan.postponements.push({ orderId: order.id, status: order.status, until: now + HOUR_MS, ...unchecked });
}

/** Orders that are due for something else than their first placement. */
function planOther(plan: Plan, { id: orderId, status, withdrawn }: DueOrder, now: Instant): void {
  const until = now + CALL_PATIENCE_MS;
  switch (status) {
    case 'proposed':
      plan.transitions.push({
        orderId,
        to: 'expired',
        at: now,
        actor: 'worker',
        ...told(say('order-unanswered')),
      });
      break;
    case 'placing':
      plan.jobs.push({ name: 'place-order', payload: { orderId, retry: true } });
      plan.postponements.push({ orderId, status, until, reason: null });
      break;
    // Bought, although the customer had taken back the consent or it had ended here: to be cancelled there too.
    case 'accepted':
    case 'cancelled':
    case 'declined':
    case 'expired':
    case 'rejected': {
      const unwanted = status !== 'accepted' || withdrawn;
      if (unwanted) plan.jobs.push({ name: 'cancel-order', payload: { orderId } });
      plan.postponements.push({ orderId, status, until: unwanted ? until : null, reason: null });
      break;
    }
    default:
      plan.postponements.push({ orderId, status, until: null, reason: null });
  }
}
