import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIST_BY_RUN_OUT, LIST_NEWEST, LIST_READINGS } from '../../api/consumables/read-consumables.ts';
import { LIST_DEVICES } from '../../api/devices/read-devices.ts';
import { LIST_ALL, LIST_FILTERED } from '../../api/orders/read-orders.ts';
import { createTestApi, createWorld, NOW, type TestApi, type World } from './support.ts';

const ROWS = 20_000;
const LIMIT = 51;
/** Rows that a page may look at, at most: the page itself, its joins, and some that tie or are skipped. */
const MAX_ROWS_READ = 20 * LIMIT;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

describe('with many rows, pages', () => {
  let api: TestApi;
  let world: World;
  let others: { customerId: string; deviceId: string; consumableId: string }[];

  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    const { pool } = api.database;
    // A hundred customers beside ours, with a share each.
    const { rows } = await pool.query<{ customerId: string; deviceId: string; consumableId: string }>(
      `WITH people AS (
         INSERT INTO customer (name, time_zone, currency, created_at)
         SELECT 'Customer ' || n, 'UTC', 'EUR', now() FROM generate_series(1, 100) AS n RETURNING id
       ), machines AS (
         INSERT INTO device (customer_id, device_model_id, name, created_at)
         SELECT people.id, $1, 'Printer', now() FROM people, generate_series(1, ${ROWS / 100}) RETURNING id, customer_id
       ), slots AS (
         INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, created_at)
         SELECT id, $1, 'black', customer_id, $2, now() FROM machines RETURNING id, device_id, customer_id
       ), states AS (
         INSERT INTO consumable_state (consumable_id, evaluate_at, run_out_p50)
         SELECT id, now(), $3::timestamptz + random() * interval '300 days' FROM slots
       )
       SELECT customer_id AS "customerId", device_id AS "deviceId", id AS "consumableId" FROM slots`,
      [world.modelId, world.productId, new Date(NOW)],
    );
    others = rows;
    await pool.query(
      `INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, quantity, fillings,
         unit_price_minor, total_minor, currency, created_at)
       SELECT customer_id, id, $1, $2, CASE WHEN n % 10 = 0 THEN 'cancelled'::order_status ELSE 'delivered' END,
         1, 1, 1, 1, 'EUR', $3::timestamptz - random() * interval '300 days'
       FROM consumable, generate_series(1, 2) AS n`,
      [world.productId, world.merchantId, new Date(NOW)],
    );
    await pool.query(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level)
       SELECT $1, $2::timestamptz - n * interval '10 minutes', n, $2, 'measured', 0.5 FROM generate_series(1, ${ROWS}) AS n`,
      [world.consumableId, new Date(NOW)],
    );
    await pool.query(
      `INSERT INTO order_issue (customer_id, consumable_id, order_id, kind, audience, reason, opened_at, resolved_at)
       SELECT customer_id, consumable_id, id, 'late', 'customer', 'It is late.', created_at, created_at FROM "order"`,
    );
    await pool.query('VACUUM ANALYZE');
  });
  afterAll(() => api[Symbol.asyncDispose]());

  /** Every row that any node of the plan read, and the tables that were read from end to end. */
  async function explain(sql: string, values: unknown[]) {
    const { rows } = await api.database.pool.query(
      `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) ${sql}`,
      values,
    );
    const scanned: string[] = [];
    let read = 0;
    const visit = (node: PlanNode): void => {
      if (node['Node Type'] === 'Seq Scan') scanned.push(node['Relation Name'] ?? '');
      read += ((node.Plans ?? []).length === 0 ? node['Actual Rows'] : 0) * node['Actual Loops'];
      read += (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
      for (const child of node.Plans ?? []) visit(child);
    };
    visit(rows[0]['QUERY PLAN'][0].Plan);
    return { scanned, read };
  }
  const small = new Set(['customer', 'device_model', 'model_slot', 'product', 'merchant']);

  const middle = () => {
    const found = others[ROWS / 2];
    if (found === undefined) throw new Error('no rows');
    return found;
  };
  const cases: [string, () => [string, unknown[]]][] = [
    ['all orders, first page', () => [LIST_ALL, [null, LIMIT]]],
    ['all orders, deep', () => [LIST_ALL, [middle().consumableId, LIMIT]]],
    ['orders of a status', () => [LIST_FILTERED, ['delivered', null, null, null, null, LIMIT]]],
    [
      'orders of a status, deep',
      () => [
        LIST_FILTERED,
        [
          'delivered',
          null,
          null,
          new Date(NOW - 200 * 86_400_000).toISOString(),
          middle().consumableId,
          LIMIT,
        ],
      ],
    ],
    ['orders of a customer', () => [LIST_FILTERED, [null, middle().customerId, null, null, null, LIMIT]]],
    ['orders of a consumable', () => [LIST_FILTERED, [null, null, middle().consumableId, null, null, LIMIT]]],
    ['all consumables', () => [LIST_NEWEST, [null, null, null, null, LIMIT]]],
    ['all consumables, deep', () => [LIST_NEWEST, [null, null, null, middle().consumableId, LIMIT]]],
    ['consumables of a customer', () => [LIST_NEWEST, [middle().customerId, null, null, null, LIMIT]]],
    ['consumables of a device', () => [LIST_NEWEST, [null, middle().deviceId, null, null, LIMIT]]],
    ['consumables by run-out', () => [LIST_BY_RUN_OUT, [null, null, null, null, null, LIMIT]]],
    [
      'consumables by run-out, deep',
      () => [
        LIST_BY_RUN_OUT,
        [null, null, null, new Date(NOW + 150 * 86_400_000).toISOString(), middle().consumableId, LIMIT],
      ],
    ],
    ['all devices', () => [LIST_DEVICES, [null, null, null, LIMIT]]],
    ['devices of a customer', () => [LIST_DEVICES, [middle().customerId, null, null, LIMIT]]],
    ['readings', () => [LIST_READINGS, [world.consumableId, null, null, null, null, LIMIT]]],
    [
      'readings, deep',
      () => [
        LIST_READINGS,
        [world.consumableId, null, null, new Date(NOW - 60 * 86_400_000).toISOString(), 0, LIMIT],
      ],
    ],
  ];

  test.each(cases)('of %s read little more than they show', async (_name, query) => {
    const { scanned, read } = await explain(...query());
    expect(scanned.filter((table) => !small.has(table))).toEqual([]);
    expect(read).toBeLessThan(MAX_ROWS_READ);
  });

  test('control: the same page by offset reads everything before it', async () => {
    const byOffset = LIST_ALL.replace('LIMIT $2', `OFFSET ${ROWS} LIMIT $2`);
    expect((await explain(byOffset, [null, LIMIT])).read).toBeGreaterThan(MAX_ROWS_READ);
  });

  test('follow one another without gap or repetition', async () => {
    const { customerId } = middle();
    const seen: string[] = [];
    let cursor = '';
    do {
      const url = `/v1/consumables?sort=runOut&limit=37&customerId=${customerId}${cursor}`;
      const { body } = await api.call('GET', url);
      seen.push(...body.items.map(({ runOut }: { runOut: { p50: string } }) => runOut.p50));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toHaveLength(ROWS / 100);
    expect(seen).toEqual(seen.toSorted());
  });
});
