import type { z } from 'zod';
import { jobParams, jobRetriedSchema, opsJobsQuery, opsJobsSchema } from '../../contracts/http/ops/jobs.ts';
import type { Pool } from '../../platform/database.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { HAS_JOBS, IS_FAILED, IS_OVERDUE } from './today-sql.ts';

type Jobs = z.output<typeof opsJobsSchema>;
type Job = Jobs['items'][number];

/** Parameters: failed or null for both, limit. */
const LIST = `
  SELECT j.id::text, t.identifier AS task, j.payload AS subject, CASE WHEN ${IS_FAILED} THEN 'failed' ELSE 'overdue' END AS state,
    j.attempts, j.run_at AS "runAt", j.created_at AS "createdAt", split_part(j.last_error, E'\\n', 1) AS "lastError",
    j.locked_at IS NOT NULL AS running
  FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
  WHERE ((${IS_FAILED}) OR (${IS_OVERDUE})) AND ($1::boolean IS NULL OR (${IS_FAILED}) = $1)
  ORDER BY j.run_at, j.id LIMIT $2`;

const QUEUE = `
  SELECT (SELECT count(*)::int FROM (SELECT FROM evaluation_queue LIMIT 10000) AS few) AS waiting,
    (SELECT enqueued_at FROM evaluation_queue ORDER BY id LIMIT 1) AS "oldestAt"`;

/** Of what no worker has: the worker's own function, which looks at that. */
const RETRY = `
  SELECT r.id::text, r.run_at AS "runAt"
  FROM graphile_worker.reschedule_jobs(ARRAY[$1::bigint], run_at => now(), attempts => 0) AS r`;

export function registerJobs(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/ops/jobs',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'List calls to the outside that are stuck',
      description: "Times are the database server's: jobs wait by its clock.",
      querystring: opsJobsQuery,
      response: { 200: opsJobsSchema },
    }),
    async ({ query: { failed, limit } }) => {
      const queue = await pool.query<Jobs['queue']>(QUEUE);
      const items = (await hasJobs(pool)) ? (await pool.query<Job>(LIST, [failed ?? null, limit])).rows : [];
      return { items, queue: queue.rows[0] ?? { waiting: 0, oldestAt: null } };
    },
  );
  app.post(
    '/v1/ops/jobs/:jobId/retry',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Run a stuck job now',
      description:
        'Every job looks first whether what it would do is done already, so once more does no harm.',
      params: jobParams,
      response: { 200: jobRetriedSchema },
      problems: ['not-found'],
    }),
    async ({ params: { jobId } }) => {
      const { rows } = (await hasJobs(pool))
        ? await pool.query<z.output<typeof jobRetriedSchema>>(RETRY, [jobId])
        : { rows: [] };
      return rows[0] ?? notFound('job that waits', jobId);
    },
  );
}

export async function hasJobs(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(HAS_JOBS);
  return rows[0]?.found === true;
}
