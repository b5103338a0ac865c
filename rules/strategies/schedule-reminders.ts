import { afterQuietHours } from '../../core/quiet-hours.ts';
import { DAY_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';

/** None waits, and none was made within the days that lie between two: one statement for the whole batch. */
const SCHEDULE = `
  INSERT INTO reminder (consumable_id, created_at, due_at)
  SELECT t.id, $2, t.due_at FROM unnest($1::uuid[], $3::timestamptz[]) AS t(id, due_at)
  WHERE NOT EXISTS (
    SELECT FROM reminder r WHERE r.consumable_id = t.id AND r.created_at > $4 AND r.dropped_why IS DISTINCT FROM 'no-consent'
  )
  ON CONFLICT DO NOTHING`;

/** Consumables with the strategy coach for which it is time: their customers are reminded, not in the night. */
export async function scheduleReminders(
  db: Queryable,
  evaluations: readonly Evaluation[],
  everyDays: number,
  now: Instant,
): Promise<void> {
  const due = evaluations.filter(
    ({ context, result }) =>
      context.step.strategy === 'coach' &&
      context.about.customerId !== null &&
      result.decision.outcome === 'ask' &&
      result.trusted,
  );
  if (due.length === 0) return;
  await db.query(SCHEDULE, [
    due.map(({ claimed }) => claimed.consumableId),
    new Date(now),
    due.map(({ context }) => new Date(afterQuietHours(now, context.step.calendar.timeZone))),
    new Date(now - everyDays * DAY_MS),
  ]);
}
