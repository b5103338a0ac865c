import { setTimeout as wait } from 'node:timers/promises';
import type { Stage } from './stage.ts';

const LOOK_EVERY_MS = 50;
/** Real time between two steps, at least. */
const STEP_MS = 500;
/** Whatever waits after this was not going to be done soon: time goes on over it. */
const HOLD_AT_MOST_MS = 4_000;
/** More than a moment's work: until it is done, the next step waits. */
const JOBS_MAX = 40;
const QUEUE_MAX = 300;
const WEBHOOKS_MAX = 30;

const BACKLOG = `
  SELECT (SELECT count(*)::int FROM graphile_worker.jobs WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now()) AS jobs,
    (SELECT count(*)::int FROM evaluation_queue) AS queue`;

/**
 * Moves simulated time, step by step. A real platform has hours for what is squeezed into half a second here; on a
 * machine that others use too, days would pass over it. So while more than a little waits, or nobody is there to do
 * it, the next step waits as well, for a few seconds at most.
 */
export class Conductor {
  readonly #stage: Stage;
  readonly #stepSimMs: number;
  #stopped = false;
  #running: Promise<void> | null = null;
  #steps = 0;
  #steppedAt = performance.now();
  /** Real time for which steps waited. */
  heldMs = 0;

  constructor(stage: Stage, stepSimMs: number) {
    this.#stage = stage;
    this.#stepSimMs = stepSimMs;
  }

  /** Milliseconds as they would have passed had no step had to wait: what the storm goes by. */
  get passedMs(): number {
    return this.#steps * STEP_MS + Math.min(performance.now() - this.#steppedAt, STEP_MS);
  }

  start(): void {
    this.#running = this.#conduct();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #conduct(): Promise<void> {
    while (!this.#stopped) {
      await wait(STEP_MS);
      const start = performance.now();
      while (!this.#stopped && performance.now() - start < HOLD_AT_MOST_MS && (await this.#isBehind())) {
        await wait(LOOK_EVERY_MS);
      }
      this.heldMs += performance.now() - start;
      if (this.#stopped) return;
      this.#steps += 1;
      this.#steppedAt = performance.now();
      this.#stage.workers.advance(this.#stepSimMs);
    }
  }

  async #isBehind(): Promise<boolean> {
    const { workers, postgres, relay } = this.#stage;
    const someRules = workers.namesOf('rules').some((name) => workers.isUp(name));
    const others = [...workers.namesOf('api'), ...workers.namesOf('broker')];
    if (!someRules || !others.every((name) => workers.isUp(name)) || relay.waiting > WEBHOOKS_MAX)
      return true;
    // Away for a moment: then much will wait.
    const found = await postgres.pool.query<{ jobs: number; queue: number }>(BACKLOG).catch(() => null);
    const { jobs = 0, queue = 0 } = found?.rows[0] ?? {};
    return found === null || jobs > JOBS_MAX || queue > QUEUE_MAX;
  }
}
