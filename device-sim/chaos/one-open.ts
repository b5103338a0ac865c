import { OPEN_STATUSES } from '../../core/order-lifecycle.ts';
import type { ChaosPostgres } from './postgres.ts';

/**
 * Orders of one consumable that were open at the same time, by the order in which history was written: the next one
 * can only begin after the one before has ended.
 */
const TWICE = `
  WITH life AS (
    SELECT o.id, o.consumable_id, min(h.id) AS began,
      min(h.id) FILTER (WHERE NOT h.to_status = ANY ($1::order_status[])) AS ended
    FROM "order" o JOIN order_history h ON h.order_id = o.id GROUP BY o.id
  )
  SELECT a.id, b.id AS "otherId", a.consumable_id AS "consumableId" FROM life a
  JOIN life b ON b.consumable_id = a.consumable_id AND b.began > a.began AND b.began < coalesce(a.ended, b.began + 1)`;

interface Twice {
  readonly id: string;
  readonly otherId: string;
  readonly consumableId: string;
}

/** DESIGN §4.2: at most one open order a consumable, at any time. */
export async function checkOneOpen(postgres: ChaosPostgres): Promise<string[]> {
  const rows = await postgres.rows<Twice>(TWICE, [OPEN_STATUSES]);
  return rows.map(
    ({ id, otherId, consumableId }) =>
      `Consumable ${consumableId}: order ${otherId} began while ${id} was open`,
  );
}

/** Orders that had ended here and whose merchant was too late to cancel them: it was asked to take them back. */
const ASKED_BACK = `
  SELECT DISTINCT o.id FROM order_problem p JOIN "order" o ON o.id = p.order_id
  WHERE p.actor = 'worker' AND p.kind = 'not-needed'`;

export async function readAskedBack(postgres: ChaosPostgres): Promise<ReadonlySet<string>> {
  const rows = await postgres.rows<{ id: string }>(ASKED_BACK);
  return new Set(rows.map(({ id }) => id));
}
