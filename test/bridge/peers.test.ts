import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { buildBridge } from '../../bridge/bridge.ts';
import { readCredentials, writeCredentials } from '../../bridge/credentials.ts';
import { openPins } from '../../bridge/ipp/pins.ts';
import { readPrinterByIpp } from '../../bridge/ipp/read-printer.ts';
import { PlatformApi } from '../../bridge/registration/platform-api.ts';
import { registerPrinters } from '../../bridge/registration/register.ts';
import { readPrinter } from '../../bridge/snmp/read-printer.ts';
import { observePrinterMib } from '../../contracts/printer/printer-mib.ts';
import { parseSnmprec } from '../../contracts/printer/snmprec.ts';
import { telemetryConsumables } from '../../contracts/printer/telemetry.ts';
import { eventually } from '../support/eventually.ts';
import { silentLog } from '../support/log.ts';
import { temporaryFolder, testConfig } from './support/config.ts';
import { findProgram, freeTcpPort, freeUdpPort, type Peer, startPeer } from './support/peers.ts';
import { startTestPlatform, TOKEN } from './support/platform.ts';

/** Programs that nobody here wrote. `.ci/install-peers` installs them where it can. */

const HOST = '127.0.0.1';
const CAPTURES = fileURLToPath(new URL('../../../shared/data/snmp/librenms/snmprec', import.meta.url));

/** A printer of our own, so that the simulator has something to say where the captures are absent. */
const OWN_WALK = [
  '1.3.6.1.2.1.1.1.0|4|Acme ColorJet 400',
  '1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1',
  '1.3.6.1.2.1.43.5.1.1.17.1|4|SIM-4711',
  '1.3.6.1.2.1.43.10.2.1.3.1.1|2|7',
  '1.3.6.1.2.1.43.10.2.1.4.1.1|65|4711',
  ...[1, 2].flatMap((i) => [
    `1.3.6.1.2.1.43.11.1.1.3.1.${i}|2|${i}`,
    `1.3.6.1.2.1.43.11.1.1.4.1.${i}|2|3`,
    `1.3.6.1.2.1.43.11.1.1.5.1.${i}|2|21`,
    `1.3.6.1.2.1.43.11.1.1.6.1.${i}|4|Toner Cartridge`,
    `1.3.6.1.2.1.43.11.1.1.7.1.${i}|2|7`,
    `1.3.6.1.2.1.43.11.1.1.8.1.${i}|2|2000`,
    `1.3.6.1.2.1.43.11.1.1.9.1.${i}|2|${i * 500}`,
  ]),
  '1.3.6.1.2.1.43.12.1.1.4.1.1|4|black',
  '1.3.6.1.2.1.43.12.1.1.4.1.2|4|cyan',
].sort((a, b) => compareLines(a, b));

function compareLines(a: string, b: string): number {
  const numbers = (line: string) => (line.split('|')[0] ?? '').split('.').map(Number);
  const [x, y] = [numbers(a), numbers(b)];
  const at = x.findIndex((n, i) => n !== y[i]);
  return at < 0 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? 0);
}

const skip = (context: TestContext, why: string): never => {
  process.stderr.write(`SKIPPED ${context.task.name}: ${why}\n`);
  return context.skip(why);
};

const snmpConfig = (entries: Record<string, unknown>) =>
  testConfig('/nowhere', { snmp: { versions: ['2c'], timeoutMs: 1500, retries: 1, ...entries } }).snmp;

/** snmpsim over a folder of walks; a file `name.snmprec` answers the community `name`. */
async function startSnmpsim(folder: string): Promise<{ peer: Peer; port: number }> {
  const port = await freeUdpPort();
  mkdirSync(join(folder, 'cache'));
  for (const path of [folder, join(folder, 'data'), join(folder, 'cache')]) chmodSync(path, 0o777);
  const user = process.getuid?.() === 0 ? ['--process-user=nobody', '--process-group=nogroup'] : [];
  const peer = startPeer(findProgram('snmpsimd') ?? '', [
    `--data-dir=${join(folder, 'data')}`,
    `--cache-dir=${join(folder, 'cache')}`,
    `--agent-udpv4-endpoint=${HOST}:${port}`,
    ...user,
  ]);
  await eventually(async () => {
    const result = await readPrinter(
      { address: HOST, port, readOthers: true },
      snmpConfig({ communities: ['own'] }),
    );
    if (!result.ok) throw new Error(`snmpsim does not answer: ${peer.output()}`);
  });
  return { peer, port };
}

test('snmpsim: what is read over the network is what the walk says, of our own printer and every capture', async (context) => {
  if (findProgram('snmpsimd') === null) return skip(context, 'snmpsim is not installed');
  await using folder = await temporaryFolder();
  mkdirSync(join(folder.path, 'data'));
  writeFileSync(join(folder.path, 'data', 'own.snmprec'), `${OWN_WALK.join('\n')}\n`);
  let captures: string[] = [];
  try {
    captures = readdirSync(CAPTURES).filter((name) => name.endsWith('.snmprec') && !name.includes('@'));
  } catch {
    process.stderr.write('SKIPPED the captures: ../shared/data is absent\n');
  }
  for (const name of captures) copyFileSync(join(CAPTURES, name), join(folder.path, 'data', name));
  const { peer, port } = await startSnmpsim(folder.path);
  await using _ = peer;
  for (const name of ['own.snmprec', ...captures]) {
    const community = name.replace(/\.snmprec$/u, '');
    const result = await readPrinter(
      { address: HOST, port, readOthers: true },
      snmpConfig({ communities: [community] }),
    );
    if (!result.ok) throw new Error(`${name}: ${result.detail}`);
    const read = observePrinterMib(result.reading.varbinds);
    const written = observePrinterMib(parseSnmprec(readFileSync(join(folder.path, 'data', name))).varbinds);
    expect(read.supplies, name).toEqual(written.supplies);
    expect(read.identity, name).toEqual(written.identity);
    expect(read.counters, name).toEqual(written.counters);
  }
}, 120_000);

test('snmpd: SNMPv3 with authentication and privacy, and refusal of a wrong key', async (context) => {
  const program = findProgram('snmpd');
  if (program === null) return skip(context, 'snmpd is not installed');
  await using folder = await temporaryFolder();
  const port = await freeUdpPort();
  const file = join(folder.path, 'snmpd.conf');
  const walk = OWN_WALK.flatMap((line) => {
    const [oid, tag, value] = line.split('|');
    const type = { '2': 'integer', '4': 'octet_str', '65': 'counter' }[tag ?? ''];
    return type === undefined || oid?.startsWith('1.3.6.1.2.1.1.') === true
      ? []
      : [`override .${oid} ${type} "${value}"`];
  });
  writeFileSync(
    file,
    [
      `agentAddress udp:${HOST}:${port}`,
      'createUser reader SHA-256 "authentication key" AES "privacy key"',
      'rouser reader authpriv',
      ...walk,
    ].join('\n'),
  );
  const args = ['-f', '-Lo', '-C', '-c', file, '-p', join(folder.path, 'pid')];
  await using peer = startPeer(program, args, { SNMP_PERSISTENT_DIR: folder.path });
  const user = { name: 'reader', auth: 'sha256', authKey: 'authentication key', privacy: 'aes' };
  const read = (privacyKey: string, timeoutMs = 1500) =>
    readPrinter(
      { address: HOST, port, readOthers: true },
      snmpConfig({ versions: ['3'], users: [{ ...user, privacyKey }], timeoutMs }),
    );
  const result = await eventually(async () => {
    const answer = await read('privacy key');
    if (!answer.ok) throw new Error(`${answer.detail} ${peer.output()}`);
    return answer;
  });
  expect(telemetryConsumables(observePrinterMib(result.reading.varbinds))).toEqual({
    black: { level: 0.25 },
    cyan: { level: 0.5 },
  });
  expect((await read('not the privacy key', 300)).ok).toBe(false);
}, 60_000);

interface IppPeer extends AsyncDisposable {
  readonly port: number;
}

/** ippeveprinter announces itself, so it needs D-Bus and Avahi; null says that it would not start. */
async function startIppeveprinter(folder: string): Promise<IppPeer | string> {
  const program = findProgram('ippeveprinter');
  if (program === null) return 'ippeveprinter (cups-ipp-utils) is not installed';
  const port = await freeTcpPort();
  const peer = startPeer(program, ['-p', String(port), '-d', folder, '-K', folder, 'Test Printer']);
  const config = testConfig(folder, { ipp: { timeoutMs: 2000, tls: 'never' } });
  const pins = openPins(join(folder, 'unused.json'));
  try {
    await eventually(async () => {
      if (peer.exited()) return;
      const answer = await readPrinterByIpp({ address: HOST, port }, config.ipp, pins);
      if (!answer.ok) throw new Error(answer.detail);
    });
  } catch {
    await peer[Symbol.asyncDispose]();
  }
  if (peer.exited()) return `ippeveprinter does not start, it wants D-Bus and Avahi: ${peer.output().trim()}`;
  return { port, [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() };
}

let platform: Awaited<ReturnType<typeof startTestPlatform>>;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
});

test('ippeveprinter: its two supplies', async (context) => {
  await using folder = await temporaryFolder();
  const peer = await startIppeveprinter(folder.path);
  if (typeof peer === 'string') return skip(context, peer);
  await using _ = peer;
  const pins = openPins(join(folder.path, 'certificates.json'));
  const { ipp } = testConfig(folder.path, { ipp: { timeoutMs: 3000 } });
  const result = await readPrinterByIpp({ address: HOST, port: peer.port }, ipp, pins);
  if (!result.ok) throw new Error(result.detail);
  expect(telemetryConsumables(result.observation)).toEqual({
    waste: { level: 0.25 },
    black: { level: 0.75 },
  });
}, 60_000);

test('snmpsim and ippeveprinter through the bridge: their levels are in the platform', async (context) => {
  if (findProgram('snmpsimd') === null) return skip(context, 'snmpsim is not installed');
  await using folder = await temporaryFolder();
  const ipp = await startIppeveprinter(folder.path);
  if (typeof ipp === 'string') return skip(context, ipp);
  await using _ipp = ipp;
  mkdirSync(join(folder.path, 'data'));
  writeFileSync(join(folder.path, 'data', 'own.snmprec'), `${OWN_WALK.join('\n')}\n`);
  const snmpsim = await startSnmpsim(folder.path);
  await using _snmp = snmpsim.peer;
  const config = testConfig(join(folder.path, 'bridge'), {
    broker: { url: `mqtt://${HOST}:${platform.mqttPort}` },
    // Two printers: nobody answers IPP at the first place, nor SNMP at the second.
    discover: {
      hosts: [
        { host: HOST, snmpPort: snmpsim.port, ippPort: 9 },
        { host: HOST, snmpPort: 9, ippPort: ipp.port },
      ],
    },
    snmp: { versions: ['2c'], communities: ['own'], timeoutMs: 1500 },
  });
  const deps = { config, clock: platform.clock, log: silentLog, random: () => 0.5, keepsStatus: false };
  const finder = buildBridge({ ...deps, credentials: [] });
  await finder.discover();
  const api = new PlatformApi(platform.apiUrl, TOKEN);
  const registered = await registerPrinters(finder.printers, [], api, {
    customerId: null,
    strategy: 'curated',
    save: (all) => writeCredentials(config.credentials, all),
    say: () => undefined,
  });
  await finder.close();
  const bridge = buildBridge({ ...deps, credentials: readCredentials(config.credentials, silentLog) });
  await bridge.discover();
  await bridge.delivered();
  await bridge.close();
  const levels = await Promise.all(
    registered.map(async ({ deviceId }) =>
      Object.fromEntries((await platform.readings(deviceId)).map(({ key, level }) => [key, level])),
    ),
  );
  expect(levels).toHaveLength(2);
  expect(levels).toContainEqual({ black: 0.25, cyan: 0.5 });
  expect(levels).toContainEqual({ waste: 0.25, black: 0.75 });
}, 90_000);
