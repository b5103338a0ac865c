import type { Decision, Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { ShadowBook } from './shadow-state.ts';

export interface DueSubject extends ShadowBook {
  readonly shadowId: string;
  readonly settings: unknown;
  readonly digest: string | null;
  readonly state: Uint8Array | null;
}

/**
 * Subjects of running trials that the live policy has looked at since, or that are due by themselves. Locks
 * the trial's rows only. What was ordered in fact since the trial began is summed beside them; what came to
 * nothing does not count.
 */
const CLAIM = prepared(`
  SELECT s.shadow_id AS "shadowId", s.consumable_id AS "consumableId", p.settings, s.digest, s.ordered,
    (extract(epoch FROM s.ordered_at) * 1000)::float8 AS "orderedAt", cs.state, live.ordered AS "liveOrdered",
    live.delivered AS "liveDelivered"
  FROM shadow_policy p JOIN shadow_subject s ON s.shadow_id = p.id
  JOIN consumable_state cs ON cs.consumable_id = s.consumable_id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(o.fillings), 0)::float8 AS ordered,
      coalesce(sum(o.fillings) FILTER (WHERE o.status IN ('delivered', 'installed')), 0)::float8 AS delivered
    FROM "order" o WHERE o.consumable_id = s.consumable_id AND o.created_at >= p.started_at
      AND o.status NOT IN ('declined', 'cancelled', 'expired', 'rejected', 'returned', 'lost')
  ) live
  WHERE p.stopped_at IS NULL
    AND (s.evaluated_at IS NULL OR cs.evaluated_at > s.evaluated_at OR s.evaluate_at <= $1)
  ORDER BY s.evaluate_at LIMIT $2 FOR UPDATE OF s SKIP LOCKED`);

export async function claimShadows(db: Queryable, now: Instant, limit: number): Promise<DueSubject[]> {
  return (await db.query<DueSubject>(CLAIM, [new Date(now), limit])).rows;
}

/** What would have been ordered. */
export interface ShadowOrder {
  readonly quantity: number;
  readonly fillings: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly placeAt: Instant;
  readonly emptyBeforeArrival: number;
}

export interface ShadowWrite {
  readonly shadowId: string;
  readonly consumableId: string;
  readonly evaluateAt: Instant;
  readonly outcome: string | null;
  readonly digest: string | null;
  /** null: as before. */
  readonly decision: Decision | null;
  readonly order: ShadowOrder | null;
}

const WRITE = `
  WITH given AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS t("shadowId" uuid, "consumableId" uuid, "evaluateAt" timestamptz,
      outcome text, digest text, decided text, sentence text, said jsonb, gates jsonb, quantity int, fillings int,
      "totalMinor" int, currency text, "placeAt" timestamptz, "emptyBeforeArrival" float8)
  ), decided AS (
    INSERT INTO shadow_decision (shadow_id, consumable_id, at, outcome, sentence, said, gates, quantity, fillings,
      total_minor, currency, place_at, empty_before_arrival)
    SELECT "shadowId", "consumableId", $2, decided, sentence, said, gates, quantity, fillings, "totalMinor", currency,
      "placeAt", "emptyBeforeArrival"
    FROM given WHERE decided IS NOT NULL
  )
  UPDATE shadow_subject s SET evaluated_at = $2, evaluate_at = g."evaluateAt", outcome = g.outcome, digest = g.digest,
    ordered = s.ordered + coalesce(g.fillings, 0),
    ordered_at = CASE WHEN g.fillings IS NULL THEN s.ordered_at ELSE $2 END
  FROM given g WHERE s.shadow_id = g."shadowId" AND s.consumable_id = g."consumableId"`;

export async function writeShadows(
  db: Queryable,
  writes: readonly ShadowWrite[],
  now: Instant,
): Promise<void> {
  const rows = writes.map(({ decision, order, evaluateAt, ...write }) => ({
    ...write,
    evaluateAt: new Date(evaluateAt),
    decided: decision?.outcome ?? null,
    sentence: decision?.sentence ?? null,
    said: decision?.said ?? null,
    gates: decision?.gates ?? [],
    ...order,
    placeAt: order === null ? null : new Date(order.placeAt),
  }));
  await db.query(WRITE, [JSON.stringify(rows), new Date(now)]);
}
