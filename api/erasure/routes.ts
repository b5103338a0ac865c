import { timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  eraseCustomerSchema,
  erasurePreviewSchema,
  erasureQuery,
  erasureSchema,
  erasuresPage,
  erasuresQuery,
  startedErasureSchema,
} from '../../contracts/http/erasure.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { requireFreshSession } from '../auth/fresh.ts';
import { hashToken } from '../auth/keys.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { previewErasure } from './preview.ts';
import { requestErasure } from './request.ts';

const tag = 'Privacy';
const CUSTOMER = idParams('customerId');
type Erasure = z.output<typeof erasureSchema>;

const COLUMNS = `id, customer_id AS "customerId", requested_by AS "requestedBy", requested_at AS "requestedAt",
  finished_at AS "finishedAt", receipt`;
const READ = `SELECT ${COLUMNS}, token_hash AS "tokenHash" FROM erasure WHERE id = $1`;
/** Parameters: last id or null, limit. */
const LIST = `SELECT ${COLUMNS} FROM erasure WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`;

/** The right to be forgotten (GDPR, Article 17). */
export function registerErasure(app: Api, deps: IdentityDeps): void {
  registerRequests(app, deps);
  registerReceipts(app, deps);
}

function registerRequests(app: Api, deps: IdentityDeps): void {
  app.get(
    '/v1/customers/:customerId/erasure-preview',
    operation({
      access: 'owner',
      tag,
      summary: 'Show what an erasure would delete, and what would stay, why and until when',
      params: CUSTOMER,
      response: { 200: erasurePreviewSchema },
      problems: ['not-found'],
    }),
    ({ params: { customerId } }) => previewErasure(deps.database.pool, deps, customerId),
  );
  app.post(
    '/v1/customers/:customerId/erasure',
    operation({
      access: 'owner',
      tag,
      summary: 'Erase a customer',
      description:
        'Cannot be undone. Ends consents, cancels orders, releases devices and forgets who it was, at once; readings and the like follow within minutes. People must have signed in just now.',
      params: CUSTOMER,
      body: eraseCustomerSchema,
      response: { 202: startedErasureSchema },
      problems: ['not-found', 'sign-in-again', 'confirmation-mismatch', 'already-erased'],
    }),
    async ({ params: { customerId }, body: { confirm }, caller }, reply) => {
      await requireFreshSession(deps.database, caller);
      return reply.code(202).send(await requestErasure(deps, customerId, { confirm, caller }));
    },
  );
}

function registerReceipts(app: Api, { database: { pool } }: IdentityDeps): void {
  app.get(
    '/v1/erasures/:erasureId',
    operation({
      access: 'signature',
      tag,
      summary: 'Read how far an erasure is, and its receipt',
      description: 'For whoever has the token that the erasure was answered with.',
      params: idParams('erasureId'),
      querystring: erasureQuery,
      response: { 200: erasureSchema },
      problems: ['not-found'],
    }),
    async ({ params: { erasureId }, query: { token } }) => {
      const { rows } = await pool.query<Erasure & { tokenHash: Buffer }>(READ, [erasureId]);
      const [erasure] = rows;
      const isTheirs = erasure !== undefined && timingSafeEqual(erasure.tokenHash, hashToken(token));
      return isTheirs ? erasure : notFound('erasure', erasureId);
    },
  );
  app.get(
    '/v1/erasures',
    operation({
      access: 'admin',
      tag,
      summary: 'List erasures, newest first',
      querystring: erasuresQuery,
      response: { 200: erasuresPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const { rows } = await pool.query<Erasure>(LIST, [after, limit + 1]);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
}
