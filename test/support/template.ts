import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { openDatabase } from '../../platform/database.ts';
import { applyMigrations } from '../../platform/migrations.ts';
import { AHEAD_MONTHS, startOfMonth } from '../../platform/months.ts';
import { maintainReadingPartitions } from '../../platform/partitions.ts';
import { silentLog } from './log.ts';

const MIGRATED = 'neverout_template';
const RETENTION_MONTHS = 13;

/** A database as an earlier start of the platform left it: every test clones it instead of migrating its own. */
export async function makeTemplate(maintenanceUrl: string): Promise<void> {
  await maintain(maintenanceUrl, `CREATE DATABASE ${MIGRATED}`);
  const url = urlOf(maintenanceUrl, MIGRATED);
  await applyMigrations(url);
  const { pool, close } = openDatabase({ url, connections: 1, log: silentLog });
  await runMigrations({ pgPool: pool });
  await close();
}

/** The template with the partitions that a platform at `now` would have; the first to want a month makes its. */
export async function templateFor(maintenanceUrl: string, now: number): Promise<string> {
  const name = `${MIGRATED}_${startOfMonth(now, 0).slice(0, 7).replace('-', '_')}`;
  const client = new pg.Client(maintenanceUrl);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await makeTemplateFor(client, urlOf(maintenanceUrl, name), name, now);
    return name;
  } finally {
    await client.end();
  }
}

/** Under another name until it is whole: a test that was cut off leaves nothing half made. */
async function makeTemplateFor(client: pg.Client, url: string, name: string, now: number): Promise<void> {
  const unfinished = `${name}_unfinished`;
  await client.query(`DROP DATABASE IF EXISTS ${unfinished}`);
  await client.query(`CREATE DATABASE ${unfinished} TEMPLATE ${MIGRATED}`);
  const database = openDatabase({ url: urlOf(url, unfinished), connections: 1, log: silentLog });
  const months = { retentionMonths: RETENTION_MONTHS, aheadMonths: AHEAD_MONTHS };
  await maintainReadingPartitions(database.pool, { now, ...months });
  await database.close();
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
}

export function urlOf(maintenanceUrl: string, name: string): string {
  const url = new URL(maintenanceUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function maintain(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
