import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { merchantOpenApi } from '../../contracts/merchant-openapi.ts';
import { buildMerchant } from '../../device-sim/merchant/build-merchant.ts';
import { ManualClock } from '../../platform/clock.ts';

const written = JSON.parse(
  readFileSync(new URL('../../docs/merchant-openapi.json', import.meta.url), 'utf8'),
) as {
  paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
  components: { schemas: Record<string, object> };
};
const KEY = 'the key';
const START = Date.UTC(2026, 10, 23, 9);

test('the committed document is what the contract says: npm run merchant-openapi', () => {
  expect(written).toEqual(JSON.parse(JSON.stringify(merchantOpenApi())));
});

test('it is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(written));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

function fits(name: string, value: unknown): boolean {
  const ajv = new Ajv2020({ strict: false });
  formats.default.default(ajv);
  return ajv.compile(written.components.schemas[name] ?? { not: {} })(value) as boolean;
}

test('the simulated merchant answers as the document says, and a schema refuses what it does not', async () => {
  const merchant = buildMerchant({
    clock: new ManualClock(START),
    apiKey: KEY,
    seed: 1,
    items: [
      { sku: 'BK', name: 'Black', unitPriceMinor: 5000, currency: 'EUR', packSize: 1, minimumQuantity: 1 },
    ],
    leadTimePmf: [0, 1],
    calendar: { timeZone: 'Europe/Berlin', closures: [], holds: [] },
    shippingMinor: 390,
  });
  const call = async (method: 'GET' | 'POST', url: string, payload?: object, headers = {}) => {
    const response = await merchant.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${KEY}`, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: response.statusCode, body: response.json() as Record<string, unknown> };
  };
  expect(fits('Catalogue', (await call('GET', '/catalogue')).body)).toBe(true);
  const quote = await call('POST', '/quotes', { sku: 'BK', quantity: 1 });
  expect([quote.status, fits('Quote', quote.body)]).toEqual([200, true]);
  const clientReference = randomUUID();
  const order = {
    clientReference,
    sku: 'BK',
    quantity: 1,
    maxTotalMinor: 5390,
    currency: 'EUR',
    deliveryAddress: { city: 'Berlin' },
    paymentReference: null,
    parcelReference: randomUUID(),
  };
  expect(fits('PlaceOrder', order)).toBe(true);
  expect(fits('PlaceOrder', { ...order, clientReference: 'mine' })).toBe(false);
  const placed = await call('POST', '/orders', order, { 'idempotency-key': clientReference });
  expect([placed.status, fits('MerchantOrder', placed.body)]).toEqual([201, true]);
  const again = await call('POST', '/orders', order, { 'idempotency-key': clientReference });
  expect([again.status, again.body['reference']]).toEqual([200, placed.body['reference']]);
  const refused = await call(
    'POST',
    '/orders',
    { ...order, clientReference: randomUUID(), maxTotalMinor: 1 },
    { 'idempotency-key': randomUUID() },
  );
  expect([refused.status, fits('Rejection', refused.body)]).toEqual([422, true]);
  const found = await call('GET', `/orders?clientReference=${clientReference}`);
  expect(fits('MerchantOrders', found.body)).toBe(true);
  const path = `/orders/${String(placed.body['reference'])}`;
  expect(fits('MerchantOrder', (await call('POST', `${path}/cancel`)).body)).toBe(true);
  for (const [, operations] of Object.entries(written.paths)) {
    for (const { responses } of Object.values(operations)) expect(responses['401']).toBeDefined();
  }
  await merchant.app.close();
});
