import type { z } from 'zod';
import type { holdEffectQuery, holdEffectSchema } from '../../contracts/http/views.ts';
import { replan } from '../../core/replan.ts';
import type { LocalDate } from '../../core/types.ts';
import type { Pool } from '../../platform/database.ts';
import { loadSiteCalendars } from '../../platform/site-calendar.ts';

type Query = z.output<typeof holdEffectQuery>;
type Effect = z.output<typeof holdEffectSchema>;

/** Of whom: the whole customer, one device, or all devices of an address. */
const CONCERNED = `($4::uuid IS NULL OR c.device_id = $4) AND ($5::uuid IS NULL OR d.address_id = $5)`;

/** More than anybody reads; one customer's open orders are few. */
const MOST = 200;

const ORDERS = `
  SELECT o.id AS "orderId", p.name AS "productName", slot.name AS "consumableName", d.name AS "deviceName",
    d.id AS "deviceId", o.status IN ('placing', 'accepted', 'shipped') AS placed, o.due_at AS "dueAt",
    o.status = 'announced' AS announced, o.arrives_from::text AS "from", o.arrives_to::text AS "to"
  FROM "order" o JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
  JOIN product p ON p.id = o.product_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE o.customer_id = $1 AND ${CONCERNED}
    AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped')
    AND o.arrives_to >= $2::date AND ($3::date IS NULL OR o.arrives_from <= $3::date)
  ORDER BY o.arrives_from, o.id LIMIT ${MOST}`;

interface OrderRow {
  readonly orderId: string;
  readonly productName: string;
  readonly consumableName: string;
  readonly deviceName: string;
  readonly deviceId: string;
  readonly placed: boolean;
  readonly announced: boolean;
  readonly dueAt: Date | null;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Dates are the customer's: instants are cut at their midnights. */
const RUNS_OUT = `
  SELECT c.id AS "consumableId", slot.name AS "consumableName", d.name AS "deviceName", s.run_out_p50 AS at
  FROM customer u JOIN consumable c ON c.customer_id = u.id JOIN consumable_state s ON s.consumable_id = c.id
  JOIN device d ON d.id = c.device_id AND d.revoked_at IS NULL
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE u.id = $1 AND ${CONCERNED}
    AND s.run_out_p50 >= $2::date::timestamp AT TIME ZONE u.time_zone
    AND ($3::date IS NULL OR s.run_out_p50 < ($3::date + 1)::timestamp AT TIME ZONE u.time_zone)
    AND NOT EXISTS (SELECT FROM "order" o WHERE o.consumable_id = c.id
      AND o.status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped'))
  ORDER BY s.run_out_p50, c.id LIMIT ${MOST}`;

/** What holding these dates would do, before anybody does it. Changes nothing. */
export async function readHoldEffect(
  pool: Pool,
  customerId: string,
  query: Query,
  now: number,
): Promise<Effect> {
  const { startsOn, endsOn, deviceId, addressId } = query;
  const values = [customerId, startsOn, endsOn ?? null, deviceId ?? null, addressId ?? null];
  const [orders, runsOut] = await Promise.all([
    pool.query<OrderRow>(ORDERS, values),
    pool.query<Effect['runsOut'][number]>(RUNS_OUT, values),
  ]);
  const placed = orders.rows.filter((order) => order.placed);
  const open = orders.rows.filter((order) => !order.placed);
  return {
    moved: await replanned(pool, open, query, now),
    placed: placed.map(({ from, to, ...order }) => ({ ...order, arrives: { from, to } })),
    runsOut: runsOut.rows,
  };
}

/** The same planning that the rules service does when an order falls due (core/holds.ts), with the new hold in it. */
async function replanned(
  pool: Pool,
  orders: readonly OrderRow[],
  { startsOn, endsOn }: Query,
  now: number,
): Promise<Effect['moved']> {
  const calendars = await loadSiteCalendars(
    pool,
    orders.map(({ deviceId }) => deviceId),
    now,
  );
  const hold = { from: startsOn, to: endsOn ?? null };
  return orders.flatMap(({ deviceId, from, to, dueAt, announced, placed: _, ...order }) => {
    const calendar = calendars.get(deviceId);
    if (calendar === undefined) return [];
    // A question has a time to answer instead of one to be placed: answered now, it is placed now.
    const placeAt = announced ? Math.max(dueAt?.getTime() ?? now, now) : now;
    const held = { ...calendar, holds: [...calendar.holds, hold] };
    const plan = replan({ placeAt, arrivesFrom: from, arrivesTo: to }, placeAt, held);
    if (plan.arrivesFrom === from && plan.arrivesTo === to && Number.isFinite(plan.placeAt)) return [];
    const instead = Number.isFinite(plan.placeAt) ? { from: plan.arrivesFrom, to: plan.arrivesTo } : null;
    return [{ ...order, arrives: { from, to }, instead }];
  });
}
