import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventually } from './support/eventually.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

let folder: string;
let databaseUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neverout-start-'));
  const url = new URL(inject('databaseUrl'));
  const client = new pg.Client(url.href);
  await client.connect();
  const name = `start_${randomUUID().replaceAll('-', '')}`;
  await client.query(`CREATE DATABASE ${name}`).finally(() => client.end());
  url.pathname = `/${name}`;
  databaseUrl = url.href;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

function start(environment: Record<string, string>): Run {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      NEVEROUT_DATA: folder,
      HTTP_PORT: '0',
      MQTT_PORT: '0',
      ...environment,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code) };
}

test('bad settings are named all at once, with exit code 1', async () => {
  const run = start({ HTTP_PORT: '99999', LOG_LEVEL: 'loud' });
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain('HTTP_PORT');
  expect(run.said()).toContain('LOG_LEVEL');
});

test('a port in use is one sentence that names port and variable, with exit code 1', async () => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const run = start({ MQTT_PORT: String(port) });
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain(`Port ${port} is in use: set MQTT_PORT`);
  expect(run.said()).not.toContain('    at ');
  taken.close();
});

test('a data folder that cannot be made is named, with exit code 1', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  const run = start({ NEVEROUT_DATA: join(file, 'data') });
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain('set NEVEROUT_DATA');
});

test('a database that does not answer is told, with exit code 1', async () => {
  const run = start({ DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:9/none' });
  expect(await run.ended).toBe(1);
  expect(run.said()).toContain('DATABASE_URL');
});

test('it starts, shows a fresh token once, and Ctrl-C ends it in order with exit code 0', async () => {
  const data = join(folder, 'fresh');
  const first = start({ NEVEROUT_DATA: data });
  await eventually(() => expect(first.said()).toContain('Neverout is running'));
  expect(first.said()).toContain('API token (shown once');
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(first.said()).toContain('stopped');

  const second = start({ NEVEROUT_DATA: data });
  await eventually(() => expect(second.said()).toContain('Neverout is running'));
  expect(second.said()).not.toContain('API token');
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('roles run as processes of their own; one without the API still shows health and metrics', async () => {
  const token = randomUUID();
  const run = start({ NEVEROUT_ROLES: 'rules', NEVEROUT_API_TOKEN: token });
  const port = await eventually(() => {
    const found = /"http":(\d+)/.exec(run.said());
    if (found === null) throw new Error('not listening yet');
    return Number(found[1]);
  });
  const get = (path: string, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
  expect((await get('/ready')).status).toBe(200);
  expect((await get('/metrics')).status).toBe(401);
  const metrics = await get('/metrics', { authorization: `Bearer ${token}` });
  expect(await metrics.text()).toContain('neverout_evaluations_total');
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
});
