import { say } from '../../core/phrases/phrase.ts';
import { DAY_MS } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { addMessages, type NewMessage } from '../../platform/messages/add-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';

/** Long enough that it is no lucky month. */
const PREDICTABLE_DAYS = 60;
/** So many in a row are an answer. */
const CANCELLED_ORDERS = 3;
/** What was put away, or ended, is not said again so soon. */
const SAID_AGAIN_DAYS = 180;
const BATCH = 500;

/** The same step was not suggested lately, and nothing else is. Parameter 2: since when. */
const NOT_LATELY = `
  NOT EXISTS (
    SELECT FROM suggestion g WHERE g.consumable_id = c.id
      AND ((g.to_strategy = found.step AND g.created_at > $2) OR (g.dismissed_at IS NULL AND g.ended_at IS NULL))
  )`;

/** One rung up, where use has long been predictable. Parameters: now; 3: predictable since then or before (ms). */
const UP = `
  SELECT c.id, c.strategy, found.step AS "to" FROM consumable_state s JOIN consumable c ON c.id = s.consumable_id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.strategy = 'curated' THEN 'automatic'::strategy ELSE 'curated'::strategy END AS step
  ) found
  WHERE (s.ceiling ->> 'steady')::float8 <= $3 AND c.created_at <= $1 AND c.strategy <> 'automatic'
    AND c.customer_id IS NOT NULL AND c.product_id IS NOT NULL AND ${NOT_LATELY}
  LIMIT ${BATCH}`;

/** To reminders, where the customer cancelled or declined the last orders themselves. Parameter 3: how many. */
const DOWN = `
  SELECT c.id, c.strategy, found.step AS "to" FROM (
    SELECT DISTINCT o.consumable_id FROM "order" o
    WHERE o.status IN ('cancelled', 'declined') AND o.created_at > $1::timestamptz - interval '400 days'
  ) refused JOIN consumable c ON c.id = refused.consumable_id
  CROSS JOIN LATERAL (SELECT 'coach'::strategy AS step) found
  CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (
      SELECT o.id, o.status FROM "order" o WHERE o.consumable_id = c.id ORDER BY o.created_at DESC LIMIT $3
    ) newest WHERE newest.status IN ('cancelled', 'declined') AND EXISTS (
      SELECT FROM order_history h WHERE h.order_id = newest.id AND h.to_status = newest.status AND h.actor = 'customer'
    )
  ) cancelled
  WHERE c.strategy IN ('curated', 'automatic') AND c.customer_id IS NOT NULL AND cancelled.n = $3 AND ${NOT_LATELY}
  LIMIT ${BATCH}`;

interface Found {
  readonly id: string;
  readonly strategy: 'respond' | 'coach' | 'curated' | 'automatic';
  readonly to: 'coach' | 'curated' | 'automatic';
}

const MAKE = `
  WITH made AS (
    INSERT INTO suggestion (consumable_id, from_strategy, to_strategy, said, created_at)
    SELECT id, strategy, step, $4::jsonb, $5
    FROM unnest($1::uuid[], $2::strategy[], $3::strategy[]) AS t(id, strategy, step)
    ON CONFLICT DO NOTHING RETURNING id, consumable_id, from_strategy, to_strategy
  )
  SELECT made.id, made.from_strategy AS strategy, made.to_strategy AS "to", c.id AS "consumableId",
    c.customer_id AS "customerId", slot.name AS consumable, d.name AS device
  FROM made JOIN consumable c ON c.id = made.consumable_id JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key`;

interface Made extends Found {
  readonly consumableId: string;
  readonly customerId: string;
  readonly consumable: string;
  readonly device: string;
}

/** What was chosen meanwhile, or is not predictable any more, is no suggestion. */
const END = `
  UPDATE suggestion g SET ended_at = $1 FROM consumable c LEFT JOIN consumable_state s ON s.consumable_id = c.id
  WHERE c.id = g.consumable_id AND g.dismissed_at IS NULL AND g.ended_at IS NULL
    AND (c.strategy <> g.from_strategy OR (g.to_strategy <> 'coach' AND s.ceiling ->> 'steady' IS NULL))`;

/** Suggests steps on the ladder of strategies and tells the customers; nothing ever moves by itself. */
export async function suggestStrategies({ database, log }: RulesDeps, now: number): Promise<void> {
  const { pool } = database;
  await pool.query(END, [new Date(now)]);
  const kinds = [
    [UP, now - PREDICTABLE_DAYS * DAY_MS, say('suggest-predictable', { days: PREDICTABLE_DAYS })],
    [DOWN, CANCELLED_ORDERS, say('suggest-cancelled', { count: CANCELLED_ORDERS })],
  ] as const;
  let made = 0;
  for (const [sql, threshold, said] of kinds) {
    for (let batch = BATCH; batch === BATCH; made += batch) {
      batch = await inTransaction(pool, (db) => suggest(db, sql, threshold, said, now));
    }
  }
  if (made > 0) log.info({ made }, 'other strategies were suggested');
}

async function suggest(
  db: Queryable,
  sql: string,
  threshold: number,
  why: ReturnType<typeof say>,
  now: number,
): Promise<number> {
  const lately = new Date(now - SAID_AGAIN_DAYS * DAY_MS);
  const { rows: found } = await db.query<Found>(sql, [new Date(now), lately, threshold]);
  if (found.length === 0) return 0;
  const { rows } = await db.query<Made>(MAKE, [
    found.map(({ id }) => id),
    found.map(({ strategy }) => strategy),
    found.map(({ to }) => to),
    JSON.stringify([why]),
    new Date(now),
  ]);
  const messages = rows.map((row): NewMessage => {
    const { id, customerId, consumableId, consumable, device, strategy: from, to } = row;
    const detail = { consumableId, consumable, device, from, to, why: [why] };
    return { kind: 'strategy-suggestion', customerId, key: `suggestion:${id}`, detail };
  });
  await addMessages(db, messages, now);
  return found.length;
}
