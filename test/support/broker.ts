import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type Broker, buildBroker } from '../../broker/build-broker.ts';
import { topicOf } from '../../contracts/mqtt.ts';
import { type Clock, ManualClock } from '../../platform/clock.ts';
import { type Config, parseConfig } from '../../platform/config.ts';
import type { Database } from '../../platform/database.ts';
import { enqueueCommands } from '../../platform/device-commands.ts';
import type { Log } from '../../platform/log.ts';
import { createMetrics, type Metrics } from '../../platform/metrics.ts';
import { silentLog } from './log.ts';

/** When the tests of the broker play. */
export const NOON = Date.parse('2026-11-21T12:00:00Z');

export interface TestBroker extends AsyncDisposable {
  readonly broker: Broker;
  readonly metrics: Metrics;
  readonly clock: ManualClock;
  /** Port of a listener. */
  readonly port: (name: Broker['listeners'][number]['name']) => number;
  readonly close: () => Promise<void>;
}

export interface TestBrokerOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly now?: number;
  readonly log?: Log;
  /** Replaces the real store, for control tests. */
  readonly store?: Parameters<typeof buildBroker>[1];
}

/** Far from every limit, so that a test meets only the limit it sets. */
const ROOMY = { MQTT_MESSAGES_PER_SECOND: '100000', MQTT_CONNECTIONS_PER_MINUTE: '100000', MQTT_PORT: '0' };

export const brokerConfig = (settings: Readonly<Record<string, string>> = {}): Config =>
  parseConfig({ ...ROOMY, ...settings });

/** A real broker on free ports of the loopback address. */
export async function startTestBroker(
  database: Pick<Database, 'url' | 'pool' | 'prisma' | 'close'>,
  { settings = {}, now = NOON, log = silentLog, store }: TestBrokerOptions = {},
): Promise<TestBroker> {
  const metrics = createMetrics();
  const clock = new ManualClock(now);
  const broker = await buildBrokerOn(database, { settings, clock, log, metrics, store });
  const ports = new Map(broker.listeners.map(({ name, server }) => [name, portOf(server)]));
  const port = (name: Broker['listeners'][number]['name']) => ports.get(name) ?? 0;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= broker.close();
    return closed;
  };
  return { broker, metrics, clock, port, close, [Symbol.asyncDispose]: close };
}

async function buildBrokerOn(
  database: Database,
  options: {
    settings: Readonly<Record<string, string>>;
    clock: Clock;
    log: Log;
    metrics: Metrics;
    store: TestBrokerOptions['store'];
  },
): Promise<Broker> {
  const { settings, clock, log, metrics, store } = options;
  const deps = { database, clock, config: brokerConfig(settings), log, metrics };
  const broker = await (store === undefined ? buildBroker(deps) : buildBroker(deps, store));
  for (const { server } of broker.listeners) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return broker;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export interface TestDevice {
  readonly id: string;
  readonly secret: string;
  /** Consumable ids by key. */
  readonly consumables: ReadonlyMap<string, string>;
}

/** Slots of the model that test devices have: a counted one, one in litres, one that fills. */
const SLOTS = [
  { key: 'black', polarity: 'depletes', unit: null, capacity: null, counterKey: 'pages' },
  { key: 'milk', polarity: 'depletes', unit: 'l', capacity: 2, counterKey: null },
  { key: 'waste', polarity: 'fills', unit: null, capacity: null, counterKey: null },
] as const;

/** Registers devices of one model, set-wise. */
export async function registerDevices(
  { pool }: Pick<Database, 'pool'>,
  count: number,
  slots: readonly (typeof SLOTS)[number][] = SLOTS,
): Promise<TestDevice[]> {
  const createdAt = new Date(NOON);
  const model = await pool.query<{ id: string }>(
    `INSERT INTO device_model (make, model, family, created_at) VALUES ('Test', $1, 'printer', $2) RETURNING id`,
    [randomBytes(6).toString('hex'), createdAt],
  );
  const modelId = model.rows[0]?.id;
  for (const { key, polarity, unit, capacity, counterKey } of slots) {
    await pool.query(
      `INSERT INTO model_slot (device_model_id, key, name, polarity, unit, capacity, counter_key, typical_life_days)
       VALUES ($1, $2, $2, $3, $4, $5, $6, 60)`,
      [modelId, key, polarity, unit, capacity, counterKey],
    );
  }
  const secrets = Array.from({ length: count }, () => randomBytes(18).toString('base64url'));
  const { rows } = await pool.query<{ id: string; hash: Buffer }>(
    `INSERT INTO device (device_model_id, name, secret_hash, created_at)
     SELECT $1, 'test', hash, $3 FROM unnest($2::bytea[]) AS hash RETURNING id, secret_hash AS hash`,
    [modelId, secrets.map(sha256), createdAt],
  );
  const byHash = new Map(secrets.map((secret) => [sha256(secret).toString('hex'), secret]));
  const consumables = await pool.query<{ id: string; deviceId: string; key: string }>(
    `INSERT INTO consumable (device_id, device_model_id, key, created_at)
     SELECT d.id, d.device_model_id, s.key, $2 FROM device d JOIN model_slot s USING (device_model_id)
     WHERE d.device_model_id = $1 RETURNING id, device_id AS "deviceId", key`,
    [modelId, createdAt],
  );
  await pool.query(
    `INSERT INTO consumable_state (consumable_id, evaluate_at)
     SELECT c.id, c.created_at FROM consumable c WHERE c.device_model_id = $1`,
    [modelId],
  );
  const keys = new Map(rows.map(({ id }) => [id, new Map<string, string>()]));
  for (const { id, deviceId, key } of consumables.rows) keys.get(deviceId)?.set(key, id);
  return rows.map(({ id, hash }) => ({
    id,
    secret: byHash.get(hash.toString('hex')) ?? '',
    consumables: keys.get(id) ?? new Map(),
  }));
}

const sha256 = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Credentials of a device as mqtt.js wants them; no reconnecting by itself. */
export const credentialsOf = ({ id, secret }: TestDevice): IClientOptions => ({
  clientId: id,
  username: id,
  password: secret,
  reconnectPeriod: 0,
});

/** Connects a device over TCP; rejects with the broker's CONNACK code in `code`. */
export function connectDevice(
  port: number,
  device: TestDevice,
  options: IClientOptions = {},
): Promise<MqttClient> {
  return mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { ...credentialsOf(device), ...options }, false);
}

/** Keeps a command for a device, as the rules and the API do. */
export async function sendCommand(
  { pool }: Pick<Database, 'pool'>,
  deviceId: string,
  hint: string,
  expiresAt = NOON + 86_400_000,
): Promise<void> {
  const command = { v: 1, type: 'maintenance', hint } as const;
  await enqueueCommands(pool, [{ deviceId, command, at: NOON, expiresAt }]);
}

/** The telemetry of a test device at NOON unless told otherwise. */
export const telemetryOf = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    v: 1,
    at: '2026-11-21T12:00:00Z',
    seq: 1,
    consumables: { black: { level: 0.5 } },
    ...fields,
  });

/** Publishes and waits for the PUBACK. */
export async function publish(
  client: MqttClient,
  device: TestDevice,
  payload: string | Buffer,
  kind: 'telemetry' | 'event' | 'state' = 'telemetry',
): Promise<void> {
  await client.publishAsync(topicOf(device.id, kind), payload, { qos: 1 });
}

/** The value of a counter, of one label value if given. */
export async function countOf(
  counter: { get: () => Promise<{ values: { value: number; labels: object }[] }> },
  label?: string,
): Promise<number> {
  const { values } = await counter.get();
  const wanted = values.filter(({ labels }) => label === undefined || Object.values(labels).includes(label));
  return wanted.reduce((sum, { value }) => sum + value, 0);
}
