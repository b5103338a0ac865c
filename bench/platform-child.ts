import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildBroker } from '../broker/build-broker.ts';
import { systemClock } from '../platform/clock.ts';
import { parseConfig } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { buildRules } from '../rules/build-rules.ts';
import { serveBench } from './support/child.ts';

/** The platform under measurement: the roles that its environment names. */
const config = parseConfig(process.env);
const log = createLog('warn', false);
const database = openDatabase({
  url: config.DATABASE_URL ?? '',
  connections: config.DATABASE_CONNECTIONS,
  log,
});
const metrics = createMetrics();
const deps = { database, clock: systemClock, config, log, metrics };
const rules = config.NEVEROUT_ROLES.includes('rules') ? await buildRules(deps) : null;
rules?.start();
const broker = config.NEVEROUT_ROLES.includes('broker') ? await buildBroker(deps) : null;
const ports: Record<string, number> = {};
for (const { name, server } of broker?.listeners ?? []) {
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await once(server, 'listening');
  ports[name] = (server.address() as AddressInfo).port;
}

serveBench({ ports }, async () => {
  await broker?.close();
  await rules?.close();
  await database.close();
});
