import { idParams } from '../../contracts/http/common.ts';
import {
  reviewDecisionSchema,
  reviewDecisionsSchema,
  reviewItemSchema,
  reviewPage,
  reviewQuery,
  reviewSummarySchema,
} from '../../contracts/http/review.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { decideReviews } from './decide-reviews.ts';
import {
  LIST_DECIDED,
  LIST_PENDING,
  READ_REVIEW,
  type ReviewRow,
  type ReviewSummary,
  SUMMARISE,
  toReviewItem,
} from './read-reviews.ts';
import { registerStaffSettings } from './settings.ts';

export function registerReview(app: Api, deps: ApiDeps): void {
  registerReads(app, deps);
  registerDecisions(app, deps);
  registerStaffSettings(app, deps);
}

function registerReads(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/review',
    operation({
      access: 'ops',
      tag: 'Review',
      summary: 'List orders that wait for the staff, the most urgent first',
      description: 'Those decided already: newest first.',
      querystring: reviewQuery,
      response: { 200: reviewPage },
      problems: ['invalid-cursor'],
    }),
    async (request, reply) => {
      const { status, late, limit, cursor } = request.query;
      const [after, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const now = new Date(clock.now());
      const language = readerLanguage(request, reply);
      const { rows } =
        status === 'pending'
          ? await pool.query<ReviewRow>(LIST_PENDING, [now, late ?? null, after, id, limit + 1])
          : await pool.query<ReviewRow>(LIST_DECIDED, [now, status, after, id, limit + 1]);
      const items = rows.map((row) => toReviewItem(row, language));
      return toPage(items, limit, ({ decideBy, orderId }) => [decideBy.toISOString(), orderId]);
    },
  );
  app.get(
    '/v1/review/summary',
    operation({
      access: 'ops',
      tag: 'Review',
      summary: 'Count what waits for the staff',
      response: { 200: reviewSummarySchema },
    }),
    async () => {
      const { rows } = await pool.query<ReviewSummary>(SUMMARISE, [new Date(clock.now())]);
      return rows[0] ?? { pending: 0, late: 0, flags: {}, oldestAt: null };
    },
  );
  app.get(
    '/v1/review/:orderId',
    operation({
      access: 'ops',
      tag: 'Review',
      summary: 'Read what there is to know about an order under review',
      params: idParams('orderId'),
      response: { 200: reviewItemSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { orderId } = request.params;
      const { rows } = await pool.query<ReviewRow>(READ_REVIEW, [new Date(clock.now()), orderId]);
      return toReviewItem(rows[0] ?? notFound('review of order', orderId), readerLanguage(request, reply));
    },
  );
}

function registerDecisions(app: Api, deps: ApiDeps): void {
  app.post(
    '/v1/review/decisions',
    operation({
      access: 'ops',
      tag: 'Review',
      summary: 'Approve or decline one order or many',
      description:
        'Approved orders are placed when their cancel window is over and every gate passes then. Declined ones are cancelled, and their customers told why. Above the amount of the settings two different people have to approve; the API token counts as one.',
      body: reviewDecisionSchema,
      response: { 200: reviewDecisionsSchema },
    }),
    async ({ body, caller }) => ({ results: [...(await decideReviews(deps, body, caller))] }),
  );
}
