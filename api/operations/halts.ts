import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { haltSchema, haltsPage, haltsQuery, newHaltSchema } from '../../contracts/http/halts.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName } from '../auth/caller.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

type Halt = z.output<typeof haltSchema>;

/** The column is JSON of one shape: the breaker's. */
const toHalt = <Row extends { detail: unknown }>({ detail, ...row }: Row) => ({
  ...row,
  detail: detail as Halt['detail'],
});

const COLUMNS = `id, product_id AS "productId", device_model_id AS "deviceModelId", firmware,
  merchant_id AS "merchantId", customer_id AS "customerId", reason, actor, detail,
  created_at AS "createdAt", lifted_at AS "liftedAt"`;
const STOP = `
  INSERT INTO halt (product_id, device_model_id, firmware, merchant_id, customer_id, reason, actor, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`;
const LIFT = `UPDATE halt SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL RETURNING ${COLUMNS}`;

/**
 * After a halt is lifted, what a gate had stopped is evaluated anew, and announced orders that it put off
 * are due again. Parameters: product, device model, merchant (each or null), now, firmware, customer (each or
 * null).
 */
const RESUME = `
  WITH concerned AS (
    SELECT c.id, s.outcome FROM consumable c
    JOIN consumable_state s ON s.consumable_id = c.id
    JOIN device d ON d.id = c.device_id
    LEFT JOIN product p ON p.id = c.product_id
    WHERE ($1::uuid IS NULL OR c.product_id = $1) AND ($2::uuid IS NULL OR c.device_model_id = $2)
      AND ($3::uuid IS NULL OR p.merchant_id = $3) AND ($5::text IS NULL OR d.firmware = $5)
      AND ($6::uuid IS NULL OR c.customer_id = $6)
  ), due AS (
    UPDATE "order" o SET due_at = greatest(o.cancel_until, $4::timestamptz)
    FROM concerned WHERE o.consumable_id = concerned.id AND o.status = 'announced'
      AND o.due_at > greatest(o.cancel_until, $4::timestamptz)
  )
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT id, '{}', '{}', '{}', $4 FROM concerned WHERE outcome IN ('blocked', 'defer')`;

export function registerHalts(app: Api, deps: ApiDeps): void {
  const { database, clock } = deps;
  const { halt } = database.prisma;
  app.post(
    '/v1/halts',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Stop placing orders',
      description:
        'Takes effect at once on every process: it is asked for again right before the merchant is.',
      body: newHaltSchema,
      response: { 201: haltSchema },
      problems: ['unknown-reference'],
    }),
    async ({ body, caller }, reply) => {
      // Who signed in cannot be somebody else; the token's holder says who it was.
      const actor = caller.kind === 'person' ? actorName(caller) : body.actor;
      const { productId, deviceModelId, firmware, merchantId, customerId, reason } = body;
      const values = [productId, deviceModelId, firmware, merchantId, customerId, reason, actor];
      const made = await transactAudited(database.pool, async (client) => {
        const { rows } = await client.query<Halt>(STOP, [...values, new Date(clock.now())]);
        return rows[0] ?? notFound('halt', '');
      });
      return reply.code(201).send(made);
    },
  );
  app.get(
    '/v1/halts',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'List halts, newest first',
      querystring: haltsQuery,
      response: { 200: haltsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { inForce, limit, cursor } }) => {
      const after = decodeCursor(cursor, byId);
      const rows = await halt.findMany({
        where: {
          ...(after === null ? {} : { id: { lt: after[0] } }),
          ...(inForce === undefined ? {} : { liftedAt: inForce ? null : { not: null } }),
        },
        orderBy: { id: 'desc' },
        take: limit + 1,
      });
      return toPage(rows.map(toHalt), limit, ({ id }) => [id]);
    },
  );
  app.post(
    '/v1/halts/:haltId/lift',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Lift a halt',
      description: 'What it stopped is evaluated anew. Lifting twice changes nothing.',
      params: idParams('haltId'),
      response: { 200: haltSchema },
      problems: ['not-found'],
    }),
    ({ params }) => lift(deps, params.haltId),
  );
}

const lift = ({ database, clock }: ApiDeps, id: string): Promise<Halt> =>
  transactAudited(database.pool, async (client) => {
    const now = new Date(clock.now());
    const { rows } = await client.query<Halt>(LIFT, [id, now]);
    const [lifted] = rows;
    if (lifted === undefined) {
      const before = await client.query<Halt>(`SELECT ${COLUMNS} FROM halt WHERE id = $1`, [id]);
      return before.rows[0] ?? notFound('halt', id);
    }
    const { productId, deviceModelId, merchantId, firmware, customerId } = lifted;
    await client.query(RESUME, [productId, deviceModelId, merchantId, now, firmware, customerId]);
    return lifted;
  });
