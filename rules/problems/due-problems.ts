import { inTransaction } from '../../platform/database.ts';
import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';
import { CALL_PATIENCE_MS } from '../orders/patience.ts';
import { addJobs } from '../outbox/jobs.ts';

const BATCH_PROBLEMS = 200;

const CLAIM = prepared(`
  UPDATE order_problem p SET due_at = $2 FROM (
    SELECT id FROM order_problem WHERE due_at <= $1 ORDER BY due_at LIMIT ${BATCH_PROBLEMS} FOR UPDATE SKIP LOCKED
  ) due
  WHERE p.id = due.id RETURNING p.id`);

/** Adds the outbox jobs of the problems whose merchants are to be asked; returns how many those were. */
export async function requestDueReturns({ database, clock }: RulesDeps): Promise<number> {
  const now = clock.now();
  return await inTransaction(database.pool, async (db) => {
    const { rows } = await db.query<{ id: string }>(CLAIM, [new Date(now), new Date(now + CALL_PATIENCE_MS)]);
    await addJobs(
      db,
      rows.map(({ id }) => ({ name: 'request-return', payload: { problemId: id } })),
    );
    return rows.length;
  });
}
