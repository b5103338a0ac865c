import { createHash } from 'node:crypto';
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
  // A connection that breaks is told where it is used; without a listener it would end the process.
  lock.on('error', () => undefined);
  await lock.connect();
  const directories = await readMigrations(baseDir);
  if (await areApplied(lock, directories)) {
    await lock.end();
    return [];
  }
  await lock.query("SELECT pg_advisory_lock(hashtext('neverout-migrations'))");
  const input = {
    migrationsList: {
      baseDir,
      lockfile: {
        path: 'migration_lock.toml',
        content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8'),
      },
      shadowDbInitScript: '',
      migrationDirectories: directories,
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

const APPLIED = `
  SELECT migration_name AS name, checksum FROM _prisma_migrations
  WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;

/**
 * Whether the database has every migration already, by name and checksum: then the engine, which takes a second
 * to load, is not asked, and processes that start together do not wait for each other.
 */
async function areApplied(client: pg.Client, migrations: readonly Migration[]): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  if (rows[0]?.exists !== true) return false;
  const applied = await client.query<{ name: string; checksum: string }>(APPLIED);
  const known = new Map(applied.rows.map(({ name, checksum }) => [name, checksum]));
  return (
    known.size === migrations.length &&
    migrations.every(({ path, migrationFile }) => known.get(path) === checksumOf(migrationFile.content.value))
  );
}

const checksumOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

type Migration = Awaited<ReturnType<typeof readMigrations>>[number];

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
