import { inTransaction, type Pool, type PoolClient } from '../../platform/database.ts';

/** serialization_failure and deadlock_detected: the work was undone and may simply be done again. */
const RETRYABLE: ReadonlySet<unknown> = new Set(['40001', '40P01']);
/** A workers' batch and a request can lock each other once or twice, not for ever. */
const ATTEMPTS = 4;

/**
 * One transaction of a request. Rules workers lock the same customers and orders in an order of their
 * own, so a deadlock is expected now and then; the work runs again from the start.
 */
export async function transact<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(pool, work);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (attempt === ATTEMPTS || !RETRYABLE.has(code)) throw error;
    }
  }
}
