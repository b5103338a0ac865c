import { addDays, startOfLocalDate } from '../../core/calendar.ts';
import type { OpenOrder, OrderStatus } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { OPEN } from './statuses.ts';

interface OpenOrderRow {
  readonly id: string;
  readonly consumableId: string;
  readonly status: OrderStatus;
  readonly fillings: number;
  readonly createdAt: Date;
  readonly arrivesTo: string | null;
  /** Asked about because the level is not seen, and not approved yet. */
  readonly unanswered: boolean;
}

const OPEN_ORDERS = prepared(`
  SELECT o.id, consumable_id AS "consumableId", status, fillings, created_at AS "createdAt", arrives_to::text AS "arrivesTo",
    -- By the decision that asked; what was approved before and is asked again, is asked for another reason.
    status = 'proposed' AND announced_at IS NULL
      AND (SELECT d.outcome = 'ask' FROM decision d WHERE d.id = o.decision_id) IS TRUE AS unanswered
  FROM "order" o WHERE consumable_id = ANY ($1::uuid[]) AND status IN ${OPEN}`);

export type OpenOrderOf = (consumableId: string, timeZone: string) => OpenOrder | null;

export async function loadOpenOrders(db: Queryable, consumableIds: readonly string[]): Promise<OpenOrderOf> {
  const { rows } = await db.query<OpenOrderRow>(OPEN_ORDERS, [consumableIds]);
  const byConsumable = new Map(rows.map((row) => [row.consumableId, row]));
  return (consumableId, timeZone) => {
    const row = byConsumable.get(consumableId);
    if (row === undefined) return null;
    return {
      orderId: row.id,
      status: row.status,
      quantity: row.fillings,
      createdAt: row.createdAt.getTime(),
      expectedBy: row.arrivesTo === null ? null : startOfLocalDate(addDays(row.arrivesTo, 1), timeZone),
      unanswered: row.unanswered,
    };
  };
}
