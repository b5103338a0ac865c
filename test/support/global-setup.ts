import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { makeTemplate } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the test cluster's maintenance database. */
    databaseUrl: string;
  }
}

/** One cluster for the whole run, with a migrated template that each test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Inherited by every worker and process that a test starts: half of their starts is compiling the same files.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'neverout-test-compiled');
  const folder = await mkdtemp(join(await chooseParent(), 'neverout-test-'));
  // The server's own user must be able to pass through.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
  await makeTemplate(postgres.url);
  project.provide('databaseUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 1024 ** 3;

/** In memory where there is room: the cluster is thrown away, and hundreds of databases are made and dropped in it. */
async function chooseParent(): Promise<string> {
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize >= ROOM_BYTES ? MEMORY : tmpdir();
}
