import { idParams } from '../../contracts/http/common.ts';
import { orderWithHistorySchema } from '../../contracts/http/orders.ts';
import {
  ladderSchema,
  orderNowHeaders,
  orderNowSchema,
  orderRequestsPage,
  orderRequestsQuery,
} from '../../contracts/http/strategies.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import type { Said } from '../../core/phrases/phrase.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { type OrderRowWithHistory, READ_ORDER, toOrderWithHistory } from '../orders/read-orders.ts';
import { orderNow } from './order-now.ts';
import { loadLadder, toLadder } from './read-ladder.ts';

const DISMISS = `
  UPDATE suggestion SET dismissed_at = $2
  WHERE consumable_id = $1 AND dismissed_at IS NULL AND ended_at IS NULL`;

export function registerStrategies(app: Api, deps: ApiDeps): void {
  registerLadder(app, deps);
  registerRequests(app, deps);
}

function registerLadder(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/consumables/:consumableId/ladder',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'Read which strategies can be chosen for it, and why',
      params: idParams('consumableId'),
      response: { 200: ladderSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { consumableId } = request.params;
      const now = clock.now();
      const row = (await loadLadder(pool, consumableId, now)) ?? notFound('consumable', consumableId);
      return toLadder(row, readerLanguage(request, reply), now);
    },
  );
  app.post(
    '/v1/consumables/:consumableId/suggestion/dismiss',
    operation({
      access: 'member',
      tag: 'Consumables',
      summary: 'Put the suggestion of another strategy away',
      description: 'The same one is not made again for half a year. Without a suggestion nothing changes.',
      params: idParams('consumableId'),
      response: { 200: ladderSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { consumableId } = request.params;
      const now = clock.now();
      await pool.query(DISMISS, [consumableId, new Date(now)]);
      const row = (await loadLadder(pool, consumableId, now)) ?? notFound('consumable', consumableId);
      return toLadder(row, readerLanguage(request, reply), now);
    },
  );
}

const READ_REQUESTS = `
  SELECT id, source, at, outcome, order_id AS "orderId", said FROM order_request
  WHERE consumable_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
  ORDER BY at DESC, id DESC LIMIT $4`;

interface RequestRow {
  readonly id: string;
  readonly source: 'api' | 'button';
  readonly at: Date;
  readonly outcome: 'ordered' | 'repeated' | 'refused';
  readonly orderId: string | null;
  readonly said: Said;
}

function registerRequests(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  app.post(
    '/v1/consumables/:consumableId/orders',
    operation({
      access: 'member',
      tag: 'Consumables',
      summary: 'Order it now',
      description:
        "The person's own order: no consent is needed, and it is placed at once, or, around a hold, as soon as it may arrive. 201: this call ordered it, or approved the open proposal. 200: it was ordered already.",
      params: idParams('consumableId'),
      headers: orderNowHeaders,
      body: orderNowSchema,
      response: { 200: orderWithHistorySchema, 201: orderWithHistorySchema },
      problems: ['not-found', 'does-not-fit', 'nothing-to-order'],
    }),
    async (request, reply) => {
      const language = readerLanguage(request, reply);
      const { orderId, isNew } = await orderNow(deps, {
        consumableId: request.params.consumableId,
        wanted: request.body,
        key: request.headers['idempotency-key'],
        caller: request.caller,
        language,
      });
      const { rows } = await pool.query<OrderRowWithHistory>(READ_ORDER, [orderId]);
      const order = toOrderWithHistory(rows[0] ?? notFound('order', orderId), language);
      return reply.code(isNew ? 201 : 200).send(order);
    },
  );
  app.get(
    '/v1/consumables/:consumableId/order-requests',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'List who asked for an order of it, by a call or a button, and what became of it',
      params: idParams('consumableId'),
      querystring: orderRequestsQuery,
      response: { 200: orderRequestsPage },
      problems: ['invalid-cursor'],
    }),
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const [at, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const values = [request.params.consumableId, at, id, limit + 1];
      const { rows } = await pool.query<RequestRow>(READ_REQUESTS, values);
      const language = readerLanguage(request, reply);
      const items = rows.map(({ said, ...row }) => ({ ...row, reason: inWords(said, language) }));
      return toPage(items, limit, (row) => [row.at.toISOString(), row.id]);
    },
  );
}
