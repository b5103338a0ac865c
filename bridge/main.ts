#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../platform/clock.ts';
import { createLog, type Log } from '../platform/log.ts';
import { StartError } from '../platform/start-error.ts';
import { type Bridge, buildBridge } from './bridge.ts';
import { type BridgeConfig, readBridgeConfig } from './config.ts';
import { type Credential, readCredentials, writeCredentials } from './credentials.ts';
import { openPins, renderPin } from './ipp/pins.ts';
import { PlatformApi } from './registration/platform-api.ts';
import { registerPrinters } from './registration/register.ts';
import { readStatus, renderStatus } from './status.ts';

const USAGE = `npm run bridge -- --config FILE [COMMAND]

  run                           read the printers and publish for them (default)
  discover                      look once, show what is there, publish nothing
  register                      look once, make a device on the platform of each printer found
      --customer ID             whose printers they are (default: nobody's yet)
      --strategy NAME           respond, coach, curated (default) or automatic
  status                        show what the running bridge last wrote
  certificates                  show whose certificates are trusted
  forget-certificate NAME       trust the certificate that the printer shows next;
                                NAME is its serial number, UUID or HOST:PORT

The configuration is described in docs/bridge.md; register needs the API token in NEVEROUT_API_TOKEN.
`;

interface Context {
  readonly config: BridgeConfig;
  readonly log: Log;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      customer: { type: 'string' },
      strategy: { type: 'string', default: 'curated' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(USAGE);
  if (values.config === undefined) throw new StartError(`No configuration is named.\n\n${USAGE}`);
  const config = readBridgeConfig(values.config);
  const context = { config, log: createLog(config.log, process.stderr.isTTY) };
  const [command = 'run', argument] = positionals;
  switch (command) {
    case 'run':
      return await run(context);
    case 'discover':
      return await look(context);
    case 'register':
      return await register(context, values.customer ?? null, values.strategy);
    case 'status':
      return showStatus(config);
    case 'certificates':
      return showCertificates(config);
    case 'forget-certificate':
      return forgetCertificate(config, argument);
    default:
      throw new StartError(`There is no command ${command}.\n\n${USAGE}`);
  }
}

function open({ config, log }: Context, credentials: readonly Credential[], keepsStatus: boolean): Bridge {
  const { ca } = config.broker;
  const brokerCa = ca === undefined ? {} : { brokerCa: readText(ca) };
  return buildBridge({
    config,
    credentials,
    ...brokerCa,
    clock: systemClock,
    log,
    random: Math.random,
    keepsStatus,
  });
}

async function run(context: Context): Promise<void> {
  const { config, log } = context;
  const credentials = readCredentials(config.credentials, log);
  if (credentials.length === 0)
    log.warn('no printer is registered yet: run register to publish what is read');
  const bridge = open(context, credentials, true);
  bridge.start();
  log.info(
    { broker: config.broker.url, registered: credentials.length },
    'the bridge is running; Ctrl-C stops it',
  );
  const signal = await new Promise<NodeJS.Signals>((stop) => {
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
  log.info({ signal }, 'stopping; what is not delivered stays on disk');
  await bridge.close();
}

/** Looks without credentials, so that nothing is published. */
async function look(context: Context): Promise<void> {
  const bridge = open(context, [], false);
  await bridge.discover();
  say(renderStatus(bridge.status(), systemClock.now()));
  await bridge.close();
}

async function register(context: Context, customerId: string | null, strategy: string): Promise<void> {
  const { config, log } = context;
  const token = process.env['NEVEROUT_API_TOKEN'];
  if (config.api === undefined) throw new StartError('The configuration names no api.url to register at.');
  if (token === undefined || token === '')
    throw new StartError('Set NEVEROUT_API_TOKEN to the API token of the platform.');
  const known = readCredentials(config.credentials, log);
  const bridge = open(context, [], false);
  await bridge.discover();
  if (bridge.printers.length === 0) say(renderStatus(bridge.status(), systemClock.now()));
  const all = await registerPrinters(bridge.printers, known, new PlatformApi(config.api.url, token), {
    customerId,
    strategy,
    save: (credentials) => writeCredentials(config.credentials, credentials),
    say,
  });
  await bridge.close();
  say(`${all.length} printers registered; their credentials are in ${config.credentials}.`);
}

function showStatus(config: BridgeConfig): void {
  const status = readStatus(config.folder);
  if (status === null) throw new StartError(`No bridge has run in ${config.folder} yet.`);
  say(renderStatus(status, systemClock.now()));
}

const pinsOf = (config: BridgeConfig) => openPins(join(config.folder, 'certificates.json'));

function showCertificates(config: BridgeConfig): void {
  const pins = pinsOf(config).all;
  say(pins.length === 0 ? 'No certificate is known yet.' : pins.map(renderPin).join('\n'));
}

function forgetCertificate(config: BridgeConfig, name: string | undefined): void {
  if (name === undefined) throw new StartError('Name the printer by its serial number, UUID or HOST:PORT.');
  const forgotten = pinsOf(config).forget(name);
  if (forgotten.length === 0) throw new StartError(`No certificate of ${name} is known.`);
  for (const pin of forgotten) say(`Forgotten: ${renderPin(pin)}`);
  say('The certificate that this printer shows next is trusted.');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`Cannot read ${file}: ${messageOf(error)}`);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof StartError;
    process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
