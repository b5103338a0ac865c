import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ManualClock } from '../../platform/clock.ts';
import { ConfigError, parseConfig } from '../../platform/config.ts';
import { openDatabase } from '../../platform/database.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { buildRules } from '../../rules/build-rules.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { START } from './world.ts';

/** The fewest connections that the settings allow. */
function fewest(): number {
  for (let connections = 1; ; connections += 1) {
    try {
      return parseConfig({ DATABASE_CONNECTIONS: String(connections) }).DATABASE_CONNECTIONS;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
}

/** Two downloads of exports, as api/export allows in one process. */
const EXPORTS = 2;

test('the fewest connections that the settings allow are enough to work, keep house and export beside it', async () => {
  await using database = await createTestDatabase(START);
  const folder = await mkdtemp(join(tmpdir(), 'neverout-few-'));
  const connections = fewest();
  const few = openDatabase({ url: database.url, connections, log: silentLog });
  const config = parseConfig({
    NEVEROUT_DATA: folder,
    AUTH_SECRET: 'a secret of the tests, 32 bytes or more',
  });
  const clock = new ManualClock(START);
  const rules = await buildRules({
    database: few,
    clock,
    config,
    log: silentLog,
    metrics: createMetrics(),
  });
  const exporting = await Promise.all(Array.from({ length: EXPORTS }, () => few.pool.connect()));
  rules.start();
  // The outbox listens, and shows that it lives.
  await eventually(() =>
    expect(few.pool.totalCount - few.pool.idleCount).toBeGreaterThanOrEqual(EXPORTS + 2),
  );
  await rules.drain();
  const { rows } = await database.pool.query(`SELECT FROM setting WHERE key LIKE 'housekeeping:%'`);
  expect(rows.length).toBeGreaterThan(0);
  for (const client of exporting) client.release();
  await rules.close();
  await few.close();
  await rm(folder, { recursive: true, force: true });
});
