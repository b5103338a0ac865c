import { addMessages } from '../../platform/messages/add-messages.ts';
import type { RulesDeps } from '../deps.ts';

/** Cancelled meanwhile, or left to the customer: nothing to decide any more. */
const MOOT = `
  UPDATE order_review r SET status = 'moot', decided_at = $1 FROM "order" o
  WHERE r.status = 'pending' AND o.id = r.order_id AND NOT (o.status = 'announced' AND o.consent_id IS NOT NULL)`;

const WAITING = `
  SELECT count(*) FILTER (WHERE decide_by >= $1)::int AS timely, count(*) FILTER (WHERE decide_by < $1)::int AS late,
    min(decide_by) FILTER (WHERE decide_by < $1) AS "lateSince"
  FROM order_review WHERE status = 'pending'`;

interface Waiting {
  readonly timely: number;
  readonly late: number;
  readonly lateSince: Date | null;
}

/** Counts what waits for the staff, and tells them of what waits too long: once for each order that leads the queue. */
export async function watchReviews({ database, metrics }: RulesDeps, now: number): Promise<void> {
  const { pool } = database;
  await pool.query(MOOT, [new Date(now)]);
  const { rows } = await pool.query<Waiting>(WAITING, [new Date(now)]);
  const { timely, late, lateSince } = rows[0] ?? { timely: 0, late: 0, lateSince: null };
  metrics.reviewsWaiting.set({ late: 'false' }, timely);
  metrics.reviewsWaiting.set({ late: 'true' }, late);
  if (lateSince === null) return;
  const orders = late === 1 ? 'An order has' : `${late} orders have`;
  const alert = {
    kind: 'ops-alert' as const,
    customerId: null,
    key: `reviews-late:${lateSince.toISOString()}`,
    detail: {
      code: 'reviews-late',
      text: `${orders} waited for a decision of the staff longer than is good for the customer. Nothing is placed before somebody decides.`,
      path: '/ops/review',
    },
  };
  await addMessages(pool, [alert], now);
}
