import { idParams } from '../../contracts/http/common.ts';
import {
  delayOrderSchema,
  newProblemSchema,
  orderActionSchema,
  ordersPage,
  ordersQuery,
  orderWithHistorySchema,
} from '../../contracts/http/orders.ts';
import type { Language } from '../../core/phrases/phrase.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { decideOrder } from './decide.ts';
import {
  LIST_ALL,
  LIST_FILTERED,
  type OrderRow,
  type OrderRowWithHistory,
  type OrderWithHistory,
  READ_ORDER,
  toOrder,
  toOrderWithHistory,
} from './read-orders.ts';
import { reportProblem } from './report-problem.ts';

export function registerOrders(app: Api, deps: ApiDeps): void {
  registerList(app, deps);
  registerOne(app, deps);
}

function registerList(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/orders',
    operation({
      access: 'viewer',
      tag: 'Orders',
      summary: 'List orders, newest first',
      querystring: ordersQuery,
      response: { 200: ordersPage },
      problems: ['invalid-cursor'],
    }),
    async (request, reply) => {
      const { status, customerId, consumableId, limit, cursor } = request.query;
      const [createdAt, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const isFiltered = (status ?? customerId ?? consumableId) !== undefined;
      const filters = [status ?? null, customerId ?? null, consumableId ?? null];
      const { rows } = isFiltered
        ? await pool.query<OrderRow>(LIST_FILTERED, [...filters, createdAt, id, limit + 1])
        : await pool.query<OrderRow>(LIST_ALL, [id, limit + 1]);
      return toPage(rows.map(toOrder(readerLanguage(request, reply))), limit, (row) => [
        row.createdAt.toISOString(),
        row.id,
      ]);
    },
  );
}

const DESCRIPTIONS = {
  cancel: ['Cancel an order', 'Possible until it is being placed with the merchant.'],
  approve: [
    'Approve a proposed or announced order',
    'It is placed at once, if every gate still passes then; the decision says which does not. Of an announced order it ends the time to cancel.',
  ],
  skip: [
    'Skip an order this time',
    'It is declined, and nothing is ordered or proposed before what is in the device is expected to be used up.',
  ],
  decline: ['Decline a proposed order', 'The consumable is evaluated anew.'],
  arrived: ['Say that it has arrived', 'Of one that the merchant has not reported as delivered.'],
} as const;

type Read = (id: string, language: Language) => Promise<OrderWithHistory>;

function registerOne(app: Api, deps: ApiDeps): void {
  const read: Read = async (id, language) => {
    const { rows } = await deps.database.pool.query<OrderRowWithHistory>(READ_ORDER, [id]);
    return toOrderWithHistory(rows[0] ?? notFound('order', id), language);
  };
  app.get(
    '/v1/orders/:orderId',
    operation({
      access: 'viewer',
      tag: 'Orders',
      summary: 'Read an order with its history',
      params: idParams('orderId'),
      response: { 200: orderWithHistorySchema },
      problems: ['not-found'],
    }),
    (request, reply) => read(request.params.orderId, readerLanguage(request, reply)),
  );
  registerActs(app, deps, read);
  app.post(
    '/v1/orders/:orderId/problems',
    operation({
      access: 'member',
      tag: 'Orders',
      summary: 'Say what is wrong with an order',
      description:
        'Wrong or damaged: the merchant is asked to take it back or replace it. Not needed: it is cancelled or taken back, and automatic ordering of its consumable asks from now on. Never came: it counts as lost, its money is asked back, and what is needed is ordered anew.',
      params: idParams('orderId'),
      body: newProblemSchema,
      response: { 201: orderWithHistorySchema },
      problems: ['not-found', 'wrong-status', 'not-yet-due', 'already-exists'],
    }),
    async (request, reply) => {
      const { orderId } = request.params;
      await reportProblem(deps, orderId, request.body, request.caller);
      return reply.code(201).send(await read(orderId, readerLanguage(request, reply)));
    },
  );
}

function registerActs(app: Api, deps: ApiDeps, read: Read): void {
  for (const action of ['cancel', 'approve', 'decline', 'skip', 'arrived'] as const) {
    const [summary, description] = DESCRIPTIONS[action];
    app.post(
      `/v1/orders/:orderId/${action}`,
      operation({
        access: 'member',
        tag: 'Orders',
        summary,
        description,
        params: idParams('orderId'),
        body: orderActionSchema,
        response: { 200: orderWithHistorySchema },
        problems: [
          'not-found',
          'wrong-status',
          ...(action === 'approve' ? (['not-an-option'] as const) : []),
        ],
      }),
      async (request, reply) => {
        const { orderId } = request.params;
        const { productId } = request.body;
        const act = action === 'approve' ? { action, productId } : { action };
        await decideOrder(deps, orderId, act, request.body, request.caller);
        return await read(orderId, readerLanguage(request, reply));
      },
    );
  }
  app.post(
    '/v1/orders/:orderId/delay',
    operation({
      access: 'member',
      tag: 'Orders',
      summary: 'Delay an announced order',
      description: 'It is placed, and arrives, so many days later; until then it can be cancelled.',
      params: idParams('orderId'),
      body: delayOrderSchema,
      response: { 200: orderWithHistorySchema },
      problems: ['not-found', 'wrong-status'],
    }),
    async (request, reply) => {
      const { orderId } = request.params;
      const { days, ...body } = request.body;
      await decideOrder(deps, orderId, { action: 'delay', days }, body, request.caller);
      return await read(orderId, readerLanguage(request, reply));
    },
  );
}
