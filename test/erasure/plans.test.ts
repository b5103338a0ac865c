import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERASURE_STEPS } from '../../platform/erasure/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(Date.UTC(2026, 10, 21));
});
afterAll(() => database[Symbol.asyncDispose]());

/** Steps that would have to read a whole table, because there is no index for how they look. */
async function scans(): Promise<string[]> {
  const client = await database.pool.connect();
  try {
    // Tables of the test are empty: a scan is shown only where nothing else is possible.
    await client.query('SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan');
    const found: string[] = [];
    for (const { table, rows } of ERASURE_STEPS) {
      const plan = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN WITH given AS (SELECT $1::uuid, $2::uuid[]) SELECT t.ctid FROM ${rows} LIMIT 1000`,
        ['00000000-0000-0000-0000-000000000000', []],
      );
      const isScan = plan.rows.some((row) => row['QUERY PLAN'].includes('Seq Scan on'));
      if (isScan) found.push(table);
    }
    return found;
  } finally {
    await client.query('RESET ALL');
    client.release();
  }
}

test('an erasure finds its rows by indexes, however many other customers there are', async () => {
  expect(await scans()).toEqual([]);
  // The control: without one, the scan is seen.
  await database.pool.query('DROP INDEX claim_code_used_by');
  expect(await scans()).toEqual(['claim_code']);
});
