import { rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from 'selfsigned';
import { openBenchDatabase } from './support/bench-database.ts';
import { BenchChild } from './support/child.ts';
import { type BenchDevice, registerFleet } from './support/fleet.ts';
import { IdleFleet, type Transport } from './support/idle-fleet.ts';

/** The broker is given this long to settle before its memory is read. */
const SETTLE_MS = 3_000;

/**
 * `npm run bench -- connections`: what idle devices cost, and how fast all of them come back at once, plain
 * and over TLS. Prints JSON, and writes it with --report.
 */
export async function benchConnections(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { connections: { type: 'string', default: '10000' }, report: { type: 'string' } },
  });
  const connections = Number(values.connections);
  await using database = await openBenchDatabase();
  const devices = await registerFleet(database.pool, connections, Date.now());
  await using certificate = await makeServerCertificate();
  const report = {
    connections,
    cores: cpus().length,
    plain: await measure('mqtt', database.url, devices, certificate),
    tls: await measure('mqtts', database.url, devices, certificate),
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
}

interface CertificateFiles extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
}

async function makeServerCertificate(): Promise<CertificateFiles> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  const files = {
    cert: join(tmpdir(), `neverout-bench-${process.pid}.pem`),
    key: join(tmpdir(), `neverout-bench-${process.pid}.key`),
  };
  await writeFile(files.cert, made.cert);
  await writeFile(files.key, made.private, { mode: 0o600 });
  return {
    ...files,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([rm(files.cert), rm(files.key)]);
    },
  };
}

async function measure(
  transport: Transport,
  databaseUrl: string,
  devices: readonly BenchDevice[],
  { cert, key }: CertificateFiles,
) {
  await using child = await BenchChild.start('platform-child.ts', {
    DATABASE_URL: databaseUrl,
    NEVEROUT_ROLES: 'broker',
    MQTT_TLS_PORT: '0',
    MQTT_TLS_CERT: cert,
    MQTT_TLS_KEY: key,
  });
  const before = await child.usage();
  const fleet = new IdleFleet(transport, child.ready.ports[transport] ?? 0);
  const connectSeconds = await fleet.connectAll(devices);
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
  const idle = await child.usage();
  fleet.dropAll();
  const cpuBefore = (await child.usage()).cpuSeconds;
  const reconnectSeconds = await fleet.connectAll(devices);
  const cpuAfter = (await child.usage()).cpuSeconds;
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
  const again = await child.usage();
  fleet.dropAll();
  return {
    connectSeconds: round(connectSeconds),
    reconnectSeconds: round(reconnectSeconds),
    reconnectCpuSeconds: round(cpuAfter - cpuBefore),
    rssMb: round(idle.rssMb),
    rssAfterReconnectMb: round(again.rssMb),
    kbPerConnection: round(((idle.rssMb - before.rssMb) * 1024) / devices.length),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
