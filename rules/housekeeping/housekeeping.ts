import { createTask } from 'node-cron';
import { inTransaction } from '../../platform/database.ts';
import type { RulesDeps } from '../deps.ts';
import { HOUSEKEEPING, type HousekeepingTask } from './tasks.ts';

/** When to look whether anything is due; what is due is told by the platform's clock and the last run. */
const EVERY_TEN_MINUTES = '*/10 * * * *';

export interface Housekeeping {
  readonly start: () => void;
  /** Runs the tasks that are due at the clock's now. */
  readonly runDue: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const keyOf = ({ name }: HousekeepingTask): string => `housekeeping:${name}`;

/** Scheduled tasks that run once however many processes there are: the last run is a row, and the run holds a lock. */
export function createHousekeeping(deps: RulesDeps): Housekeeping {
  // Spares a query at every drain: a task cannot be due earlier than this process last saw.
  const dueAt = new Map<string, number>();
  let running: Promise<void> = Promise.resolve();

  const runDue = async (): Promise<void> => {
    const now = deps.clock.now();
    for (const task of HOUSEKEEPING) {
      if (now < (dueAt.get(task.name) ?? 0)) continue;
      dueAt.set(task.name, (await runOnce(deps, task, now)) + task.everyMs);
    }
  };

  const cron = createTask(
    EVERY_TEN_MINUTES,
    () => {
      running = runDue().catch((error: unknown) => deps.log.error({ err: error }, 'housekeeping failed'));
      return running;
    },
    { noOverlap: true },
  );
  return {
    start: () => void cron.start(),
    runDue,
    close: async () => {
      await cron.destroy();
      await running;
    },
  };
}

/** Runs the task unless it ran recently or another process is at it; returns when it last ran. */
function runOnce(deps: RulesDeps, task: HousekeepingTask, now: number): Promise<number> {
  return inTransaction(deps.database.pool, async (db) => {
    const lock = await db.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock(hashtext($1)) AS mine', [
      keyOf(task),
    ]);
    if (lock.rows[0]?.mine !== true) return now - task.everyMs;
    const last = await db.query<{ at: Date }>('SELECT updated_at AS at FROM setting WHERE key = $1', [
      keyOf(task),
    ]);
    const lastAt = last.rows[0]?.at.getTime();
    if (lastAt !== undefined && now < lastAt + task.everyMs) return lastAt;
    await task.run(deps, now);
    await db.query(
      `INSERT INTO setting (key, value, updated_at) VALUES ($1, '{}', $2)
       ON CONFLICT (key) DO UPDATE SET updated_at = $2`,
      [keyOf(task), new Date(now)],
    );
    return now;
  });
}
