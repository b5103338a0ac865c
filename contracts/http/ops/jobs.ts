import { z } from 'zod';
import { instant, queryFlag } from '../common.ts';

const whole = z.number().int();

const opsJobSchema = z
  .object({
    id: z.string().regex(/^\d+$/),
    task: z.string(),
    subject: z.record(z.string(), z.unknown()).describe('Ids of what it is about.'),
    state: z
      .enum(['failed', 'overdue'])
      .describe('failed: no attempt follows by itself. overdue: it should have run ten minutes ago.'),
    attempts: whole,
    runAt: instant,
    createdAt: instant,
    lastError: z.string().nullable().describe('Its first line.'),
    running: z.boolean().describe('A worker has it now.'),
  })
  .meta({ id: 'OpsJob' });

export const opsJobsQuery = z.object({
  failed: queryFlag.optional().describe('true: only those that failed. false: only those that are overdue.'),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export const opsJobsSchema = z
  .object({
    items: z.array(opsJobSchema).describe('That are stuck, the oldest first.'),
    queue: z
      .object({
        waiting: whole.describe('Looks at consumables that wait, counted up to 10,000.'),
        oldestAt: instant.nullable(),
      })
      .describe('Readings and changes that wait for their evaluation.'),
  })
  .meta({ id: 'OpsJobs' });
export const jobParams = z.object({ jobId: z.string().regex(/^\d{1,18}$/) });
export const jobRetriedSchema = z.object({ id: z.string(), runAt: instant }).meta({ id: 'JobRetried' });
