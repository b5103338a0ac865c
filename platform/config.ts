import { isIP } from 'node:net';
import { z } from 'zod';

/** The roles one process can take. */
const ROLES = ['broker', 'rules', 'api'] as const;
export type Role = (typeof ROLES)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);
/** Names of private ranges that are understood beside addresses. */
const PRIVATE_RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

/** A range of everybody would let everybody say where they come from: limits and the audit log would mean nothing. */
function isAddressRange(range: string): boolean {
  if (PRIVATE_RANGES.includes(range)) return true;
  const [address = '', prefix, ...rest] = range.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  const bits = Number(prefix);
  return /^\d+$/.test(prefix) && bits >= 1 && bits <= (family === 4 ? 32 : 128);
}

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const schema = z.object({
  NEVEROUT_ROLES: z
    .string()
    .default(ROLES.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES)).min(1))
    .describe('Roles of this process, comma-separated.'),
  NEVEROUT_DATA: z.string().min(1).default('./data').describe('Folder of the embedded database and of keys.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL 18; unset: the embedded one.'),
  // The outbox listens on one and shows with another that it lives, a scheduled task holds one for its lock, exports
  // hold two (api/export/routes.ts); somebody has to work with one more.
  DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(6)
    .default(10)
    .describe('Connections of each pool of this process; at least 6.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe log line written.'),
  HOST: z.string().default('0.0.0.0').describe('Address that every listener binds.'),
  HTTP_PORT: port.default(3000).describe('Port of the API; of health and metrics in a process without it.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where browsers and merchants reach the API; links in mails begin with it.'),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((range) => range.trim()))
    .pipe(z.array(z.string().refine(isAddressRange, 'not an address or CIDR range, or one of everybody')))
    .optional()
    .describe('Addresses or CIDR ranges whose X-Forwarded-For is believed, comma-separated. Unset: none.'),
  AUTH_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe(
      'Key of sessions, claim codes, links in messages and sealed mails, the same in every process. Unset: one is made in the data folder.',
    ),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('smtp(s)://user:password@host:port. Unset: mails are written into the data folder, not sent.'),
  MAIL_FROM: z.string().min(3).default('Neverout <neverout@localhost>').describe('Sender of mails.'),
  NEVEROUT_API_TOKEN: z.string().min(24).optional().describe('Unset: a random one is made and shown once.'),
  MQTT_PORT: port.default(1883).describe('Port of plain MQTT.'),
  MQTT_WS_PORT: port.optional().describe('Unset: no WebSocket listener.'),
  MQTT_TLS_PORT: port.optional().describe('Unset: no TLS listener. Needs the two files below.'),
  MQTT_TLS_CERT: z.string().optional().describe('PEM file of the server certificate.'),
  MQTT_TLS_KEY: z.string().optional().describe('PEM file of its key.'),
  MQTT_TLS_CLIENT_CA: z.string().optional().describe('PEM file of the CA that signs device certificates.'),
  PROVISIONING_TLS_PORT: port
    .optional()
    .describe(
      'Port where devices trade their claim certificate, with the certificate and key of MQTT_TLS_CERT and MQTT_TLS_KEY. Unset: none.',
    ),
  MQTT_MAX_PAYLOAD_BYTES: count.default(16_384).describe('Largest MQTT packet accepted.'),
  MQTT_MESSAGES_PER_SECOND: count.default(20).describe('Sustained rate of one device; more is held back.'),
  MQTT_CONNECTIONS_PER_MINUTE: count
    .default(30)
    .describe('Connections of one device, and failed attempts of one address.'),
  MQTT_MAX_CONNECTIONS: count.default(15_000).describe('Connections of this broker.'),
  CLOCK_LIMIT_MINUTES: count
    .default(10)
    .describe('How far a device clock may be ahead, or behind for live data.'),
  READING_RETENTION_MONTHS: count.default(13).describe('Whole months that readings are kept.'),
  DEAD_LETTER_RETENTION_DAYS: count.default(30).describe('Days that refused input is kept.'),
  CANCEL_WINDOW_HOURS: z.coerce.number().min(0).default(24).describe('Between announcement and placement.'),
  REVIEW_PERIOD_HOURS: z.coerce
    .number()
    .min(1)
    .default(24)
    .describe('How often a consumable near its end is looked at.'),
  STALE_AFTER_DAYS: z.coerce
    .number()
    .min(1)
    .default(14)
    .describe('Older readings order nothing by themselves.'),
  EVALUATE_EVERY_MS: count.default(1000).describe('Pause between looks at the evaluation queue.'),
  EVALUATE_SPACING_SECONDS: z.coerce
    .number()
    .min(0)
    .default(10)
    .describe('Readings alone have a consumable evaluated this often at most.'),
  COST_STOCKOUT_MINOR: z.coerce
    .number()
    .int()
    .min(0)
    .default(2500)
    .describe('Cost of running out once, in minor units.'),
  COST_STOCKOUT_PER_DAY_MINOR: z.coerce.number().int().min(0).default(4000).describe('Of every day without.'),
  COST_HOLDING_PER_DAY_MINOR: z.coerce.number().min(0).default(6).describe('Of a spare lying on the shelf.'),
  COST_SHIPPING_MINOR: z.coerce.number().int().min(0).default(0).describe('Of one parcel.'),
  QUOTE_WAIT_MINUTES: z.coerce
    .number()
    .min(0)
    .default(15)
    .describe("How long an announcement waits for the merchant's quote at most. 0: none is asked for."),
  CONSOLIDATION_SLACK_DAYS: z.coerce
    .number()
    .min(0)
    .default(7)
    .describe('What falls due within these days goes with a parcel that leaves anyway. 0: nothing does.'),
  PARCEL_WORTH_MINOR: z.coerce
    .number()
    .int()
    .min(0)
    .default(150)
    .describe('What one parcel less is worth beside its shipping, in minor units.'),
  MERCHANT_FOLDER: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the folders of merchants that take orders as files. Unset: there are none.'),
  BUTTON_REPEAT_MINUTES: z.coerce
    .number()
    .min(0)
    .default(60)
    .describe('Presses of a button within this time after an order are no new order.'),
  COACH_EVERY_DAYS: z.coerce
    .number()
    .min(1)
    .default(7)
    .describe('Reminders of the strategy coach: at most one a consumable within so many days.'),
  CALENDAR_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== ''),
    )
    .describe(
      'Calendar servers inside the own network (host:port, comma-separated): may be private, and plain http.',
    ),
  NOTICE_WITHIN_HOURS: z.coerce
    .number()
    .min(1)
    .default(48)
    .describe('An announcement not delivered within this time turns its order into a question.'),
  OUTGOING_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== ''),
    )
    .describe(
      'Receivers of webhooks and push messages inside the own network (host:port, comma-separated): may be private, and plain http.',
    ),
  LOG_PRETTY: flag.optional().describe('Unset: pretty on a terminal.'),
});

export type Config = Readonly<z.output<typeof schema>>;

/** A setting that is wrong: `message` names every bad variable, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Parses the whole environment at once. Throws ConfigError naming every variable that is wrong. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is one that somebody left out, not an empty text.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(lines.join('\n'));
  }
  const { MQTT_TLS_CERT, MQTT_TLS_KEY } = parsed.data;
  for (const name of ['MQTT_TLS_PORT', 'PROVISIONING_TLS_PORT'] as const) {
    if (parsed.data[name] !== undefined && (MQTT_TLS_CERT === undefined || MQTT_TLS_KEY === undefined)) {
      throw new ConfigError(`${name}: needs MQTT_TLS_CERT and MQTT_TLS_KEY`);
    }
  }
  return Object.freeze(parsed.data);
}

/** Name, default and meaning of every variable: the table of docs/operations.md, held to it by a test. */
export function describeConfig(): readonly { name: string; fallback: string; meaning: string }[] {
  const defaults: Record<string, unknown> = schema.parse({});
  return Object.entries(schema.shape).map(([name, type]) => ({
    name,
    fallback: defaults[name] === undefined ? '' : String(defaults[name]),
    meaning: type.description ?? '',
  }));
}
