import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { StartError } from '../platform/start-error.ts';
import { expandRange, MAX_ADDRESSES } from './address-range.ts';

export const PROTOCOLS = ['snmp', 'ipp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const port = z.number().int().min(1).max(65_535);
const seconds = z.number().min(1).max(604_800);
const path = z.string().regex(/^\/[\x21-\x7e]{0,255}$/, 'starts with / and holds no blanks');
const hostName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._:%-]+$/, 'is a host name or address, without a port');

const host = z.union([
  hostName.transform((name) => ({ host: name })),
  z.strictObject({
    host: hostName,
    snmpPort: port.optional(),
    ippPort: port.optional(),
    ippPath: path.optional(),
    /** Protocols to ask it by; left out: all that are on. */
    by: z.array(z.enum(PROTOCOLS)).min(1).optional(),
  }),
]);

const range = z.string().superRefine((text, context) => {
  const expanded = expandRange(text);
  if (!expanded.ok) context.addIssue({ code: 'custom', message: `"${text}" ${expanded.reason}` });
});

const key = z.string().min(8, 'SNMPv3 keys have at least 8 characters (RFC 3414 §11.2)');
const user = z.strictObject({
  name: z.string().min(1).max(32),
  auth: z.enum(['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512']).optional(),
  authKey: key.optional(),
  privacy: z.enum(['des', 'aes', 'aes256b', 'aes256r']).optional(),
  privacyKey: key.optional(),
});

const discover = z
  .strictObject({
    /** Listens for printers that announce themselves on this network. */
    mdns: z.boolean().default(false),
    mdnsSeconds: z.number().min(1).max(60).default(5),
    hosts: z.array(host).max(MAX_ADDRESSES).default([]),
    ranges: z.array(range).max(64).default([]),
    /** How often mDNS and silent addresses are asked again. */
    everySeconds: seconds.default(3600),
  })
  .refine(
    (d) => d.mdns || d.hosts.length > 0 || d.ranges.length > 0,
    'names no printer: set mdns, hosts or ranges',
  )
  .refine(
    (d) => d.ranges.reduce((sum, text) => sum + addressesOf(text).length, 0) <= MAX_ADDRESSES,
    `ranges hold more than ${MAX_ADDRESSES} addresses together`,
  );

const schema = z.strictObject({
  broker: z.strictObject({
    url: z.url({ protocol: /^(?:mqtts?|wss?)$/ }),
    /** PEM file of the CA that signed the broker's certificate. */
    ca: z.string().min(1).optional(),
  }),
  /** Buffers, pinned certificates and the status live here. */
  folder: z.string().min(1).default('bridge-data'),
  /** Device ids and secrets, written by `register`; readable by their owner alone. */
  credentials: z.string().min(1).default('bridge-credentials.json'),
  discover,
  poll: z
    .strictObject({
      everySeconds: seconds.default(300),
      /** Fraction by which each pause is lengthened or shortened at random. */
      jitter: z.number().min(0).max(0.5).default(0.1),
      parallel: z.number().int().min(1).max(256).default(16),
      /** An unchanged printer is reported this often. */
      unchangedEverySeconds: seconds.default(3600),
    })
    .prefault({}),
  snmp: z
    .strictObject({
      enabled: z.boolean().default(true),
      port: port.default(161),
      versions: z
        .array(z.enum(['1', '2c', '3']))
        .min(1)
        .default(['2c', '1']),
      communities: z.array(z.string().min(1).max(64)).min(1).max(8).default(['public']),
      users: z.array(user).max(8).default([]),
      /** Context names besides the default one; for v1 and v2c they are asked for as `community@context`. */
      contexts: z.array(z.string().min(1).max(32)).max(8).default([]),
      timeoutMs: z.number().int().min(50).max(30_000).default(2000),
      retries: z.number().int().min(0).max(5).default(1),
    })
    .refine((s) => !s.versions.includes('3') || s.users.length > 0, 'version 3 needs users')
    .prefault({}),
  ipp: z
    .strictObject({
      enabled: z.boolean().default(true),
      port: port.default(631),
      tls: z.enum(['prefer', 'require', 'never']).default('prefer'),
      paths: z.array(path).min(1).max(8).default(['/ipp/print', '/ipp/printer', '/']),
      timeoutMs: z.number().int().min(50).max(60_000).default(5000),
    })
    .prefault({}),
  buffer: z
    .strictObject({
      maxMessages: z.number().int().min(10).max(1_000_000).default(20_000),
      maxBytes: z
        .number()
        .int()
        .min(65_536)
        .max(1 << 30)
        .default(16 << 20),
      /** Delivered later than this after it was read, a message is marked historical. */
      historicalAfterSeconds: seconds.default(300),
    })
    .prefault({}),
  /** Where `register` creates models and devices; the token comes from NEVEROUT_API_TOKEN. */
  api: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }).optional(),
  log: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type BridgeConfig = Readonly<z.output<typeof schema>>;

export function addressesOf(text: string): string[] {
  const expanded = expandRange(text);
  return expanded.ok ? expanded.addresses : [];
}

/**
 * Parses the text of a configuration file; paths in it are relative to `folder`. Throws a StartError that
 * names every wrong entry at once.
 */
export function parseBridgeConfig(text: string, name: string, folder: string): BridgeConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StartError(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'file'}: ${issue.message}`);
    throw new StartError(`${name} has ${lines.length} wrong entries:\n${lines.join('\n')}`);
  }
  const config = parsed.data;
  const within = (file: string) => resolve(folder, file);
  return Object.freeze({
    ...config,
    folder: within(config.folder),
    credentials: within(config.credentials),
    broker:
      config.broker.ca === undefined ? config.broker : { ...config.broker, ca: within(config.broker.ca) },
  });
}

export function readBridgeConfig(file: string): BridgeConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseBridgeConfig(text, file, dirname(resolve(file)));
}
