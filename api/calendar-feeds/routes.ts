import type { z } from 'zod';
import {
  calendarFeedSchema,
  calendarFeedsSchema,
  calendarPreviewSchema,
  newCalendarFeedSchema,
  previewCalendarSchema,
} from '../../contracts/http/calendar-feeds.ts';
import { idParams } from '../../contracts/http/common.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { addFeed, LIST_FEEDS, previewFeed, refreshFeed, removeFeed } from './feeds.ts';

const TAG = 'Holds';
const OF_CUSTOMER = idParams('customerId');
const ONE = idParams('customerId', 'feedId');

export function registerCalendarFeeds(app: Api, deps: ApiDeps): void {
  app.get(
    '/v1/customers/:customerId/calendars',
    operation({
      access: 'viewer',
      tag: TAG,
      summary: "List a customer's calendars, newest first",
      params: OF_CUSTOMER,
      response: { 200: calendarFeedsSchema },
    }),
    async ({ params: { customerId } }) => {
      const { rows } = await deps.database.pool.query<z.output<typeof calendarFeedSchema>>(LIST_FEEDS, [
        customerId,
      ]);
      return { items: rows };
    },
  );
  app.post(
    '/v1/customers/:customerId/calendars/preview',
    operation({
      access: 'member',
      tag: TAG,
      summary: 'Show what a calendar would hold',
      description: 'Nothing is kept. An address is fetched now.',
      params: OF_CUSTOMER,
      body: previewCalendarSchema,
      response: { 200: calendarPreviewSchema },
      problems: ['not-found', 'unreadable-calendar'],
    }),
    ({ params: { customerId }, body }) => previewFeed(deps, customerId, body),
  );
  app.post(
    '/v1/customers/:customerId/calendars',
    operation({
      access: 'member',
      tag: TAG,
      summary: 'Hold the dates of a calendar',
      description:
        'An address is fetched again every six hours; a broken calendar keeps the dates last known.',
      params: OF_CUSTOMER,
      body: newCalendarFeedSchema,
      response: { 201: calendarFeedSchema },
      problems: ['not-found', 'foreign-object', 'unreadable-calendar'],
    }),
    async ({ params: { customerId }, body }, reply) =>
      reply.code(201).send(await addFeed(deps, customerId, body)),
  );
  const change = { access: 'member', tag: TAG, params: ONE, response: { 200: calendarFeedSchema } } as const;
  app.post(
    '/v1/customers/:customerId/calendars/:feedId/refresh',
    operation({ ...change, summary: 'Fetch a calendar now', problems: ['not-found'] }),
    ({ params: { customerId, feedId } }) => refreshFeed(deps, customerId, feedId),
  );
  app.post(
    '/v1/customers/:customerId/calendars/:feedId/remove',
    operation({
      ...change,
      summary: 'Forget a calendar',
      description: 'Its dates are free again, and its address and content are erased.',
      problems: ['not-found'],
    }),
    ({ params: { customerId, feedId } }) => removeFeed(deps, customerId, feedId),
  );
}
