import type { Pool } from './database.ts';
import { type PartitionPlan, startOfMonth } from './months.ts';

/** Makes the months of `reading` that may be written to. Idempotent; run at start and daily. */
export async function ensureReadingPartitions(pool: Pool, plan: PartitionPlan): Promise<void> {
  const { now, retentionMonths, aheadMonths } = plan;
  const first = -retentionMonths;
  const offsets = Array.from({ length: retentionMonths + aheadMonths + 1 }, (_, i) => first + i);
  const months = offsets.map((offset) => startOfMonth(now, offset));
  await pool.query('SELECT ensure_reading_partition(month) FROM unnest($1::date[]) AS month', [months]);
}

/** The same, and drops those past retention, whole. */
export async function maintainReadingPartitions(
  pool: Pool,
  plan: PartitionPlan,
): Promise<{ dropped: string[] }> {
  await ensureReadingPartitions(pool, plan);
  const dropped = await pool.query<{ name: string }>('SELECT drop_reading_partitions($1::date) AS name', [
    startOfMonth(plan.now, -plan.retentionMonths),
  ]);
  return { dropped: dropped.rows.map(({ name }) => name) };
}
