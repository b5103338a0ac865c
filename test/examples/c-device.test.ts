import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  NOON,
  registerDevices,
  startTestBroker,
  type TestBroker,
  type TestDevice,
} from '../support/broker.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('../../examples/c/device.c', import.meta.url));

let folder: string;
let program: string | null = null;
let missing = '';
let database: TestDatabase;
let broker: TestBroker;
let device: TestDevice;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'c-device-'));
  program = join(folder, 'device');
  try {
    await run('cc', ['-xc', '-fsyntax-only', '-include', 'mosquitto.h', '/dev/null']);
  } catch (error) {
    program = null;
    missing = error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : String(error);
    return;
  }
  await run('cc', ['-std=c11', '-Wall', '-Wextra', '-Werror', '-o', program, SOURCE, '-lmosquitto']);
  database = await createTestDatabase(NOON);
  // The program tells the time by its machine, so the platform does too.
  broker = await startTestBroker(database, { now: Date.now() });
  const [registered] = await registerDevices(database, 1);
  if (registered === undefined) throw new Error('no device');
  device = registered;
});
afterAll(async () => {
  await broker?.close();
  await database?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const speak = async (secret: string, consumable: string) => {
  const port = String(broker.port('mqtt'));
  return await run(program ?? '', ['127.0.0.1', port, device.id, secret, consumable, '0.37']).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
  );
};

test('the C device: its reading is in the database when it says stored', async (context) => {
  if (program === null) {
    context.skip(
      `SKIPPED: no C compiler with the Mosquitto library here (${missing}); install libmosquitto-dev`,
    );
    return;
  }
  expect(await speak(device.secret, 'black')).toEqual({ code: 0, output: 'stored\n' });
  const { rows } = await database.pool.query(
    'SELECT level, level_kind FROM reading WHERE consumable_id = $1',
    [device.consumables.get('black')],
  );
  expect(rows).toEqual([{ level: 0.37, level_kind: 'measured' }]);
});

test('the C device: a wrong secret is refused, and said so', async (context) => {
  if (program === null) {
    context.skip(
      `SKIPPED: no C compiler with the Mosquitto library here (${missing}); install libmosquitto-dev`,
    );
    return;
  }
  const { code, output } = await speak('not the secret', 'black');
  expect(code).toBe(1);
  expect(output).toContain('refused');
});
