/** What the first page of the console counts: each along an index, none beyond 10,000. */

const atMost = (rows: string): string => `(SELECT count(*)::int FROM (SELECT 1 ${rows} LIMIT 10000) AS few)`;

const OPEN = `('proposed', 'announced', 'placing', 'accepted', 'shipped')`;

/** As the queue of reviews has it: what was cancelled, or left to its customer, waits for nobody. */
const WAITING = `FROM order_review r JOIN "order" o ON o.id = r.order_id
  WHERE r.status = 'pending' AND o.status = 'announced' AND o.consent_id IS NOT NULL`;

/** Parameters: now, in a week, a day ago, silent since. */
export const COUNTS = `
  SELECT ${atMost('FROM consumable_state WHERE run_out_p50 < $2')} AS "within7Days",
    ${atMost('FROM consumable_state WHERE level <= 0.005 AND on_shelf < 0.5')} AS empty,
    ${atMost(WAITING)} AS pending,
    ${atMost(`${WAITING} AND r.decide_by < $1`)} AS late,
    (SELECT min(r.created_at) ${WAITING}) AS "oldestReviewAt",
    ${atMost(`FROM device WHERE presence = 'offline' AND presence_at < $4 AND customer_id IS NOT NULL
      AND revoked_at IS NULL AND released_at IS NULL`)} AS silent,
    (SELECT min(presence_at) FROM device WHERE presence = 'offline' AND presence_at < $4 AND customer_id IS NOT NULL
      AND revoked_at IS NULL AND released_at IS NULL) AS "longestSince",
    ${atMost('FROM dead_letter WHERE received_at >= $3')} AS "deadLetters",
    ${atMost(`FROM message_delivery WHERE status = 'failed' AND channel <> 'webhook' AND created_at >= $3::timestamptz - interval '6 days'`)}
      AS notices,
    ${atMost(`FROM message_delivery WHERE status = 'failed' AND channel = 'webhook' AND created_at >= $3::timestamptz - interval '6 days'`)}
      AS webhooks,
    ${atMost('FROM "order" WHERE created_at >= $3')} AS today,
    ${atMost(`FROM "order" WHERE status IN ('accepted', 'shipped')`)} AS "onTheWay",
    ${atMost(`FROM "order" WHERE status = 'announced'`)} AS announced,
    ${atMost('FROM order_issue WHERE resolved_at IS NULL')} AS issues,
    (SELECT coalesce(extract(epoch FROM $1::timestamptz - min(enqueued_at)), 0)::int FROM (
      SELECT enqueued_at FROM evaluation_queue ORDER BY id LIMIT 1) AS oldest) AS "queueLagSeconds"`;

export const SOONEST = `
  WITH soon AS (
    SELECT s.consumable_id, s.level, s.run_out_p10, s.run_out_p50 FROM consumable_state s
    JOIN consumable c ON c.id = s.consumable_id
    WHERE s.run_out_p50 IS NOT NULL AND c.customer_id IS NOT NULL AND s.on_shelf < 0.5
      AND NOT EXISTS (SELECT FROM "order" o WHERE o.consumable_id = s.consumable_id AND o.status IN ('accepted', 'shipped'))
    ORDER BY s.run_out_p50, s.consumable_id LIMIT 8
  )
  SELECT c.id AS "consumableId", c.device_id AS "deviceId", d.name AS "deviceName", slot.name, cu.name AS "customerName",
    soon.level, soon.run_out_p10 AS "runOutP10", soon.run_out_p50 AS "runOutP50", o.status AS "openOrderStatus"
  FROM soon JOIN consumable c ON c.id = soon.consumable_id JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  LEFT JOIN customer cu ON cu.id = c.customer_id
  LEFT JOIN "order" o ON o.consumable_id = c.id AND o.status IN ${OPEN}
  ORDER BY soon.run_out_p50, c.id`;

export const HALTS = `
  SELECT id, reason, actor, created_at AS "createdAt", actor = 'breaker' AS automatic,
    num_nonnulls(product_id, device_model_id, merchant_id, customer_id) = 0 AS everything
  FROM halt WHERE lifted_at IS NULL ORDER BY created_at DESC LIMIT 50`;

/** Parameters: a day ago, stuck since. */
export const MERCHANTS = `
  SELECT m.id AS "merchantId", m.name, tally.accepted, tally.rejected, tally.waiting FROM (
    SELECT merchant_id, count(*) FILTER (WHERE accepted_at >= $1)::int AS accepted,
      count(*) FILTER (WHERE status = 'rejected')::int AS rejected,
      count(*) FILTER (WHERE status = 'placing' AND placed_at < $2)::int AS waiting
    FROM (
      SELECT merchant_id, accepted_at, status, placed_at FROM "order" WHERE created_at >= $1
      UNION ALL
      SELECT merchant_id, accepted_at, status, placed_at FROM "order" WHERE status = 'placing' AND created_at < $1
    ) recent GROUP BY merchant_id
  ) tally JOIN merchant m ON m.id = tally.merchant_id
  WHERE tally.rejected + tally.waiting > 0 ORDER BY tally.rejected + tally.waiting DESC, m.name LIMIT 20`;

/** Of the last day, by reason. */
export const REASONS = `
  SELECT reason, count(*)::int AS n FROM (
    SELECT reason FROM dead_letter WHERE received_at >= $1 ORDER BY received_at DESC LIMIT 10000) AS few
  GROUP BY reason ORDER BY n DESC`;

/** graphile-worker's own table: it is there once a rules service has run. */
export const HAS_JOBS = `SELECT to_regclass('graphile_worker._private_jobs') IS NOT NULL AS found`;

/** Of a job `j`: no attempt follows by itself. */
export const IS_FAILED = 'j.attempts >= j.max_attempts AND j.locked_at IS NULL';
/** By the server's clock, which is the worker's. */
export const IS_OVERDUE = `j.attempts < j.max_attempts AND j.run_at < now() - interval '10 minutes'`;

export const JOBS = `
  SELECT count(*) FILTER (WHERE ${IS_FAILED})::int AS failed, count(*) FILTER (WHERE ${IS_OVERDUE})::int AS overdue
  FROM graphile_worker._private_jobs j`;
