import type { Server } from 'node:http';
import type { Clock } from './platform/clock.ts';
import type { Config, Role } from './platform/config.ts';
import { openDataFolder, readOrMakeApiToken, readOrMakeAuthSecret } from './platform/data-folder.ts';
import { type Database, openDatabase } from './platform/database.ts';
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { listen } from './platform/listen.ts';
import type { Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { applyMigrations } from './platform/migrations.ts';
import { AHEAD_MONTHS } from './platform/months.ts';
import { buildOpsServer } from './platform/ops-server.ts';
import { ensureReadingPartitions } from './platform/partitions.ts';
import { Shutdown } from './platform/shutdown.ts';
import { StartError } from './platform/start-error.ts';

export interface PlatformOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the embedded database: a demo's is thrown away. */
  readonly durability: 'durable' | 'throw-away';
  /** `lock-step`: nothing runs by itself, the caller moves the clock and drains. */
  readonly pace: 'by-itself' | 'lock-step';
}

export interface Platform {
  readonly database: Database;
  readonly metrics: Metrics;
  /** Listeners by name (mqtt, mqtts, ws, http): the port in force. */
  readonly ports: Readonly<Record<string, number>>;
  readonly apiToken: string;
  /** Whether the token was made at this start, so that it is shown once. */
  readonly apiTokenIsNew: boolean;
  /** Does everything that is due at the clock's now; with a role of rules only. */
  readonly drain: () => Promise<void>;
  /** Stops accepting, finishes what is in flight, closes. */
  readonly close: () => Promise<void>;
}

/** The composition root: opens the database, builds the roles of this process and listens. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const shutdown = new Shutdown(options.log);
  try {
    return await start(options, shutdown);
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}

async function start(options: PlatformOptions, shutdown: Shutdown): Promise<Platform> {
  const { config, clock, log } = options;
  const database = await prepareDatabase(options, shutdown);
  const metrics = createMetrics();
  const has = (role: Role) => config.NEVEROUT_ROLES.includes(role);
  const AUTH_SECRET = has('rules') || has('api') ? await chooseAuthSecret(config) : undefined;
  const deps = { database, clock, config: { ...config, AUTH_SECRET }, log, metrics };
  const ports: Record<string, number> = {};
  let drain = () => Promise.resolve();
  let begin = () => {};

  // A role loads its own code only: a process of one role starts in half the time.
  if (has('rules')) {
    const { buildRules } = await import('./rules/build-rules.ts');
    const rules = await buildRules(deps);
    shutdown.add('rules', rules.close);
    drain = rules.drain;
    begin = rules.start;
  }
  if (has('broker')) {
    const { buildBroker } = await import('./broker/build-broker.ts');
    const broker = await buildBroker(deps);
    shutdown.add('broker', broker.close);
    for (const { name, server, port } of broker.listeners) {
      ports[name] = await listen(server, config.HOST, port, PORT_VARIABLES[name]);
    }
  }
  const apiToken = await chooseApiToken(config);
  if (has('api')) {
    const { buildApi } = await import('./api/build-api.ts');
    const app = await buildApi({ ...deps, apiToken: apiToken.token });
    shutdown.add('api', () => app.close());
    await app.ready();
    ports['http'] = await listen(app.server, config.HOST, config.HTTP_PORT, 'HTTP_PORT');
    if (config.PROVISIONING_TLS_PORT !== undefined) {
      const { makeProvisioningServer } = await import('./api/provisioning/tls-server.ts');
      const server = makeProvisioningServer(app, config);
      shutdown.add('provisioning', () => closeServer(server));
      const port = config.PROVISIONING_TLS_PORT;
      ports['provisioning'] = await listen(server, config.HOST, port, 'PROVISIONING_TLS_PORT');
    }
  } else {
    const server = buildOpsServer({ database, metrics, apiToken: apiToken.token });
    shutdown.add('health and metrics', () => closeServer(server));
    ports['http'] = await listen(server, config.HOST, config.HTTP_PORT, 'HTTP_PORT');
  }
  // Work begins when every listener is bound: a start that fails has done nothing.
  if (options.pace === 'by-itself') begin();
  return {
    database,
    metrics,
    ports,
    apiToken: apiToken.token,
    apiTokenIsNew: apiToken.isNew,
    drain,
    close: () => shutdown.close(),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

const PORT_VARIABLES = { mqtt: 'MQTT_PORT', mqtts: 'MQTT_TLS_PORT', ws: 'MQTT_WS_PORT' } as const;

async function prepareDatabase(options: PlatformOptions, shutdown: Shutdown): Promise<Database> {
  const { config, clock, log, durability } = options;
  const url = config.DATABASE_URL ?? (await startOwnDatabase(config, durability, shutdown));
  const applied = await applyMigrations(url).catch((error: Error) => {
    const where =
      config.DATABASE_URL === undefined ? 'the embedded database' : 'the database of DATABASE_URL';
    throw new StartError(`Could not prepare ${where}: ${error.message.split('\n')[0]}`);
  });
  if (applied.length > 0) log.info({ applied }, 'database migrated');
  const database = openDatabase({ url, connections: config.DATABASE_CONNECTIONS, log });
  shutdown.add('database connections', database.close);
  const retentionMonths = config.READING_RETENTION_MONTHS;
  await ensureReadingPartitions(database.pool, {
    now: clock.now(),
    retentionMonths,
    aheadMonths: AHEAD_MONTHS,
  });
  return database;
}

async function startOwnDatabase(
  config: Config,
  durability: PlatformOptions['durability'],
  shutdown: Shutdown,
): Promise<string> {
  await openDataFolder(config.NEVEROUT_DATA);
  const postgres = await startEmbeddedPostgres({ folder: config.NEVEROUT_DATA, durability });
  shutdown.add('embedded PostgreSQL', postgres.stop);
  return postgres.url;
}

async function chooseApiToken(config: Config): Promise<{ token: string; isNew: boolean }> {
  if (config.NEVEROUT_API_TOKEN !== undefined) return { token: config.NEVEROUT_API_TOKEN, isNew: false };
  await openDataFolder(config.NEVEROUT_DATA);
  return readOrMakeApiToken(config.NEVEROUT_DATA);
}

async function chooseAuthSecret(config: Config): Promise<string> {
  if (config.AUTH_SECRET !== undefined) return config.AUTH_SECRET;
  await openDataFolder(config.NEVEROUT_DATA);
  return readOrMakeAuthSecret(config.NEVEROUT_DATA);
}
