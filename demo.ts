#!/usr/bin/env node
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Platform, startPlatform } from './compose.ts';
import { HOUR_MS } from './core/types.ts';
import { makeDemoAccounts } from './demo-accounts.ts';
import { type BridgedPrinters, startDemoBridge } from './demo-bridge.ts';
import { kindsOfCaptures } from './device-sim/captures/capture-kind.ts';
import { readCaptures } from './device-sim/captures/read-captures.ts';
import { type DemoOptions, OptionError, parseOptions, USAGE } from './device-sim/demo/options.ts';
import type { PlatformHandle } from './device-sim/demo/platform-handle.ts';
import { createProgress } from './device-sim/demo/progress.ts';
import { exitCodeOf } from './device-sim/demo/report.ts';
import { type FinishedDemo, runDemo } from './device-sim/demo/run-demo.ts';
import { summarise } from './device-sim/demo/summary.ts';
import { ManualClock } from './platform/clock.ts';
import { type Config, parseConfig } from './platform/config.ts';
import { createLog, type Log } from './platform/log.ts';
import { StartError } from './platform/start-error.ts';

/** A Monday: the same for everybody, so that a seed means one world. */
const START = Date.parse('2027-03-01T00:00:00Z');
const CAPTURES = fileURLToPath(new URL('../shared/data', import.meta.url));
/** While it stays up, devices report this often. */
const KEEP_PACE_MS = 10_000;

async function configOf(folder: string): Promise<Config> {
  const { LOG_LEVEL = 'warn', LOG_PRETTY } = process.env;
  // Known before the start: links in mails and passkeys are bound to the address.
  const port = String(await freePort());
  return parseConfig({
    NEVEROUT_DATA: folder,
    LOG_LEVEL,
    LOG_PRETTY,
    HOST: '127.0.0.1',
    HTTP_PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
    MQTT_PORT: '0',
    // The whole fleet sits at one address, and its days pass in seconds.
    MQTT_MESSAGES_PER_SECOND: '5000',
    MQTT_CONNECTIONS_PER_MINUTE: '1000000',
  });
}

function handleOf(platform: Platform): PlatformHandle {
  const { database, apiToken, drain, ports } = platform;
  return {
    database,
    apiToken,
    drain,
    mqttPort: ports['mqtt'] ?? 0,
    httpUrl: `http://127.0.0.1:${ports['http'] ?? 0}`,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** The first Ctrl-C ends the simulation in order, the second ends the process. */
function onInterrupt(): { readonly requested: () => boolean; readonly wait: Promise<void> } {
  let requested = false;
  const wait = new Promise<void>((done) => {
    const stop = () => {
      if (requested) process.exit(130);
      requested = true;
      done();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return { requested: () => requested, wait };
}

async function simulate(
  options: DemoOptions,
  platform: Platform,
  clock: ManualClock,
  config: Config,
  log: Log,
): Promise<number> {
  const mqttPort = handleOf(platform).mqttPort;
  const bridge = startDemoBridge({ folder: config.NEVEROUT_DATA, mqttPort, clock, log });
  try {
    return await simulateWith(bridge, options, platform, clock, config);
  } finally {
    await bridge.close();
  }
}

async function simulateWith(
  bridge: BridgedPrinters,
  options: DemoOptions,
  platform: Platform,
  clock: ManualClock,
  config: Config,
): Promise<number> {
  const interrupt = onInterrupt();
  const captured = kindsOfCaptures(await readCaptures(options.captures ?? CAPTURES));
  const demo = await runDemo({
    ...options,
    platform: handleOf(platform),
    clock,
    captured,
    bridge,
    cancelWindowMs: config.CANCEL_WINDOW_HOURS * HOUR_MS,
    progress: createProgress(process.stdout, options.quiet),
    stopped: interrupt.requested,
  });
  try {
    const { report } = demo;
    process.stdout.write(summarise(report));
    await tellBridged(bridge, platform);
    if (options.report !== null) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
    if (staysUp(options) && !interrupt.requested()) {
      await tellWhereabouts(platform, demo, config);
      await liveOn(demo, clock, interrupt.wait);
    }
    return exitCodeOf(report);
  } finally {
    await demo.close();
  }
}

const BRIDGED = `
  SELECT (SELECT count(*) FROM reading r JOIN consumable c ON c.id = r.consumable_id WHERE c.device_id = $1)::int AS readings,
    (SELECT count(*) FROM "order" o JOIN consumable c ON c.id = o.consumable_id
     WHERE c.device_id = $1 AND o.status IN ('accepted', 'shipped', 'delivered', 'installed'))::int AS orders`;

async function tellBridged({ list }: BridgedPrinters, { database }: Platform): Promise<void> {
  for (const { name, protocol, deviceId } of list) {
    const { rows } = await database.pool.query<{ readings: number; orders: number }>(BRIDGED, [deviceId]);
    const { readings = 0, orders = 0 } = rows[0] ?? {};
    process.stdout.write(
      `  By the bridge over ${protocol}: ${name}, ${readings} readings, ${orders} ${orders === 1 ? 'order' : 'orders'}\n`,
    );
  }
}

/** When it is asked to, or when somebody sits before it and wants no file: a script never waits for a Ctrl-C. */
const staysUp = ({ keep, quiet, report }: DemoOptions): boolean =>
  keep || (process.stdin.isTTY && process.stdout.isTTY && !quiet && report === null && !process.env['CI']);

async function tellWhereabouts(platform: Platform, { merchantUrl }: FinishedDemo, config: Config) {
  const { httpUrl, mqttPort, apiToken } = handleOf(platform);
  const url = config.PUBLIC_URL ?? httpUrl;
  const { customer, ops, password } = await makeDemoAccounts({
    platform,
    url,
    dataFolder: config.NEVEROUT_DATA,
  });
  process.stdout.write(`
  The platform stays up and its clock goes on in real time; Ctrl-C ends it.

    Portal       ${url}
      customer   ${customer.email}, password "${password}": ${customer.household} with its devices.
                 Look at: what needs you, a consumable's forecast and its "Why?", Orders, Away, Privacy.
      ops        ${ops.email}, the same password; console: ${url}/ops
                 Second step: the key ${ops.totpKey} in an authenticator app,
                 or "Use a backup code instead", each once: ${ops.backupCodes.slice(0, 4).join('  ')}
                 Look at: Today, Review, Forecast, Halt.

    API          ${httpUrl} (reference: ${httpUrl}/docs)
    API token    ${apiToken}
    MQTT         mqtt://127.0.0.1:${mqttPort}
    Mails        ${join(config.NEVEROUT_DATA, 'mail')}
    Merchant     ${merchantUrl}
    PostgreSQL   ${platform.database.url}

`);
}

async function liveOn(demo: FinishedDemo, clock: ManualClock, end: Promise<void>): Promise<void> {
  let ended = false;
  void end.then(() => {
    ended = true;
  });
  const [simulated, real] = [clock.now(), performance.now()];
  for (;;) {
    const timer = new Promise<void>((done) => setTimeout(done, KEEP_PACE_MS).unref());
    await Promise.race([end, timer]);
    if (ended) return;
    const from = clock.now();
    clock.advanceTo(simulated + Math.floor(performance.now() - real));
    await demo.liveOn(from);
  }
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'neverout-demo-'));
  // The database server's own user must be able to pass through.
  await chmod(folder, 0o755);
  try {
    const config = await configOf(folder);
    const clock = new ManualClock(START);
    const log = createLog(config.LOG_LEVEL, config.LOG_PRETTY ?? process.stderr.isTTY);
    if (!options.quiet) process.stdout.write('Starting the platform on a throw-away database …\n');
    const platform = await startPlatform({ config, clock, log, durability: 'throw-away', pace: 'lock-step' });
    try {
      return await simulate(options, platform, clock, config, log);
    } finally {
      await platform.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof OptionError || error instanceof StartError;
    const text =
      error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${text}\n`);
    process.exit(known ? 2 : 1);
  },
);
