import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { OrderStatus } from '../../core/types.ts';
import { callerOf } from './caller.ts';
import { MERCHANT_STEPS, type MerchantStep } from './chaos-merchant.ts';
import type { ChaosPostgres } from './postgres.ts';
import type { Workers } from './workers.ts';

/** The statuses that an order passes while it is announced, placed and delivered. */
const STATUSES = [
  'announced',
  'placing',
  'accepted',
  'shipped',
  'delivered',
  'installed',
] as const satisfies readonly OrderStatus[];
type KillStatus = (typeof STATUSES)[number];

/**
 * Every step at which a process is killed: while the change of status is written and not committed, right after
 * its commit, and at each step of the call to the merchant. The process itself knows nothing of it.
 */
export const KILL_POINTS = [
  ...STATUSES.flatMap((status) => [`${status}-uncommitted`, `${status}-committed`] as const),
  ...MERCHANT_STEPS,
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

const LOCK_CLASS = 7331;
const POLL_MS = 10;

/** Tells of every change of status, and holds the ones that are armed until the lock is given back. */
const INSTALL = `
  CREATE TABLE chaos_armed (status text PRIMARY KEY);
  CREATE FUNCTION chaos_step() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('chaos', NEW.to_status || ' ' || current_setting('application_name'));
    IF EXISTS (SELECT FROM chaos_armed WHERE status = NEW.to_status::text) THEN
      PERFORM pg_advisory_xact_lock_shared(${LOCK_CLASS}, hashtext(NEW.to_status::text));
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos_step AFTER INSERT ON order_history FOR EACH ROW EXECUTE FUNCTION chaos_step();`;

const WAITING = `
  SELECT a.application_name AS name, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.classid = ${LOCK_CLASS} AND NOT l.granted AND a.application_name <> 'chaos' LIMIT 1`;

export class KillPoints {
  readonly #postgres: ChaosPostgres;
  readonly #workers: Workers;
  #merchantStep: MerchantStep | null = null;
  #merchantHit: ((hit: boolean) => void) | null = null;
  /** Kills by point. */
  readonly hits = new Map<string, number>();

  constructor(postgres: ChaosPostgres, workers: Workers) {
    this.#postgres = postgres;
    this.#workers = workers;
  }

  async install(): Promise<void> {
    await this.#postgres.pool.query(INSTALL);
  }

  /** Kills the process that comes to this point within `withinMs`; false when none came. */
  async strike(point: KillPoint, withinMs: number): Promise<boolean> {
    const hit = await this.#strike(point, withinMs).catch(() => false);
    if (hit) this.note(point);
    return hit;
  }

  /** Kills some process of the role just so. */
  random(name: string): boolean {
    const killed = this.#workers.kill(name);
    if (killed) this.note(`random ${name.replace(/-\d+$/u, '')}`);
    return killed;
  }

  note(point: string): void {
    this.hits.set(point, (this.hits.get(point) ?? 0) + 1);
  }

  /** For the merchant: a purchase has come to a step on this connection. */
  atMerchant(step: MerchantStep, socket: Socket): void {
    if (this.#merchantStep !== step) return;
    const { localPort = 0, remotePort = 0 } = socket;
    const rules = this.#workers.namesOf('rules').filter((name) => this.#workers.isUp(name));
    const pids = rules.flatMap((name) => this.#workers.pidOf(name) ?? []);
    const pid = callerOf({ localPort, remotePort }, pids);
    // Where the caller cannot be told, all of them: the one that called is among them.
    const named = rules.filter((name) => pid === null || this.#workers.pidOf(name) === pid);
    const killed = named.map((name) => this.#workers.kill(name)).some((did) => did);
    if (killed) {
      this.#merchantStep = null;
      this.#merchantHit?.(true);
    }
  }

  #strike(point: KillPoint, withinMs: number): Promise<boolean> {
    const step = MERCHANT_STEPS.find((candidate) => candidate === point);
    if (step !== undefined) return this.#strikeAtMerchant(step, withinMs);
    const [status, when] = point.split('-') as [KillStatus, string];
    return when === 'committed' ? this.#strikeAfter(status, withinMs) : this.#strikeBefore(status, withinMs);
  }

  async #strikeAtMerchant(step: MerchantStep, withinMs: number): Promise<boolean> {
    const hit = new Promise<boolean>((resolve) => {
      this.#merchantHit = resolve;
      setTimeout(() => resolve(false), withinMs);
    });
    this.#merchantStep = step;
    const result = await hit;
    this.#merchantStep = null;
    return result;
  }

  async #strikeAfter(status: KillStatus, withinMs: number): Promise<boolean> {
    const client = await this.#connect();
    try {
      await client.query('LISTEN chaos');
      return await new Promise<boolean>((resolve) => {
        setTimeout(() => resolve(false), withinMs);
        client.on('notification', ({ payload }) => {
          const [told, name] = payload?.split(' ') ?? [];
          if (told === status && name !== undefined && this.#workers.kill(name)) resolve(true);
        });
        client.on('end', () => resolve(false));
      });
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #strikeBefore(status: KillStatus, withinMs: number): Promise<boolean> {
    const holder = await this.#connect();
    const deadline = performance.now() + withinMs;
    try {
      await holder.query('SELECT pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, status]);
      await holder.query('INSERT INTO chaos_armed VALUES ($1) ON CONFLICT DO NOTHING', [status]);
      while (performance.now() < deadline) {
        const { rows } = await holder.query<{ name: string; pid: number }>(WAITING);
        const [found] = rows;
        if (found !== undefined && this.#workers.kill(found.name)) return true;
        await wait(POLL_MS);
      }
      return false;
    } finally {
      await this.#disarm(holder);
    }
  }

  /** Also when the server was restarted meanwhile: nothing may stay armed. */
  async #disarm(holder: pg.Client): Promise<void> {
    await holder.end().catch(() => undefined);
    await this.#postgres.rows('DELETE FROM chaos_armed');
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#postgres.url, application_name: 'chaos' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
