import type { Instant } from '../../core/types.ts';
import { AHEAD_MONTHS, startOfMonth } from '../../platform/months.ts';
import { maintainReadingPartitions } from '../../platform/partitions.ts';
import { type Retention, readRetention } from '../../platform/retention/settings.ts';
import type { RulesDeps } from '../deps.ts';
import { cutoffOf, REMOVALS } from './kinds.ts';
import { rollUpBefore } from './roll-up.ts';

/** Small enough that a deletion never holds locks or writes WAL for long. */
const BATCH_ROWS = 10_000;

/** Housekeeping: what is past its retention goes, batch by batch; months of readings are dropped whole. */
export async function keepRetention(deps: RulesDeps, now: Instant): Promise<void> {
  const retention = await readRetention(deps.database.pool, deps.config);
  await dropReadings(deps, retention, now);
  for (const [kind, sql] of REMOVALS) {
    const before = cutoffOf(kind, retention[kind], now);
    for (let count = BATCH_ROWS; count === BATCH_ROWS; ) {
      const { rowCount } = await deps.database.pool.query(sql, [before, BATCH_ROWS]);
      count = rowCount ?? 0;
      deps.metrics.retentionRemoved.inc({ kind }, count);
    }
  }
}

async function dropReadings(
  { database, log, metrics }: RulesDeps,
  { readingMonths }: Retention,
  now: Instant,
): Promise<void> {
  await rollUpBefore(database.pool, startOfMonth(now, -readingMonths));
  const plan = { now, retentionMonths: readingMonths, aheadMonths: AHEAD_MONTHS };
  const { dropped } = await maintainReadingPartitions(database.pool, plan);
  if (dropped.length === 0) return;
  metrics.retentionRemoved.inc({ kind: 'readingMonths' }, dropped.length);
  log.info({ dropped }, 'dropped readings past their retention');
}
