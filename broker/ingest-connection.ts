import { Socket } from 'node:net';
import pg from 'pg';
import type { PreparedStatement, StoredCounts } from './ingest-sql.ts';

/**
 * Longest that one statement may take. A commit takes milliseconds; waiting for a lock that housekeeping
 * holds, seconds. Beyond this the connection is taken for dead, as after a network that went silent.
 */
const ANSWER_WITHIN_MS = 30_000;
const CONNECT_WITHIN_MS = 5_000;

/** What a failed statement means for the batch. */
export type StoreFailure = 'data' | 'no-partition' | 'unavailable';

/** SQLSTATE classes that blame the rows: data exceptions and violated constraints. */
const DATA_CLASSES = ['22', '23'];
const CHECK_VIOLATION = '23514';

export function classifyFailure(error: unknown): StoreFailure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string') return 'unavailable';
  if (code === CHECK_VIOLATION && String(message).includes('no partition of relation')) return 'no-partition';
  return DATA_CLASSES.includes(code.slice(0, 2)) ? 'data' : 'unavailable';
}

/** The one connection that ingest writes through; opened when needed, and again after it broke. */
export class IngestConnection {
  readonly #url: string;
  #client: pg.Client | null = null;
  #socket: Socket | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** Runs one statement as one transaction. Any failure that is not about the data drops the connection. */
  async store(statement: PreparedStatement): Promise<StoredCounts> {
    const { rows } = await this.#query<StoredCounts>(statement);
    return rows[0] ?? { readings: 0, events: 0 };
  }

  /** Makes the months that readings of these instants (ms) belong to. */
  async makePartitions(instants: readonly number[]): Promise<void> {
    const months = [...new Set(instants.map((at) => `${new Date(at).toISOString().slice(0, 7)}-01`))];
    await this.#query({
      name: 'make-partitions',
      text: 'SELECT ensure_reading_partition(month) FROM unnest($1::date[]) AS month',
      values: [months],
    });
  }

  /** Also ends a statement that is under way. */
  close(): void {
    this.#socket?.destroy();
    this.#client = null;
    this.#socket = null;
  }

  async #query<Row extends object>({ name, text, values }: PreparedStatement): Promise<{ rows: Row[] }> {
    const client = this.#client ?? (await this.#connect());
    const overdue = setTimeout(() => this.close(), ANSWER_WITHIN_MS);
    try {
      return await client.query<Row>({ name, text, values: [...values] });
    } catch (error) {
      if (classifyFailure(error) === 'unavailable') this.close();
      throw error;
    } finally {
      clearTimeout(overdue);
    }
  }

  async #connect(): Promise<pg.Client> {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'neverout-ingest',
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      keepAlive: true,
      stream: () => socket,
    });
    // A connection that breaks between two batches is noticed by the next one.
    client.on('error', () => {
      if (this.#client === client) this.close();
    });
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#client = client;
    this.#socket = socket;
    return client;
  }
}
