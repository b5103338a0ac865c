import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  newPushSubscriptionSchema,
  pushKeySchema,
  pushSubscriptionSchema,
  pushSubscriptionsSchema,
} from '../../contracts/http/messages.ts';
import { vapidKeys } from '../../platform/messages/vapid.ts';
import { forbiddenBecause } from '../../platform/outside/post.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

const tag = 'Messages';
type Subscription = z.output<typeof pushSubscriptionSchema>;

const COLUMNS = 'id, created_at AS "createdAt", ended_at AS "endedAt"';
/** More browsers than a firm's staff uses; each message goes to all of them, wherever they claim to be. */
const MAX_SUBSCRIPTIONS = 50;
/** A browser that another customer uses now belongs to that one. */
const SUBSCRIBE = `
  INSERT INTO push_subscription (customer_id, endpoint, p256dh, auth, created_at)
  SELECT $1, $2, $3, $4, $5 WHERE $6 > (
    SELECT count(*) FROM push_subscription WHERE customer_id = $1 AND ended_at IS NULL AND endpoint <> $2)
  ON CONFLICT (endpoint) DO UPDATE SET customer_id = EXCLUDED.customer_id, p256dh = EXCLUDED.p256dh,
    auth = EXCLUDED.auth, ended_at = NULL
  RETURNING ${COLUMNS}`;
const LIST = `SELECT ${COLUMNS} FROM push_subscription WHERE customer_id = $1 ORDER BY id DESC LIMIT 200`;
const REMOVE = 'DELETE FROM push_subscription WHERE id = $1 AND customer_id = $2 RETURNING id';

export function registerPush(app: Api, deps: ApiDeps): void {
  const { clock, config } = deps;
  const { pool } = deps.database;
  app.get(
    '/v1/push-key',
    operation({
      access: 'signed-in',
      tag,
      summary: 'Read the key that browsers subscribe with',
      response: { 200: pushKeySchema },
    }),
    async () => {
      const { publicKey } = await vapidKeys(pool, clock.now());
      return { publicKey };
    },
  );
  app.post(
    '/v1/customers/:customerId/push-subscriptions',
    operation({
      access: 'member',
      tag,
      summary: 'Have messages shown by a browser',
      params: idParams('customerId'),
      body: newPushSubscriptionSchema,
      response: { 201: pushSubscriptionSchema },
      problems: ['not-found', 'unusable-address', 'too-many-subscriptions'],
    }),
    async ({ params: { customerId }, body: { endpoint, keys } }, reply) => {
      const reason = forbiddenBecause(endpoint, config.OUTGOING_ALLOWED_HOSTS);
      if (reason !== null) throw new ApiProblem('unusable-address', { reason });
      const at = new Date(clock.now());
      const values = [customerId, endpoint, keys.p256dh, keys.auth, at, MAX_SUBSCRIPTIONS];
      const made = await transact(pool, async (client) => {
        // So that of many who come at once each counts those before.
        const locked = await client.query(LOCK_CUSTOMER, [customerId]);
        if (locked.rowCount === 0) notFound('customer', customerId);
        return (await client.query<Subscription>(SUBSCRIBE, values)).rows[0];
      });
      if (made === undefined) throw new ApiProblem('too-many-subscriptions', { limit: MAX_SUBSCRIPTIONS });
      return reply.code(201).send(made);
    },
  );
  app.get(
    '/v1/customers/:customerId/push-subscriptions',
    operation({
      access: 'viewer',
      tag,
      summary: 'List the browsers that show messages',
      params: idParams('customerId'),
      response: { 200: pushSubscriptionsSchema },
    }),
    async ({ params }) => ({ items: (await pool.query<Subscription>(LIST, [params.customerId])).rows }),
  );
  app.delete(
    '/v1/customers/:customerId/push-subscriptions/:subscriptionId',
    operation({
      access: 'member',
      tag,
      summary: 'Have a browser show no more messages',
      params: idParams('customerId', 'subscriptionId'),
      response: { 204: z.void() },
      problems: ['not-found'],
    }),
    async ({ params: { customerId, subscriptionId } }, reply) => {
      const { rowCount } = await pool.query(REMOVE, [subscriptionId, customerId]);
      if (rowCount === 0) notFound('push subscription', subscriptionId);
      return reply.code(204).send();
    },
  );
}
