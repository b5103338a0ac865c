import type { Instant } from '../core/types.ts';
import type { Queryable } from '../platform/order-store.ts';
import { prepared } from '../platform/prepared.ts';

/** What a sweep would find to do, by its parts. */
export interface Due {
  readonly evaluations: boolean;
  readonly presses: boolean;
  readonly reminders: boolean;
  readonly orders: boolean;
  readonly feeds: boolean;
  readonly erasures: boolean;
  readonly quotes: boolean;
  readonly watched: boolean;
  readonly returns: boolean;
  readonly messages: boolean;
  readonly deliveries: boolean;
  readonly mails: boolean;
}

/** The earliest of each, which an index tells first, however many there are and whatever the planner guesses. */
const DUE = prepared(`
  SELECT (SELECT min(id) FROM evaluation_queue) IS NOT NULL
      OR coalesce((SELECT min(evaluate_at) FROM consumable_state) <= $1, false) AS evaluations,
    (SELECT id FROM consumable_event WHERE type = 'button' AND handled_at IS NULL ORDER BY id LIMIT 1) IS NOT NULL AS presses,
    coalesce((SELECT min(due_at) FROM reminder WHERE sent_at IS NULL AND dropped_at IS NULL) <= $1, false) AS reminders,
    coalesce((SELECT min(due_at) FROM "order") <= $1, false) AS orders,
    coalesce((SELECT min(due_at) FROM calendar_feed WHERE removed_at IS NULL) <= $1, false) AS feeds,
    coalesce((SELECT min(due_at) FROM erasure) <= $1, false) AS erasures,
    coalesce((SELECT min(due_at) FROM quote) <= $1, false) AS quotes,
    coalesce((SELECT min(watch_at) FROM "order") <= $1, false) AS watched,
    coalesce((SELECT min(due_at) FROM order_problem) <= $1, false) AS returns,
    coalesce((SELECT min(due_at) FROM message) <= $1, false) AS messages,
    coalesce((SELECT min(due_at) FROM message_delivery) <= $1, false) AS deliveries,
    coalesce((SELECT min(due_at) FROM sealed_mail) <= $1, false) AS mails`);

/** Every part that nothing is due for: what a row less would say. */
const NOTHING: Due = {
  ...{ evaluations: false, presses: false, reminders: false, orders: false, feeds: false, erasures: false },
  ...{ quotes: false, watched: false, returns: false, messages: false, deliveries: false, mails: false },
};

/** One statement tells a sweep what there is to do: most of them find nothing, several times a second. */
export async function whatIsDue(db: Queryable, now: Instant): Promise<Due> {
  const { rows } = await db.query<Due>(DUE, [new Date(now)]);
  return rows[0] ?? NOTHING;
}
