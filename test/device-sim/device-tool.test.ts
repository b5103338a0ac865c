import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { telemetrySchema } from '../../contracts/mqtt.ts';
import { sayCommand } from '../../device-sim/client/say-command.ts';
import { ArgumentError, parseDeviceArguments } from '../../device-sim/device-tool/arguments.ts';
import { startTestPlatform, type TestPlatform, TOKEN } from '../bridge/support/platform.ts';
import { registerDevices, type TestDevice } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';

const run = promisify(execFile);
const TOOL = fileURLToPath(new URL('../../device-sim/device-cli.ts', import.meta.url));
const NOW = Date.parse('2026-11-21T12:00:00Z');

const parse = (...args: string[]) => parseDeviceArguments(['--id', 'd', '--secret', 's', ...args], NOW);

test('what is typed becomes one telemetry message by the contract', () => {
  const given = parse(
    ...['--level', 'black=0.3', '--level', 'cyan=some', '--amount', 'milk=0.4l', '--supply', 'black=S=1'],
    ...['--counter', 'pages=12', '--at', '2026-11-20T12:00:00Z', '--seq', '7', '--historical'],
  );
  const [message] = given?.messages ?? [];
  if (message?.kind !== 'telemetry') throw new Error('no telemetry');
  expect(telemetrySchema.parse(message.body)).toEqual({
    v: 1,
    at: '2026-11-20T12:00:00Z',
    seq: 7,
    consumables: {
      black: { level: 0.3, serial: 'S=1' },
      cyan: { level: 'some' },
      milk: { amount: 0.4, unit: 'l' },
    },
    counters: { pages: 12 },
    historical: true,
  });
});

test('an event, a raw payload, help, and what cannot be meant', () => {
  expect(parse('--event', 'replaced=black', '--detail', 'x')?.messages).toEqual([
    {
      kind: 'event',
      body: {
        v: 1,
        at: '2026-11-21T12:00:00.000Z',
        seq: NOW,
        type: 'replaced',
        consumable: 'black',
        detail: 'x',
      },
    },
  ]);
  expect(parse('--payload', '{', '--topic', 't')?.messages).toEqual([
    { kind: 'raw', topic: 't', payload: '{' },
  ]);
  expect(parse('--help')).toBeNull();
  for (const wrong of [
    ['--level', 'black'],
    ['--level', 'black=much'],
    ['--event', 'party'],
    ['--supply', 'black=1'],
    ['--bogus'],
  ]) {
    expect(() => parse(...wrong)).toThrow(ArgumentError);
  }
  expect(() => parseDeviceArguments(['--id', 'd'], NOW)).toThrow('--secret');
});

test('a secret that starts with a dash is a secret', () => {
  expect(parseDeviceArguments(['--id', 'd', '--secret', '-x--y'], NOW)?.secret).toBe('-x--y');
});

let platform: TestPlatform;
let device: TestDevice;
beforeAll(async () => {
  platform = await startTestPlatform();
  const [registered] = await registerDevices(platform.database, 1);
  if (registered === undefined) throw new Error('no device');
  device = registered;
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

const speak = async (secret: string, ...args: string[]) => {
  const common = ['--id', device.id, '--secret', secret, '--url', `mqtt://127.0.0.1:${platform.mqttPort}`];
  const at = new Date(platform.clock.now()).toISOString();
  return await run('node', [TOOL, ...common, '--api', platform.apiUrl, '--at', at, ...args], {
    env: { ...process.env, NEVEROUT_API_TOKEN: TOKEN },
  }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
  );
};

test('a reading: acknowledged, and what the platform made of it', async () => {
  const { code, output } = await speak(device.secret, '--level', 'black=0.3', '--counter', 'pages=5');
  expect(code).toBe(0);
  expect(output).toContain('Acknowledged');
  expect(output).toContain('black: stored, 30 %');
  expect((await platform.readings(device.id)).filter(({ key }) => key === 'black')).toMatchObject([
    { level: 0.3, useCounter: 5 },
  ]);
});

test('what the platform tells the device is said in words, and known to have arrived', async () => {
  const base = `${platform.apiUrl}/v1/devices/${device.id}/commands`;
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const command = { type: 'maintenance', consumable: 'black', hint: 'shake it' };
  const kept = await fetch(base, { method: 'POST', headers, body: JSON.stringify({ command }) });
  expect(kept.status).toBe(201);
  const { output } = await speak(device.secret, '--level', 'black=0.3', '--seq', '77');
  expect(output).toContain('The platform says: black: shake it.');
  await eventually(async () => {
    const { items } = (await (await fetch(base, { headers })).json()) as { items: object[] };
    expect(items).toMatchObject([{ command, deliveredAt: expect.any(String) }]);
  });
  const disable = JSON.stringify({ command: { type: 'disable' } });
  expect((await fetch(base, { method: 'POST', headers, body: disable })).status).toBe(400);
});

test('a display shows orders as people say them', () => {
  const status = (fields: object) =>
    sayCommand({ v: 1, type: 'order-status', consumable: 'black', status: 'shipped', ...fields });
  expect(status({})).toBe('black is on its way');
  expect(status({ arrivesFrom: '2026-11-26', arrivesTo: '2026-11-26' })).toBe(
    'black is on its way, arriving Thursday 2026-11-26',
  );
  expect(status({ arrivesFrom: '2026-11-26', arrivesTo: '2026-11-27' })).toContain(
    'Thursday 2026-11-26 to Friday 2026-11-27',
  );
  expect(status({ status: 'delivered', arrivesFrom: '2026-11-26' })).toBe('black was delivered');
});

test('every refusal is explained: unknown consumable, bad schema, bad JSON, a clock that is ahead', async () => {
  const unknown = await speak(device.secret, '--level', 'blac=0.3');
  expect(unknown.output).toContain('blac: not stored');
  expect(unknown.output).toContain('unknown-consumable: The device model has no such consumable.');
  const schema = await speak(device.secret, '--level', 'black=7');
  expect(schema.output).toContain('Not as documented: consumables.black');
  expect(schema.output).toContain('bad-schema:');
  expect((await speak(device.secret, '--payload', '{"v":')).output).toContain('bad-json:');
  const ahead = new Date(platform.clock.now() + 3_600_000).toISOString();
  expect((await speak(device.secret, '--level', 'black=0.2', '--at', ahead)).output).toContain(
    'clock-ahead:',
  );
}, 60_000);

test('a wrong secret, a foreign topic and nobody there are said in words', async () => {
  const wrong = await speak('wrong', '--level', 'black=0.3');
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('wrong secret') });
  const foreign = await speak(device.secret, '--topic', 'neverout/v1/somebody/telemetry', '--payload', '{}');
  expect(foreign).toMatchObject({ code: 1, output: expect.stringContaining('only its own') });
  const nobody = await speak(device.secret, '--url', 'mqtt://127.0.0.1:9', '--level', 'black=0.3');
  expect(nobody).toMatchObject({ code: 1, output: expect.stringContaining('Nothing listens') });
}, 60_000);
