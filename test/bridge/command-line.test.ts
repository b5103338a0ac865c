import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { colourLaserPrinter } from '../../device-sim/printers/emulated-printer.ts';
import { startIppPrinter } from '../../device-sim/printers/ipp-printer.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from './support/config.ts';
import { startTestPlatform, type TestPlatform, TOKEN } from './support/platform.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../bridge/main.ts', import.meta.url));
const HOST = '127.0.0.1';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

const bridge = (config: string, ...args: string[]) =>
  run('node', [MAIN, '--config', config, ...args], {
    env: { ...process.env, NEVEROUT_API_TOKEN: TOKEN },
  }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
  );

test('the five-minute path: discover, register, run, status', async () => {
  await using folder = await temporaryFolder();
  const printer = await startIppPrinter(colourLaserPrinter('CLI-1'), { host: HOST, port: 0 });
  const file = join(folder.path, 'bridge.json');
  const config = {
    broker: { url: `mqtt://${HOST}:${platform.mqttPort}` },
    api: { url: platform.apiUrl },
    discover: { hosts: [{ host: HOST, ippPort: printer.port }] },
    snmp: { enabled: false },
    poll: { everySeconds: 1 },
  };
  writeFileSync(file, JSON.stringify(config));

  const found = await bridge(file, 'discover');
  expect(found.output).toContain('Acme ColorJet 400');
  expect(found.output).toContain('not registered');
  const registered = await bridge(file, 'register', '--strategy', 'automatic');
  expect(registered.output).toContain('registered as device');
  const credentials = join(folder.path, 'bridge-credentials.json');
  expect(statSync(credentials).mode & 0o777).toBe(0o600);
  const [{ deviceId }] = JSON.parse(readFileSync(credentials, 'utf8')).printers;

  const running = spawn('node', [MAIN, '--config', file], { stdio: 'ignore' });
  // The bridge goes by this machine's clock, which is far from the test platform's: the refusal shows that it speaks.
  await eventually(async () => {
    const { rows } = await platform.database.pool.query('SELECT 1 FROM dead_letter WHERE device_id = $1', [
      deviceId,
    ]);
    const readings = await platform.readings(deviceId);
    expect(rows.length + readings.length).toBeGreaterThan(0);
  });
  await eventually(async () =>
    expect((await bridge(file, 'status')).output).toMatch(/connected, [1-9]\d* delivered/u),
  );
  running.kill('SIGTERM');
  const [code] = await once(running, 'exit');
  expect(code).toBe(0);
  await printer.close();
}, 60_000);

test('what is wrong is said in words, with exit status 1', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'bridge.json');
  expect(await bridge(file)).toMatchObject({ code: 1, output: expect.stringContaining('Cannot read') });
  writeFileSync(file, JSON.stringify({ broker: { url: 'mqtt://h' }, discover: { hosts: ['127.0.0.1'] } }));
  expect(await bridge(file, 'register')).toMatchObject({
    code: 1,
    output: expect.stringContaining('api.url'),
  });
  expect(await bridge(file, 'status')).toMatchObject({
    code: 1,
    output: expect.stringContaining('No bridge has run'),
  });
  expect(await bridge(file, 'dance')).toMatchObject({
    code: 1,
    output: expect.stringContaining('no command dance'),
  });
}, 30_000);
