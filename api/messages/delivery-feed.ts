import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  deliveriesQuery,
  deliveryFeedSchema,
  deliveryFeedStateSchema,
} from '../../contracts/http/messages.ts';
import { type DeliveryEntry, writeDeliveries } from '../../contracts/ical/deliveries.ts';
import type { OrderStatus } from '../../core/types.ts';
import { readerOf } from '../../platform/messages/words/reader.ts';
import { languageFor } from '../../platform/messages/words/speak.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { hashToken, newToken } from '../auth/keys.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

const tag = 'Messages';

const ROTATE = `
  INSERT INTO delivery_feed (customer_id, token_hash, created_at) VALUES ($1, $2, $3)
  ON CONFLICT (customer_id) DO UPDATE SET token_hash = EXCLUDED.token_hash, created_at = EXCLUDED.created_at`;
const READ = 'SELECT created_at AS "createdAt" FROM delivery_feed WHERE customer_id = $1';
const REMOVE = 'DELETE FROM delivery_feed WHERE customer_id = $1';
const FIND = `
  SELECT cu.id, cu.language, cu.time_zone AS "timeZone", cu.jurisdiction FROM delivery_feed f
  JOIN customer cu ON cu.id = f.customer_id WHERE f.token_hash = $1`;

interface Row {
  readonly orderId: string;
  readonly revision: number;
  readonly product: string;
  readonly quantity: number;
  readonly consumable: string;
  readonly device: string;
  readonly totalMinor: number;
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  readonly status: OrderStatus;
  readonly changedAt: Date;
}

/** What is coming, what came lately, and what was to come and does not: a calendar has to be told of that too. */
const ENTRIES = `
  SELECT o.id AS "orderId", o.revision, p.name AS product, o.quantity, slot.name AS consumable, d.name AS device,
    o.total_minor AS "totalMinor", o.currency, o.status,
    coalesce((o.delivered_at AT TIME ZONE cu.time_zone)::date, o.arrives_from)::text AS "from",
    coalesce((o.delivered_at AT TIME ZONE cu.time_zone)::date, o.arrives_to)::text AS "to",
    (SELECT max(h.at) FROM order_history h WHERE h.order_id = o.id) AS "changedAt"
  FROM "order" o JOIN customer cu ON cu.id = o.customer_id JOIN product p ON p.id = o.product_id
  JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE o.customer_id = $1 AND o.created_at > $2::timestamptz - interval '120 days'
    AND o.arrives_from IS NOT NULL AND o.arrives_to IS NOT NULL AND o.announced_at IS NOT NULL
    AND (o.status IN ('announced', 'placing', 'accepted', 'shipped', 'delivered', 'installed')
      OR o.arrives_to >= $2::date - 30)
  ORDER BY o.created_at DESC LIMIT 200`;

/** How sure a calendar is of a delivery in each status. */
const STATUSES: Readonly<Record<OrderStatus, DeliveryEntry['status']>> = {
  proposed: 'CANCELLED',
  announced: 'TENTATIVE',
  placing: 'TENTATIVE',
  accepted: 'CONFIRMED',
  shipped: 'CONFIRMED',
  delivered: 'CONFIRMED',
  installed: 'CONFIRMED',
  declined: 'CANCELLED',
  cancelled: 'CANCELLED',
  expired: 'CANCELLED',
  rejected: 'CANCELLED',
  returned: 'CANCELLED',
  lost: 'CANCELLED',
};

export function registerDeliveryFeed(app: Api, deps: IdentityDeps): void {
  registerFeedOwner(app, deps);
  registerCalendar(app, deps);
}

function registerFeedOwner(app: Api, { database: { pool }, clock, publicUrl }: IdentityDeps): void {
  const path = '/v1/customers/:customerId/delivery-feed';
  const params = idParams('customerId');
  app.get(
    path,
    operation({
      access: 'viewer',
      tag,
      summary: 'Read whether there is a calendar of deliveries',
      params,
      response: { 200: deliveryFeedStateSchema },
    }),
    async ({ params: { customerId } }) => {
      const { rows } = await pool.query<{ createdAt: Date }>(READ, [customerId]);
      return rows[0] ?? { createdAt: null };
    },
  );
  app.post(
    path,
    operation({
      access: 'member',
      tag,
      summary: 'Make the secret address of the calendar of deliveries',
      description: 'Made again, the address before it ends.',
      params,
      response: { 201: deliveryFeedSchema },
      problems: ['not-found', 'unknown-reference'],
    }),
    async ({ params: { customerId } }, reply) => {
      const { token, hash } = newToken();
      const createdAt = new Date(clock.now());
      await pool.query(ROTATE, [customerId, hash, createdAt]);
      return reply.code(201).send({ url: `${publicUrl}/v1/deliveries.ics?token=${token}`, createdAt });
    },
  );
  app.delete(
    path,
    operation({
      access: 'member',
      tag,
      summary: 'End the calendar of deliveries',
      params,
      response: { 204: z.void() },
    }),
    async ({ params: { customerId } }, reply) => {
      await pool.query(REMOVE, [customerId]);
      return reply.code(204).send();
    },
  );
}

interface Subscriber {
  readonly id: string;
  readonly language: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
}

function registerCalendar(app: Api, { database: { pool }, clock, publicUrl }: IdentityDeps): void {
  app.get(
    '/v1/deliveries.ics',
    operation({
      access: 'public',
      tag,
      summary: 'Read the calendar of deliveries (iCalendar, RFC 5545)',
      description: 'For calendar programs, which cannot sign in: whoever has the address may read it.',
      querystring: deliveriesQuery,
      response: { 200: z.string() },
      produces: ['text/calendar'],
      problems: ['not-found'],
    }),
    async ({ query: { token } }, reply) => {
      const found = await pool.query<Subscriber>(FIND, [hashToken(token)]);
      const subscriber = found.rows[0] ?? notFound('calendar of deliveries', 'at this address');
      const { rows } = await pool.query<Row>(ENTRIES, [subscriber.id, new Date(clock.now())]);
      const reader = readerOf(subscriber);
      const { feed } = languageFor(reader);
      const entries = rows.map((row): DeliveryEntry => {
        const goods = row.quantity === 1 ? row.product : `${row.quantity} × ${row.product}`;
        const total = reader.money(row.totalMinor, row.currency);
        return {
          ...row,
          status: STATUSES[row.status],
          summary: feed.summary(goods, row.device),
          description: `${row.consumable}, ${row.device}: ${total}. ${feed.status[row.status]}`,
        };
      });
      const domain = new URL(publicUrl).hostname;
      return reply
        .type('text/calendar; charset=utf-8')
        .header('cache-control', 'private, max-age=900')
        .send(writeDeliveries({ name: feed.name, domain, entries }));
    },
  );
}
