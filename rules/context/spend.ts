import { localDate, startOfLocalDate } from '../../core/calendar.ts';
import type { Instant, Spend } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { ScopedMandate } from './mandates.ts';
import { COMMITTED } from './statuses.ts';
import type { Surroundings, Wanted } from './surroundings.ts';

/**
 * Sums of the calendar month: once per customer, however many of its consumables are in the batch, and
 * per consumable; an order that is being placed does not count against itself. The inner queries name one
 * key each and stop early, so that the planner cannot mix in an index over everybody's orders.
 */
const SPEND = prepared(`
  WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $6::uuid[]) AS w(id, order_id, customer_id, device_id)
  ), whole AS MATERIALIZED (
    SELECT month.id, month.since, total.* FROM unnest($4::uuid[], $5::timestamptz[]) AS month(id, since)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(total_minor), 0)::bigint AS minor, count(*) AS orders FROM "order"
      WHERE customer_id = month.id AND announced_at >= month.since AND status IN ${COMMITTED}
    ) total
  )
  SELECT w.id AS "consumableId", whole.minor AS "wholeMinor", whole.orders AS "wholeOrders",
    own.minor AS "ownMinor", own.orders AS "ownOrders", own.last_at AS "lastOrderAt",
    coalesce(device.minor, 0) AS "deviceMinor", coalesce(device.orders, 0) AS "deviceOrders",
    coalesce(self.total_minor, 0) AS "selfMinor", CASE WHEN self.id IS NULL THEN 0 ELSE 1 END AS "selfOrders"
  FROM wanted w JOIN whole ON whole.id = w.customer_id
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(o.total_minor) FILTER (WHERE o.announced_at >= whole.since), 0)::bigint AS minor,
      count(*) FILTER (WHERE o.announced_at >= whole.since) AS orders,
      max(coalesce(o.placed_at, o.announced_at)) FILTER (WHERE o.id IS DISTINCT FROM w.order_id) AS last_at
    FROM (
      SELECT id, status, total_minor, announced_at, placed_at FROM "order"
      WHERE consumable_id = w.id ORDER BY created_at DESC LIMIT 100
    ) o
    WHERE o.status IN ${COMMITTED}
  ) own
  LEFT JOIN LATERAL (
    SELECT sum(o.total_minor)::bigint AS minor, count(*) AS orders FROM consumable c CROSS JOIN LATERAL (
      SELECT total_minor, announced_at, status FROM "order"
      WHERE consumable_id = c.id ORDER BY created_at DESC LIMIT 100
    ) o
    WHERE c.device_id = w.device_id AND o.announced_at >= whole.since AND o.status IN ${COMMITTED}
  ) device ON w.device_id IS NOT NULL
  LEFT JOIN LATERAL (SELECT id, status, total_minor, announced_at FROM "order" WHERE id = w.order_id LIMIT 1) self
    ON self.announced_at >= whole.since AND self.status IN ${COMMITTED}`);

interface SpendRow {
  readonly consumableId: string;
  readonly wholeMinor: number;
  readonly wholeOrders: number;
  readonly ownMinor: number;
  readonly ownOrders: number;
  readonly deviceMinor: number;
  readonly deviceOrders: number;
  readonly selfMinor: number;
  readonly selfOrders: number;
  readonly lastOrderAt: Date | null;
}

const NOTHING: Spend = { minor: 0, orders: 0, lastOrderAt: null };

export type SpendOf = (consumableId: string, mandate: ScopedMandate | null) => Spend;

/**
 * What is committed this month within the scope of the terms. By scope and not by consent: a consent that
 * is withdrawn and granted anew does not reset its limit.
 */
export async function loadSpend(
  db: Queryable,
  wanted: readonly Wanted[],
  surroundings: readonly Surroundings[],
  now: Instant,
): Promise<SpendOf> {
  const months = monthsOf(surroundings, now);
  const devices = new Map(surroundings.map(({ consumableId, deviceId }) => [consumableId, deviceId]));
  const customers = new Map(surroundings.map(({ consumableId, customerId }) => [consumableId, customerId]));
  const { rows } = await db.query<SpendRow>(SPEND, [
    wanted.map(({ consumableId }) => consumableId),
    wanted.map(({ order }) => order?.id ?? null),
    wanted.map(({ consumableId }) => customers.get(consumableId) ?? null),
    [...months.keys()],
    [...months.values()],
    wanted.map(({ consumableId }) => devices.get(consumableId) ?? null),
  ]);
  const byConsumable = new Map(rows.map((row) => [row.consumableId, row]));
  return (consumableId, scoped) => {
    const row = byConsumable.get(consumableId);
    if (row === undefined || scoped === null) return NOTHING;
    const { minor, orders } = withinScope(row)[scoped.scope];
    return {
      minor: minor - row.selfMinor,
      orders: orders - row.selfOrders,
      lastOrderAt: row.lastOrderAt?.getTime() ?? null,
    };
  };
}

const withinScope = (row: SpendRow) => ({
  customer: { minor: row.wholeMinor, orders: row.wholeOrders },
  device: { minor: row.deviceMinor, orders: row.deviceOrders },
  consumable: { minor: row.ownMinor, orders: row.ownOrders },
});

/** Start of the current month by customer, in its zone; one without a zone that exists has no month. */
function monthsOf(surroundings: readonly Surroundings[], now: Instant): Map<string, Date> {
  const months = new Map<string, Date>();
  for (const { customerId, timeZone } of surroundings) {
    if (customerId === null || months.has(customerId) || !isTimeZone(timeZone)) continue;
    const first = `${localDate(now, timeZone).slice(0, 7)}-01`;
    months.set(customerId, new Date(startOfLocalDate(first, timeZone)));
  }
  return months;
}

function isTimeZone(name: string): boolean {
  try {
    localDate(0, name);
    return true;
  } catch {
    return false;
  }
}
