import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maintainReadingPartitions } from '../../platform/partitions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const NOW = Date.UTC(2026, 10, 21);
const CONSUMABLE = '00000000-0000-7000-8000-000000000001';

describe('partitions of reading', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(NOW);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const store = (at: string) =>
    database.pool.query(
      `INSERT INTO reading (consumable_id, at, seq, received_at, level_kind, level) VALUES ($1, $2, 1, $2, 'measured', 0.5)`,
      [CONSUMABLE, at],
    );
  const count = async () => (await database.pool.query('SELECT count(*) AS n FROM reading')).rows[0].n;

  test('take readings from the first to the last instant of what is kept and made ahead', async () => {
    await store('2025-10-01T00:00:00Z');
    await store('2026-11-21T00:00:00Z');
    await store('2027-01-31T23:59:59.999Z');
    expect(await count()).toBe(3);
    await expect(store('2025-09-30T23:59:59Z')).rejects.toThrow('no partition');
    await expect(store('2027-02-01T00:00:00Z')).rejects.toThrow('no partition');
  });

  test('move on with the clock: the oldest month goes with its readings, the next is there', async () => {
    const { dropped } = await maintainReadingPartitions(database.pool, {
      now: Date.UTC(2026, 11, 1),
      retentionMonths: 13,
      aheadMonths: 2,
    });
    expect(dropped).toEqual(['reading_2025_10']);
    expect(await count()).toBe(2);
    await store('2027-02-01T00:00:00Z');
    expect(await count()).toBe(3);
  });

  test('may be maintained by several processes at once', async () => {
    const plan = { now: Date.UTC(2027, 5, 1), retentionMonths: 13, aheadMonths: 2 };
    await Promise.all(Array.from({ length: 4 }, () => maintainReadingPartitions(database.pool, plan)));
    await store('2027-08-31T00:00:00Z');
  });
});
