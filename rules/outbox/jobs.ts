import type { Queryable } from '../../platform/order-store.ts';

/** Calls to the world outside, each added in the transaction of the change that causes it. */
export interface Jobs {
  /** `retry`: an earlier call may have reached the merchant, so it is asked before anything is bought. */
  readonly 'place-order': { readonly orderId: string; readonly retry: boolean };
  readonly 'cancel-order': { readonly orderId: string };
  readonly 'fetch-calendar': { readonly feedId: string };
}

export type Job = { [Name in keyof Jobs]: { readonly name: Name; readonly payload: Jobs[Name] } }[keyof Jobs];

/**
 * One job a task and subject, however often it is asked for. One attempt: when to try again is the subject's
 * due_at, by the platform's clock, and the sweep then adds the job anew.
 */
const ADD = `
  SELECT graphile_worker.add_job(t.name, t.payload::json, job_key => t.key, max_attempts => 1)
  FROM unnest($1::text[], $2::text[], $3::text[]) AS t(name, payload, key)`;

export async function addJobs(db: Queryable, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  await db.query(ADD, [
    jobs.map(({ name }) => name),
    jobs.map(({ payload }) => JSON.stringify(payload)),
    jobs.map(({ name, payload }) => `${name}:${'feedId' in payload ? payload.feedId : payload.orderId}`),
  ]);
}
