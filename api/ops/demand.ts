import { Readable } from 'node:stream';
import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { demandHistorySchema, demandQuery, demandSchema } from '../../contracts/http/ops/reports.ts';
import { DAY_MS } from '../../core/types.ts';
import type { Pool } from '../../platform/database.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { toCsv } from './lists/routes.ts';

type Demand = z.output<typeof demandSchema>;
type History = z.output<typeof demandHistorySchema>;

/** Parameters: product or null, products at most. */
const NEWEST = `
  WITH newest AS (SELECT max(made_on) AS made_on FROM demand_forecast), wanted AS (
    SELECT f.product_id, max(f.mean) AS mean FROM demand_forecast f JOIN newest USING (made_on)
    WHERE $1::uuid IS NULL OR f.product_id = $1
    GROUP BY f.product_id ORDER BY max(f.mean) DESC, f.product_id LIMIT $2
  )
  SELECT f.made_on::text AS "madeOn", p.id AS "productId", p.sku, p.name, m.name AS "merchantName", p.pack_size AS "packSize",
    max(f.consumables) AS consumables, max(f.unknown) AS unknown,
    json_agg(json_build_object('weeks', f.weeks, 'mean', f.mean, 'p10', f.p10, 'p50', f.p50, 'p90', f.p90)
      ORDER BY f.weeks) AS weeks
  FROM wanted JOIN newest ON true
  JOIN demand_forecast f ON f.product_id = wanted.product_id AND f.made_on = newest.made_on
  JOIN product p ON p.id = f.product_id JOIN merchant m ON m.id = p.merchant_id
  GROUP BY f.made_on, p.id, m.name, wanted.mean ORDER BY wanted.mean DESC, p.id`;

/** A year beside the season before it. Parameters: product, since. */
const ORDERED = `
  SELECT date_trunc('week', o.placed_at AT TIME ZONE 'UTC')::date::text AS week, sum(o.fillings)::int AS fillings
  FROM "order" o WHERE o.product_id = $1 AND o.created_at >= $2 AND o.placed_at IS NOT NULL AND o.status <> 'rejected'
  GROUP BY 1 ORDER BY 1`;

/** One forecast a week is enough to look at. Parameters: product, since, today. */
const PAST = `
  SELECT f.made_on::text AS "madeOn", f.p10, f.p50, f.p90, (
      SELECT coalesce(sum(o.fillings), 0)::int FROM "order" o
      WHERE o.product_id = f.product_id AND o.status <> 'rejected' AND o.created_at >= f.made_on - interval '30 days'
        AND o.placed_at >= f.made_on AND o.placed_at < f.made_on + interval '28 days') AS ordered
  FROM demand_forecast f
  WHERE f.product_id = $1 AND f.weeks = 4 AND f.made_on >= $2 AND f.made_on <= $3::date - 28
    AND (f.made_on - date '2026-01-05') % 7 = 0
  ORDER BY f.made_on`;

const HISTORY_DAYS = 26 * 7;

type Row = Demand['products'][number] & { readonly madeOn: string };

const readNewest = async (pool: Pool, productId: string | null, limit: number): Promise<Row[]> =>
  (await pool.query<Row>(NEWEST, [productId, limit])).rows;

export function registerDemand(app: Api, deps: ApiDeps): void {
  registerAll(app, deps);
  registerOne(app, deps);
}

function registerAll(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/ops/demand',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'What every product will be needed of in the next eight weeks',
      querystring: demandQuery,
      response: { 200: demandSchema },
    }),
    async ({ query: { productId, limit } }) => {
      const rows = await readNewest(pool, productId ?? null, limit);
      return { madeOn: rows[0]?.madeOn ?? null, products: rows.map(({ madeOn: _, ...product }) => product) };
    },
  );
  app.get(
    '/v1/ops/demand.csv',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'The same as CSV, one line a product and week',
      response: { 200: z.unknown().meta({ type: 'string', format: 'binary' }) },
      produces: ['text/csv'],
    }),
    async (_request, reply) => {
      const rows = (await readNewest(pool, null, 100_000)).flatMap(({ weeks, ...product }) =>
        weeks.map((week) => ({ ...product, ...week })),
      );
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="neverout-demand-${day}.csv"`)
        .send(toCsv(Readable.from(rows), CSV_COLUMNS));
    },
  );
}

const CSV_COLUMNS = [
  'madeOn',
  'productId',
  'sku',
  'name',
  'merchantName',
  'packSize',
  'consumables',
  'unknown',
  'weeks',
  'mean',
  'p10',
  'p50',
  'p90',
];

function registerOne(app: Api, { database, clock }: ApiDeps): void {
  app.get(
    '/v1/ops/demand/:productId',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'One product: its forecast, what was bought of it, and how earlier forecasts fared',
      params: idParams('productId'),
      response: { 200: demandHistorySchema },
      problems: ['not-found'],
    }),
    async ({ params: { productId } }) => {
      const { pool, prisma } = database;
      const product = await prisma.product.findUnique({ where: { id: productId }, select: { id: true } });
      if (product === null) notFound('product', productId);
      const since = new Date(clock.now() - HISTORY_DAYS * DAY_MS);
      const [[forecast], ordered, past] = await Promise.all([
        readNewest(pool, productId, 1),
        pool.query<History['ordered'][number]>(ORDERED, [productId, since]),
        pool.query<History['past'][number]>(PAST, [productId, since, new Date(clock.now())]),
      ]);
      return { forecast: forecast ?? null, ordered: ordered.rows, past: past.rows };
    },
  );
}
