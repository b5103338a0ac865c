#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type Telemetry, telemetrySchema } from '../contracts/mqtt.ts';
import { systemClock } from '../platform/clock.ts';
import { DeviceClient, NotAcknowledged } from './client/device-client.ts';
import { sayCommand } from './client/say-command.ts';
import {
  ArgumentError,
  type DeviceArguments,
  type Message,
  parseDeviceArguments,
  USAGE,
  warningsOf,
} from './device-tool/arguments.ts';
import { explainConnection } from './device-tool/explain.ts';
import { outcomeOf, PlatformReader } from './device-tool/outcome.ts';

const CONNECT_WITHIN_MS = 10_000;
/** Commands that wait for the device come right after it subscribed. */
const LISTEN_MS = 300;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A device that is not let in or not heard: said in one sentence. */
class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

async function main(): Promise<void> {
  const given = parseDeviceArguments(process.argv.slice(2), systemClock.now());
  if (given === null) return say(USAGE);
  const client = await connect(given);
  say(`Connected as ${given.id}.`);
  try {
    const token = process.env['NEVEROUT_API_TOKEN'];
    const reader = token === undefined ? null : new PlatformReader(given.api, token);
    for (const message of given.messages) await send(client, given.id, message, reader);
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
    if (reader === null) say('Set NEVEROUT_API_TOKEN to see what the platform made of it.');
  } finally {
    await client.close();
  }
}

async function connect(given: DeviceArguments): Promise<DeviceClient> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error(`No answer from ${given.url}.`)), CONNECT_WITHIN_MS);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      void client.close();
      reject(new DeviceError(`Not connected. ${explainConnection(error)}`));
    };
    const client = new DeviceClient({
      url: given.url,
      deviceId: given.id,
      secret: given.secret,
      ...(given.ca === null ? {} : { ca: readFileSync(given.ca, 'utf8') }),
      random: Math.random,
      onConnected: () => {
        clearTimeout(timer);
        resolve(client);
      },
      onError: fail,
      onCommand: (command) => say(`The platform says: ${sayCommand(command)}.`),
    });
  });
}

async function send(
  client: DeviceClient,
  deviceId: string,
  message: Message,
  reader: PlatformReader | null,
): Promise<void> {
  if (message.kind === 'telemetry') {
    for (const warning of warningsOf(message.body)) say(`Not as documented: ${warning}`);
  }
  const before = (await reader?.refusals(deviceId))?.map(({ id }) => id) ?? [];
  try {
    await publish(client, deviceId, message);
  } catch (error) {
    if (!(error instanceof NotAcknowledged)) throw error;
    const own = message.kind !== 'raw' || message.topic === null;
    throw new DeviceError(
      own
        ? `Not acknowledged: ${error.message}.`
        : `The platform ended the connection: a device may publish only its own telemetry, event and state topics.`,
    );
  }
  say(`Acknowledged: ${JSON.stringify(message.kind === 'raw' ? message.payload : message.body)}`);
  if (reader === null) return;
  const lines = await outcomeOf(reader, deviceId, readingsIn(message), before);
  for (const line of lines.length === 0 ? ['No refusal is recorded.'] : lines) say(`  ${line}`);
}

type Readings = Pick<Telemetry, 'at' | 'seq' | 'consumables'>;

/** What readings a message holds, as far as it can be read. */
function readingsIn(message: Message): Readings {
  const none: Readings = { at: '', seq: 0, consumables: {} };
  if (message.kind === 'telemetry') return message.body;
  if (message.kind === 'event' || message.topic !== null) return none;
  try {
    return telemetrySchema.safeParse(JSON.parse(message.payload)).data ?? none;
  } catch {
    return none;
  }
}

function publish(client: DeviceClient, deviceId: string, message: Message): Promise<void> {
  if (message.kind === 'telemetry') return client.publishTelemetry(message.body);
  if (message.kind === 'event') return client.publishEvent(message.body);
  return client.publishRaw(message.topic ?? `neverout/v1/${deviceId}/telemetry`, message.payload);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof ArgumentError) process.stderr.write(`${error.message}\n\n${USAGE}`);
    else if (error instanceof DeviceError) process.stderr.write(`${error.message}\n`);
    else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
