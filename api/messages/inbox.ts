import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  messageSchema,
  messagesPage,
  messagesQuery,
  readMessagesSchema,
} from '../../contracts/http/messages.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { speak } from '../../platform/messages/words/speak.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

const tag = 'Messages';

interface Row {
  readonly id: string;
  readonly orderId: string | null;
  readonly kind: string;
  readonly detail: Record<string, unknown>;
  readonly createdAt: Date;
  readonly readAt: Date | null;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly deliveries: z.output<typeof messageSchema>['deliveries'];
}

const COLUMNS = `m.id, m.order_id AS "orderId", m.kind, m.detail, m.created_at AS "createdAt", m.read_at AS "readAt",
  cu.time_zone AS "timeZone", cu.jurisdiction,
  (SELECT coalesce(json_agg(json_build_object('channel', x.channel, 'status', x.status, 'sentAt', x.sent_at)
      ORDER BY x.channel, x.id), '[]')
   FROM message_delivery x LEFT JOIN webhook_endpoint w ON w.id = nullif(x.target, '')::uuid
   WHERE x.message_id = m.id AND (x.channel <> 'webhook' OR w.customer_id IS NOT NULL)) AS deliveries`;
const LIST = `
  SELECT ${COLUMNS} FROM message m JOIN customer cu ON cu.id = m.customer_id
  WHERE m.customer_id = $1 AND ($2::boolean IS NULL OR (m.read_at IS NULL) = $2)
    AND ($3::timestamptz IS NULL OR (m.created_at, m.id) < ($3, $4::uuid))
  ORDER BY m.created_at DESC, m.id DESC LIMIT $5`;
const UNREAD = 'SELECT count(*)::int AS unread FROM message WHERE customer_id = $1 AND read_at IS NULL';
const READ_ONE = `
  WITH m AS (UPDATE message SET read_at = coalesce(read_at, $3) WHERE id = $1 AND customer_id = $2 RETURNING *)
  SELECT ${COLUMNS} FROM m JOIN customer cu ON cu.id = m.customer_id`;
const READ_ALL = 'UPDATE message SET read_at = $2 WHERE customer_id = $1 AND read_at IS NULL';

function toMessage(
  { timeZone, jurisdiction, ...row }: Row,
  language: string,
): z.output<typeof messageSchema> {
  const words = speak(row.kind, row.detail, readerOf({ language, timeZone, jurisdiction }));
  const facts = (words.facts ?? []).map(([label, value]) => ({ label, value }));
  return { ...row, subject: words.subject, paragraphs: [...words.paragraphs], facts };
}

/** The inbox: every message of a customer, whatever ways it went out besides. */
export function registerInbox(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/customers/:customerId/messages',
    operation({
      access: 'viewer',
      tag,
      summary: 'List messages, newest first',
      params: idParams('customerId'),
      querystring: messagesQuery,
      response: { 200: messagesPage },
      problems: ['invalid-cursor'],
    }),
    async (request, reply) => {
      const { unread, limit, cursor } = request.query;
      const { customerId } = request.params;
      const [createdAt, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const { rows } = await pool.query<Row>(LIST, [customerId, unread ?? null, createdAt, id, limit + 1]);
      const counted = await pool.query<{ unread: number }>(UNREAD, [customerId]);
      const language = readerLanguage(request, reply);
      const messages = rows.map((row) => toMessage(row, language));
      const page = toPage(messages, limit, (message) => [message.createdAt.toISOString(), message.id]);
      return { ...page, unread: counted.rows[0]?.unread ?? 0 };
    },
  );
  app.post(
    '/v1/customers/:customerId/messages/:messageId/read',
    operation({
      access: 'member',
      tag,
      summary: 'Mark a message as read',
      params: idParams('customerId', 'messageId'),
      response: { 200: messageSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { customerId, messageId } = request.params;
      const { rows } = await pool.query<Row>(READ_ONE, [messageId, customerId, new Date(clock.now())]);
      return toMessage(rows[0] ?? notFound('message', messageId), readerLanguage(request, reply));
    },
  );
  app.post(
    '/v1/customers/:customerId/messages/read-all',
    operation({
      access: 'member',
      tag,
      summary: 'Mark all messages as read',
      params: idParams('customerId'),
      response: { 200: readMessagesSchema },
      problems: ['not-found'],
    }),
    async ({ params }) => {
      const { rowCount } = await pool.query(READ_ALL, [params.customerId, new Date(clock.now())]);
      return { read: rowCount ?? 0 };
    },
  );
}
