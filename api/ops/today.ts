import type { z } from 'zod';
import { todaySchema } from '../../contracts/http/ops/today.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import type { Pool } from '../../platform/database.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { hasJobs } from './jobs.ts';
import { STUCK_AFTER_MS } from './lists/routes.ts';
import { COUNTS, HALTS, JOBS, MERCHANTS, REASONS, SOONEST } from './today-sql.ts';

type Today = z.output<typeof todaySchema>;

/** Devices that sleep at night and over a weekend are not silent yet. */
const SILENT_AFTER_MS = 3 * DAY_MS;

interface Counts {
  readonly within7Days: number;
  readonly empty: number;
  readonly pending: number;
  readonly late: number;
  readonly oldestReviewAt: Date | null;
  readonly silent: number;
  readonly longestSince: Date | null;
  readonly deadLetters: number;
  readonly notices: number;
  readonly webhooks: number;
  readonly today: number;
  readonly onTheWay: number;
  readonly announced: number;
  readonly issues: number;
  readonly queueLagSeconds: number;
}

export function registerToday(app: Api, { database, clock }: ApiDeps): void {
  app.get(
    '/v1/ops/today',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'What needs somebody now',
      response: { 200: todaySchema },
    }),
    () => readToday(database.pool, clock.now()),
  );
}

async function readToday(pool: Pool, now: Instant): Promise<Today> {
  const dayAgo = new Date(now - DAY_MS);
  const rowsOf = async <Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]> =>
    (await pool.query<Row>(sql, values)).rows;
  const [counted, soonest, halts, merchants, reasons, jobs] = await Promise.all([
    rowsOf<Counts>(
      COUNTS,
      new Date(now),
      new Date(now + 7 * DAY_MS),
      dayAgo,
      new Date(now - SILENT_AFTER_MS),
    ),
    rowsOf<Today['runningOut']['soonest'][number]>(SOONEST),
    rowsOf<Today['halts'][number]>(HALTS),
    rowsOf<Today['merchants'][number]>(MERCHANTS, dayAgo, new Date(now - STUCK_AFTER_MS)),
    rowsOf<{ reason: string; n: number }>(REASONS, dayAgo),
    countJobs(pool),
  ]);
  const [counts] = counted;
  if (counts === undefined) throw new Error('counting gave no row');
  return {
    at: new Date(now),
    runningOut: { within7Days: counts.within7Days, empty: counts.empty, soonest },
    review: { pending: counts.pending, late: counts.late, oldestAt: counts.oldestReviewAt },
    halts,
    silentDevices: { count: counts.silent, longestSince: counts.longestSince },
    merchants,
    stuckJobs: { ...jobs, queueLagSeconds: Math.max(counts.queueLagSeconds, 0) },
    deadLetters: {
      lastDay: counts.deadLetters,
      byReason: Object.fromEntries(reasons.map(({ reason, n }) => [reason, n])),
    },
    notDelivered: { notices: counts.notices, webhooks: counts.webhooks },
    issues: counts.issues,
    orders: { today: counts.today, onTheWay: counts.onTheWay, announced: counts.announced },
  };
}

async function countJobs(pool: Pool): Promise<{ failed: number; overdue: number }> {
  if (!(await hasJobs(pool))) return { failed: 0, overdue: 0 };
  const counted = await pool.query<{ failed: number; overdue: number }>(JOBS);
  return counted.rows[0] ?? { failed: 0, overdue: 0 };
}
