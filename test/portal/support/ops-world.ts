import type { BrowserContext } from 'playwright-core';
import type { Database } from '../../../platform/database.ts';
import { joinStaff } from '../../api-auth/support/people.ts';
import { NOW, type ServedPlatform } from './platform.ts';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(NOW - days * DAY_MS);

export interface OpsWorld {
  readonly merchantId: string;
  readonly productId: string;
  readonly modelId: string;
  readonly customerIds: readonly string[];
  readonly deviceIds: readonly string[];
  /** Orders that wait for review. */
  readonly reviewIds: readonly string[];
}

const NAMES = [
  'Familie Weber',
  'Praxis Dr. Sommer',
  'Café Central',
  'Kanzlei Brandt',
  'Schreinerei Huber',
  'Studio Nord',
];
const HOUSEHOLDS = 30;

/** A small fleet in the middle of its life: some run out, some wait, some are silent, one merchant does not answer. */
export async function buildOpsWorld({ call, platform }: ServedPlatform): Promise<OpsWorld> {
  const { database } = platform;
  const model = await call('POST', '/v1/device-models', {
    make: 'Acme',
    model: 'Laser 100',
    family: 'laser printer',
    slots: [
      { key: 'black', name: 'Black toner', typicalLifeDays: 90 },
      { key: 'drum', name: 'Drum', typicalLifeDays: 400 },
    ],
  });
  const merchant = await call('POST', '/v1/merchants', {
    name: 'Office Supplies',
    baseUrl: 'http://merchant.example',
    apiKey: 'key-of-the-merchant',
    leadTimePmf: [0, 0.5, 0.5],
  });
  const product = await call('POST', '/v1/products', {
    merchantId: merchant.id,
    sku: 'BK-100',
    name: 'Black toner 100',
    unitPriceMinor: 8990,
    currency: 'EUR',
    fits: [{ deviceModelId: model.id, slotKey: 'black' }],
  });
  const customerIds: string[] = [];
  const deviceIds: string[] = [];
  for (let i = 0; i < HOUSEHOLDS; i += 1) {
    const name = NAMES[i] ?? `Household ${i}`;
    const customer = await call('POST', '/v1/customers', {
      name,
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
    });
    const device = await call('POST', '/v1/devices', {
      customerId: customer.id,
      deviceModelId: model.id,
      name: `Printer ${i + 1}`,
      serial: `AC-${1000 + i}`,
      strategy: i % 2 === 0 ? 'automatic' : 'curated',
    });
    customerIds.push(customer.id);
    deviceIds.push(device.id);
  }
  await database.pool.query('DELETE FROM evaluation_queue');
  await fillStates(database);
  const ids = { merchantId: merchant.id, productId: product.id, modelId: model.id };
  const reviewIds = await fillOrders(database, ids);
  await fillReports(database, ids);
  await fillTrouble(database, deviceIds);
  await fillProblems(database);
  return { ...ids, customerIds, deviceIds, reviewIds };
}

/** Levels from empty to full, run-out days to match; every fifth device has been silent for days. */
async function fillStates({ pool }: Database): Promise<void> {
  await pool.query(
    `WITH numbered AS (
       SELECT c.id, c.key, row_number() OVER (ORDER BY c.id) AS n FROM consumable c
     )
     UPDATE consumable_state s SET evaluated_at = $1, evaluate_at = $1::timestamptz + interval '20 days',
       level = CASE WHEN n.n = 3 THEN 0 WHEN n.n % 17 = 0 THEN NULL ELSE (n.n % 20) / 20.0 END, level_at = $1,
       run_out_p10 = $1::timestamptz + (n.n * 3 - 4) * interval '1 day',
       run_out_p50 = $1::timestamptz + n.n * 4 * interval '1 day',
       run_out_p90 = $1::timestamptz + n.n * 6 * interval '1 day',
       outcome = CASE WHEN n.n % 4 = 0 THEN 'wait' ELSE 'nothing' END, predictability = '{"score": 0.62}'
     FROM numbered n WHERE n.id = s.consumable_id`,
    [new Date(NOW)],
  );
  await pool.query(
    `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level, use_counter)
     SELECT id, $1, 41, $1, 'measured', 0.37, 10231 FROM consumable WHERE key = 'black'`,
    [ago(0.1)],
  );
  await pool.query(
    `UPDATE device SET presence = CASE WHEN n.n % 5 = 0 THEN 'offline' ELSE 'online' END::presence, presence_at = $1
     FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM device) n WHERE n.id = device.id`,
    [ago(6)],
  );
}

interface Ids {
  readonly merchantId: string;
  readonly productId: string;
  readonly modelId: string;
}

const FORECAST = {
  level: 0.18,
  perDay: 0.02,
  p10: ago(-5),
  p50: ago(-8),
  p90: ago(-12),
};

const GATES = [
  { gate: 'price', pass: true, reason: '€89.90 is within the limit of €100.00.' },
  { gate: 'notice', pass: false, reason: 'It was not announced in time.' },
];

async function fillOrders({ pool }: Database, { merchantId, productId }: Ids): Promise<string[]> {
  const statuses = ['installed', 'delivered', 'shipped', 'accepted', 'announced', 'cancelled', 'placing'];
  await pool.query(
    `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings, unit_price_minor,
       total_minor, currency, created_at, announced_at, placed_at, delivered_at)
     SELECT c.customer_id, c.id, $1, $2, ($3::order_status[])[1 + n.n % 7], 1, 1, 8990, 8990, 'EUR',
       $4::timestamptz - n.n * interval '13 hours', $4::timestamptz - n.n * interval '13 hours',
       $4::timestamptz - n.n * interval '12 hours', CASE WHEN n.n % 7 < 2 THEN $4::timestamptz - n.n * interval '2 hours' END
     FROM (SELECT c.*, row_number() OVER (ORDER BY c.id) AS n FROM consumable c WHERE c.key = 'black') c
     JOIN LATERAL (SELECT c.n AS n) n ON true`,
    [productId, merchantId, statuses, new Date(NOW)],
  );
  // What waits for review rests on a mandate and on a decision with its forecast.
  await pool.query(
    `WITH waiting AS (SELECT * FROM "order" WHERE status = 'announced'), granted AS (
       INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
       SELECT customer_id, 'automatic-order', '1', 'Order for me.', 'hash', 'en', 'portal', 'customer', $1 FROM waiting
       RETURNING id, customer_id
     ), terms AS (
       INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity, max_spend_per_month_minor, delivery_address)
       SELECT id, ARRAY[$2::uuid], 'EUR', 10000, 2, 20000, '{"city": "Berlin"}' FROM granted
     ), decided AS (
       INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, forecast, gates)
       SELECT consumable_id, $1, 'evaluation', 'order', 'Black toner will last until about 29 November.', '{}', $3::jsonb, $4::jsonb
       FROM waiting RETURNING id, consumable_id
     )
     UPDATE "order" o SET consent_id = g.id, decision_id = d.id FROM granted g, decided d
     WHERE o.status = 'announced' AND g.customer_id = o.customer_id AND d.consumable_id = o.consumable_id`,
    [new Date(NOW), productId, JSON.stringify(FORECAST), JSON.stringify(GATES)],
  );
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO order_review (order_id, customer_id, flags, status, approvals_needed, created_at, decide_by)
     SELECT o.id, o.customer_id, $2::jsonb, 'pending', CASE WHEN row_number() OVER (ORDER BY o.id) = 1 THEN 2 ELSE 1 END,
       $1, $1::timestamptz + interval '20 hours'
     FROM "order" o WHERE o.status = 'announced' RETURNING order_id AS id`,
    [new Date(NOW), JSON.stringify([{ flag: 'first-order', said: ['review-first-order', { before: 0 }] }])],
  );
  return rows.map(({ id }) => id);
}

async function fillReports({ pool }: Database, { productId, modelId }: Ids): Promise<void> {
  await pool.query(
    `INSERT INTO demand_forecast (product_id, made_on, weeks, consumables, unknown, mean, p10, p50, p90)
     SELECT $1, d.night::date, w, 30, 2, 2.4 * w, floor(1.4 * w), round(2.3 * w), ceil(3.6 * w) + 1
     FROM generate_series(1, 8) w, unnest($2::timestamptz[]) AS d(night)`,
    [productId, [ago(1), new Date('2026-10-05T00:00:00Z'), new Date('2026-10-12T00:00:00Z')]],
  );
  await pool.query(
    `INSERT INTO forecast_score (week, device_model_id, slot_key, forecasts, below, above, pinball, used, error)
     SELECT ($2::timestamptz - w * interval '7 days')::date, $1, 'black', 40, 2 + w % 4, 3 + w % 3, 0.7, 6, 0.2
     FROM generate_series(5, 16) w`,
    [modelId, new Date(NOW)],
  );
  await pool.query(
    `INSERT INTO replenishment_outcome (order_id, delivered_at, installed_at, level_at_delivery, empty_since, level_at_swap)
     SELECT id, delivered_at - (n % 6) * interval '8 days', delivered_at - (n % 6) * interval '8 days' + interval '4 days', 0.05,
       CASE WHEN n % 5 = 0 THEN delivered_at - (n % 6) * interval '8 days' - interval '1 day' END, 0.02
     FROM (SELECT *, row_number() OVER () AS n FROM "order" WHERE delivered_at IS NOT NULL) o`,
  );
}

async function fillTrouble({ pool }: Database, deviceIds: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO dead_letter (received_at, device_id, topic, reason, detail, payload)
     SELECT $1::timestamptz - n * interval '20 minutes', $2::uuid, 'neverout/v1/' || $2::uuid || '/telemetry',
       CASE WHEN n % 3 = 0 THEN 'bad-json' ELSE 'bad-schema' END, 'level: expected a number from 0 to 1',
       '{"v":1,"consumables":{"black":{"level":140}}}'
     FROM generate_series(1, 7) n`,
    [new Date(NOW), deviceIds[0]],
  );
}

/** An order that is late, of which a mail never came. */
async function fillProblems({ pool }: Database): Promise<void> {
  await pool.query(
    `WITH late AS (
       SELECT * FROM "order" WHERE status = 'shipped' ORDER BY id LIMIT 1
     ), problem AS (
       INSERT INTO order_issue (customer_id, consumable_id, order_id, kind, audience, reason, opened_at)
       SELECT customer_id, consumable_id, id, 'late', 'ops', 'It takes longer than nearly every other.', $1 FROM late
     ), told AS (
       INSERT INTO message (customer_id, order_id, kind, detail, created_at)
       SELECT customer_id, id, 'ops-alert', '{"code": "late", "text": "It is late."}', $1 FROM late RETURNING id
     )
     INSERT INTO message_delivery (message_id, channel, status, attempts, created_at, last_error)
     SELECT id, 'e-mail', 'failed', 8, $1, 'mailbox full' FROM told`,
    [ago(1)],
  );
}

export interface Session {
  readonly url: string;
  readonly cookies: ReadonlyMap<string, string>;
}

/** A member of the staff who has signed in with a second factor. */
export async function signInStaff(served: ServedPlatform, role: 'ops' | 'admin'): Promise<Session> {
  const { cookies } = await joinStaff(served, `${role}@example.org`, role);
  return { url: served.url, cookies };
}

/** Hands the session to the browser. */
export async function enterAsStaff(context: BrowserContext, { url, cookies }: Session): Promise<void> {
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url })));
  // What the sign-in page would remember: that asking who is here makes sense.
  await context.addInitScript("localStorage.setItem('neverout.signed-in', 'yes')");
}
