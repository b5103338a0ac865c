import { runMigrations } from 'graphile-worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  type TestApi,
  TOKEN,
  type World,
} from '../api/support.ts';

const DAY_MS = 86_400_000;
const at = (days: number) => new Date(NOW + days * DAY_MS);

describe("the console's pages", () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const get = (url: string) => api.call('GET', url);
  const rows = async (sql: string, ...values: unknown[]) => (await api.database.pool.query(sql, values)).rows;

  test('an order has its decision, what the gates said at placing, its price, messages and successor', async () => {
    const id = await insertOrder(api, world, { status: 'returned', createdAt: NOW });
    const [{ decided, quoted }] = await rows(
      `WITH d AS (
         INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, forecast, gates)
         VALUES ($1, $2, 'evaluation', 'order', 'It runs out.', '{}', '{"level": 0.2}', '[{"gate":"price","pass":true,"reason":"Cheap."}]'),
           ($1, $3, 'placement', 'order', 'Placed.', '{}', NULL, '[]'),
           ($1, $4, 'placement', 'order', 'Of the one before.', '{}', NULL, '[]'),
           ($1, $5, 'placement', 'order', 'Of the next one.', '{}', NULL, '[]') RETURNING id, sentence
       ), q AS (
         INSERT INTO quote (product_id, merchant_id, quantity, status, wanted_at, give_up_at, answered_at, valid_until, unit_price_minor,
           shipping_minor, currency)
         VALUES ($6, $7, 1, 'quoted', $2, $2, $2, $3, 8000, 490, 'EUR') RETURNING id
       )
       SELECT (SELECT id FROM d WHERE sentence = 'It runs out.') AS decided, (SELECT id FROM q) AS quoted`,
      world.consumableId,
      at(0),
      at(1),
      at(-1),
      at(9),
      world.productId,
      world.merchantId,
    );
    await rows(
      `UPDATE "order" SET decision_id = $2, quote_id = $3, parcel_id = uuidv7() WHERE id = $1`,
      id,
      decided,
      quoted,
    );
    const [{ successor }] = await rows(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings, unit_price_minor,
         total_minor, currency, created_at, replaces_order_id, parcel_id)
       SELECT customer_id, consumable_id, product_id, merchant_id, 'installed', 1, 1, 1, 1, 'EUR', $2, id, parcel_id
       FROM "order" WHERE id = $1 RETURNING id AS successor`,
      id,
      at(8),
    );
    await rows(
      `WITH m AS (INSERT INTO message (customer_id, order_id, kind, detail, created_at)
         VALUES ($1, $2, 'ops-alert', '{}', $3) RETURNING id)
       INSERT INTO message_delivery (message_id, channel, status, attempts, created_at, last_error)
       SELECT id, 'e-mail', 'failed', 8, $3, 'mailbox full' FROM m`,
      world.customerId,
      id,
      at(0),
    );
    const { body } = await get(`/v1/ops/orders/${id}`);
    expect(body.customerName).toBe('Familie Weber');
    expect(body.order.history.length).toBeGreaterThan(0);
    expect(body.decision).toMatchObject({ sentence: 'It runs out.', gates: [{ reason: 'Cheap.' }] });
    expect(body.placements.map(({ sentence }: { sentence: string }) => sentence)).toEqual(['Placed.']);
    expect(body.quote).toMatchObject({ status: 'quoted', unitPriceMinor: 8000 });
    expect(body.messages).toMatchObject([
      { kind: 'ops-alert', deliveries: [{ channel: 'e-mail', status: 'failed', lastError: 'mailbox full' }] },
    ]);
    expect(body.successorId).toBe(successor);
    expect(body.parcel).toMatchObject([{ id: successor, status: 'installed' }]);
    expect([body.review, body.outcome]).toEqual([null, null]);
    expect((await get(`/v1/ops/orders/${world.customerId}`)).status).toBe(404);
  });

  test('what was given up is sent again: one, or all of a way', async () => {
    const status = async () =>
      (await rows('SELECT channel, status, attempts FROM message_delivery ORDER BY channel')).map(
        ({ channel, status: is, attempts }) => `${channel} ${is} ${attempts}`,
      );
    await rows(
      `INSERT INTO message_delivery (message_id, channel, status, attempts, created_at)
       SELECT id, 'webhook', 'failed', 8, $1 FROM message`,
      at(0),
    );
    const { body } = await api.call('POST', '/v1/message-deliveries/replay', { channel: 'webhook' });
    expect(body).toEqual({ replayed: 1 });
    expect(await status()).toEqual(['e-mail failed 8', 'webhook pending 0']);
    expect((await api.call('POST', '/v1/message-deliveries/replay', {})).body).toEqual({ replayed: 1 });
    expect(await status()).toEqual(['e-mail pending 0', 'webhook pending 0']);
    expect((await api.call('POST', '/v1/message-deliveries/replay', {})).body).toEqual({ replayed: 0 });
  });

  test('problems with orders are listed with what they are about, open ones first of all', async () => {
    const id = await insertOrder(api, world, { status: 'lost', createdAt: NOW });
    await rows(
      `INSERT INTO order_issue (customer_id, consumable_id, order_id, kind, audience, reason, said, opened_at, resolved_at)
       VALUES ($1, $2, $3, 'late', 'customer', 'It is late.', NULL, $4, $5),
         ($1, $2, $3, 'presumed-lost', 'ops', 'It is lost.', '[["issue-unknown-sku", {"sku": "BK-9"}]]', $5, NULL),
         ($1, $2, NULL, 'no-supply', 'ops', 'Nothing fits.', NULL, $4, NULL)`,
      world.customerId,
      world.consumableId,
      id,
      at(-3),
      at(-1),
    );
    const kinds = async (query: string) =>
      (await get(`/v1/ops/issues${query}`)).body.items.map(({ kind }: { kind: string }) => kind);
    expect(await kinds('?open=true')).toEqual(['no-supply', 'presumed-lost']);
    expect(await kinds('?open=true&sort=newest&audience=ops')).toEqual(['presumed-lost', 'no-supply']);
    expect(await kinds('?open=false')).toEqual(['late']);
    expect(await kinds('?kind=late&limit=1')).toEqual(['late']);
    expect((await get('/v1/ops/issues?kind=presumed-lost')).body.items).toMatchObject([
      { orderId: id, orderStatus: 'lost', consumableName: 'Black toner', merchantName: 'Office Supplies' },
    ]);
    // In the reader's language where it is known what was said; somebody's own words stay as they are.
    const german = await api.app.inject({
      url: '/v1/ops/issues?open=true',
      headers: { authorization: `Bearer ${TOKEN}`, 'accept-language': 'de' },
    });
    expect(german.json().items.map(({ reason }: { reason: string }) => reason)).toEqual([
      'Nothing fits.',
      expect.stringContaining('Der Händler kennt kein BK-9'),
    ]);
    expect((await get('/v1/ops/today')).body.issues).toBe(2);
    const csv = await api.app.inject({
      url: '/v1/ops/issues.csv?open=true',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(csv.body.trimEnd().split('\r\n')).toHaveLength(3);
  });

  test('stuck jobs are those that Today counts; one is run again', async () => {
    expect((await get('/v1/ops/jobs')).body.items).toEqual([]);
    await runMigrations({ connectionString: api.database.url });
    const add = (key: string, run: string) =>
      rows(
        `SELECT graphile_worker.add_job('ask-merchant', '{"orderId": "0197f0c2-6d1e-7000-8000-000000000009"}', job_key => $1,
           max_attempts => 1, run_at => now() + $2::interval)`,
        key,
        run,
      );
    await add('soon', '1 hour');
    await add('overdue', '-1 hour');
    await add('failed', '-2 hours');
    await rows(
      `UPDATE graphile_worker._private_jobs SET attempts = 1, last_error = E'it broke\\nat line 3' WHERE key = 'failed'`,
    );
    const { body } = await get('/v1/ops/jobs');
    expect(body.items).toMatchObject([
      { task: 'ask-merchant', state: 'failed', attempts: 1, lastError: 'it broke', running: false },
      { state: 'overdue', lastError: null },
    ]);
    expect(body.items[0].subject).toEqual({ orderId: '0197f0c2-6d1e-7000-8000-000000000009' });
    expect((await get('/v1/ops/today')).body.stuckJobs).toMatchObject({ failed: 1, overdue: 1 });
    expect((await get('/v1/ops/jobs?failed=true')).body.items).toHaveLength(1);
    const [{ id }] = body.items;
    expect((await api.call('POST', `/v1/ops/jobs/${id}/retry`)).status).toBe(200);
    expect((await get('/v1/ops/jobs')).body.items).toMatchObject([{ state: 'overdue' }]);
    // What a worker has is left to it.
    await rows(
      `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'w' WHERE id = $1`,
      id,
    );
    expect((await api.call('POST', `/v1/ops/jobs/${id}/retry`)).status).toBe(404);
  });

  test('a replay of dead letters says what came of it', async () => {
    await rows(
      `INSERT INTO dead_letter (received_at, device_id, topic, reason, detail, payload)
       SELECT $1, $2, 'neverout/v1/x/telemetry', 'bad-schema', 'no', '{}' FROM generate_series(1, 3)`,
      at(-1),
      world.deviceId,
    );
    const { body } = await api.call('POST', '/v1/dead-letters/replay', { reason: 'bad-schema' });
    const result = async () => (await get(`/v1/dead-letters/replay?at=${encodeURIComponent(body.at)}`)).body;
    expect([body.marked, await result()]).toEqual([3, { waiting: 3, refused: [] }]);
    // As a broker leaves them: one stored, one refused for another reason, one under way.
    const ids = (await rows('SELECT id FROM dead_letter ORDER BY id')).map(({ id }) => id);
    await rows('DELETE FROM dead_letter WHERE id = $1', ids[0]);
    await rows(
      `UPDATE dead_letter SET replay_at = NULL, replayed_at = $2, reason = 'unknown-unit' WHERE id = $1`,
      ids[1],
      at(0),
    );
    expect(await result()).toEqual({ waiting: 1, refused: [{ reason: 'unknown-unit', count: 1 }] });
  });

  test('settings of review and breaker are kept with who and why; what was not set had its default', async () => {
    const put = (url: string, body: object) => api.call('PUT', url, body);
    const set = await put('/v1/review/settings', { firstOrders: 3, reason: 'Too many new people.' });
    expect(set.body).toMatchObject({ firstOrders: 3, highPriceMinor: 30_000 });
    expect(set.body.reason).toBeUndefined();
    await put('/v1/breaker/settings', { floorPerDay: 200 });
    expect((await get('/v1/review/settings')).body.firstOrders).toBe(3);
    expect((await get('/v1/ops/setting-history')).body.items).toMatchObject([
      { key: 'breaker', reason: null, changes: [{ name: 'floorPerDay', from: 50, to: 200 }] },
      {
        key: 'review',
        actor: 'api-token',
        reason: 'Too many new people.',
        changes: [{ name: 'firstOrders', from: 1, to: 3 }],
      },
    ]);
  });
});
