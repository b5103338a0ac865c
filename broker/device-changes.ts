import pg from 'pg';
import type { Log } from '../platform/log.ts';
import { Backoff } from './backoff.ts';

/** A connection that only listens says nothing: it is asked this often whether it still lives. */
const PROBE_EVERY_MS = 15_000;
const CONNECT_WITHIN_MS = 5_000;

export interface DeviceChangesOptions {
  readonly url: string;
  readonly log: Log;
  /** A device's credentials or consumables changed. */
  readonly onChange: (deviceId: string) => void;
  /** Something is to be told to the device. */
  readonly onCommand: (deviceId: string) => void;
  /** The connections of devices to some broker ended. */
  readonly onLeft: (deviceIds: readonly string[]) => void;
  /** Somebody wants dead letters decoded again. */
  readonly onReplay: () => void;
  /** Nothing was heard for a while: anything may have changed. */
  readonly onGap: () => void;
}

/** Hears, over LISTEN, which devices changed or are to be told something; comes back by itself when the database was away. */
export class DeviceChanges {
  readonly #options: DeviceChangesOptions;
  readonly #backoff = new Backoff({ firstMs: 100, maxMs: 5_000 });
  #client: pg.Client | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DeviceChangesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#backoff.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#backoff.aborted) {
      try {
        await this.#listen();
      } catch (error) {
        this.#options.log.warn({ err: error }, 'changes of devices are not heard until the database is back');
      }
      await this.#backoff.wait();
    }
  }

  /** Resolves or rejects when the connection is gone. */
  async #listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'neverout-broker-listen',
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: CONNECT_WITHIN_MS,
      keepAlive: true,
    });
    const gone = new Promise<void>((done, fail) => {
      client.on('error', fail);
      client.on('end', done);
    });
    // Whoever awaits first sees the failure; the other must not count as unhandled.
    gone.catch(() => undefined);
    client.on('notification', ({ channel, payload }) => {
      if (payload === undefined) return;
      if (channel === 'device_command') this.#options.onCommand(payload);
      else if (channel === 'device_left') this.#options.onLeft(payload.split(','));
      else if (channel === 'dead_letter_replay') this.#options.onReplay();
      else this.#options.onChange(payload);
    });
    let probe: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      // Closed while it was connecting: nobody else will end it.
      if (this.#backoff.aborted) return;
      this.#client = client;
      await client.query(
        'LISTEN device_changed; LISTEN device_command; LISTEN device_left; LISTEN dead_letter_replay',
      );
      this.#backoff.reset();
      this.#options.onGap();
      const dead = new Promise<never>((_, fail) => {
        probe = setInterval(() => client.query('SELECT 1').catch(fail), PROBE_EVERY_MS);
        probe.unref();
      });
      await Promise.race([gone, dead]);
    } finally {
      clearInterval(probe);
      this.#client = null;
      client.end().catch(() => undefined);
    }
  }
}
