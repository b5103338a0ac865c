import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import type { Log } from './log.ts';

export type { PoolClient } from 'pg';
export type Pool = pg.Pool;
type Prisma = PrismaClient;

/** 20 = bigint, as PostgreSQL numbers its types: sequence numbers and counts stay below 2^53 here. */
pg.types.setTypeParser(20, Number);

export interface Database {
  readonly url: string;
  /** Plain SQL: ingest, evaluation, sweeps. */
  readonly pool: Pool;
  /** The model and ordinary queries. */
  readonly prisma: Prisma;
  readonly close: () => Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections of the plain pool; Prisma has as many again. */
  readonly connections: number;
  readonly log: Log;
}

/** Connects lazily: a database that is away is an error of the first query, not of the start. */
export function openDatabase({ url, connections, log }: DatabaseOptions): Database {
  const pool = new pg.Pool({ connectionString: url, max: connections, application_name: 'neverout' });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  // The same for one that breaks while it is in use: its query fails, and that is told where it was asked.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'a database connection broke'));
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: connections }) });
  const close = async () => {
    await Promise.all([pool.end(), prisma.$disconnect()]);
  };
  return { url, pool, prisma, close };
}

/** Runs `work` in one transaction on one connection: committed when it returns, rolled back when it throws. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
