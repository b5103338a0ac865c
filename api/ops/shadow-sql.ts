/** Trials of thresholds: begun, compared and ended set-wise. */

/**
 * Takes consumables evenly from all that fit: their ids are random from the 13th digit on. Only those that a
 * customer owns and that may order or propose. Parameters: name, settings, model, product, now, actor, at most.
 */
export const START = `
  WITH fitting AS (
    SELECT c.id FROM consumable c JOIN device d ON d.id = c.device_id AND d.revoked_at IS NULL AND d.released_at IS NULL
    WHERE c.customer_id IS NOT NULL AND c.strategy IN ('curated', 'automatic')
      AND ($3::uuid IS NULL OR c.device_model_id = $3) AND ($4::uuid IS NULL OR c.product_id = $4)
    ORDER BY right(c.id::text, 12) LIMIT $7
  ), begun AS (
    INSERT INTO shadow_policy (name, settings, device_model_id, product_id, started_at, started_by)
    SELECT $1, $2::jsonb, $3, $4, $5, $6 WHERE EXISTS (SELECT FROM fitting) RETURNING id
  )
  INSERT INTO shadow_subject (shadow_id, consumable_id, evaluate_at)
  SELECT begun.id, fitting.id, $5 FROM begun CROSS JOIN fitting RETURNING shadow_id AS id`;

const SHADOW = `
  SELECT p.id, p.name, p.settings, p.device_model_id AS "deviceModelId", p.product_id AS "productId",
    p.started_at AS "startedAt", p.started_by AS "startedBy", p.stopped_at AS "stoppedAt", p.stopped_by AS "stoppedBy",
    p.adopted_at AS "adoptedAt", tally.consumables, tally.evaluated
  FROM shadow_policy p CROSS JOIN LATERAL (
    SELECT count(*)::int AS consumables, count(evaluated_at)::int AS evaluated FROM shadow_subject WHERE shadow_id = p.id
  ) tally`;
export const LIST = `${SHADOW} ORDER BY p.id DESC LIMIT 100`;
export const READ = `${SHADOW} WHERE p.id = $1`;

/** Parameters: trial, now, actor. */
export const STOP = `
  UPDATE shadow_policy SET stopped_at = $2, stopped_by = $3 WHERE id = $1 AND stopped_at IS NULL RETURNING id`;
export const MARK_ADOPTED = `UPDATE shadow_policy SET adopted_at = $2 WHERE id = $1 AND adopted_at IS NULL RETURNING settings`;

/**
 * Orders of both since the trial began, numbered by consumable: the n-th of one beside the n-th of the other.
 * What came to nothing in fact does not count. Parameter: trial.
 */
const BOTH = `
  WITH span AS (SELECT id, started_at, coalesce(stopped_at, 'infinity') AS ended_at FROM shadow_policy WHERE id = $1
  ), shadow AS (
    SELECT d.*, row_number() OVER (PARTITION BY d.consumable_id ORDER BY d.at, d.id) AS nth
    FROM shadow_decision d WHERE d.shadow_id = $1 AND d.quantity IS NOT NULL
  ), live AS (
    SELECT o.consumable_id, o.created_at AS at, o.fillings, o.total_minor, o.currency,
      row_number() OVER (PARTITION BY o.consumable_id ORDER BY o.created_at, o.id) AS nth
    FROM span JOIN shadow_subject s ON s.shadow_id = span.id
    JOIN "order" o ON o.consumable_id = s.consumable_id AND o.created_at >= span.started_at AND o.created_at < span.ended_at
    WHERE o.status NOT IN ('declined', 'cancelled', 'expired', 'rejected', 'returned', 'lost')
  )`;

const tallyOf = (table: string): string => `
  (SELECT json_build_object('orders', coalesce(sum(n), 0)::int, 'fillings', coalesce(sum(fillings), 0)::int,
      'spend', coalesce(json_agg(json_build_object('currency', currency, 'minor', minor) ORDER BY currency)
        FILTER (WHERE currency IS NOT NULL), '[]'))
    FROM (SELECT currency, count(*) AS n, sum(fillings) AS fillings, sum(total_minor)::bigint AS minor
      FROM ${table} GROUP BY currency) AS by_currency)`;

export const COMPARE = `${BOTH}
  SELECT ${tallyOf('live')} AS live, ${tallyOf('shadow')} AS shadow,
    (SELECT avg(empty_before_arrival)::float8 FROM shadow) AS "emptyBeforeArrival",
    (SELECT count(*)::int FROM shadow JOIN live USING (consumable_id, nth)) AS paired,
    (SELECT avg(extract(epoch FROM live.at - shadow.at) / 86400)::float8 FROM shadow JOIN live USING (consumable_id, nth))
      AS "daysEarlier",
    (SELECT coalesce(json_agg(json_build_object('outcome', outcome, 'consumables', n) ORDER BY n DESC), '[]')
      FROM (SELECT outcome, count(*)::int AS n FROM shadow_subject WHERE shadow_id = $1 AND outcome IS NOT NULL
        GROUP BY outcome) AS last) AS refused`;

export const ORDERS = `${BOTH}
  SELECT shadow.consumable_id AS "consumableId", d.name AS "deviceName", slot.name AS "consumableName",
    cu.name AS "customerName", shadow.at, (shadow.place_at AT TIME ZONE coalesce(cu.time_zone, 'UTC'))::date::text AS "placeOn",
    shadow.sentence, shadow.said, shadow.quantity, shadow.total_minor AS "totalMinor", shadow.currency,
    shadow.empty_before_arrival AS "emptyBeforeArrival", live.at AS "liveAt"
  FROM (SELECT * FROM shadow ORDER BY at DESC, id DESC LIMIT 200) shadow
  JOIN consumable c ON c.id = shadow.consumable_id JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  LEFT JOIN customer cu ON cu.id = c.customer_id LEFT JOIN live USING (consumable_id, nth)
  ORDER BY shadow.at DESC, shadow.id DESC`;
