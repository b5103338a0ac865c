import type { Config } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import { type Database, openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { createLog } from './log.ts';
import { applyMigrations } from './migrations.ts';

/** For commands beside the platform: its running database, or the one that it would start. */
export async function reachDatabase(
  config: Config,
): Promise<{ database: Database; close: () => Promise<void> }> {
  const log = createLog('error', false);
  const own = config.DATABASE_URL === undefined ? await startOwn(config) : undefined;
  const url = config.DATABASE_URL ?? own?.url ?? '';
  await applyMigrations(url);
  const database = openDatabase({ url, connections: 2, log });
  const close = async () => {
    await database.close();
    if (own?.wasRunning === false) await own.stop();
  };
  return { database, close };
}

async function startOwn(config: Config) {
  await openDataFolder(config.NEVEROUT_DATA);
  return await startEmbeddedPostgres({ folder: config.NEVEROUT_DATA, durability: 'durable' });
}
