import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { webhookResultSchema } from '../../contracts/http/operations.ts';
import { merchantWebhookSchema } from '../../contracts/merchant.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { applyWebhook } from './apply.ts';
import { whyUntrusted } from './verify.ts';

/** Statuses are small; more is not a webhook. */
const BODY_LIMIT_BYTES = 65_536;

const headersSchema = z.object({
  'webhook-id': z.string().min(1).max(256).describe('The same at each attempt; a repeated one is ignored.'),
  'webhook-timestamp': z.string().min(1).max(20).describe('Seconds since 1970-01-01T00:00Z.'),
  'webhook-signature': z.string().min(1).max(2000),
});

/** Webhooks need the bytes that were signed: here, and only here, bodies stay as they came. */
export function registerWebhooks(app: Api, deps: ApiDeps): void {
  void app.register((scope: Api, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    registerMerchantWebhook(scope.withTypeProvider(), deps);
    done();
  });
}

function registerMerchantWebhook(scope: Api, deps: ApiDeps): void {
  scope.post(
    '/v1/merchants/:merchantId/webhooks',
    {
      ...operation({
        access: 'signature',
        tag: 'Webhooks',
        summary: 'Tell the status of an order',
        description:
          'Signed after Standard Webhooks with the key of the merchant. Repeated and overtaken webhooks are answered 200 and ignored.',
        params: idParams('merchantId'),
        headers: headersSchema,
        body: merchantWebhookSchema,
        response: { 200: webhookResultSchema },
        problems: ['invalid-signature', 'not-found', 'order-mismatch'],
      }),
      preValidation: (request: FastifyRequest) => trustAndParse(deps, request),
    },
    async ({ params: { merchantId }, headers, body }) => {
      try {
        const outcome = await applyWebhook(deps, merchantId, headers['webhook-id'], body);
        deps.metrics.webhooks.inc({ outcome });
        return { outcome };
      } catch (error) {
        const code = error instanceof ApiProblem ? error.code : 'failed';
        deps.metrics.webhooks.inc({ outcome: code === 'not-found' ? 'unknown-order' : code });
        throw error;
      }
    },
  );
}

const paramsSchema = idParams('merchantId');

/** Checks the signature over the raw body, and only then reads it as JSON for the schemas. */
async function trustAndParse({ database, clock, metrics }: ApiDeps, request: FastifyRequest): Promise<void> {
  const params = paramsSchema.safeParse(request.params);
  const headers = headersSchema.safeParse(request.headers);
  if (!headers.success || !params.success) {
    metrics.webhooks.inc({ outcome: 'forged' });
    throw new ApiProblem('invalid-signature', {
      reason: 'The headers webhook-id, -timestamp and -signature are needed.',
    });
  }
  const { merchantId: id } = params.data;
  const merchant = await database.prisma.merchant.findUnique({
    where: { id },
    select: { webhookSecret: true },
  });
  if (merchant === null) {
    metrics.webhooks.inc({ outcome: 'unknown-merchant' });
    notFound('merchant', id);
  }
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const reason = whyUntrusted(merchant.webhookSecret, headers.data, body, clock.now());
  if (reason !== null) {
    metrics.webhooks.inc({ outcome: 'forged' });
    throw new ApiProblem('invalid-signature', { reason });
  }
  try {
    request.body = JSON.parse(body.toString());
  } catch {
    throw new ApiProblem('malformed-body', { reason: 'The request cannot be read as JSON.' });
  }
}
