import { told } from '../../core/phrases/in-words.ts';
import { type Said, say } from '../../core/phrases/phrase.ts';
import { DAY_MS, HOUR_MS, type Instant, type LocalDate } from '../../core/types.ts';
import { expectedBy, type Underway, watchTimes } from '../../core/watch.ts';
import { inTransaction } from '../../platform/database.ts';
import { addMessages } from '../../platform/messages/add-messages.ts';
import { tellOrderUpdates } from '../../platform/messages/order-messages.ts';
import { type NewIssue, openIssues } from '../../platform/order-issues.ts';
import { type Queryable, type Transition, transitionOrders } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { addJobs } from '../outbox/jobs.ts';
import { claimWatched, type WatchedOrder } from './watched-order.ts';

const BATCH_ORDERS = 200;

/** A merchant that answers by files or not at all is asked this often what became of a purchase. */
const ASK_EVERY_MS = 6 * HOUR_MS;
const LATE_ASK_EVERY_MS = DAY_MS;
/** Time to say that it did arrive, before the money is asked back and another one ordered. */
const ANSWER_WITHIN_MS = 5 * DAY_MS;
/** Placed this long ago and not answered: somebody has to call there. */
const SILENT_AFTER_MS = 2 * DAY_MS;
/** After a delivery the box may stand around for some days, empty device or not. */
const UNPACK_WITHIN_MS = 7 * DAY_MS;
const LOOK_EVERY_MS = 3 * DAY_MS;
/** A spare may rightly lie on the shelf for long; after half a year nobody is asked about it any more. */
const WATCH_INSTALLATION_MS = 180 * DAY_MS;

interface NextWatch {
  readonly orderId: string;
  readonly watchAt: Instant | null;
  /** A better estimate than the merchant's; null: the one there is stays. */
  readonly arrivesTo: LocalDate | null;
}

/** What one batch wants written. */
interface Findings {
  readonly next: NextWatch[];
  readonly issues: NewIssue[];
  readonly asks: string[];
  readonly lost: Transition[];
  readonly updates: {
    readonly orderId: string;
    readonly change: 'late' | 'delivered';
    readonly reason: Said;
  }[];
  readonly silent: WatchedOrder[];
}

/** Looks after purchases that are on their way or lie about; returns how many those were. */
export async function watchOrders({ database, clock, metrics }: RulesDeps): Promise<number> {
  const now = clock.now();
  const { count, findings } = await inTransaction(database.pool, async (db) => {
    const orders = await claimWatched(db, now, BATCH_ORDERS);
    const findings: Findings = { next: [], issues: [], asks: [], lost: [], updates: [], silent: [] };
    for (const order of orders) look(findings, order, now);
    await write(db, findings, now);
    return { count: orders.length, findings };
  });
  for (const { kind } of findings.issues) metrics.orderIssues.inc({ kind });
  for (const { to } of findings.lost) metrics.orders.inc({ status: to });
  return count;
}

const NEXT = `
  UPDATE "order" o SET watch_at = t."watchAt", arrives_to = coalesce(t."arrivesTo", o.arrives_to)
  FROM jsonb_to_recordset($1::jsonb) AS t("orderId" uuid, "watchAt" timestamptz, "arrivesTo" date)
  WHERE o.id = t."orderId"`;

/** The money of what is presumed lost is asked back; the customer may have asked already. */
const CLAIM_MONEY = `
  INSERT INTO order_problem (order_id, kind, wants, status, actor, reported_at, due_at)
  SELECT id, 'never-came', 'refund', 'open', 'worker', $2, $2 FROM "order"
  WHERE id = ANY ($1::uuid[]) AND merchant_reference IS NOT NULL
  ON CONFLICT (order_id) WHERE status IN ('open', 'agreed') DO NOTHING`;

async function write(db: Queryable, findings: Findings, now: Instant): Promise<void> {
  const { next, issues, asks, lost, updates, silent } = findings;
  if (next.length > 0) {
    const rows = next.map((one) => ({
      ...one,
      watchAt: one.watchAt === null ? null : new Date(one.watchAt),
    }));
    await db.query(NEXT, [JSON.stringify(rows)]);
  }
  const moved = await transitionOrders(db, lost);
  await openIssues(db, issues);
  await tellOrderUpdates(
    db,
    updates.map((update) => ({ ...update, by: 'worker' as const })),
    now,
  );
  if (moved.length > 0) await db.query(CLAIM_MONEY, [moved.map(({ id }) => id), new Date(now)]);
  await addJobs(
    db,
    asks.map((orderId) => ({ name: 'ask-merchant', payload: { orderId } })),
  );
  const alerts = silent.map(({ id, merchantName }) => ({
    kind: 'ops-alert' as const,
    customerId: null,
    detail: {
      code: 'merchant-silent',
      text: `${merchantName} has not answered to order ${id} for two days.`,
      path: `/ops/orders/${id}`,
    },
    key: `merchant-silent:${id}`,
  }));
  await addMessages(db, alerts, now);
}

function look(findings: Findings, order: WatchedOrder, now: Instant): void {
  switch (order.status) {
    case 'placing':
      lookAtPlacing(findings, order, now);
      break;
    case 'accepted':
    case 'shipped':
      lookAtUnderway(findings, order, now);
      break;
    case 'delivered':
      lookAtDelivered(findings, order, now);
      break;
    case 'proposed':
    case 'cancelled':
    case 'declined':
    case 'expired':
    case 'rejected':
      lookAfterEnd(findings, order, now);
      break;
    default:
      findings.next.push({ orderId: order.id, watchAt: null, arrivesTo: null });
  }
}

/**
 * Times after its end at which the merchant is asked about an order that had been on its way to it: soon enough to
 * find it before it is packed, whenever it turned up.
 */
const AFTER_END_MS = [HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 3 * DAY_MS];

/** A request that was under way may have been worked on since: nothing here would ever tell. */
function lookAfterEnd(findings: Findings, { id: orderId, endedAt }: WatchedOrder, now: Instant): void {
  findings.asks.push(orderId);
  const next = AFTER_END_MS.map((ms) => (endedAt ?? now) + ms).find((at) => at > now);
  findings.next.push({ orderId, watchAt: next ?? null, arrivesTo: null });
}

function lookAtPlacing(findings: Findings, order: WatchedOrder, now: Instant): void {
  const silentFrom = (order.placedAt ?? now) + SILENT_AFTER_MS;
  const next = { orderId: order.id, arrivesTo: null };
  if (now < silentFrom) {
    findings.next.push({ ...next, watchAt: silentFrom });
    return;
  }
  findings.next.push({ ...next, watchAt: null });
  const why = told(say('order-merchant-mute'));
  findings.issues.push({ orderId: order.id, kind: 'merchant-silent', audience: 'ops', ...why, at: now });
  findings.silent.push(order);
}

function lookAtUnderway(findings: Findings, order: WatchedOrder, now: Instant): void {
  const { id: orderId, issues } = order;
  const underway: Underway = { ...order, acceptedAt: order.acceptedAt ?? now };
  const { lateFrom, lostFrom } = watchTimes(underway);
  const askFrom = order.merchantTells ? Number.POSITIVE_INFINITY : now + ASK_EVERY_MS;
  if (now < lateFrom) {
    if (!order.merchantTells) findings.asks.push(orderId);
    findings.next.push({ orderId, watchAt: Math.min(lateFrom, askFrom), arrivesTo: null });
    return;
  }
  // The merchant's word of what became of it may only have been lost.
  findings.asks.push(orderId);
  const presumed = issues.find(({ kind }) => kind === 'presumed-lost');
  if (presumed !== undefined && now >= presumed.openedAt + ANSWER_WITHIN_MS) {
    findings.lost.push({ orderId, to: 'lost', at: now, actor: 'worker', ...told(say('order-lost')) });
    return;
  }
  if (now >= lostFrom && presumed === undefined) {
    const { reason, said } = told(say('order-presumed-lost'));
    findings.issues.push({ orderId, kind: 'presumed-lost', audience: 'customer', reason, said, at: now });
    findings.updates.push({ orderId, change: 'late', reason: said });
  }
  const estimate = expectedBy(underway, now);
  if (now < lostFrom && !issues.some(({ kind }) => kind === 'late')) {
    const { reason, said } = told(say('order-late'));
    findings.issues.push({ orderId, kind: 'late', audience: 'customer', reason, said, at: now });
    findings.updates.push({ orderId, change: 'late', reason: said });
  }
  const deadline = presumed === undefined ? lostFrom : presumed.openedAt + ANSWER_WITHIN_MS;
  const watchAt = Math.min(now + LATE_ASK_EVERY_MS, deadline > now ? deadline : now + LATE_ASK_EVERY_MS);
  findings.next.push({ orderId, watchAt, arrivesTo: estimate });
}

function lookAtDelivered(findings: Findings, order: WatchedOrder, now: Instant): void {
  const { id: orderId, issues } = order;
  const deliveredAt = order.deliveredAt ?? now;
  const next = { orderId, arrivesTo: null };
  if (now < deliveredAt + UNPACK_WITHIN_MS) {
    findings.next.push({ ...next, watchAt: deliveredAt + UNPACK_WITHIN_MS });
    return;
  }
  const over = now >= deliveredAt + WATCH_INSTALLATION_MS;
  findings.next.push({ ...next, watchAt: over ? null : now + LOOK_EVERY_MS });
  if (!order.deviceIsEmpty || issues.some(({ kind }) => kind === 'not-installed')) return;
  const { reason, said } = told(say('order-not-installed'));
  findings.issues.push({ orderId, kind: 'not-installed', audience: 'customer', reason, said, at: now });
  findings.updates.push({ orderId, change: 'delivered', reason: said });
}
