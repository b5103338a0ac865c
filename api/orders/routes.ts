import { idParams } from '../../contracts/http/common.ts';
import {
  orderActionSchema,
  ordersPage,
  ordersQuery,
  orderWithHistorySchema,
} from '../../contracts/http/orders.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { DECISIONS, decideOrder } from './decide.ts';
import {
  LIST_ALL,
  LIST_FILTERED,
  type Order,
  type OrderRow,
  READ_ORDER,
  toOrderWithHistory,
} from './read-orders.ts';

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
    async ({ query: { status, customerId, consumableId, limit, cursor } }) => {
      const [createdAt, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const isFiltered = (status ?? customerId ?? consumableId) !== undefined;
      const filters = [status ?? null, customerId ?? null, consumableId ?? null];
      const { rows } = isFiltered
        ? await pool.query<Order>(LIST_FILTERED, [...filters, createdAt, id, limit + 1])
        : await pool.query<Order>(LIST_ALL, [id, limit + 1]);
      return toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
    },
  );
}

const DESCRIPTIONS = {
  cancel: ['Cancel an order', 'Possible until it is being placed with the merchant.'],
  approve: [
    'Approve a proposed order',
    'It is placed at once, if every gate still passes then; the decision says which does not.',
  ],
  decline: ['Decline a proposed order', 'The consumable is evaluated anew.'],
} as const;

function registerOne(app: Api, deps: ApiDeps): void {
  const read = async (id: string) => {
    const { rows } = await deps.database.pool.query<OrderRow>(READ_ORDER, [id]);
    return toOrderWithHistory(rows[0] ?? notFound('order', id));
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
    ({ params }) => read(params.orderId),
  );
  for (const action of ['cancel', 'approve', 'decline'] as const) {
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
        problems: ['not-found', 'wrong-status'],
      }),
      async ({ params: { orderId }, body, caller }) => {
        await decideOrder(deps, orderId, DECISIONS[action], body, caller);
        return await read(orderId);
      },
    );
  }
}
