import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { whatIsDue } from '../../rules/due.ts';
import { runBatch } from '../../rules/evaluate/evaluate-batch.ts';
import { runDueOrders } from '../../rules/orders/process-due-orders.ts';
import { policyOf } from '../../rules/policy.ts';
import { seedConsumable } from '../support/seed.ts';
import { createWorld, START, type World } from './world.ts';

const CONSUMABLES = 20_000;
/** What grows with the fleet. Slots, merchants, products and halts are few, and rightly read whole. */
const LARGE_TABLES = [
  ...[
    'consumable',
    'consumable_state',
    'consumable_event',
    'evaluation_queue',
    'order',
    'customer',
    'device',
  ],
  ...[
    'consent',
    'consent_withdrawal',
    'mandate',
    'hold',
    'reading_2026_06',
    'reading_2026_07',
    'reading_2026_09',
  ],
];
const WHOLE = new RegExp(`Seq Scan on "?(${LARGE_TABLES.join('|')})\\b"?`);
/** The planner is told that the tables are this much larger than what a test has the time to fill. */
const TIMES = 50;

/** A fleet with a month of readings, a long queue, and orders of all ages. */
async function fill(world: World): Promise<void> {
  const { rows, database } = world;
  const { deviceModelId, productId, merchantId } = await seedConsumable(database, START);
  const at = new Date(START);
  await rows(
    `INSERT INTO customer (name, time_zone, currency, created_at)
     SELECT 'C' || n, 'Europe/Berlin', 'EUR', $1 FROM generate_series(1, $2::int) n`,
    at,
    CONSUMABLES / 4,
  );
  await rows(
    `INSERT INTO device (customer_id, device_model_id, name, created_at)
     SELECT id, $1, 'Printer', $2 FROM customer CROSS JOIN generate_series(1, 4)`,
    deviceModelId,
    at,
  );
  await rows(
    `INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
     SELECT id, $1, 'black', customer_id, $2, 'automatic', $3 FROM device ON CONFLICT DO NOTHING`,
    deviceModelId,
    productId,
    at,
  );
  await rows(
    `INSERT INTO consumable_state (consumable_id, evaluate_at)
     SELECT id, $1::timestamptz + random() * interval '30 days' FROM consumable ON CONFLICT DO NOTHING`,
    at,
  );
  await rows(
    `INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
     SELECT id, 'automatic-order', '1', '', '', 'en', 'test', 'customer', $1 FROM customer`,
    at,
  );
  await rows(
    `INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity, max_spend_per_month_minor, delivery_address)
     SELECT id, ARRAY[$1::uuid], 'EUR', 9000, 1, 90000, '{"city": "Berlin"}' FROM consent`,
    productId,
  );
  // And terms of last year, taken back.
  await rows(
    `WITH old AS (
       INSERT INTO consent (customer_id, purpose, version, text, text_hash, language, method, actor, granted_at)
       SELECT id, 'automatic-order', '0', '', '', 'en', 'test', 'customer', $1 FROM customer WHERE name LIKE 'C%' RETURNING id
     )
     INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method) SELECT id, $1, 'customer', 'test' FROM old`,
    new Date(START - 300 * DAY_MS),
  );
  await rows(
    `INSERT INTO hold (customer_id, starts_on, ends_on, created_at)
     SELECT id, '2026-12-24', '2026-12-31', $1 FROM customer`,
    at,
  );
  await rows(
    `INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity)
     SELECT device_id, id, 'replaced', $1, $1 , 1 FROM consumable`,
    new Date(START - 80 * DAY_MS),
  );
  // Three months of readings, the newest ones announced.
  for (const days of [70, 40, 0]) {
    await rows(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level)
       SELECT id, $1::timestamptz - n * interval '1 hour', 100 - n, $1, 'measured', 0.05 + n * 0.001
       FROM consumable CROSS JOIN generate_series(1, 3) n`,
      new Date(START - days * DAY_MS),
    );
  }
  await rows(
    `INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
     SELECT id, ARRAY[$1::timestamptz - interval '1 hour'], ARRAY[99::bigint], '{}', $1 FROM consumable`,
    at,
  );
  await rows(
    `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, consent_id, status, quantity, fillings,
       unit_price_minor, total_minor, currency, created_at, announced_at, installed_at)
     SELECT c.customer_id, c.id, $1, $2, k.id,
       (CASE WHEN n = 3 AND random() < 0.05 THEN 'announced' ELSE 'installed' END)::order_status, 1, 1, 5000, 5000, 'EUR',
       $3::timestamptz - (4 - n) * interval '40 days', $3::timestamptz - (4 - n) * interval '40 days',
       $3::timestamptz - (4 - n) * interval '30 days'
     FROM consumable c JOIN consent k ON k.customer_id = c.customer_id AND k.version = '1' CROSS JOIN generate_series(1, 3) n`,
    productId,
    merchantId,
    at,
  );
  await rows(
    `UPDATE "order" SET due_at = $1::timestamptz + random() * interval '9 days' WHERE status = 'announced'`,
    at,
  );
  await rows('ANALYZE');
}

/**
 * Explains every statement before it runs: with its real values, and one that is prepared also without them,
 * because that is the plan which a connection may settle on.
 */
function explaining(client: PoolClient, plans: Map<string, string>): Queryable {
  const explain = async (statement: string, values?: unknown[]) => {
    const { rows } = await client.query<Record<'QUERY PLAN', string>>(statement, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  return {
    query: async (statement, values) => {
      const text = typeof statement === 'string' ? statement : statement.text;
      const generic = text === statement ? '' : await explain(`EXPLAIN (GENERIC_PLAN) ${text}`);
      plans.set(text.trim().replace(/\s+/g, ' '), `${await explain(`EXPLAIN ${text}`, values)}\n${generic}`);
      return client.query(statement, values);
    },
  };
}

describe('with a large fleet', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    await fill(world);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function plansOf(work: (db: Queryable) => Promise<void>): Promise<Map<string, string>> {
    const plans = new Map<string, string>();
    const client = await world.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('UPDATE pg_class SET reltuples = reltuples * $2 WHERE relname = ANY ($1)', [
        LARGE_TABLES,
        TIMES,
      ]);
      await work(explaining(client, plans));
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    return plans;
  }
  const scans = (plans: Map<string, string>) =>
    [...plans].flatMap(([text, plan]) => {
      const found = WHOLE.exec(plan)?.[0];
      return found === undefined ? [] : [`${found} in: ${text.slice(0, 120)}`];
    });

  test('a batch, from claim to write, reads no large table whole', async () => {
    const plans = await plansOf(async (db) => {
      const batch = await runBatch(db, policyOf(world.config), START + DAY_MS, { limit: 500, spacingMs: 0 });
      expect(batch).toMatchObject({ claimed: 500, evaluated: 500 });
      expect(batch.orders.length).toBeGreaterThan(0);
    });
    expect(plans.size).toBeGreaterThan(15);
    expect(scans(plans)).toEqual([]);
  });

  test('so do due consumables when nothing is queued', async () => {
    const plans = await plansOf(async (db) => {
      await db.query('DELETE FROM evaluation_queue', []);
      const batch = await runBatch(db, policyOf(world.config), START + 10 * DAY_MS, {
        limit: 500,
        spacingMs: 0,
      });
      expect(batch).toMatchObject({ claimed: 500, evaluated: 500, oldestAt: null });
    });
    plans.delete('DELETE FROM evaluation_queue');
    expect(scans(plans)).toEqual([]);
  });

  test('so do due orders', async () => {
    const plans = await plansOf(async (db) => {
      const { count } = await runDueOrders(db, policyOf(world.config), START + 5 * DAY_MS, 2 * DAY_MS);
      expect(count).toBe(200);
    });
    expect(plans.size).toBeGreaterThan(10);
    expect(scans(plans)).toEqual([]);
  });

  test('so does the question whether there is anything to do', async () => {
    const plans = await plansOf(async (db) => {
      expect(await whatIsDue(db, START + DAY_MS)).toMatchObject({
        evaluations: true,
        orders: true,
        feeds: false,
      });
      expect(await whatIsDue(db, START - DAY_MS)).toMatchObject({ evaluations: true, orders: false });
    });
    expect(scans(plans)).toEqual([]);
  });

  test('control: a plan that reads a large table whole is noticed', async () => {
    const plans = await plansOf(async (db) => {
      await db.query('SELECT count(*) FROM consumable_state WHERE on_shelf > 3', []);
    });
    expect(scans(plans)).toHaveLength(1);
  });

  test('control: so is that of a prepared statement which is good with its values only', async () => {
    const either = 'SELECT level FROM consumable_state WHERE $1::uuid IS NULL OR consumable_id = $1';
    const values = ['00000000-0000-0000-0000-000000000000'];
    const plans = await plansOf(async (db) => void (await db.query(either, values)));
    expect(scans(plans)).toEqual([]);
    const settled = await plansOf(async (db) => void (await db.query(prepared(either), values)));
    expect(scans(settled)).toHaveLength(1);
  });
});
