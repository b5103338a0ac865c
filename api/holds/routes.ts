import { movedOrderSchema } from '../../contracts/http/calendar-feeds.ts';
import { idParams } from '../../contracts/http/common.ts';
import { holdSchema, holdsPage, holdsQuery, newHoldSchema } from '../../contracts/http/holds.ts';
import { registerCalendarFeeds } from '../calendar-feeds/routes.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { addHold, cancelHold, type Hold, LIST_HOLDS } from './holds.ts';
import { moveOrder } from './move-order.ts';

export function registerHolds(app: Api, deps: ApiDeps): void {
  app.post(
    '/v1/holds',
    operation({
      access: 'member',
      tag: 'Holds',
      summary: 'Hold dates without deliveries',
      description: 'What would arrive on them is put off; the consumables concerned are evaluated anew.',
      body: newHoldSchema,
      response: { 201: holdSchema },
      problems: ['unknown-reference', 'foreign-object'],
    }),
    async ({ body }, reply) => reply.code(201).send(await addHold(deps, body)),
  );
  app.get(
    '/v1/holds',
    operation({
      access: 'viewer',
      tag: 'Holds',
      summary: "List a customer's holds, newest first",
      querystring: holdsQuery,
      response: { 200: holdsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { customerId, cancelled, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const values = [customerId, cancelled ?? null, after, limit + 1];
      const { rows } = await deps.database.pool.query<Hold>(LIST_HOLDS, values);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.post(
    '/v1/holds/:holdId/cancel',
    operation({
      access: 'member',
      tag: 'Holds',
      summary: 'Cancel a hold',
      description: 'Orders that waited for its end are looked at again at once.',
      params: idParams('holdId'),
      response: { 200: holdSchema },
      problems: ['not-found'],
    }),
    ({ params }) => cancelHold(deps, params.holdId),
  );
  app.post(
    '/v1/orders/:orderId/move',
    operation({
      access: 'member',
      tag: 'Holds',
      summary: 'Have a placed order moved behind a hold',
      description:
        'Takes the offer made when the hold appeared: the merchant is asked to take the order back.',
      params: idParams('orderId'),
      response: { 200: movedOrderSchema },
      problems: ['not-found', 'wrong-status'],
    }),
    ({ params, caller }) => moveOrder(deps, params.orderId, caller),
  );
  registerCalendarFeeds(app, deps);
}
