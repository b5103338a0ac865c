import { idParams } from '../../contracts/http/common.ts';
import {
  consumableHistoryQuery,
  consumableHistorySchema,
  holdEffectQuery,
  holdEffectSchema,
  monthSpendSchema,
} from '../../contracts/http/views.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { readHistory } from './history.ts';
import { readHoldEffect } from './hold-effect.ts';
import { readMonthSpend } from './spend.ts';

/** Reads of single pages. */
export function registerViews(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/consumables/:consumableId/history',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'Read its level over time, with swaps and deliveries, as a chart shows it',
      params: idParams('consumableId'),
      querystring: consumableHistoryQuery,
      response: { 200: consumableHistorySchema },
      problems: ['not-found'],
    }),
    ({ params, query }) => readHistory(pool, params.consumableId, query.days, clock.now()),
  );
  app.get(
    '/v1/customers/:customerId/month-spend',
    operation({
      access: 'viewer',
      tag: 'Orders',
      summary: 'Read what is spent this month, and the limit',
      params: idParams('customerId'),
      response: { 200: monthSpendSchema },
      problems: ['not-found'],
    }),
    ({ params }) => readMonthSpend(pool, params.customerId, clock.now()),
  );
  app.get(
    '/v1/customers/:customerId/hold-effect',
    operation({
      access: 'viewer',
      tag: 'Holds',
      summary: 'See what a hold would do, before it is made',
      params: idParams('customerId'),
      querystring: holdEffectQuery,
      response: { 200: holdEffectSchema },
      problems: ['not-found'],
    }),
    ({ params, query }) => readHoldEffect(pool, params.customerId, query, clock.now()),
  );
}
