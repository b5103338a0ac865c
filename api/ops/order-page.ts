import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { opsOrderPageSchema } from '../../contracts/http/ops/order-page.ts';
import type { Language } from '../../core/phrases/phrase.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';
import { toDecision } from '../decisions/routes.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { type OrderRowWithHistory, READ_ORDER, toOrderWithHistory } from '../orders/read-orders.ts';
import { READ_REVIEW, type ReviewRow, toReviewItem } from '../review/read-reviews.ts';

type Page = z.output<typeof opsOrderPageSchema>;

/** One open order a consumable: until the next one was made, what was decided at placing was about this one. */
const ASIDE = `
  SELECT cu.name AS "customerName", cu.time_zone AS "timeZone", cu.jurisdiction, next.created_at AS "nextAt",
    (SELECT s.id FROM "order" s WHERE s.replaces_order_id = o.id) AS "successorId",
    (SELECT coalesce(json_agg(json_build_object('id', s.id, 'productName', p.name, 'status', s.status) ORDER BY s.id), '[]')
      FROM "order" s JOIN product p ON p.id = s.product_id WHERE s.parcel_id = o.parcel_id AND s.id <> o.id) AS parcel
  FROM "order" o JOIN customer cu ON cu.id = o.customer_id
  LEFT JOIN LATERAL (
    SELECT min(created_at) AS created_at FROM "order" WHERE consumable_id = o.consumable_id AND created_at > o.created_at
  ) next ON true WHERE o.id = $1`;

const QUOTE = `
  SELECT status, answered_at AS "answeredAt", valid_until AS "validUntil", binding, merchant_quote_id AS "merchantQuoteId",
    unit_price_minor AS "unitPriceMinor", shipping_minor AS "shippingMinor", currency, detail FROM quote WHERE id = $1`;

const MESSAGES = `
  SELECT m.id, m.kind, m.detail, m.created_at AS "createdAt", m.read_at AS "readAt",
    (SELECT coalesce(json_agg(json_build_object('id', x.id, 'channel', x.channel, 'status', x.status, 'attempts', x.attempts,
        'dueAt', x.due_at, 'sentAt', x.sent_at, 'lastError', x.last_error) ORDER BY x.channel, x.id), '[]')
      FROM message_delivery x WHERE x.message_id = m.id) AS deliveries
  FROM message m WHERE m.order_id = $1 ORDER BY m.created_at DESC, m.id DESC LIMIT 50`;

const OUTCOME = `
  SELECT level_at_delivery AS "levelAtDelivery", empty_since AS "emptySince", level_at_swap AS "levelAtSwap"
  FROM replenishment_outcome WHERE order_id = $1`;

interface Aside extends Pick<Page, 'customerName' | 'parcel' | 'successorId'> {
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly nextAt: Date | null;
}
type MessageRow = Omit<Page['messages'][number], 'subject'> & { readonly detail: Record<string, unknown> };

/** Decisions at placing that a page shows: an order that waits is looked at often. */
const PLACEMENTS = 5;

export function registerOrderPage(app: Api, deps: ApiDeps): void {
  app.get(
    '/v1/ops/orders/:orderId',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Everything about one order: why it is, what became of it, what was said to whom',
      params: idParams('orderId'),
      response: { 200: opsOrderPageSchema },
      problems: ['not-found'],
    }),
    (request, reply) => readPage(deps, request.params.orderId, readerLanguage(request, reply)),
  );
}

async function readPage({ database, clock }: ApiDeps, id: string, language: Language): Promise<Page> {
  const { pool, prisma } = database;
  const firstOf = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row | null> =>
    (await pool.query<Row>(text, values)).rows[0] ?? null;
  const [row, aside] = await Promise.all([
    firstOf<OrderRowWithHistory>(READ_ORDER, id),
    firstOf<Aside>(ASIDE, id),
  ]);
  if (row === null || aside === null) notFound('order', id);
  const { nextAt, timeZone, jurisdiction, ...shown } = aside;
  const span = { gte: row.createdAt, ...(nextAt === null ? {} : { lt: nextAt }) };
  const [decision, placements, quote, review, messages, outcome] = await Promise.all([
    row.decisionId === null ? null : prisma.decision.findUnique({ where: { id: row.decisionId } }),
    prisma.decision.findMany({
      where: { consumableId: row.consumableId, stage: 'placement', at: span },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: PLACEMENTS,
    }),
    row.quoteId === null ? null : firstOf<NonNullable<Page['quote']>>(QUOTE, row.quoteId),
    firstOf<ReviewRow>(READ_REVIEW, new Date(clock.now()), id),
    pool.query<MessageRow>(MESSAGES, [id]),
    firstOf<NonNullable<Page['outcome']>>(OUTCOME, id),
  ]);
  const spoken = toDecision(language);
  const reader = readerOf({ language, timeZone, jurisdiction });
  return {
    ...shown,
    order: toOrderWithHistory(row, language),
    decision: decision === null ? null : spoken(decision),
    placements: placements.map(spoken),
    quote,
    review: review === null ? null : toReviewItem(review, language),
    messages: messages.rows.map(({ detail, ...message }) => ({
      ...message,
      subject: speak(message.kind, detail, reader).subject,
    })),
    outcome,
  };
}
