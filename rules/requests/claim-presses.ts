import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';

/** A pressed button that nobody has answered yet, locked by this transaction. */
export interface Press {
  readonly eventId: string;
  readonly deviceId: string;
  /** null: nobody owns the device. */
  readonly customerId: string | null;
  /** null: the press named none, and the device has several. */
  readonly consumableId: string | null;
  /** The device's name for it. */
  readonly key: string | null;
  readonly at: Instant;
}

/** A device with one consumable need not name it. */
const CLAIM = prepared(`
  SELECT e.id AS "eventId", e.device_id AS "deviceId", d.customer_id AS "customerId", c.id AS "consumableId", c.key, e.at
  FROM (
    SELECT id, device_id, consumable_id, at FROM consumable_event WHERE type = 'button' AND handled_at IS NULL
    ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
  ) e
  JOIN device d ON d.id = e.device_id
  CROSS JOIN LATERAL (
    SELECT count(*) AS n, (array_agg(id))[1] AS only_id FROM consumable WHERE device_id = e.device_id
  ) own
  LEFT JOIN consumable c ON c.id = coalesce(e.consumable_id, CASE WHEN own.n = 1 THEN own.only_id END)
  ORDER BY e.id`);

export async function claimPresses(db: Queryable, limit: number): Promise<readonly Press[]> {
  const { rows } = await db.query<Omit<Press, 'at'> & { at: Date }>(CLAIM, [limit]);
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

const LATELY = `
  SELECT DISTINCT consumable_id AS id FROM order_request
  WHERE consumable_id = ANY ($1::uuid[]) AND outcome = 'ordered' AND at > $2`;

/** Consumables for which an order was asked for, and made, not long ago. */
export async function orderedLately(
  db: Queryable,
  consumableIds: readonly string[],
  since: Instant,
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(LATELY, [consumableIds, new Date(since)]);
  return new Set(rows.map(({ id }) => id));
}

/** Who presses wants it now; what arrives a day later may have been bought elsewhere. */
export const PRESS_COUNTS_FOR_MS = 24 * HOUR_MS;
