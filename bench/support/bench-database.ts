import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../platform/database.ts';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { createLog } from '../../platform/log.ts';
import { applyMigrations } from '../../platform/migrations.ts';
import { maintainReadingPartitions } from '../../platform/partitions.ts';

export interface BenchDatabase extends Database, AsyncDisposable {}

/** A durable database of its own (WAL and fsync as in production), thrown away afterwards. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'neverout-bench-'));
  // The server's own user must be able to pass through.
  await chmod(folder, 0o755);
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ folder, durability: 'durable' });
  opening.defer(postgres.stop);
  await applyMigrations(postgres.url);
  const database = openDatabase({ url: postgres.url, connections: 4, log: createLog('silent', false) });
  opening.defer(database.close);
  await maintainReadingPartitions(database.pool, { now: Date.now(), retentionMonths: 1, aheadMonths: 1 });
  // From here on they close with the database, not with this function.
  const resources = opening.move();
  return { ...database, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
