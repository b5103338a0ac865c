import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { NO_FILTER, withSchemaEngine } from './schema-engine.ts';

const PRISMA_FOLDER = fileURLToPath(new URL('../prisma', import.meta.url));

/**
 * Applies the folders of prisma/migrations that the database has not seen, as `prisma migrate deploy`
 * would, and returns their names. Processes that start together wait for each other.
 */
export async function applyMigrations(url: string): Promise<readonly string[]> {
  const baseDir = join(PRISMA_FOLDER, 'migrations');
  const schema = {
    path: 'schema.prisma',
    content: await readFile(join(PRISMA_FOLDER, 'schema.prisma'), 'utf8'),
  };
  const lock = new pg.Client(url);
  await lock.connect();
  await lock.query("SELECT pg_advisory_lock(hashtext('neverout-migrations'))");
  const input = {
    migrationsList: {
      baseDir,
      lockfile: {
        path: 'migration_lock.toml',
        content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8'),
      },
      shadowDbInitScript: '',
      migrationDirectories: await readMigrations(baseDir),
    },
    filters: NO_FILTER,
  };
  try {
    const { appliedMigrationNames } = await withSchemaEngine(url, [schema], (engine) =>
      engine.applyMigrations(input),
    );
    return appliedMigrationNames;
  } finally {
    await lock.end();
  }
}

async function readMigrations(baseDir: string) {
  const entries = await readdir(baseDir, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    folders.toSorted().map(async (path) => {
      const value = await readFile(join(baseDir, path, 'migration.sql'), 'utf8');
      return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
    }),
  );
}
