import { inTransaction } from '../../platform/database.ts';
import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';
import { addJobs } from '../outbox/jobs.ts';

/** A fetch that takes longer than this belonged to a process that died. */
const PATIENCE_MS = 15 * 60_000;
const BATCH = 200;

const CLAIM = prepared(`
  UPDATE calendar_feed SET due_at = $2 WHERE id IN (
    SELECT id FROM calendar_feed WHERE due_at <= $1 AND removed_at IS NULL ORDER BY due_at LIMIT $3
    FOR UPDATE SKIP LOCKED
  ) RETURNING id`);

/** Has the calendars fetched whose time has come; returns how many those are. */
export async function fetchDueFeeds({ database, clock }: RulesDeps): Promise<number> {
  const now = clock.now();
  return await inTransaction(database.pool, async (db) => {
    const { rows } = await db.query<{ id: string }>(CLAIM, [
      new Date(now),
      new Date(now + PATIENCE_MS),
      BATCH,
    ]);
    await addJobs(
      db,
      rows.map(({ id }) => ({ name: 'fetch-calendar', payload: { feedId: id } })),
    );
    return rows.length;
  });
}
