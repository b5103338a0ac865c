import { setTimeout as wait } from 'node:timers/promises';
import type { RulesDeps } from '../deps.ts';

/**
 * graphile-worker holds what a killed worker had locked for four hours, and with a job its whole queue. Here every
 * worker pool that lives holds an advisory lock under its name, which PostgreSQL takes back with its
 * connection; so whoever finds that lock free knows that the holder is gone, seconds after it went.
 */
const LOCK_CLASS = 0x6f7574;
const SHOW_LIFE = 'SELECT pg_advisory_lock($1, hashtext($2))';
/** Also by accident for a live one whose connection broke: its jobs go on, and are idempotent. */
const RELEASE_DEAD = `
  WITH holders AS MATERIALIZED (
    SELECT DISTINCT locked_by FROM graphile_worker.jobs WHERE locked_by IS NOT NULL
  ), dead AS MATERIALIZED (
    SELECT locked_by FROM holders WHERE pg_try_advisory_xact_lock($1, hashtext(locked_by))
  ), released AS MATERIALIZED (
    SELECT graphile_worker.force_unlock_workers(array_agg(locked_by)) FROM dead HAVING count(*) > 0
  )
  SELECT count(*)::int AS released FROM dead WHERE EXISTS (SELECT FROM released)`;
/** Jobs have one attempt; their subject's due_at asks for the next one. A spent job is of no use to anybody. */
const REMOVE_SPENT = `
  SELECT count(*)::int AS removed FROM graphile_worker.complete_jobs((
    SELECT array_agg(id) FROM (
      SELECT id FROM graphile_worker.jobs WHERE locked_at IS NULL AND attempts >= max_attempts LIMIT 1000
    ) spent
  ))`;

const EVERY_MS = 2_000;

export async function releaseDead({ database, log }: Pick<RulesDeps, 'database' | 'log'>): Promise<void> {
  const dead = await database.pool.query<{ released: number }>(RELEASE_DEAD, [LOCK_CLASS]);
  const released = dead.rows[0]?.released ?? 0;
  if (released > 0) log.warn({ released }, 'released the jobs of workers that are gone');
  await database.pool.query(REMOVE_SPENT);
}

/** Keeps one pool known as alive until aborted, over lost connections. */
export async function showLife(
  { database, log }: RulesDeps,
  poolId: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const client = await database.pool.connect();
      const gone = new Promise<void>((done) => {
        client.once('error', () => done());
        client.once('end', () => done());
        signal.addEventListener('abort', () => done(), { once: true });
        // Aborted while the connection was made, it tells nobody any more.
        if (signal.aborted) done();
      });
      try {
        await client.query(SHOW_LIFE, [LOCK_CLASS, poolId]);
        await gone;
      } finally {
        // Not back into the pool: the lock ends with the connection.
        client.release(true);
      }
    } catch (error) {
      log.debug({ err: error }, 'the outbox cannot show that it lives');
    }
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Looks for dead workers until aborted. */
export async function watchForDead(deps: RulesDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await releaseDead(deps).catch((error: unknown) =>
      deps.log.debug({ err: error }, 'dead workers could not be looked for'),
    );
  }
}
