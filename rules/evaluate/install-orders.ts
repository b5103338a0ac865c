import { DAY_MS, type Instant } from '../../core/types.ts';
import { type Queryable, type Transition, transitionOrders } from '../../platform/order-store.ts';

/** Oldest delivery first: what came first is put in first. */
const DELIVERED = `
  SELECT id, consumable_id AS "consumableId", delivered_at AS "deliveredAt" FROM "order"
  WHERE consumable_id = ANY ($1::uuid[]) AND status = 'delivered' AND delivered_at IS NOT NULL
  ORDER BY delivered_at, id`;

interface DeliveredRow {
  readonly id: string;
  readonly consumableId: string;
  readonly deliveredAt: Date;
}

/** The merchant's word of a delivery may come after somebody has already put the new one in. */
const LATE_NEWS_MS = DAY_MS;

/**
 * Each swap seen in a device installs the oldest delivered order of its consumable that was there by then.
 * Returns how many orders moved. A swap without a delivery is a filling from elsewhere.
 */
export async function installOrders(
  db: Queryable,
  swaps: ReadonlyMap<string, readonly Instant[]>,
): Promise<number> {
  if (swaps.size === 0) return 0;
  const { rows } = await db.query<DeliveredRow>(DELIVERED, [[...swaps.keys()]]);
  const byConsumable = Map.groupBy(rows, ({ consumableId }) => consumableId);
  const transitions: Transition[] = [];
  for (const [consumableId, instants] of swaps) {
    const waiting = byConsumable.get(consumableId) ?? [];
    for (const at of instants) {
      const [oldest] = waiting;
      if (oldest === undefined || oldest.deliveredAt.getTime() > at + LATE_NEWS_MS) continue;
      waiting.shift();
      transitions.push({
        orderId: oldest.id,
        to: 'installed',
        at: Math.max(at, oldest.deliveredAt.getTime()),
        actor: 'telemetry',
        reason: 'The device reports a new filling.',
      });
    }
  }
  return (await transitionOrders(db, transitions)).length;
}
