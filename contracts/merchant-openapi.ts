import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  catalogueSchema,
  merchantOrderSchema,
  merchantOrdersSchema,
  merchantReturnSchema,
  merchantWebhookSchema,
  placeOrderSchema,
  quoteRequestSchema,
  quoteSchema,
  rejectionSchema,
  returnRequestSchema,
} from './merchant.ts';

/** The OpenAPI 3.1 document of what a merchant serves, made from merchant.ts; `npm run merchant-openapi` writes it. */

const SCHEMAS = {
  Catalogue: catalogueSchema,
  QuoteRequest: quoteRequestSchema,
  Quote: quoteSchema,
  PlaceOrder: placeOrderSchema,
  MerchantOrder: merchantOrderSchema,
  MerchantOrders: merchantOrdersSchema,
  Rejection: rejectionSchema,
  ReturnRequest: returnRequestSchema,
  MerchantReturn: merchantReturnSchema,
  Webhook: merchantWebhookSchema,
} as const;
type SchemaName = keyof typeof SCHEMAS;

const json = (name: SchemaName) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});
const answer = (description: string, name: SchemaName) => ({ description, content: json(name) });
const plain = (description: string) => ({ description });
const body = (name: SchemaName) => ({ required: true, content: json(name) });

const reference = {
  name: 'reference',
  in: 'path',
  required: true,
  description: "The merchant's own name for the order.",
  schema: { type: 'string' },
};
const key = (meaning: string) => ({
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: meaning,
  schema: { type: 'string', format: 'uuid' },
});

const UNAUTHORIZED = plain('The bearer token is not known.');
const FAILED = plain('Something went wrong: the platform asks again with the same key.');

const PATHS = {
  '/catalogue': {
    get: {
      operationId: 'readCatalogue',
      summary: 'What is sold',
      responses: { 200: answer('Every product.', 'Catalogue'), 401: UNAUTHORIZED },
    },
  },
  '/quotes': {
    post: {
      operationId: 'quote',
      summary: 'Price, availability and arrival of a product in a quantity, if it were ordered now',
      description:
        'Optional: a merchant without it answers 404 or 501. totalMinor is unitPriceMinor times quantity plus shippingMinor. With validUntil the price stands until then.',
      requestBody: body('QuoteRequest'),
      responses: {
        200: answer('The quote; available: false when it is sold out.', 'Quote'),
        401: UNAUTHORIZED,
        404: answer('Nothing of that SKU.', 'Rejection'),
      },
    },
  },
  '/orders': {
    post: {
      operationId: 'placeOrder',
      summary: 'Buy',
      description:
        'The same key is the same purchase, however often it is sent: answer with that order. Never charge more than maxTotalMinor: refuse with price-changed. A refusal does not use up the key.',
      parameters: [key('Equal to clientReference.')],
      requestBody: body('PlaceOrder'),
      responses: {
        200: answer('Bought before, with this key.', 'MerchantOrder'),
        201: answer('Bought now.', 'MerchantOrder'),
        401: UNAUTHORIZED,
        409: plain('The key was used for another order.'),
        422: answer('Refused, and why.', 'Rejection'),
        500: FAILED,
      },
    },
    get: {
      operationId: 'findOrders',
      summary: 'What became of a purchase, by our reference',
      description: 'Must see a purchase from the moment in which POST /orders has booked it.',
      parameters: [
        { name: 'clientReference', in: 'query', required: true, schema: { type: 'string', format: 'uuid' } },
      ],
      responses: { 200: answer('One order, or none.', 'MerchantOrders'), 401: UNAUTHORIZED },
    },
  },
  '/orders/{reference}/cancel': {
    post: {
      operationId: 'cancelOrder',
      summary: 'Take back what has not left yet',
      parameters: [reference],
      responses: {
        200: answer('Cancelled, now or before.', 'MerchantOrder'),
        401: UNAUTHORIZED,
        404: plain('There is no such order.'),
        409: plain('It has left already.'),
      },
    },
  },
  '/orders/{reference}/returns': {
    post: {
      operationId: 'requestReturn',
      summary: 'Return, replace, pay back',
      description:
        'Optional: a merchant without it answers 404 or 501. The same key is the same return: sent again (daily while open or agreed), it asks how things stand.',
      parameters: [reference, key('Equal to returnReference.')],
      requestBody: body('ReturnRequest'),
      responses: {
        200: answer('How it stands.', 'MerchantReturn'),
        201: answer('Taken.', 'MerchantReturn'),
        401: UNAUTHORIZED,
        404: plain('There is no such order.'),
      },
    },
  },
};

const WEBHOOKS = {
  orderStatus: {
    post: {
      operationId: 'orderStatus',
      summary: 'Sent by the merchant to POST /v1/merchants/{merchantId}/webhooks of the platform',
      description: 'Signed after Standard Webhooks. Any 2xx: taken. Anything else: send it again later.',
      parameters: [
        ['webhook-id', 'The same at every attempt: a repeated one is answered and ignored.'],
        ['webhook-timestamp', 'Seconds since 1970-01-01T00:00Z of this attempt; five minutes are tolerated.'],
        ['webhook-signature', 'v1, and the base64 of HMAC-SHA-256 over "id.timestamp.body".'],
      ].map(([name, description]) => ({
        name,
        in: 'header',
        required: true,
        description,
        schema: { type: 'string' },
      })),
      requestBody: body('Webhook'),
      responses: {
        200: plain('Taken, repeated, or overtaken by a later one.'),
        401: plain('The signature or its time is wrong.'),
        404: plain('There is no such order.'),
        409: plain('The order was not placed, or has another reference or currency.'),
      },
    },
  },
};

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return rest;
}

/** The whole document as a plain value. */
export function merchantOpenApi(): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Neverout: merchants',
      version: '1.1.0',
      description:
        'What a merchant serves below its base URL, and what it tells. docs/merchants.md begins it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'https://merchant.example/v1' }],
    security: [{ bearer: [] }],
    paths: PATHS,
    webhooks: WEBHOOKS,
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schemaOf(schema)])),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The apiKey of the merchant.' },
      },
    },
  };
}

const FILE = fileURLToPath(new URL('../docs/merchant-openapi.json', import.meta.url));

if (import.meta.main) writeFileSync(FILE, `${JSON.stringify(merchantOpenApi(), null, 2)}\n`);
