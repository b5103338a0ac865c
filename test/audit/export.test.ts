import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportArchive } from '../../api/export/archive.ts';
import { toCsv, toJson } from '../../api/export/rows.ts';
import { EXPORT_TABLES } from '../../api/export/tables.ts';
import {
  addConsumable,
  createTestApi,
  createWorld,
  insertOrder,
  NOW,
  newConsent,
  type TestApi,
  TOKEN,
  type World,
} from '../api/support.ts';
import { eventually } from '../support/eventually.ts';
import { readZip } from './read-zip.ts';

const READINGS = 2500;

/** Tables that tell of a customer's things and are not exported, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  erasure: 'begins when the customer is gone; its receipt is handed over',
  evaluation_queue: 'announcements between processes, gone within seconds',
  quote_waiter: 'whom the answer of a merchant wakes, gone within minutes',
};

/** Secrets and what is made of them, and what only the machinery reads. */
const LEFT_OUT_COLUMNS = [
  // The sentence beside it, as codes.
  'consumable_state.said',
  'decision.said',
  'order.status_said',
  'order_history.said',
  'audit_entry.origin_salt',
  'audit_entry.origin_digest',
  'audit_entry.previous_hash',
  'audit_entry.hash',
  'calendar_feed.url',
  'calendar_feed.etag',
  'calendar_feed.last_modified',
  'calendar_feed.failures',
  'calendar_feed.last_good_at',
  'calendar_feed.due_at',
  'claim_code.code_hash',
  'consumable.device_model_id',
  'consumable_state.state',
  'consumable_state.evaluate_at',
  'consumable_state.outcome_digest',
  'consumable_state.last_decision_id',
  'device.secret_hash',
  'device.certificate_fingerprint',
  // The device under its owner before.
  'device.predecessor_id',
  // Which of the staff stopped it.
  'halt.actor',
  'invitation.token_hash',
  'delivery_feed.token_hash',
  'mandate.payment_reference',
  'message.due_at',
  'message.key',
  'message_delivery.due_at',
  'message_delivery.target',
  'order.due_at',
  'order.revision',
  'order.watch_at',
  'order_problem.due_at',
  'provisioned_serial.device_model_id',
  'provisioned_serial.provisioning_token_id',
  'provisioned_serial.claim_certificate_id',
  'review_vote.actor',
  'push_subscription.auth',
  'push_subscription.endpoint',
  'push_subscription.p256dh',
  'used_link.token_hash',
  'webhook_endpoint.previous_secret',
  'webhook_endpoint.previous_secret_until',
  'webhook_endpoint.secret',
  // Of the firm's trial, not of the customer.
  'shadow_policy.settings',
  'shadow_policy.device_model_id',
  'shadow_policy.product_id',
  'shadow_policy.started_by',
  'shadow_policy.stopped_by',
  'shadow_policy.adopted_at',
  'shadow_subject.evaluate_at',
  'shadow_subject.evaluated_at',
  'shadow_subject.digest',
];

/** A reading every minute, in rising order. */
const ADD_READINGS = `
  INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level)
  SELECT $1, $3::timestamptz - n * interval '1 minute', n, $3, 'measured', 0.5 FROM generate_series(1, $2::int) n`;

describe('the export of a customer', () => {
  let api: TestApi;
  let world: World;
  let other: { customerId: string; deviceId: string };
  let base: string;

  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    const { pool } = api.database;
    const make = async (url: string, body: object) => {
      const { status, body: made } = await api.call('POST', url, body);
      if (status >= 300) throw new Error(`${url}: ${status} ${JSON.stringify(made)}`);
      return made;
    };
    const customer = { name: '=HYPERLINK("Nachbar"), "B" & Co', timeZone: 'UTC', currency: 'EUR' };
    const { id: customerId } = await make('/v1/customers', customer);
    const device = await make('/v1/devices', {
      customerId,
      deviceModelId: world.modelId,
      name: 'Foreign printer',
    });
    other = { customerId, deviceId: device.id };
    const consent = await make('/v1/consents', newConsent(world));
    await insertOrder(api, world, { status: 'announced', consentId: consent.id });
    await addConsumable(api, world);
    await make('/v1/holds', { customerId: world.customerId, startsOn: '2026-12-24', endsOn: '2026-12-26' });
    await make(`/v1/consumables/${world.consumableId}/shelf-counts`, { quantity: 2 });
    await make(`/v1/customers/${world.customerId}/invitations`, { email: 'oma@example.org', role: 'viewer' });
    await pool.query(ADD_READINGS, [world.consumableId, READINGS, new Date(NOW)]);
    await pool.query(ADD_READINGS, [device.consumables[0].id, 7, new Date(NOW)]);
    await pool.query(
      `INSERT INTO calendar_feed (customer_id, name, url, rule, created_at)
       VALUES ($1, 'Family', 'https://calendar.example/secret-address', 'all-day-busy', $2)`,
      [world.customerId, new Date(NOW)],
    );
    await pool.query(
      `INSERT INTO decision (consumable_id, at, stage, outcome, sentence, inputs, gates)
       VALUES ($1, $2, 'evaluation', 'wait', 'Enough, "for" now.', '{"onHand": 0.5}', '[]')`,
      [world.consumableId, new Date(NOW)],
    );
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => api[Symbol.asyncDispose]());

  const headers = { authorization: `Bearer ${TOKEN}` };
  const download = async (customerId: string) => {
    const response = await fetch(`${base}/v1/customers/${customerId}/export`, { headers });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const readRows = (files: Map<string, string>, table: string) =>
    JSON.parse(files.get(`json/${table}.json`) ?? '');
  /** Every connection is back. */
  const expectNoneHeld = () =>
    eventually(() => {
      const { totalCount, idleCount, waitingCount } = api.database.pool;
      expect({ held: totalCount - idleCount, waitingCount }).toEqual({ held: 0, waitingCount: 0 });
      return Promise.resolve();
    });

  test('has everything, as JSON and as CSV, and is in the audit log', async () => {
    const { response, bytes } = await download(world.customerId);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toContain(`${world.customerId}-2026-11-21.zip`);
    const files = readZip(bytes);
    expect([...files.keys()].toSorted()).toEqual(
      [
        'README.txt',
        ...EXPORT_TABLES.flatMap(({ name }) => [`json/${name}.json`, `csv/${name}.csv`]),
      ].toSorted(),
    );
    const counts = Object.fromEntries(EXPORT_TABLES.map(({ name }) => [name, readRows(files, name).length]));
    expect(counts).toMatchObject({
      customer: 1,
      invitations: 1,
      devices: 2,
      consumables: 2,
      readings: READINGS,
      events: 1,
      consents: 1,
      mandates: 1,
      holds: 1,
      calendars: 1,
      decisions: 1,
      orders: 1,
      'order-history': 1,
    });
    expect(counts['audit-entries']).toBeGreaterThan(4);
    expect(readRows(files, 'customer')).toMatchObject([{ id: world.customerId, name: 'Familie Weber' }]);
    expect(readRows(files, 'holds')).toMatchObject([{ startsOn: '2026-12-24', endsOn: '2026-12-26' }]);
    expect(readRows(files, 'mandates')[0].deliveryAddress).toMatchObject({ street: 'Hauptstraße 1' });
    const readings = readRows(files, 'readings').map(({ seq }: { seq: number }) => seq);
    expect(new Set(readings).size).toBe(READINGS);
    expect(files.get('csv/readings.csv')?.trimEnd().split('\r\n').length).toBe(READINGS + 1);
    expect(files.get('csv/decisions.csv')).toContain('"Enough, ""for"" now.","{""onHand"":0.5}"');
    expect(files.get('csv/messages.csv')).toBe('id,orderId,kind,detail,createdAt,readAt\r\n');
    expect(files.get('json/messages.json')).toBe('[]\n');
    const { body } = await api.call('GET', '/v1/audit-entries?limit=1');
    expect(body.items).toMatchObject([
      { operation: 'GET /v1/customers/{customerId}/export', customerId: world.customerId, outcome: '200' },
    ]);
    await expectNoneHeld();
  });

  test('has nothing of others', async () => {
    const own = [...readZip((await download(world.customerId)).bytes).values()].join('\n');
    const others = [...readZip((await download(other.customerId)).bytes).values()].join('\n');
    expect(own.includes(other.customerId) || own.includes(other.deviceId)).toBe(false);
    // The control: what was looked for is there to be found.
    expect(others.includes(other.customerId) && others.includes(other.deviceId)).toBe(true);
    expect(others).not.toContain(world.customerId);
    expect(others).toContain(`"'=HYPERLINK(""Nachbar""), ""B"" & Co"`);
  });

  test('has no secrets and no hashes of them', async () => {
    const text = [...readZip((await download(world.customerId)).bytes).values()].join('\n');
    const { rows } = await api.database.pool.query<{ hash: Buffer }>(
      'SELECT secret_hash AS hash FROM device UNION ALL SELECT token_hash FROM invitation UNION ALL SELECT hash FROM audit_entry',
    );
    expect(rows.length).toBeGreaterThan(5);
    const hashes = rows.flatMap(({ hash }) => [hash.toString('hex'), hash.toString('base64')]);
    const secrets = [
      TOKEN,
      world.secret,
      world.webhookSecret,
      'token-of-the-payment',
      'secret-address',
      'key-of-the',
    ];
    for (const secret of [...secrets, ...hashes]) expect(text.includes(secret), secret).toBe(false);
    expect(text).not.toMatch(/hash"?:.{0,3}\{"type":"Buffer"/);
  });

  test('forgets no table that tells of a customer', async () => {
    const { rows } = await api.database.pool.query<{ name: string }>(
      `SELECT DISTINCT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND NOT a.attisdropped
         AND a.attname IN ('customer_id', 'device_id', 'consumable_id', 'consent_id', 'order_id')`,
    );
    const read = EXPORT_TABLES.map(({ sql }) => sql).join('\n');
    const forgotten = rows.filter(({ name }) => !new RegExp(`(FROM|JOIN)\\s+"?${name}"?\\s`).test(read));
    expect(forgotten.map(({ name }) => name).toSorted()).toEqual(Object.keys(LEFT_OUT));
  });

  test('forgets no column either, but those that are listed here', async () => {
    const { rows } = await api.database.pool.query<{ table: string; column: string }>(
      `SELECT c.relname AS "table", a.attname AS "column"
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND NOT a.attisdropped AND a.attnum > 0 AND c.relname NOT IN ('auth_user', 'product', 'merchant', 'device_model')
       ORDER BY c.relname, a.attnum`,
    );
    const exported = ({ table, column }: { table: string; column: string }) =>
      EXPORT_TABLES.some(
        ({ sql }) =>
          new RegExp(`(FROM|JOIN)\\s+"?${table}"?\\s`).test(sql) && new RegExp(`\\b${column}\\b`).test(sql),
      );
    const isRead = (table: string) => rows.some((row) => row.table === table && exported(row));
    const forgotten = rows.filter((row) => isRead(row.table) && !exported(row));
    expect(forgotten.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(
      LEFT_OUT_COLUMNS.toSorted(),
    );
  });

  test('waits for its reader, and lets go of the database when the reader leaves', async () => {
    const { pool } = api.database;
    const consumableId = await addConsumable(api, world);
    await pool.query(ADD_READINGS, [consumableId, 60_000, new Date(NOW)]);
    let fetched = 0;
    const { connect } = pool;
    const client = await pool.connect();
    const { query } = client;
    Object.assign(client, {
      query: (...args: Parameters<typeof query>) => {
        if (String(args[0]).startsWith('FETCH')) fetched += 1;
        return Reflect.apply(query, client, args);
      },
    });
    Object.assign(pool, { connect: () => Promise.resolve(client) });
    const archive = exportArchive(pool, world.customerId, new Date(NOW));
    let bytes = 0;
    while (bytes < 150_000) {
      const { value, done } = await archive.next();
      if (done === true) throw new Error('the archive is too small for this test');
      bytes += value.length;
    }
    Object.assign(pool, { connect });
    const early = fetched;
    // Far more than what would be needed to fetch the rest: nobody asks for it.
    for (let n = 0; n < 300; n += 1) await pool.query('SELECT 1');
    expect(fetched - early).toBeLessThan(10);
    expect(fetched).toBeLessThan(60);
    await archive.return(undefined);
    await expectNoneHeld();
    const leaving = new AbortController();
    const response = await fetch(`${base}/v1/customers/${world.customerId}/export`, {
      headers,
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    await expectNoneHeld();
    expect(readRows(readZip((await download(world.customerId)).bytes), 'readings').length).toBe(
      READINGS + 60_000,
    );
  });

  test('that breaks on the way is not taken for a whole one', async () => {
    const { pool } = api.database;
    await pool.query('ALTER TABLE duty RENAME TO duty_away');
    await expect(download(world.customerId)).rejects.toThrow();
    await pool.query('ALTER TABLE duty_away RENAME TO duty');
    await expectNoneHeld();
    expect((await download(world.customerId)).response.status).toBe(200);
  });

  test('is made for two at once, so that connections are left for everybody else', async () => {
    const { body: customer } = await api.call('POST', '/v1/customers', {
      name: 'Another',
      timeZone: 'UTC',
      currency: 'EUR',
    });
    const { pool } = api.database;
    const locking = await pool.connect();
    await locking.query('BEGIN; LOCK TABLE duty IN ACCESS EXCLUSIVE MODE');
    const asked = await Promise.all(
      Array.from({ length: 4 }, () => fetch(`${base}/v1/customers/${customer.id}/export`, { headers })),
    );
    await locking.query('COMMIT');
    locking.release();
    expect(asked.map(({ status }) => status).toSorted()).toEqual([200, 200, 429, 429]);
    expect(asked.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('60');
    for (const response of asked) await response.arrayBuffer();
    await expectNoneHeld();
    expect((await download(customer.id)).response.status).toBe(200);
  });

  test('of nobody does not exist, and too many are refused', async () => {
    const unknown = '00000000-0000-7000-8000-000000000000';
    expect((await download(unknown)).response.status).toBe(404);
    const statuses = new Set<number>();
    for (let n = 0; n < 11; n += 1) statuses.add((await download(other.customerId)).response.status);
    expect([...statuses]).toEqual([200, 429]);
  });
});

test('rows become the same in JSON and CSV, over pages and without any', async () => {
  const gather = async (pieces: AsyncIterable<string>) => (await Array.fromAsync(pieces)).join('');
  const pages = (...rows: Record<string, unknown>[][]) =>
    (async function* () {
      for (const page of rows)
        yield await Promise.resolve({ columns: ['order_id', 'run_out_p10'], rows: page });
    })();
  const [a, b] = [
    { order_id: 'x\ny', run_out_p10: -1 },
    { order_id: '-1+1', run_out_p10: null },
  ];
  expect(JSON.parse(await gather(toJson(pages([a], [b], []))))).toEqual([
    { orderId: 'x\ny', runOutP10: -1 },
    { orderId: '-1+1', runOutP10: null },
  ]);
  expect(await gather(toCsv(pages([a], [b], [])))).toBe(`orderId,runOutP10\r\n"x\ny",-1\r\n'-1+1,\r\n`);
  expect(await gather(toJson(pages([])))).toBe('[]\n');
  expect(await gather(toCsv(pages([])))).toBe('orderId,runOutP10\r\n');
});
