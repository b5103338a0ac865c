import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { type ApiDeps, buildApi } from '../../api/build-api.ts';
import { ManualClock } from '../../platform/clock.ts';
import { parseConfig } from '../../platform/config.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const NOW = Date.UTC(2026, 10, 21, 10);
export const TOKEN = 'test-token-of-the-api-0123456789';

export interface TestApi extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly deps: ApiDeps;
  /** Every line logged so far, at the most talkative level and without redaction. */
  readonly lines: readonly string[];
  /** Sends with the token; answers status and parsed body. */
  readonly call: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    body?: object,
    // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  ) => Promise<{ status: number; body: any }>;
}

export async function createTestApi(overrides: Partial<ApiDeps> = {}): Promise<TestApi> {
  const database = await createTestDatabase(NOW);
  const clock = new ManualClock(NOW);
  const lines: string[] = [];
  const deps: ApiDeps = {
    database,
    clock,
    config: parseConfig({}),
    log: pino({ level: 'trace', base: null }, { write: (line) => void lines.push(line) }),
    metrics: createMetrics(),
    apiToken: TOKEN,
    ...overrides,
  };
  const app = await buildApi(deps);
  const call: TestApi['call'] = async (method, url, body) => {
    const options: InjectOptions = { method, url, headers: { authorization: `Bearer ${TOKEN}` } };
    const response = await app.inject(body === undefined ? options : { ...options, payload: body });
    if (response.statusCode >= 500)
      throw new Error(`${method} ${url} failed: ${lines.at(-2)} ${lines.at(-1)}`);
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  };
  const dispose = async () => {
    await app.close();
    await database[Symbol.asyncDispose]();
  };
  return { app, database, clock, deps, lines, call, [Symbol.asyncDispose]: dispose };
}

export interface World {
  readonly modelId: string;
  readonly merchantId: string;
  readonly webhookSecret: string;
  readonly productId: string;
  readonly customerId: string;
  readonly deviceId: string;
  readonly secret: string;
  readonly consumableId: string;
}

export const NEW_MODEL = {
  make: 'Acme',
  model: 'Laser 100',
  family: 'laser printer',
  slots: [{ key: 'black', name: 'Black toner', typicalLifeDays: 120 }],
};

/** A customer with one printer that has one slot, and a merchant that sells what fits. */
export async function createWorld({ call }: TestApi): Promise<World> {
  const create = async (url: string, body: object) => {
    const { status, body: created } = await call('POST', url, body);
    if (status !== 201) throw new Error(`${url} answered ${status}: ${JSON.stringify(created)}`);
    return created;
  };
  const model = await create('/v1/device-models', NEW_MODEL);
  const merchant = await create('/v1/merchants', {
    name: 'Office Supplies',
    baseUrl: 'http://merchant.example',
    apiKey: 'key-of-the-merchant',
    leadTimePmf: [0, 0.5, 0.5],
  });
  const product = await create('/v1/products', {
    merchantId: merchant.id,
    sku: 'BK-100',
    name: 'Black toner 100',
    unitPriceMinor: 8990,
    currency: 'EUR',
    fits: [{ deviceModelId: model.id, slotKey: 'black' }],
  });
  const customer = await create('/v1/customers', {
    name: 'Familie Weber',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
  });
  const device = await create('/v1/devices', {
    customerId: customer.id,
    deviceModelId: model.id,
    name: 'Printer in the study',
    strategy: 'automatic',
  });
  return {
    modelId: model.id,
    merchantId: merchant.id,
    webhookSecret: merchant.webhookSecret,
    productId: product.id,
    customerId: customer.id,
    deviceId: device.id,
    secret: device.secret,
    consumableId: device.consumables[0].id,
  };
}

/** Another device of the same customer: at most one order is open for a consumable. */
export async function addConsumable({ call }: TestApi, world: World): Promise<string> {
  const { body } = await call('POST', '/v1/devices', {
    customerId: world.customerId,
    deviceModelId: world.modelId,
    name: 'Another printer',
  });
  return body.consumables[0].id;
}

/** An order as the rules service would have left it. */
export async function insertOrder(
  { database }: TestApi,
  world: World,
  order: { status: string; consentId?: string; consumableId?: string; createdAt?: number; dueAt?: number },
): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `WITH added AS (
       INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, consent_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at, cancel_until, due_at, announced_at)
       VALUES ($1, $2, $3, $4, $5, $6::order_status, 1, 1, 8990, 8990, 'EUR', $7, $7, $8, $7) RETURNING id, status
     ), history AS (
       INSERT INTO order_history (order_id, at, to_status, actor, reason)
       SELECT id, $7, status, 'evaluation', 'It runs out soon.' FROM added
     )
     SELECT id FROM added`,
    [
      world.customerId,
      order.consumableId ?? world.consumableId,
      world.productId,
      world.merchantId,
      order.consentId ?? null,
      order.status,
      new Date(order.createdAt ?? NOW),
      order.dueAt === undefined ? null : new Date(order.dueAt),
    ],
  );
  return rows[0]?.id ?? '';
}

export const mandateFor = (world: World) => ({
  productIds: [world.productId],
  currency: 'EUR',
  maxUnitPriceMinor: 10_000,
  maxQuantity: 2,
  maxSpendPerMonthMinor: 20_000,
  deliveryAddress: {
    recipient: 'Familie Weber',
    street: 'Hauptstraße 1',
    postalCode: '10115',
    city: 'Berlin',
    country: 'DE',
  },
  paymentReference: 'token-of-the-payment-service',
});

export const newConsent = (world: World, overrides: object = {}) => ({
  customerId: world.customerId,
  purpose: 'automatic-order',
  version: '2026-11',
  text: 'Order toner for me within these limits – I can stop it at any time.',
  language: 'en',
  method: 'portal',
  mandate: mandateFor(world),
  ...overrides,
});

/** Consumables that were asked to be evaluated, since the queue was last emptied. */
export async function takeQueue({
  database,
}: TestApi): Promise<{ consumableId: string; eventIds: string[] }[]> {
  const { rows } = await database.pool.query(
    `DELETE FROM evaluation_queue RETURNING consumable_id AS "consumableId", event_ids AS "eventIds"`,
  );
  return rows;
}
