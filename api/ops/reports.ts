import type { z } from 'zod';
import {
  accuracyQuery,
  accuracySchema,
  type FLEET_GROUPS,
  fleetQuery,
  type fleetRowSchema,
  fleetSchema,
} from '../../contracts/http/ops/reports.ts';
import { DAY_MS } from '../../core/types.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

type Accuracy = z.output<typeof accuracySchema>;
type FleetRow = z.output<typeof fleetRowSchema>;

/** Sums into means; P50's error and the pinball loss beside the use itself, so that products compare. */
const SCORES = `sum(f.forecasts)::int AS forecasts,
  1 - sum(f.below + f.above)::float8 / sum(f.forecasts) AS coverage, sum(f.below)::float8 / sum(f.forecasts) AS below,
  sum(f.above)::float8 / sum(f.forecasts) AS above, sum(f.pinball) / nullif(sum(f.used), 0) AS pinball,
  sum(f.error) / nullif(sum(f.used), 0) AS bias`;

/** Parameters: since, device model or null. */
const BY_WEEK = `
  SELECT f.week::text AS week, ${SCORES} FROM forecast_score f
  WHERE f.week >= $1 AND ($2::uuid IS NULL OR f.device_model_id = $2) GROUP BY f.week ORDER BY f.week`;
const BY_SLOT = `
  SELECT f.device_model_id AS "deviceModelId", dm.make || ' ' || dm.model AS model, s.name AS slot, ${SCORES}
  FROM forecast_score f JOIN device_model dm ON dm.id = f.device_model_id
  JOIN model_slot s ON s.device_model_id = f.device_model_id AND s.key = f.slot_key
  WHERE f.week >= $1 AND ($2::uuid IS NULL OR f.device_model_id = $2)
  GROUP BY f.device_model_id, dm.make, dm.model, s.name ORDER BY sum(f.forecasts) DESC, model, slot LIMIT 500`;

const OUTCOMES = `count(*)::int AS deliveries, count(r.empty_since)::int AS stockouts,
  avg(extract(epoch FROM r.installed_at - r.delivered_at) / 86400)::float8 AS "daysEarly",
  avg(r.level_at_swap)::float8 AS waste`;
const OUTCOMES_BY_WEEK = `
  SELECT date_trunc('week', r.delivered_at AT TIME ZONE 'UTC')::date::text AS week, ${OUTCOMES}
  FROM replenishment_outcome r JOIN "order" o ON o.id = r.order_id JOIN consumable c ON c.id = o.consumable_id
  WHERE r.delivered_at >= $1 AND ($2::uuid IS NULL OR c.device_model_id = $2) GROUP BY 1 ORDER BY 1`;

export function registerReports(app: Api, { database: { pool }, clock }: ApiDeps): void {
  const since = (weeks: number) => new Date(clock.now() - weeks * 7 * DAY_MS);
  app.get(
    '/v1/ops/accuracy',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'How forecasts and orders fared',
      querystring: accuracyQuery,
      response: { 200: accuracySchema },
    }),
    async ({ query: { weeks, deviceModelId } }) => {
      const values = [since(weeks), deviceModelId ?? null];
      const [byWeek, bySlot, outcomes] = await Promise.all([
        pool.query<Accuracy['weeks'][number]>(BY_WEEK, values),
        pool.query<Accuracy['slots'][number]>(BY_SLOT, values),
        pool.query<Accuracy['outcomes'][number]>(OUTCOMES_BY_WEEK, values),
      ]);
      return { weeks: byWeek.rows, slots: bySlot.rows, outcomes: outcomes.rows };
    },
  );
  app.get(
    '/v1/ops/fleet',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Stock-outs, waste, cancellations and returns by model, product or merchant',
      querystring: fleetQuery,
      response: { 200: fleetSchema },
    }),
    async ({ query: { weeks, by } }) => {
      const { rows } = await pool.query<FleetRow>(FLEET[by], [since(weeks)]);
      return { since: since(weeks), rows };
    },
  );
}

type Group = (typeof FLEET_GROUPS)[number];

const KEYS: Readonly<Record<Group, { key: string; name: string; table: string }>> = {
  model: { key: 'c.device_model_id', name: "g.make || ' ' || g.model", table: 'device_model' },
  product: { key: 'o.product_id', name: 'g.name', table: 'product' },
  merchant: { key: 'o.merchant_id', name: 'g.name', table: 'merchant' },
};

/** Orders by when they were made, deliveries by when they came: each along its own index, each read once. */
const fleetOf = ({ key, name, table }: (typeof KEYS)[Group]): string => `
  WITH made AS (
    SELECT ${key} AS id, count(*)::int AS orders, count(*) FILTER (WHERE o.status IN ('cancelled', 'declined'))::int AS cancelled,
      count(*) FILTER (WHERE o.status = 'rejected')::int AS rejected,
      count(*) FILTER (WHERE o.status = 'returned')::int AS returned, count(*) FILTER (WHERE o.status = 'lost')::int AS lost
    FROM "order" o JOIN consumable c ON c.id = o.consumable_id WHERE o.created_at >= $1 GROUP BY 1
  ), came AS (
    SELECT ${key} AS id, ${OUTCOMES},
      avg(extract(epoch FROM r.delivered_at - r.empty_since) / 86400)::float8 AS "daysWithout"
    FROM replenishment_outcome r JOIN "order" o ON o.id = r.order_id JOIN consumable c ON c.id = o.consumable_id
    WHERE r.delivered_at >= $1 GROUP BY 1
  )
  SELECT g.id, ${name} AS name, coalesce(made.orders, 0) AS orders, coalesce(made.cancelled, 0) AS cancelled,
    coalesce(made.rejected, 0) AS rejected, coalesce(made.returned, 0) AS returned, coalesce(made.lost, 0) AS lost,
    coalesce(came.deliveries, 0) AS deliveries, coalesce(came.stockouts, 0) AS stockouts, came."daysWithout",
    came."daysEarly", came.waste, made.cancelled::float8 / nullif(made.orders, 0) AS "cancelRate",
    made.returned::float8 / nullif(made.orders, 0) AS "returnRate",
    came.stockouts::float8 / nullif(came.deliveries, 0) AS "stockoutRate"
  FROM made FULL JOIN came USING (id) JOIN ${table} g USING (id)
  ORDER BY coalesce(made.orders, 0) DESC, name LIMIT 500`;

const FLEET: Readonly<Record<Group, string>> = {
  model: fleetOf(KEYS.model),
  product: fleetOf(KEYS.product),
  merchant: fleetOf(KEYS.merchant),
};
