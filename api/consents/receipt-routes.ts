import type { FastifyRequest } from 'fastify';
import { idParams } from '../../contracts/http/common.ts';
import {
  keySetSchema,
  operatorSchema,
  receiptQuery,
  type SignedDocument,
  signedDocumentSchema,
} from '../../contracts/http/receipts.ts';
import { signDocument } from '../../platform/receipts/jws.ts';
import { currentSigningKey, publicKeySet } from '../../platform/receipts/signing-keys.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { readOperator, requireOperator, writeOperator } from './operator.ts';
import { type ConsentRow, READ_CONSENT, toConsent } from './read-consents.ts';
import { receiptOf } from './receipt-documents.ts';

/** Where anybody finds the keys that receipts are signed with. */
const KEYS_PATH = '/.well-known/neverout-keys.json';

/** Signs a document with the installation's key. */
export async function signed(
  { database, clock, config }: ApiDeps,
  request: FastifyRequest,
  type: string,
  make: (key: { publicKey: object; baseUrl: string }) => Record<string, unknown>,
): Promise<SignedDocument> {
  const key = await currentSigningKey(database.pool, clock.now());
  const baseUrl = config.PUBLIC_URL?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`;
  const document = make({ publicKey: { ...key.publicJwk, kid: key.id }, baseUrl });
  return { document, jws: signDocument(document, key, type), keys: `${baseUrl}${KEYS_PATH}` };
}

export function registerReceipts(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  app.get(
    '/v1/consents/:consentId/receipt',
    operation({
      access: 'viewer',
      tag: 'Consents',
      summary: 'Download the receipt of a consent',
      description:
        'By ISO/IEC TS 27560:2023 or Kantara 1.1, signed with Ed25519; the keys are public, so anybody can verify it.',
      params: idParams('consentId'),
      querystring: receiptQuery,
      response: { 200: signedDocumentSchema },
      problems: ['not-found', 'operator-unnamed'],
    }),
    async (request, reply) => {
      const { consentId } = request.params;
      const { format } = request.query;
      const consents = await pool.query<ConsentRow>(READ_CONSENT, [consentId]);
      const consent = toConsent(consents.rows[0] ?? notFound('consent', consentId));
      const operator = await requireOperator(pool);
      const { rows } = await pool.query<{ jurisdiction: string }>(
        'SELECT jurisdiction FROM customer WHERE id = $1',
        [consent.customerId],
      );
      const receipt = await signed(deps, request, 'consent-receipt+jwt', ({ publicKey, baseUrl }) =>
        receiptOf(format, {
          consent,
          jurisdiction: rows[0]?.jurisdiction ?? '',
          operator,
          publicKey,
          issuedAt: new Date(deps.clock.now()),
          baseUrl,
        }),
      );
      reply.header('content-disposition', `attachment; filename="consent-${consentId}-${format}.json"`);
      return receipt;
    },
  );
  app.get(
    KEYS_PATH,
    operation({
      access: 'public',
      tag: 'Consents',
      summary: 'Read the public keys that receipts are signed with',
      response: { 200: keySetSchema },
    }),
    () => publicKeySet(pool),
  );
  registerOperator(app, deps);
}

function registerOperator(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/operator',
    operation({
      access: 'public',
      tag: 'Consents',
      summary: 'Read who operates this installation',
      response: { 200: operatorSchema },
      problems: ['operator-unnamed'],
    }),
    async () => (await readOperator(pool)) ?? unnamed(),
  );
  app.put(
    '/v1/operator',
    operation({
      access: 'admin',
      tag: 'Consents',
      summary: 'Say who operates this installation',
      description: 'The controller that receipts and acknowledgements name.',
      body: operatorSchema,
      response: { 200: operatorSchema },
    }),
    ({ body }) => writeOperator(pool, body, clock.now()),
  );
}

function unnamed(): never {
  throw new ApiProblem('operator-unnamed', {});
}
