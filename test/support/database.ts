import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../platform/database.ts';
import { maintainReadingPartitions } from '../../platform/partitions.ts';
import { silentLog } from './log.ts';

export interface TestDatabase extends Database, AsyncDisposable {}

/**
 * A fresh database of its own, cloned from the migrated template, with the partitions that a platform
 * at `now` would have. Dropped on disposal.
 */
export async function createTestDatabase(now: number): Promise<TestDatabase> {
  const maintenanceUrl = inject('databaseUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await maintain(maintenanceUrl, `CREATE DATABASE ${name} TEMPLATE neverout_template`);
  const url = new URL(maintenanceUrl);
  url.pathname = `/${name}`;
  const database = openDatabase({ url: url.href, connections: 10, log: silentLog });
  await maintainReadingPartitions(database.pool, { now, retentionMonths: 13, aheadMonths: 2 });
  return {
    ...database,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await maintain(maintenanceUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function maintain(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
