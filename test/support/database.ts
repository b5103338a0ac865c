import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../platform/database.ts';
import { silentLog } from './log.ts';
import { maintain, templateFor, urlOf } from './template.ts';

export interface TestDatabase extends Database, AsyncDisposable {}

/** Templates this file has seen: looked up once. */
const templates = new Map<number, Promise<string>>();

/**
 * A fresh database of its own, cloned from the migrated template, with the partitions that a platform
 * at `now` would have. Dropped on disposal.
 */
export async function createTestDatabase(now: number): Promise<TestDatabase> {
  const maintenanceUrl = inject('databaseUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = templates.get(now) ?? templateFor(maintenanceUrl, now);
  templates.set(now, template);
  await maintain(maintenanceUrl, `CREATE DATABASE ${name} TEMPLATE ${await template}`);
  const database = openDatabase({ url: urlOf(maintenanceUrl, name), connections: 10, log: silentLog });
  return {
    ...database,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await maintain(maintenanceUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
