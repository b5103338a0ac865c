import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStatement, type ListSpec, pageStatement } from '../../api/ops/lists/list.ts';
import { CONSUMABLES, CUSTOMERS, DEVICES, ORDERS } from '../../api/ops/lists/specs.ts';
import { COUNTS, MERCHANTS, SOONEST } from '../../api/ops/today-sql.ts';
import { createTestApi, createWorld, NOW, type TestApi, type World } from '../api/support.ts';
import { fill, ROWS } from './support/fleet.ts';

const LIMIT = 51;
/** The page itself, what is looked up for its rows, and some that tie or are skipped. */
const MAX_ROWS_READ = 40 * LIMIT;
const DAY_MS = 86_400_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

const LARGE = new Set(['order', 'consumable', 'consumable_state', 'device', 'customer']);

describe('with 100,000 of everything', () => {
  let api: TestApi;
  let world: World;
  beforeAll(async () => {
    api = await createTestApi();
    world = await createWorld(api);
    await fill(api, world);
  });
  afterAll(() => api[Symbol.asyncDispose]());

  /** Every row that any node of the plan read, and the large tables that were read from end to end. */
  async function explain(sql: string, values: unknown[]) {
    const { rows } = await api.database.pool.query(
      `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) ${sql}`,
      values,
    );
    const scanned: string[] = [];
    let read = 0;
    const visit = (node: PlanNode): void => {
      const table = node['Relation Name'] ?? '';
      if (node['Node Type'] === 'Seq Scan' && LARGE.has(table)) scanned.push(table);
      read += ((node.Plans ?? []).length === 0 ? node['Actual Rows'] : 0) * node['Actual Loops'];
      read += (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
      for (const child of node.Plans ?? []) visit(child);
    };
    visit(rows[0]['QUERY PLAN'][0].Plan);
    return { scanned, read };
  }

  const days = (n: number) => new Date(NOW + n * DAY_MS).toISOString();
  const middle = '0197f0c2-6d1e-7000-8000-000000000000';
  const cases: [string, ListSpec, () => Record<string, unknown>, [string, string] | null][] = [
    ['orders, newest', ORDERS, () => ({ sort: 'newest' }), null],
    ['orders, deep', ORDERS, () => ({ sort: 'newest' }), [days(-150), middle]],
    ['orders of a status', ORDERS, () => ({ sort: 'newest', status: ['announced'] }), null],
    ['orders of a customer', ORDERS, () => ({ sort: 'newest', customerId: world.customerId }), null],
    [
      'orders of a merchant, deep',
      ORDERS,
      () => ({ sort: 'oldest', merchantId: world.merchantId }),
      [days(-9), middle],
    ],
    ['orders of a product', ORDERS, () => ({ sort: 'newest', productId: world.productId }), null],
    ['orders due next', ORDERS, () => ({ sort: 'due' }), null],
    ['orders, dearest', ORDERS, () => ({ sort: 'total' }), null],
    ['orders, dearest, deep', ORDERS, () => ({ sort: 'total' }), ['40000', middle]],
    ['orders of a week', ORDERS, () => ({ sort: 'newest', from: days(-100), to: days(-93) }), null],
    ['an order by its id', ORDERS, () => ({ sort: 'newest', q: middle }), null],
    ['consumables by run-out', CONSUMABLES, () => ({ sort: 'runOut' }), null],
    ['consumables by run-out, deep', CONSUMABLES, () => ({ sort: 'runOut' }), [days(150), middle]],
    ['consumables that run out', CONSUMABLES, () => ({ sort: 'runOut', runOutBefore: days(7) }), null],
    ['consumables of a device', CONSUMABLES, () => ({ sort: 'newest', deviceId: world.deviceId }), null],
    ['consumables, newest', CONSUMABLES, () => ({ sort: 'newest' }), null],
    ['devices, newest', DEVICES, () => ({ sort: 'newest' }), null],
    ['devices, silent', DEVICES, () => ({ sort: 'silent', silentSince: days(-3) }), null],
    ['devices by serial number', DEVICES, () => ({ sort: 'newest', q: 'sn-c777' }), null],
    ['customers, newest', CUSTOMERS, () => ({ sort: 'newest' }), null],
    ['customers by name', CUSTOMERS, () => ({ sort: 'name' }), null],
    ['customers by name, deep', CUSTOMERS, () => ({ sort: 'name' }), ['customer 7', middle]],
    ['consumables of a rare strategy', CONSUMABLES, () => ({ sort: 'runOut', strategy: 'coach' }), null],
    ['consumables of a rare outcome', CONSUMABLES, () => ({ sort: 'runOut', outcome: 'blocked' }), null],
    ['consumables that are empty', CONSUMABLES, () => ({ sort: 'newest', empty: true }), null],
    ['customers under a rare law', CUSTOMERS, () => ({ sort: 'name', jurisdiction: 'US' }), null],
    ['customers of a rare language', CUSTOMERS, () => ({ sort: 'newest', language: 'fi' }), null],
    ['customers by how they begin', CUSTOMERS, () => ({ sort: 'name', q: 'c4711' }), null],
  ];

  test.each(cases)('a page of %s reads little more than it shows', async (_name, spec, given, after) => {
    const { text, values } = pageStatement(spec, given(), after, LIMIT);
    const { scanned, read } = await explain(text, values);
    expect(scanned).toEqual([]);
    expect(read).toBeLessThan(MAX_ROWS_READ);
  });

  test('control: the same page without its index reads everything', async () => {
    const unindexed = { ...ORDERS, orders: { newest: { by: 'o.shipping_minor', type: 'int' } } } as const;
    const { text, values } = pageStatement(unindexed, { sort: 'newest' }, null, LIMIT);
    const { scanned, read } = await explain(text, values);
    expect(scanned).toEqual(['order']);
    expect(read).toBeGreaterThan(MAX_ROWS_READ);
  });

  test('the first page of the console counts along indexes', async () => {
    const [now, week, day, silent] = [new Date(NOW), days(7), days(-1), days(-3)];
    expect((await explain(COUNTS, [now, week, day, silent])).scanned).toEqual([]);
    expect((await explain(SOONEST, [])).scanned).toEqual([]);
    expect((await explain(MERCHANTS, [day, now])).scanned).toEqual([]);
  });

  test('pages follow one another without gap or repetition, and say how many there are', async () => {
    const seen = new Set<string>();
    let cursor = '';
    let pages = 0;
    do {
      const { body } = await api.call('GET', `/v1/ops/orders?status=announced&sort=due&limit=200${cursor}`);
      if (pages === 0) expect(body.total.exact).toBe(true);
      else expect(body.total).toBeNull();
      for (const { id } of body.items) seen.add(id);
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
      pages += 1;
    } while (pages < 100);
    const { rows } = await api.database.pool.query(
      `SELECT count(*) AS n FROM "order" WHERE status = 'announced'`,
    );
    expect(seen.size).toBe(rows[0].n);
  });

  test('the number of what is too much to count is estimated', async () => {
    const { body } = await api.call('GET', '/v1/ops/orders?limit=1');
    expect(body.total.exact).toBe(false);
    expect(body.total.count).toBeGreaterThan(ROWS * 0.9);
    expect(body.total.count).toBeLessThan(ROWS * 1.1);
    const { text, values } = countStatement(ORDERS, { sort: 'newest', status: ['announced'] });
    expect((await api.database.pool.query(text, values)).rows.length).toBeLessThan(2_000);
  });

  test('CSV has every row once, is streamed, and is in the audit log', async () => {
    const response = await api.app.inject({
      method: 'GET',
      url: '/v1/ops/orders.csv?status=cancelled&sort=total',
      headers: { authorization: 'Bearer test-token-of-the-api-0123456789' },
    });
    expect(response.headers['content-type']).toContain('text/csv');
    expect(response.headers['content-length']).toBeUndefined();
    const lines = response.body.trimEnd().split('\r\n');
    const { rows } = await api.database.pool.query(
      `SELECT count(*) AS n FROM "order" WHERE status = 'cancelled'`,
    );
    expect(lines[0]).toMatch(/^id,createdAt,status,customerId/);
    expect(lines.length - 1).toBe(rows[0].n);
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(lines.length);
    const audit = await api.database.pool.query(
      `SELECT operation FROM audit_entry ORDER BY seq DESC LIMIT 1`,
    );
    expect(audit.rows[0]).toEqual({ operation: 'GET /v1/ops/orders.csv' });
  });
});
