import type { MerchantReturn, ProblemKind, ReturnRequest } from '../../contracts/merchant.ts';
import type { SaidOrText } from '../../contracts/messages/details.ts';
import { told } from '../../core/phrases/in-words.ts';
import { type Said, say } from '../../core/phrases/phrase.ts';
import { DAY_MS, HOUR_MS, type Instant, type OrderStatus } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { tellOrderUpdates } from '../../platform/messages/order-messages.ts';
import { openIssue } from '../../platform/order-issues.ts';
import { noteRefund, returnOrder } from '../../platform/order-return.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { type MerchantAccount, merchantOf } from '../merchants/registry.ts';
import { adapterSettings } from '../merchants/settings.ts';
import { settleBoughtAnyway } from '../orders/bought-anyway.ts';
import type { Jobs } from '../outbox/jobs.ts';

/** People look at returns once a day. */
const ASK_EVERY_MS = DAY_MS;
const RETRY_MS = HOUR_MS;
/** A return that has come to nothing in a quarter of a year is for people to settle. */
const GIVE_UP_MS = 90 * DAY_MS;

interface OpenProblem {
  readonly id: string;
  readonly orderId: string;
  readonly orderStatus: OrderStatus;
  readonly kind: ProblemKind;
  readonly wants: ReturnRequest['wants'];
  readonly note: string | null;
  readonly status: string;
  readonly reportedAt: Date;
  readonly totalMinor: number;
  readonly merchantReference: string | null;
  readonly merchant: MerchantAccount;
}

const PROBLEM = `
  SELECT p.id, p.order_id AS "orderId", o.status AS "orderStatus", p.kind, p.wants, p.note, p.status,
    p.reported_at AS "reportedAt", o.total_minor AS "totalMinor", o.merchant_reference AS "merchantReference",
    json_build_object('adapter', m.adapter, 'baseUrl', m.base_url, 'apiKey', m.api_key) AS merchant
  FROM order_problem p JOIN "order" o ON o.id = p.order_id JOIN merchant m ON m.id = o.merchant_id
  WHERE p.id = $1 AND p.status IN ('open', 'agreed')`;

/**
 * Job request-return: asks the merchant to take back, replace or pay back, or how that stands. The problem's id
 * is the idempotency key: however often it is asked, it is one return.
 */
export async function requestReturn(deps: RulesDeps, { problemId }: Jobs['request-return']): Promise<void> {
  const { rows } = await deps.database.pool.query<OpenProblem>(PROBLEM, [problemId]);
  const problem = rows[0];
  if (problem === undefined) return;
  const { merchantReference, orderId, kind, wants, note } = problem;
  if (merchantReference === null) return refuse(deps, problem, told(say('issue-never-had')));
  const merchant = merchantOf(problem.merchant, adapterSettings(deps.config));
  const answer = await merchant.requestReturn(
    { reference: merchantReference, clientReference: orderId },
    { returnReference: problem.id, kind, wants, note },
  );
  deps.metrics.merchantCalls.inc({ operation: 'return', outcome: answer.outcome });
  switch (answer.outcome) {
    case 'unknown':
      return later(deps, problem, deps.clock.now() + RETRY_MS);
    case 'not-offered':
      return refuse(deps, problem, told(say('issue-in-person')));
    case 'answered':
      return carryOut(deps, problem, answer.returned);
  }
}

function carryOut(deps: RulesDeps, problem: OpenProblem, returned: MerchantReturn): Promise<void> {
  switch (returned.status) {
    case 'open':
      return later(deps, problem, deps.clock.now() + ASK_EVERY_MS);
    case 'agreed':
      return agree(deps, problem, returned);
    case 'refused':
      return refuse(deps, problem, { reason: returned.detail, said: null });
    case 'settled':
      return settle(deps, problem, returned);
  }
}

async function later(deps: RulesDeps, problem: OpenProblem, at: Instant): Promise<void> {
  const { pool } = deps.database;
  if (at < problem.reportedAt.getTime() + GIVE_UP_MS) {
    await pool.query('UPDATE order_problem SET due_at = $2 WHERE id = $1', [problem.id, new Date(at)]);
    return;
  }
  return refuse(deps, problem, told(say('issue-unsettled')));
}

const ANSWER = `
  UPDATE order_problem SET status = $2, answer = $3, merchant_reference = coalesce($4, merchant_reference),
    refund_minor = coalesce($5, refund_minor), due_at = $6, settled_at = $7
  WHERE id = $1 AND status IN ('open', 'agreed') RETURNING id`;

interface Answered {
  readonly status: 'agreed' | 'refused' | 'settled';
  readonly answer: string;
  readonly reference: string | null;
  readonly refundMinor: number | null;
  readonly dueAt: Instant | null;
  readonly settledAt: Instant | null;
}

async function note(db: Queryable, { id }: OpenProblem, answered: Answered): Promise<boolean> {
  const { status, answer, reference, refundMinor, dueAt, settledAt } = answered;
  const date = (at: Instant | null) => (at === null ? null : new Date(at));
  const { rows } = await db.query(ANSWER, [
    id,
    status,
    answer,
    reference,
    refundMinor,
    date(dueAt),
    date(settledAt),
  ]);
  return rows.length > 0;
}

async function agree({ database, clock }: RulesDeps, problem: OpenProblem, returned: MerchantReturn) {
  const now = clock.now();
  await inTransaction(database.pool, async (db) => {
    const first = problem.status === 'open';
    const { reference, detail: answer, refundMinor } = returned;
    const dueAt = now + ASK_EVERY_MS;
    await note(db, problem, { status: 'agreed', answer, reference, refundMinor, dueAt, settledAt: null });
    if (first) await tell(db, problem, answer, null, now);
  });
}

/** Why nothing comes of it; without `said` in the merchant's words. */
interface Refusal {
  readonly reason: string;
  readonly said: Said | null;
}

async function refuse(
  { database, clock, metrics }: RulesDeps,
  problem: OpenProblem,
  { reason, said }: Refusal,
) {
  const now = clock.now();
  await inTransaction(database.pool, async (db) => {
    const closed = { status: 'refused', answer: reason, reference: null, refundMinor: null } as const;
    if (!(await note(db, problem, { ...closed, dueAt: null, settledAt: now }))) return;
    await openIssue(db, {
      orderId: problem.orderId,
      kind: 'refused',
      audience: 'ops',
      reason,
      said,
      at: now,
    });
    await tell(db, problem, said ?? reason, null, now);
  });
  metrics.orderIssues.inc({ kind: 'refused' });
}

/** A replacement that is on its way counts as stock when it comes: the customer's shelf has one more. */
const REPLACED = `
  WITH event AS (
    INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity)
    SELECT c.device_id, c.id, 'shelf-count', $2, $2, coalesce(s.on_shelf, 0) + o.fillings
    FROM "order" o JOIN consumable c ON c.id = o.consumable_id LEFT JOIN consumable_state s ON s.consumable_id = c.id
    WHERE o.id = $1 RETURNING id, consumable_id
  )
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT consumable_id, '{}', '{}', ARRAY[id], $2 FROM event`;

/** Paid back: the order is returned, and its money counts no more; or replaced: the order stands. */
async function settle(
  { database, clock, metrics }: RulesDeps,
  problem: OpenProblem,
  returned: MerchantReturn,
) {
  const at = clock.now();
  const { orderId, wants } = problem;
  const { detail: answer, reference } = returned;
  const refunds = wants === 'refund' || returned.refundMinor !== null;
  const refundMinor = refunds ? (returned.refundMinor ?? problem.totalMinor) : null;
  const moved = await inTransaction(database.pool, async (db) => {
    const closed = { status: 'settled', answer, reference, refundMinor } as const;
    if (!(await note(db, problem, { ...closed, dueAt: null, settledAt: at }))) return null;
    await settleBoughtAnyway(db, orderId, at);
    if (!refunds) {
      await db.query(REPLACED, [orderId, new Date(at)]);
      await tell(db, problem, answer, null, at);
      return null;
    }
    if (refundMinor !== null) await noteRefund(db, orderId, refundMinor);
    const why = told(say('order-paid-back'));
    const done = await returnOrder(db, { orderId, at, actor: 'merchant', ...why });
    // One that is lost stays lost; its money is back all the same.
    if (done === null) await tell(db, problem, why.said, refundMinor, at);
    return done;
  });
  if (moved !== null) metrics.orders.inc({ status: 'returned' });
}

const tell = (
  db: Queryable,
  { orderId }: OpenProblem,
  reason: SaidOrText,
  refundMinor: number | null,
  at: Instant,
) => tellOrderUpdates(db, [{ orderId, change: 'refunded', by: 'merchant', reason, refundMinor }], at);
