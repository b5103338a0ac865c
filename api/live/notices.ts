import pg from 'pg';
import type { Log } from '../../platform/log.ts';

const CONNECT_WITHIN_MS = 5_000;
/** A connection that only listens says nothing: it is asked this often whether it still lives. */
const PROBE_EVERY_MS = 15_000;
const RETRY_EVERY_MS = 1_000;

interface Options {
  readonly url: string;
  readonly log: Log;
  /** A payload of the channel `live`: `topic|subject,subject,…`. */
  readonly onNotice: (payload: string) => void;
  /** Nothing was heard for a while: anything may have changed. */
  readonly onGap: () => void;
}

/** Hears the channel `live` while it is open; comes back by itself when the database was away. */
export class Notices {
  readonly #options: Options;
  #client: pg.Client | null = null;
  #wanted = false;
  #retry: NodeJS.Timeout | undefined;
  #probe: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when it hears, or when the first try failed and another is due. */
  async open(): Promise<void> {
    if (this.#wanted) return;
    this.#wanted = true;
    await this.#connect();
  }

  async close(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#retry);
    clearInterval(this.#probe);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { url, log, onNotice, onGap } = this.#options;
    const client = new pg.Client({
      connectionString: url,
      application_name: 'neverout-live',
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: CONNECT_WITHIN_MS,
      keepAlive: true,
    });
    const lost = () => this.#lose(client);
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload = '' }) => onNotice(payload));
    this.#client = client;
    try {
      await client.connect();
      await client.query('LISTEN live');
      this.#probe = setInterval(() => client.query('SELECT 1').catch(lost), PROBE_EVERY_MS).unref();
      onGap();
    } catch (error) {
      log.warn({ err: error }, 'live updates pause until the database is back');
      lost();
    }
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    clearInterval(this.#probe);
    client.end().catch(() => undefined);
    if (this.#wanted) this.#retry = setTimeout(() => void this.#connect(), RETRY_EVERY_MS).unref();
  }
}
