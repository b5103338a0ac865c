import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  deliveryReplayedSchema,
  deliveryReplaySchema,
  messageDeliveriesPage,
  messageDeliveriesQuery,
  messageDeliverySchema,
} from '../../contracts/http/messages.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

const tag = 'Operations';
type Delivery = z.output<typeof messageDeliverySchema>;

const COLUMNS = `x.id, x.message_id AS "messageId", m.customer_id AS "customerId", m.kind, x.channel, x.status, x.attempts,
  x.due_at AS "dueAt", x.created_at AS "createdAt", x.sent_at AS "sentAt", x.last_error AS "lastError"`;
const LIST = `
  SELECT ${COLUMNS} FROM message_delivery x JOIN message m ON m.id = x.message_id
  WHERE x.status = $1 AND ($2::timestamptz IS NULL OR (x.created_at, x.id) < ($2, $3::uuid))
  ORDER BY x.created_at DESC, x.id DESC LIMIT $4`;
const REPLAY = `
  WITH x AS (
    UPDATE message_delivery SET status = 'pending', attempts = 0, due_at = $2, last_error = NULL
    WHERE id = $1 AND status = 'failed' RETURNING *)
  SELECT ${COLUMNS} FROM x JOIN message m ON m.id = x.message_id`;
/** After an outage. Parameters: now, channel or null, target or null. */
const REPLAY_MANY = `
  UPDATE message_delivery SET status = 'pending', attempts = 0, due_at = $1, last_error = NULL WHERE id IN (
    SELECT id FROM message_delivery WHERE status = 'failed' AND ($2::text IS NULL OR channel = $2)
      AND ($3::text IS NULL OR target = $3) ORDER BY created_at DESC LIMIT 1000 FOR UPDATE SKIP LOCKED)`;

/** Dead letters of messages, for the staff. */
export function registerDeliveries(app: Api, deps: ApiDeps): void {
  registerList(app, deps);
  registerReplay(app, deps);
}

function registerList(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/message-deliveries',
    operation({
      access: 'ops',
      tag,
      summary: 'List deliveries of messages by what became of them, newest first',
      description: '`failed` are the dead letters: no attempt follows by itself.',
      querystring: messageDeliveriesQuery,
      response: { 200: messageDeliveriesPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { status, limit, cursor } }) => {
      const [createdAt, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const { rows } = await pool.query<Delivery>(LIST, [status, createdAt, id, limit + 1]);
      return toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
    },
  );
}

function registerReplay(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.post(
    '/v1/message-deliveries/replay',
    operation({
      access: 'ops',
      tag,
      summary: 'Try failed deliveries again, for when their way is open again',
      body: deliveryReplaySchema,
      response: { 200: deliveryReplayedSchema },
    }),
    async ({ body: { channel, target } }) => {
      const { rowCount } = await pool.query(REPLAY_MANY, [new Date(clock.now()), channel, target]);
      return { replayed: rowCount ?? 0 };
    },
  );
  app.post(
    '/v1/message-deliveries/:deliveryId/replay',
    operation({
      access: 'ops',
      tag,
      summary: 'Try a failed delivery again',
      description: 'At once, and then on its schedule from the start.',
      params: idParams('deliveryId'),
      response: { 200: messageDeliverySchema },
      problems: ['not-found'],
    }),
    async ({ params: { deliveryId } }) => {
      const { rows } = await pool.query<Delivery>(REPLAY, [deliveryId, new Date(clock.now())]);
      return rows[0] ?? notFound('failed delivery', deliveryId);
    },
  );
}
