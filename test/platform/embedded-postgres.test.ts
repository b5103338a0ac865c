import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  return (await client.query(statement).finally(() => client.end())).rows;
}

test('a server left running by a killed platform is taken over with its data', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neverout-pg-'));
  await chmod(folder, 0o755);
  const first = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  // No stop: as after kill -9 of the platform.
  const second = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await second.stop();
  const third = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
  expect(await query(third.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  await third.stop();
  await rm(folder, { recursive: true, force: true });
});

test.runIf(process.getuid?.() === 0)(
  'below a folder that only root may enter, the cluster lies where its server can reach it',
  async () => {
    const closed = await mkdtemp(join(tmpdir(), 'neverout-closed-'));
    const folder = join(closed, 'data');
    await mkdir(folder);
    const first = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.stop();
    const second = await startEmbeddedPostgres({ folder, durability: 'throw-away' });
    expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await second.stop();
    const place = (await readFile(join(folder, 'postgres-is-at'), 'utf8')).trim();
    await Promise.all([closed, place].map((path) => rm(path, { recursive: true, force: true })));
  },
);
