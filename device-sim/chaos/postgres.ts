import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts';
import { findPostgresBinaries } from '../../platform/postgres-binaries.ts';

/** A query of the run itself is tried again this long while the server is being restarted. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 50;

/** A PostgreSQL server of the run's own, to be restarted and cut off. Durable: what is committed must stay. */
export class ChaosPostgres {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly #folder: string;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, folder: string, stop: () => Promise<void>) {
    this.url = url;
    this.#folder = folder;
    this.#stop = stop;
    this.pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'chaos' });
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  static async start(): Promise<ChaosPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'neverout-chaos-'));
    // The server's own user must be able to pass through.
    await chmod(folder, 0o755);
    const { url, stop } = await startEmbeddedPostgres({ folder, durability: 'durable' });
    return new ChaosPostgres(url, folder, stop);
  }

  /** One query of the run, tried again while the server is away. */
  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return (await this.pool.query<Row & pg.QueryResultRow>(sql, [...values])).rows;
      } catch (error) {
        const isSql = error instanceof pg.DatabaseError && /^[24]/u.test(error.code ?? '');
        if (isSql || performance.now() > deadline) throw error;
        await wait(RETRY_MS);
      }
    }
  }

  /** `immediate` is a crash: the server recovers from its log. */
  async restart(mode: 'fast' | 'immediate'): Promise<void> {
    const { pgCtl, credentials } = await findPostgresBinaries();
    const cluster = join(this.#folder, 'postgres');
    const child = spawn(
      pgCtl,
      ['restart', '-D', cluster, '-m', mode, '-w', '-l', join(cluster, 'server.log')],
      {
        ...credentials,
        cwd: '/',
        stdio: 'ignore',
      },
    );
    await new Promise((done) => child.once('exit', done));
  }

  /** Ends about this share of the platform's connections, wherever they are; returns how many. */
  async cut(share: number): Promise<number> {
    const [row] = await this.rows<{ cut: number }>(
      `SELECT count(pg_terminate_backend(pid))::int AS cut FROM pg_stat_activity
       WHERE application_name NOT IN ('chaos', '') AND datname = current_database() AND random() < $1`,
      [share],
    );
    return row?.cut ?? 0;
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.#stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
