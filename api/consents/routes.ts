import type { FastifyRequest } from 'fastify';
import { idParams } from '../../contracts/http/common.ts';
import {
  consentSchema,
  consentsPage,
  consentsQuery,
  newConsentSchema,
  withdrawConsentSchema,
  withdrawnConsentSchema,
} from '../../contracts/http/consents.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { registerJurisdictions } from '../jurisdictions/routes.ts';
import { grantConsent, type Origin } from './grant.ts';
import { type ConsentRow, LIST_CONSENTS, READ_CONSENT, toConsent } from './read-consents.ts';
import { registerReceipts } from './receipt-routes.ts';
import { withdrawConsent } from './withdraw.ts';

export function registerConsents(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  app.post(
    '/v1/consents',
    operation({
      access: 'owner',
      tag: 'Consents',
      summary: 'Record a consent',
      description:
        'Append-only. automatic-order needs a mandate, the other purposes have none. The hash of the text is computed here.',
      body: newConsentSchema,
      response: { 201: consentSchema },
      problems: ['unknown-reference', 'foreign-object'],
    }),
    async (request, reply) => reply.code(201).send(await grantConsent(deps, request.body, originOf(request))),
  );
  app.get(
    '/v1/consents',
    operation({
      access: 'viewer',
      tag: 'Consents',
      summary: "List a customer's consents, newest first",
      querystring: consentsQuery,
      response: { 200: consentsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { customerId, live, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const values = [customerId, live ?? null, new Date(deps.clock.now()), after, limit + 1];
      const { rows } = await pool.query<ConsentRow>(LIST_CONSENTS, values);
      return toPage(rows.map(toConsent), limit, ({ id }) => [id]);
    },
  );
  app.get(
    '/v1/consents/:consentId',
    operation({
      access: 'viewer',
      tag: 'Consents',
      summary: 'Read a consent',
      params: idParams('consentId'),
      response: { 200: consentSchema },
      problems: ['not-found'],
    }),
    async ({ params: { consentId } }) => {
      const { rows } = await pool.query<ConsentRow>(READ_CONSENT, [consentId]);
      return toConsent(rows[0] ?? notFound('consent', consentId));
    },
  );
  app.post(
    '/v1/consents/:consentId/withdraw',
    operation({
      access: 'member',
      tag: 'Consents',
      summary: 'Withdraw a consent',
      description:
        'Takes effect at once: orders under it that were not yet placed are cancelled with it; of accepted ones the merchant is asked to cancel them.',
      params: idParams('consentId'),
      body: withdrawConsentSchema,
      response: { 200: withdrawnConsentSchema },
      problems: ['not-found'],
    }),
    (request) => withdrawConsent(deps, request.params.consentId, request.body, originOf(request)),
  );
  registerReceipts(app, deps);
  registerJurisdictions(app, deps);
}

const originOf = ({ caller, ip }: FastifyRequest): Origin => ({ caller, address: ip });
