import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  newWebhookEndpointSchema,
  webhookEndpointSchema,
  webhookEndpointsSchema,
  webhookSecretSchema,
} from '../../contracts/http/messages.ts';
import { HOUR_MS } from '../../core/types.ts';
import { forbiddenBecause } from '../../platform/outside/post.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

const tag = 'Messages';
type Endpoint = z.output<typeof webhookEndpointSchema>;
type New = z.output<typeof newWebhookEndpointSchema>;

/** Standard Webhooks asks for 24 to 64 random bytes. */
const SECRET_BYTES = 32;
/** Both secrets sign for so long after a rotation: time to bring the new one to every receiver. */
const OVERLAP_MS = 24 * HOUR_MS;
/** Of one owner; each message goes to all of them. */
const MAX_ENDPOINTS = 10;

const COLUMNS = `id, customer_id AS "customerId", url, kinds, created_at AS "createdAt", disabled_at AS "disabledAt",
  disabled_reason AS "disabledReason", previous_secret_until AS "previousSecretUntil"`;
const OWNED_BY = 'customer_id IS NOT DISTINCT FROM $1::uuid';
const ADD = `
  INSERT INTO webhook_endpoint (customer_id, url, kinds, secret, created_at)
  SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM webhook_endpoint WHERE ${OWNED_BY}) < $6
  RETURNING ${COLUMNS}`;
const LIST = `SELECT ${COLUMNS} FROM webhook_endpoint WHERE ${OWNED_BY} ORDER BY id DESC`;
const ROTATE = `
  UPDATE webhook_endpoint SET previous_secret = secret, previous_secret_until = $4, secret = $3
  WHERE ${OWNED_BY} AND id = $2 RETURNING ${COLUMNS}`;
const ENABLE = `
  UPDATE webhook_endpoint SET disabled_at = NULL, disabled_reason = NULL WHERE ${OWNED_BY} AND id = $2
  RETURNING ${COLUMNS}`;
const REMOVE = `DELETE FROM webhook_endpoint WHERE ${OWNED_BY} AND id = $2 RETURNING id`;

const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/** What customers and staff do alike with their endpoints; `owner` null: the staff. */
function endpointStore({ database: { pool }, clock, config }: ApiDeps) {
  const one = (rows: Endpoint[], id: string): Endpoint => rows[0] ?? notFound('webhook endpoint', id);
  return {
    add: async (owner: string | null, { url, kinds }: New) => {
      const reason = forbiddenBecause(url, config.OUTGOING_ALLOWED_HOSTS);
      if (reason !== null) throw new ApiProblem('unusable-address', { reason });
      const secret = newSecret();
      const values = [owner, url, kinds, secret, new Date(clock.now()), MAX_ENDPOINTS];
      const made = await transact(pool, async (client) => {
        // So that of many who come at once each counts those before.
        const locked = owner === null ? null : await client.query(LOCK_CUSTOMER, [owner]);
        if (owner !== null && locked?.rowCount === 0) notFound('customer', owner);
        return (await client.query<Endpoint>(ADD, values)).rows[0];
      });
      if (made === undefined) throw new ApiProblem('too-many-endpoints', { limit: MAX_ENDPOINTS });
      return { ...made, secret };
    },
    list: async (owner: string | null) => ({ items: (await pool.query<Endpoint>(LIST, [owner])).rows }),
    rotate: async (owner: string | null, id: string) => {
      const secret = newSecret();
      const until = new Date(clock.now() + OVERLAP_MS);
      const { rows } = await pool.query<Endpoint>(ROTATE, [owner, id, secret, until]);
      return { ...one(rows, id), secret };
    },
    enable: async (owner: string | null, id: string) =>
      one((await pool.query<Endpoint>(ENABLE, [owner, id])).rows, id),
    remove: async (owner: string | null, id: string) => {
      const { rowCount } = await pool.query(REMOVE, [owner, id]);
      if (rowCount === 0) notFound('webhook endpoint', id);
    },
  };
}

const TEXTS = {
  add: ['Have messages posted to an address', 'Signed after Standard Webhooks; tried again for three days.'],
  rotate: ['Replace the secret of an endpoint', 'For a day both the old one and the new one sign.'],
  enable: ['Post to a disabled endpoint again', 'Endpoints that answer 410 are disabled.'],
} as const;

export function registerEndpoints(app: Api, deps: ApiDeps): void {
  registerOwn(app, endpointStore(deps));
  registerStaff(app, endpointStore(deps));
}

type Store = ReturnType<typeof endpointStore>;

const OWN_PATH = '/v1/customers/:customerId/webhook-endpoints';

function registerOwn(app: Api, store: Store): void {
  registerOwnList(app, store);
  const params = idParams('customerId', 'endpointId');
  app.post(
    `${OWN_PATH}/:endpointId/rotate-secret`,
    operation({
      access: 'owner',
      tag,
      summary: TEXTS.rotate[0],
      description: TEXTS.rotate[1],
      params,
      response: { 200: webhookSecretSchema },
      problems: ['not-found'],
    }),
    ({ params: { customerId, endpointId } }) => store.rotate(customerId, endpointId),
  );
  app.post(
    `${OWN_PATH}/:endpointId/enable`,
    operation({
      access: 'owner',
      tag,
      summary: TEXTS.enable[0],
      description: TEXTS.enable[1],
      params,
      response: { 200: webhookEndpointSchema },
      problems: ['not-found'],
    }),
    ({ params: { customerId, endpointId } }) => store.enable(customerId, endpointId),
  );
  app.delete(
    `${OWN_PATH}/:endpointId`,
    operation({
      access: 'owner',
      tag,
      summary: 'Remove a webhook endpoint',
      params,
      response: { 204: z.void() },
      problems: ['not-found'],
    }),
    async ({ params: { customerId, endpointId } }, reply) => {
      await store.remove(customerId, endpointId);
      return reply.code(204).send();
    },
  );
}

function registerOwnList(app: Api, store: Store): void {
  app.get(
    OWN_PATH,
    operation({
      access: 'owner',
      tag,
      summary: "List a customer's webhook endpoints",
      params: idParams('customerId'),
      response: { 200: webhookEndpointsSchema },
    }),
    ({ params: { customerId } }) => store.list(customerId),
  );
  app.post(
    OWN_PATH,
    operation({
      access: 'owner',
      tag,
      summary: TEXTS.add[0],
      description: TEXTS.add[1],
      params: idParams('customerId'),
      body: newWebhookEndpointSchema,
      response: { 201: webhookSecretSchema },
      problems: ['not-found', 'unusable-address', 'too-many-endpoints'],
    }),
    async ({ params: { customerId }, body }, reply) =>
      reply.code(201).send(await store.add(customerId, body)),
  );
}

function registerStaff(app: Api, store: Store): void {
  const base = '/v1/webhook-endpoints';
  const params = idParams('endpointId');
  app.get(
    base,
    operation({
      access: 'admin',
      tag,
      summary: "List the staff's webhook endpoints",
      response: { 200: webhookEndpointsSchema },
    }),
    () => store.list(null),
  );
  app.post(
    base,
    operation({
      access: 'admin',
      tag,
      summary: 'Have the messages of all customers posted to an address',
      description: TEXTS.add[1],
      body: newWebhookEndpointSchema,
      response: { 201: webhookSecretSchema },
      problems: ['unusable-address', 'too-many-endpoints'],
    }),
    async ({ body }, reply) => reply.code(201).send(await store.add(null, body)),
  );
  app.post(
    `${base}/:endpointId/rotate-secret`,
    operation({
      access: 'admin',
      tag,
      summary: "Replace the secret of a staff's endpoint",
      description: TEXTS.rotate[1],
      params,
      response: { 200: webhookSecretSchema },
      problems: ['not-found'],
    }),
    ({ params: { endpointId } }) => store.rotate(null, endpointId),
  );
  app.post(
    `${base}/:endpointId/enable`,
    operation({
      access: 'admin',
      tag,
      summary: "Post to a staff's disabled endpoint again",
      description: TEXTS.enable[1],
      params,
      response: { 200: webhookEndpointSchema },
      problems: ['not-found'],
    }),
    ({ params: { endpointId } }) => store.enable(null, endpointId),
  );
  app.delete(
    `${base}/:endpointId`,
    operation({
      access: 'admin',
      tag,
      summary: "Remove a staff's endpoint",
      params,
      response: { 204: z.void() },
      problems: ['not-found'],
    }),
    async ({ params: { endpointId } }, reply) => {
      await store.remove(null, endpointId);
      return reply.code(204).send();
    },
  );
}
