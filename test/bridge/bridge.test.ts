import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bridge, buildBridge } from '../../bridge/bridge.ts';
import type { BridgeConfig } from '../../bridge/config.ts';
import { readCredentials, writeCredentials } from '../../bridge/credentials.ts';
import { PlatformApi } from '../../bridge/registration/platform-api.ts';
import { registerPrinters } from '../../bridge/registration/register.ts';
import { readStatus, renderStatus } from '../../bridge/status.ts';
import { colourLaserPrinter, type EmulatedPrinter } from '../../device-sim/printers/emulated-printer.ts';
import { startIppPrinter } from '../../device-sim/printers/ipp-printer.ts';
import { startSnmpPrinter } from '../../device-sim/printers/snmp-printer.ts';
import type { ManualClock } from '../../platform/clock.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder, testConfig } from './support/config.ts';
import { startHostileAgent } from './support/hostile-agent.ts';
import { startTestPlatform, type TestPlatform, TOKEN } from './support/platform.ts';

const HOST = '127.0.0.1';
const MINUTE_MS = 60_000;
/** Nobody listens there. */
const NOBODY = 9;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

function open(config: BridgeConfig, clock: ManualClock): Bridge {
  return buildBridge({
    config,
    credentials: readCredentials(config.credentials, silentLog),
    clock,
    log: silentLog,
    random: () => 0.5,
    keepsStatus: true,
  });
}

/** Discovers and registers as `bridge register` does; returns the device ids by serial number. */
async function register(config: BridgeConfig): Promise<Map<string, string>> {
  const bridge = open(config, platform.clock);
  await bridge.discover();
  const all = await registerPrinters(
    bridge.printers,
    readCredentials(config.credentials, silentLog),
    new PlatformApi(platform.apiUrl, TOKEN),
    {
      customerId: null,
      strategy: 'curated',
      save: (credentials) => writeCredentials(config.credentials, credentials),
      say: () => undefined,
    },
  );
  await bridge.close();
  return new Map(all.map(({ identity, deviceId }) => [identity.serial ?? '', deviceId]));
}

const setLevel = (printer: EmulatedPrinter, index: number, level: number): void => {
  const supply = printer.supplies[index];
  if (supply !== undefined) supply.level = level;
};

test('one printer by SNMP and one by IPP: found, registered, read, and in the database', async () => {
  await using folder = await temporaryFolder();
  const bySnmp = colourLaserPrinter('SNMP-100');
  const byIpp = colourLaserPrinter('IPP-200');
  const agent = await startSnmpPrinter(bySnmp, { host: HOST, port: 0, community: 'public' });
  const server = await startIppPrinter(byIpp, { host: HOST, port: 0 });
  const config = testConfig(folder.path, {
    broker: { url: `mqtt://${HOST}:${platform.mqttPort}` },
    discover: {
      hosts: [
        { host: HOST, snmpPort: agent.port, ippPort: NOBODY },
        { host: HOST, snmpPort: NOBODY, ippPort: server.port },
      ],
    },
  });
  const devices = await register(config);
  expect([...devices.keys()].sort()).toEqual(['IPP-200', 'SNMP-100']);
  expect(statSync(config.credentials).mode & 0o777).toBe(0o600);

  const bridge = open(config, platform.clock);
  await bridge.discover();
  bySnmp.pages = 120;
  setLevel(bySnmp, 0, 0.95);
  setLevel(byIpp, 1, 0.42);
  platform.clock.advanceTo(platform.clock.now() + MINUTE_MS);
  await bridge.poll();
  await bridge.delivered();
  const lastOf = async (serial: string) => {
    const readings = await platform.readings(devices.get(serial) ?? '');
    return Object.fromEntries(readings.map(({ key, level, useCounter }) => [key, [level, useCounter]]));
  };
  expect(await lastOf('SNMP-100')).toMatchObject({ black: [0.95, 120], cyan: [1, 120], waste: [1, 120] });
  expect(await lastOf('IPP-200')).toMatchObject({ black: [1, 0], cyan: [0.42, 0] });

  const text = renderStatus(bridge.status(), platform.clock.now());
  expect(text).toContain('Acme ColorJet 400');
  expect(text).toContain('black 95 %');
  await bridge.close();
  const status = readStatus(config.folder);
  expect(status?.printers.map(({ via, uplink }) => [via, uplink?.waiting])).toEqual([
    [['snmp'], 0],
    [['ipp'], 0],
  ]);
  await agent.close();
  await server.close();
});

test('registering twice makes no second device, and one model serves both printers', async () => {
  await using folder = await temporaryFolder();
  const agent = await startSnmpPrinter(colourLaserPrinter('TWICE-1'), {
    host: HOST,
    port: 0,
    community: 'public',
  });
  const config = testConfig(folder.path, {
    discover: { hosts: [{ host: HOST, snmpPort: agent.port, ippPort: NOBODY }] },
  });
  const first = await register(config);
  expect(await register(config)).toEqual(first);
  const { rows } = await platform.database.pool.query(
    `SELECT count(*)::int AS models FROM device_model WHERE make = 'Acme' AND model = 'ColorJet 400'`,
  );
  expect(rows[0].models).toBe(1);
  await agent.close();
});

test('the same printer by SNMP and by IPP at one address, and at a second one, is one device', async () => {
  await using folder = await temporaryFolder();
  const printer = colourLaserPrinter('ONE-1');
  const agent = await startSnmpPrinter(printer, { host: HOST, port: 0, community: 'public' });
  const server = await startIppPrinter(printer, { host: HOST, port: 0 });
  const config = testConfig(folder.path, {
    discover: {
      hosts: [
        { host: HOST, snmpPort: agent.port, ippPort: server.port },
        { host: 'localhost', snmpPort: NOBODY, ippPort: server.port },
      ],
    },
  });
  const bridge = open(config, platform.clock);
  await bridge.discover();
  await bridge.poll();
  expect(bridge.printers).toHaveLength(1);
  expect(bridge.printers[0]).toMatchObject({ identity: { serial: 'ONE-1' }, places: { length: 2 } });
  await bridge.close();
  await agent.close();
  await server.close();
});

test('while the broker is away readings wait on disk, over a restart, and arrive in order as historical', async () => {
  await using folder = await temporaryFolder();
  await using proxy = await TcpProxy.to(new URL(`tcp://${HOST}:${platform.mqttPort}`));
  const printer = colourLaserPrinter('AWAY-1');
  const agent = await startSnmpPrinter(printer, { host: HOST, port: 0, community: 'public' });
  const config = testConfig(folder.path, {
    broker: { url: `mqtt://${HOST}:${proxy.port}` },
    discover: { hosts: [{ host: HOST, snmpPort: agent.port, ippPort: NOBODY }] },
  });
  const deviceId = (await register(config)).get('AWAY-1') ?? '';
  proxy.cut();
  const { clock } = platform;
  const readAt = async (bridge: Bridge, level: number) => {
    setLevel(printer, 0, level);
    clock.advanceTo(clock.now() + MINUTE_MS);
    await bridge.poll();
  };
  let bridge = open(config, clock);
  await readAt(bridge, 0.9);
  await readAt(bridge, 0.8);
  expect(bridge.status().printers[0]?.uplink).toMatchObject({ connected: false, waiting: 2, delivered: 0 });
  await bridge.close();
  expect(await platform.readings(deviceId)).toEqual([]);

  clock.advanceTo(clock.now() + 30 * MINUTE_MS);
  bridge = open(config, clock);
  await readAt(bridge, 0.7);
  proxy.mend();
  await bridge.delivered();
  const black = (await platform.readings(deviceId)).filter(({ key }) => key === 'black');
  expect(black.map(({ level, historical }) => [level, historical])).toEqual([
    [0.9, true],
    [0.8, true],
    [0.7, false],
  ]);
  await bridge.close();
  await agent.close();
});

test('an event that waits while the broker is away arrives as historical', async () => {
  await using folder = await temporaryFolder();
  await using proxy = await TcpProxy.to(new URL(`tcp://${HOST}:${platform.mqttPort}`));
  const printer = colourLaserPrinter('EVENT-1');
  const [black] = printer.supplies;
  if (black === undefined) throw new Error('the printer has no supplies');
  black.name = 'Black Cartridge HP CF410A';
  const agent = await startSnmpPrinter(printer, { host: HOST, port: 0, community: 'public' });
  const config = testConfig(folder.path, {
    broker: { url: `mqtt://${HOST}:${proxy.port}` },
    discover: { hosts: [{ host: HOST, snmpPort: agent.port, ippPort: NOBODY }] },
  });
  const deviceId = (await register(config)).get('EVENT-1') ?? '';
  const { clock } = platform;
  const bridge = open(config, clock);
  await bridge.poll();
  await bridge.delivered();
  proxy.cut();
  black.name = 'Black Cartridge HP CF411A';
  clock.advanceTo(clock.now() + MINUTE_MS);
  await bridge.poll();
  clock.advanceTo(clock.now() + 30 * MINUTE_MS);
  proxy.mend();
  await bridge.delivered();
  black.name = 'Black Cartridge HP CF412A';
  await bridge.poll();
  await bridge.delivered();
  expect(await platform.events(deviceId)).toEqual([
    { type: 'replaced', historical: true },
    { type: 'replaced', historical: false },
  ]);
  expect(bridge.status().printers[0]?.uplink).toMatchObject({ lost: 0 });
  await bridge.close();
  await agent.close();
});

test('a hostile agent costs the rest of the fleet nothing, and is told apart', async () => {
  await using folder = await temporaryFolder();
  await using hostile = await startHostileAgent(({ oid, pdu }) =>
    pdu === 0xa0 ? [{ oid, value: 1 }] : [{ oid: '1.3.6.1.2.1.43.11.1.1.9.1.1', value: 1 }],
  );
  const printer = colourLaserPrinter('GOOD-1');
  const agent = await startSnmpPrinter(printer, { host: HOST, port: 0, community: 'public' });
  const config = testConfig(folder.path, {
    broker: { url: `mqtt://${HOST}:${platform.mqttPort}` },
    discover: {
      hosts: [
        { host: HOST, snmpPort: hostile.port, ippPort: NOBODY },
        { host: HOST, snmpPort: agent.port, ippPort: NOBODY },
      ],
    },
    poll: { parallel: 1 },
  });
  const deviceId = (await register(config)).get('GOOD-1') ?? '';
  const bridge = open(config, platform.clock);
  await bridge.poll();
  await Promise.all(
    bridge.printers.map((p) => (p.identity.serial === 'GOOD-1' ? p.uplink?.delivered() : null)),
  );
  expect((await platform.readings(deviceId)).length).toBeGreaterThan(0);
  const problems = bridge.status().printers.flatMap((p) => p.problems.map(({ code }) => code));
  expect(problems).toContain('snmp-oid-not-increasing');
  await bridge.close();
  await agent.close();
});

test('an unchanged printer is reported at a change, once more to confirm it, and then by the hour', async () => {
  await using folder = await temporaryFolder();
  const printer = colourLaserPrinter('QUIET-1');
  const agent = await startSnmpPrinter(printer, { host: HOST, port: 0, community: 'public' });
  const config = testConfig(folder.path, {
    broker: { url: `mqtt://${HOST}:${platform.mqttPort}` },
    discover: { hosts: [{ host: HOST, snmpPort: agent.port, ippPort: NOBODY }] },
  });
  const deviceId = (await register(config)).get('QUIET-1') ?? '';
  const bridge = open(config, platform.clock);
  const counts: number[] = [];
  for (const minutes of [5, 5, 5, 5, 60]) {
    platform.clock.advanceTo(platform.clock.now() + minutes * MINUTE_MS);
    await bridge.poll();
    await bridge.delivered();
    counts.push((await platform.readings(deviceId)).filter(({ key }) => key === 'black').length);
  }
  expect(counts).toEqual([1, 2, 2, 2, 3]);
  await bridge.close();
  await agent.close();
});

test('a protocol that a printer does not speak is asked seldom, and at once when the other falls silent', async () => {
  await using folder = await temporaryFolder();
  const server = await startIppPrinter(colourLaserPrinter('SILENT-1'), { host: HOST, port: 0 });
  let asked = 0;
  const mute = createSocket('udp4').on('message', () => void asked++);
  mute.bind(0, HOST);
  await once(mute, 'listening');
  const config = testConfig(folder.path, {
    discover: { hosts: [{ host: HOST, ippPort: server.port, snmpPort: mute.address().port }] },
    snmp: { timeoutMs: 50, retries: 0, versions: ['2c'] },
    ipp: { tls: 'never' },
  });
  const { clock } = platform;
  const bridge = open(config, clock);
  const askedIn = async (minutes: number) => {
    const before = asked;
    clock.advanceTo(clock.now() + minutes * MINUTE_MS);
    await bridge.poll();
    return asked - before;
  };
  const looks: number[] = [];
  for (const minutes of [5, 5, 5, 5, 60, 60, 60]) looks.push(await askedIn(minutes));
  expect(looks).toEqual([1, 1, 0, 0, 1, 0, 1]);
  const [printer] = bridge.status().printers;
  expect(printer?.problems[0]).toMatchObject({
    code: 'snmp-silent',
    detail: 'no answer by SNMP',
  });
  await askedIn(5);
  expect(bridge.status().printers[0]?.problems[0]?.detail).toContain('asked again in 235 min');
  await server.close();
  expect(await askedIn(5)).toBe(1);
  await bridge.close();
  mute.close();
});

test('a host that is no printer, and one that is silent, are named with the reason', async () => {
  await using folder = await temporaryFolder();
  await using router = await startHostileAgent(({ oid, pdu }) =>
    pdu === 0xa0 ? [{ oid, value: Buffer.from('router') }] : [{ oid: '1.3.6.1.6.1', value: 'end' }],
  );
  const config = testConfig(folder.path, {
    discover: {
      hosts: [
        { host: HOST, snmpPort: router.port, ippPort: NOBODY },
        { host: HOST, snmpPort: NOBODY, ippPort: NOBODY },
      ],
    },
    snmp: { timeoutMs: 100, retries: 0 },
  });
  const bridge = open(config, platform.clock);
  await bridge.discover();
  const text = renderStatus(bridge.status(), platform.clock.now());
  expect(text).toContain('no-supplies-table');
  expect(text).toContain('no answer by SNMP');
  await bridge.close();
});

test('by itself: start discovers, polls and publishes until it is closed', async () => {
  await using folder = await temporaryFolder();
  const printer = colourLaserPrinter('SELF-1');
  const server = await startIppPrinter(printer, { host: HOST, port: 0 });
  const config = testConfig(folder.path, {
    broker: { url: `mqtt://${HOST}:${platform.mqttPort}` },
    discover: { hosts: [{ host: HOST, ippPort: server.port }] },
    snmp: { enabled: false },
    poll: { everySeconds: 1, jitter: 0 },
  });
  const deviceId = (await register(config)).get('SELF-1') ?? '';
  const bridge = open(config, platform.clock);
  bridge.start();
  await eventually(async () => expect((await platform.readings(deviceId)).length).toBeGreaterThan(0));
  setLevel(printer, 0, 0.33);
  await eventually(async () => {
    const levels = (await platform.readings(deviceId)).map(({ level }) => level);
    expect(levels).toContain(0.33);
  });
  await bridge.close();
  await server.close();
});
