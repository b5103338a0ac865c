import { DAY_MS, type Instant } from '../../core/types.ts';
import type { RulesDeps } from '../deps.ts';

/** A gauge at its end: half of the finest step there is. */
const EMPTY_LEVEL = 0.005;
/** What came longer ago and is still in its box will not be told of any more. */
const LOOK_BACK_DAYS = 180;
/** A level that was read longer before a delivery says nothing about that day. */
const LEVEL_DAYS = 60;
const BATCH_ORDERS = 2_000;

const measured = (after: string, until: string) => `
  r.consumable_id = d.consumable_id AND r.level_kind = 'measured' AND r.at > ${after} AND r.at <= ${until}`;

/**
 * What the device said around each delivery. Every probe walks the primary key of readings backwards from
 * one instant and stops at its first row. Done again for an order that was put in since.
 */
const RECORD = `
  WITH due AS (
    SELECT o.id, o.consumable_id, o.delivered_at, o.installed_at, o.delivered_at - interval '${LEVEL_DAYS} days' AS earliest
    FROM "order" o LEFT JOIN replenishment_outcome r ON r.order_id = o.id
    WHERE o.delivered_at >= $1 AND (r.order_id IS NULL OR r.installed_at IS DISTINCT FROM o.installed_at)
    ORDER BY o.delivered_at LIMIT ${BATCH_ORDERS}
  )
  INSERT INTO replenishment_outcome (order_id, delivered_at, installed_at, level_at_delivery, empty_since, level_at_swap)
  SELECT d.id, d.delivered_at, d.installed_at, found.level,
    CASE WHEN found.level <= ${EMPTY_LEVEL} THEN emptied.at END, swapped.level
  FROM due d
  LEFT JOIN LATERAL (
    SELECT r.level, r.at FROM reading r WHERE ${measured('d.earliest', 'd.delivered_at')} ORDER BY r.at DESC LIMIT 1
  ) found ON true
  LEFT JOIN LATERAL (
    SELECT r.at FROM reading r WHERE ${measured('d.earliest', 'd.delivered_at')} AND r.level > ${EMPTY_LEVEL}
    ORDER BY r.at DESC LIMIT 1
  ) filled ON found.level <= ${EMPTY_LEVEL}
  LEFT JOIN LATERAL (
    SELECT r.at FROM reading r WHERE ${measured('coalesce(filled.at, d.earliest)', 'd.delivered_at')}
    ORDER BY r.at LIMIT 1
  ) emptied ON found.level <= ${EMPTY_LEVEL}
  LEFT JOIN LATERAL (
    SELECT r.level FROM reading r
    WHERE ${measured(`d.installed_at - interval '${LEVEL_DAYS} days'`, `d.installed_at - interval '1 second'`)}
    ORDER BY r.at DESC LIMIT 1
  ) swapped ON d.installed_at IS NOT NULL
  ON CONFLICT (order_id) DO UPDATE SET installed_at = excluded.installed_at, level_at_swap = excluded.level_at_swap`;

/** Records how every delivery since then fared: in time or not, put in when, and how much was thrown away. */
export async function recordOutcomes({ database, log }: RulesDeps, now: Instant): Promise<void> {
  const since = new Date(now - LOOK_BACK_DAYS * DAY_MS);
  let recorded = 0;
  for (;;) {
    const { rowCount } = await database.pool.query(RECORD, [since]);
    recorded += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH_ORDERS) break;
  }
  if (recorded > 0) log.info({ recorded }, 'outcomes of deliveries recorded');
}
