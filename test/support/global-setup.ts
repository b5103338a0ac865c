import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { applyMigrations } from '../../platform/migrations.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the test cluster's maintenance database. */
    databaseUrl: string;
  }
}

export const TEMPLATE_DATABASE = 'neverout_template';

/** One cluster for the whole run, with a migrated template that each test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'neverout-test-'));
  // The server's own user must be able to pass through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
  const client = new pg.Client(postgres.url);
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await client.end();
  const template = new URL(postgres.url);
  template.pathname = `/${TEMPLATE_DATABASE}`;
  await applyMigrations(template.href);
  project.provide('databaseUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
