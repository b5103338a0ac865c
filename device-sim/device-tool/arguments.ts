import { parseArgs } from 'node:util';
import { type DeviceEvent, EVENT_TYPES, type Telemetry, telemetrySchema } from '../../contracts/mqtt.ts';

export const USAGE = `npm run device -- --id DEVICE --secret SECRET [what it says]

  --url URL            the broker (default mqtt://localhost:1883); --ca FILE for mqtts
  --level KEY=0.3      fraction left of a consumable, or some, or unknown; as often as wanted
  --amount KEY=0.4l    an amount with its unit
  --supply KEY=SERIAL  serial number of the cartridge in a slot that has a level
  --counter pages=123  a counter
  --at INSTANT         ISO 8601; default now
  --seq NUMBER         default: milliseconds since 1970
  --historical         a stored reading or event, older than now
  --event TYPE[=KEY]   ${EVENT_TYPES.join(', ')}, about a consumable
  --detail TEXT        with the event
  --payload JSON       sends this as telemetry, as it is
  --topic TOPIC        sends the payload there instead

With NEVEROUT_API_TOKEN set, tells what the platform made of it (--api URL, default http://localhost:3000).
`;

export interface DeviceArguments {
  readonly url: string;
  readonly ca: string | null;
  readonly id: string;
  readonly secret: string;
  readonly api: string;
  readonly messages: readonly Message[];
}

export type Message =
  | { readonly kind: 'telemetry'; readonly body: Telemetry }
  | { readonly kind: 'event'; readonly body: DeviceEvent }
  | { readonly kind: 'raw'; readonly topic: string | null; readonly payload: string };

/** What was typed cannot be sent: `message` says why. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

function pair(text: string, option: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new ArgumentError(`--${option} ${text}: write it as KEY=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** Numbers are sent as they were typed, also those that the platform will refuse. */
function numberOf(text: string, option: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new ArgumentError(`--${option}: ${text} is no number`);
  return value;
}

function levelOf(text: string): [string, { level: number | 'some' | 'unknown' }] {
  const [key, value] = pair(text, 'level');
  return [key, { level: value === 'some' || value === 'unknown' ? value : numberOf(value, 'level') }];
}

function amountOf(text: string): [string, { amount: number; unit: string }] {
  const [key, value] = pair(text, 'amount');
  const match = /^(-?[\d.]+)\s*(\S+)$/u.exec(value);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new ArgumentError(`--amount ${text}: write the number and its unit, as in milk=0.4l`);
  }
  return [key, { amount: numberOf(match[1], 'amount'), unit: match[2] }];
}

const FLAGS = ['--historical', '--help'];

/** One secret in 64 starts with a dash, which would pass for an option. */
function joined(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const value = args[i + 1];
    const takesValue = /^--[a-z]+$/u.test(arg) && !FLAGS.includes(arg) && value !== undefined;
    result.push(takesValue ? `${arg}=${value}` : arg);
    if (takesValue) i++;
  }
  return result;
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: joined(args),
    options: {
      id: { type: 'string' },
      secret: { type: 'string' },
      url: { type: 'string', default: 'mqtt://localhost:1883' },
      ca: { type: 'string' },
      api: { type: 'string', default: 'http://localhost:3000' },
      level: { type: 'string', multiple: true, default: [] },
      amount: { type: 'string', multiple: true, default: [] },
      supply: { type: 'string', multiple: true, default: [] },
      counter: { type: 'string', multiple: true, default: [] },
      at: { type: 'string' },
      seq: { type: 'string' },
      historical: { type: 'boolean', default: false },
      event: { type: 'string' },
      detail: { type: 'string' },
      payload: { type: 'string' },
      topic: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }).values;

type Values = ReturnType<typeof parse>;

/** Parses the command line; null: help was asked for. Throws an ArgumentError. `now` in ms since 1970. */
export function parseDeviceArguments(args: readonly string[], now: number): DeviceArguments | null {
  let values: Values;
  try {
    values = parse(args);
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return null;
  const { id, secret, url, ca, api } = values;
  if (id === undefined || secret === undefined) throw new ArgumentError('--id and --secret are needed');
  return { url, ca: ca ?? null, id, secret, api, messages: messagesOf(values, now) };
}

function messagesOf(values: Values, now: number): Message[] {
  const at = values.at ?? new Date(now).toISOString();
  const seq = values.seq === undefined ? now : numberOf(values.seq, 'seq');
  const historical = values.historical ? { historical: true } : {};
  const messages: Message[] = [];
  if (values.payload !== undefined) {
    messages.push({ kind: 'raw', topic: values.topic ?? null, payload: values.payload });
  }
  const consumables = consumablesOf(values);
  const counters = Object.fromEntries(
    values.counter.map((text) => {
      const [key, value] = pair(text, 'counter');
      return [key, numberOf(value, 'counter')];
    }),
  );
  if (Object.keys(consumables).length > 0 || Object.keys(counters).length > 0) {
    messages.push({ kind: 'telemetry', body: { v: 1, at, seq, consumables, counters, ...historical } });
  }
  if (values.event !== undefined)
    messages.push({
      kind: 'event',
      body: { ...eventOf(values.event, values.detail, at, seq), ...historical },
    });
  return messages;
}

function consumablesOf(values: Values): Telemetry['consumables'] {
  const consumables: Telemetry['consumables'] = Object.fromEntries([
    ...values.level.map(levelOf),
    ...values.amount.map(amountOf),
  ]);
  for (const text of values.supply) {
    const [key, serial] = pair(text, 'supply');
    const reading = consumables[key];
    if (reading === undefined) throw new ArgumentError(`--supply ${text}: give a level of ${key} too`);
    consumables[key] = { ...reading, serial };
  }
  return consumables;
}

function eventOf(text: string, detail: string | undefined, at: string, seq: number): DeviceEvent {
  const [name = '', consumable] = text.split('=');
  const type = EVENT_TYPES.find((known) => known === name);
  if (type === undefined) throw new ArgumentError(`--event ${name}: one of ${EVENT_TYPES.join(', ')}`);
  return {
    v: 1,
    at,
    seq,
    type,
    ...(consumable === undefined ? {} : { consumable }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** What the contract says of a telemetry message before it is sent; it is sent all the same. */
export function warningsOf(body: Telemetry): string[] {
  const parsed = telemetrySchema.safeParse(body);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
