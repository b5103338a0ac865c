import type { z } from 'zod';
import type { reviewDecisionSchema, reviewDecisionsSchema } from '../../contracts/http/review.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrders } from '../../platform/order-store.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';

type Decision = z.output<typeof reviewDecisionSchema>;
type Result = z.output<typeof reviewDecisionsSchema>['results'][number];

/** The customers first, as everybody who moves orders takes them. */
const LOCK_CUSTOMERS = `
  SELECT c.id FROM customer c WHERE c.id IN (SELECT customer_id FROM order_review WHERE order_id = ANY ($1::uuid[]))
  ORDER BY c.id FOR NO KEY UPDATE`;

interface Locked {
  readonly orderId: string;
  readonly waits: boolean;
  readonly approvalsNeeded: number;
}

const LOCK = `
  SELECT r.order_id AS "orderId", r.approvals_needed AS "approvalsNeeded",
    r.status = 'pending' AND o.status = 'announced' AND o.consent_id IS NOT NULL AS waits
  FROM order_review r JOIN "order" o ON o.id = r.order_id
  WHERE r.order_id = ANY ($1::uuid[]) ORDER BY r.order_id FOR UPDATE OF r`;

/** One vote each: who has approved cannot be the second person as well. */
const VOTE = `
  INSERT INTO review_vote (order_id, actor, verdict, reason, at)
  SELECT id, $2, $3, $4, $5 FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING
  RETURNING order_id AS "orderId"`;

const APPROVALS = `
  SELECT order_id AS "orderId", count(*)::int AS n FROM review_vote
  WHERE order_id = ANY ($1::uuid[]) AND verdict = 'approve' GROUP BY order_id`;

const DECIDE = 'UPDATE order_review SET status = $2, decided_at = $3 WHERE order_id = ANY ($1::uuid[])';

/** Approved: the gates are asked again as soon as the customer's time to cancel is over. */
const MAKE_DUE = `
  UPDATE "order" SET due_at = greatest(cancel_until, $2::timestamptz)
  WHERE id = ANY ($1::uuid[]) AND status = 'announced' AND due_at > greatest(cancel_until, $2::timestamptz)`;

/** Records the vote of one of the staff on each order, and carries out what is thereby decided; set-wise. */
export async function decideReviews(
  { database, clock, metrics }: ApiDeps,
  { orderIds, verdict, reason }: Decision,
  caller: Caller,
): Promise<readonly Result[]> {
  const at = clock.now();
  const actor = actorName(caller);
  const outcomes = await transactAudited(database.pool, async (client) => {
    await client.query(LOCK_CUSTOMERS, [orderIds]);
    const { rows } = await client.query<Locked>(LOCK, [orderIds]);
    const found = new Map<string, Result['outcome']>(
      rows.map(({ orderId, waits }) => [orderId, waits ? 'voted-before' : 'not-pending']),
    );
    const waiting = rows.filter(({ waits }) => waits);
    const values = [waiting.map(({ orderId }) => orderId), actor, verdict, reason, new Date(at)];
    const voted = await client.query<{ orderId: string }>(VOTE, values);
    const ids = new Set(voted.rows.map(({ orderId }) => orderId));
    const ours = waiting.filter(({ orderId }) => ids.has(orderId));
    const carryOut = verdict === 'approve' ? approve : decline;
    for (const [id, outcome] of await carryOut(client, ours, at, reason)) found.set(id, outcome);
    return found;
  });
  const results = orderIds.map((orderId) => ({ orderId, outcome: outcomes.get(orderId) ?? 'unknown' }));
  for (const { outcome } of results) {
    if (outcome === 'approved' || outcome === 'declined') metrics.reviewsDecided.inc({ verdict: outcome });
    if (outcome === 'declined') metrics.orders.inc({ status: 'cancelled' });
  }
  return results;
}

type Outcomes = readonly (readonly [string, Result['outcome']])[];

async function approve(client: PoolClient, reviews: readonly Locked[], at: number): Promise<Outcomes> {
  const ids = reviews.map(({ orderId }) => orderId);
  const { rows } = await client.query<{ orderId: string; n: number }>(APPROVALS, [ids]);
  const approvals = new Map(rows.map(({ orderId, n }) => [orderId, n]));
  const enough = reviews
    .filter(({ orderId, approvalsNeeded }) => (approvals.get(orderId) ?? 0) >= approvalsNeeded)
    .map(({ orderId }) => orderId);
  await client.query(DECIDE, [enough, 'approved', new Date(at)]);
  await client.query(MAKE_DUE, [enough, new Date(at)]);
  return ids.map((id) => [id, enough.includes(id) ? 'approved' : 'second-person-needed']);
}

async function decline(
  client: PoolClient,
  reviews: readonly Locked[],
  at: number,
  reason: string | null,
): Promise<Outcomes> {
  const ids = reviews.map(({ orderId }) => orderId);
  await client.query(DECIDE, [ids, 'declined', new Date(at)]);
  await transitionOrders(
    client,
    ids.map((orderId) => ({ orderId, to: 'cancelled' as const, at, actor: 'ops' as const, reason })),
  );
  return ids.map((id) => [id, 'declined']);
}
