import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { idParams, pageQuery } from '../../contracts/http/common.ts';
import {
  createdMerchantSchema,
  fitsAdapter,
  merchantPatchSchema,
  merchantSchema,
  merchantsPage,
  newMerchantSchema,
} from '../../contracts/http/merchants.ts';
import { ADAPTER_NAMES } from '../../contracts/merchant-adapters.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { defined } from '../http/patch.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

/** Inside what Standard Webhooks asks for (24 to 64 bytes). */
const WEBHOOK_KEY_BYTES = 32;
const newWebhookSecret = () => `whsec_${randomBytes(WEBHOOK_KEY_BYTES).toString('base64')}`;

/** Without its two secrets: they are never read for an answer. */
const SHOWN = { omit: { apiKey: true, webhookSecret: true } } as const;

export function registerMerchants(app: Api, deps: ApiDeps): void {
  const { merchant } = deps.database.prisma;
  app.post(
    '/v1/merchants',
    operation({
      access: 'admin',
      tag: 'Merchants',
      summary: 'Register a merchant',
      description: 'The answer shows the key of its webhooks once; give it to the merchant.',
      body: newMerchantSchema,
      response: { 201: createdMerchantSchema },
      problems: ['already-exists', 'adapter-address'],
    }),
    async ({ body }, reply) => {
      requireFit(body.adapter, body.baseUrl);
      const webhookSecret = body.webhookSecret ?? newWebhookSecret();
      const data = { ...body, webhookSecret, createdAt: new Date(deps.clock.now()) };
      return reply.code(201).send(await merchant.create({ data }));
    },
  );
  app.get(
    '/v1/merchants',
    operation({
      access: 'ops',
      tag: 'Merchants',
      summary: 'List merchants, newest first',
      querystring: z.object(pageQuery),
      response: { 200: merchantsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { limit, cursor } }) => {
      const after = decodeCursor(cursor, byId);
      const where = after === null ? {} : { id: { lt: after[0] } };
      const rows = await merchant.findMany({ ...SHOWN, where, orderBy: { id: 'desc' }, take: limit + 1 });
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  registerOneMerchant(app, deps);
}

function requireFit(adapter: string, baseUrl: string): void {
  const name = ADAPTER_NAMES.find((known) => known === adapter);
  if (name === undefined || !fitsAdapter(name, baseUrl)) throw new ApiProblem('adapter-address', { adapter });
}

function registerOneMerchant(app: Api, { database }: ApiDeps): void {
  const { merchant } = database.prisma;
  app.get(
    '/v1/merchants/:merchantId',
    operation({
      access: 'ops',
      tag: 'Merchants',
      summary: 'Read a merchant',
      params: idParams('merchantId'),
      response: { 200: merchantSchema },
      problems: ['not-found'],
    }),
    async ({ params: { merchantId: id } }) =>
      (await merchant.findUnique({ ...SHOWN, where: { id } })) ?? notFound('merchant', id),
  );
  app.patch(
    '/v1/merchants/:merchantId',
    operation({
      access: 'admin',
      tag: 'Merchants',
      summary: 'Change a merchant',
      params: idParams('merchantId'),
      body: merchantPatchSchema,
      response: { 200: merchantSchema },
      problems: ['not-found', 'already-exists', 'adapter-address'],
    }),
    async ({ params: { merchantId: id }, body }) => {
      if (body.baseUrl !== undefined) {
        const found = await merchant.findUnique({ where: { id }, select: { adapter: true } });
        requireFit(found?.adapter ?? notFound('merchant', id), body.baseUrl);
      }
      const [changed] = await merchant.updateManyAndReturn({ ...SHOWN, where: { id }, data: defined(body) });
      return changed ?? notFound('merchant', id);
    },
  );
  app.post(
    '/v1/merchants/:merchantId/webhook-secret',
    operation({
      access: 'admin',
      tag: 'Merchants',
      summary: 'Make a new key for its webhooks',
      description: 'The old key stops working at once. The new one is shown this once.',
      params: idParams('merchantId'),
      response: { 200: createdMerchantSchema },
      problems: ['not-found'],
    }),
    async ({ params: { merchantId: id } }) => {
      const data = { webhookSecret: newWebhookSecret() };
      const [changed] = await merchant.updateManyAndReturn({ where: { id }, data });
      return changed ?? notFound('merchant', id);
    },
  );
}
