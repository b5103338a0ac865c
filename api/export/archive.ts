import type { Pool, PoolClient } from '../../platform/database.ts';
import { type Page, toCsv, toJson } from './rows.ts';
import { EXPORT_TABLES, type ExportTable } from './tables.ts';
import { type ZipFile, zip } from './zip.ts';

/** Some 200 kB of readings: few round trips, little memory. */
const PAGE_ROWS = 1000;
/**
 * Whoever stops reading for so long loses the download: it holds a connection, and a snapshot that keeps
 * the database from cleaning up. PostgreSQL itself ends it then.
 */
const PATIENCE_MS = 60_000;
/** Whoever reads on but slowly, too: others wait for the place. Ten years of a fleet are sent in minutes. */
const LONGEST_MS = 30 * 60_000;

const README = `Everything that is kept about one customer, each table as JSON and as CSV, as of one moment.
Instants are ISO 8601 in UTC, dates are meant in the customer's time zone, amounts are integers in minor
units of their currency, levels are fractions from 0 to 1. In CSV an apostrophe stands before text that a
spreadsheet would take for a formula. Secrets (of devices, invitations, payments, addresses of calendars) are
left out.
`;

/**
 * Everything about a customer as a zip archive, in pieces, from one snapshot of the database. Holds a page
 * of rows at a time, and a connection until the archive is whole or its reader leaves.
 */
export async function* exportArchive(pool: Pool, customerId: string, at: Date): AsyncGenerator<Buffer> {
  const client = await pool.connect();
  let failure: Error | undefined = new Error('the export was abandoned');
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${PATIENCE_MS}`);
    await client.query(`SET LOCAL transaction_timeout = ${LONGEST_MS}`);
    yield* zip(filesOf(client, customerId), at);
    await client.query('COMMIT');
    failure = undefined;
  } finally {
    // One whose download broke may still have a page under way: it is closed, not used again.
    client.release(failure);
  }
}

function filesOf(client: PoolClient, customerId: string): readonly ZipFile[] {
  const readme = {
    name: 'README.txt',
    content: async function* () {
      yield await Promise.resolve(README);
    },
  };
  const tables = EXPORT_TABLES.flatMap((table) => [
    { name: `json/${table.name}.json`, content: () => toJson(readPages(client, table, customerId)) },
    { name: `csv/${table.name}.csv`, content: () => toCsv(readPages(client, table, customerId)) },
  ]);
  return [readme, ...tables];
}

async function* readPages(
  client: PoolClient,
  { sql }: ExportTable,
  customerId: string,
): AsyncGenerator<Page> {
  await client.query(`DECLARE export NO SCROLL CURSOR FOR ${sql}`, [customerId]);
  for (;;) {
    const { fields, rows } = await client.query(`FETCH ${PAGE_ROWS} FROM export`);
    yield { columns: fields.map(({ name }) => name), rows };
    if (rows.length < PAGE_ROWS) break;
  }
  await client.query('CLOSE export');
}
