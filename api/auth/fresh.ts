import { systemClock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { ApiProblem } from '../http/problem.ts';
import type { Caller } from './caller.ts';

/** Long enough to read what will happen, short enough that a browser left open does not do it. */
const FRESH_MINUTES = 15;

/**
 * For what cannot be undone: a person must have signed in just now, so that neither a stolen cookie nor an
 * open browser suffices. better-auth stamps sessions with the system's time.
 */
export async function requireFreshSession({ pool }: Database, caller: Caller): Promise<void> {
  if (caller.kind !== 'person') return;
  const { rows } = await pool.query<{ createdAt: Date }>(
    'SELECT created_at AS "createdAt" FROM auth_session WHERE id = $1',
    [caller.sessionId],
  );
  const signedInAt = rows[0]?.createdAt.getTime() ?? 0;
  if (systemClock.now() - signedInAt > FRESH_MINUTES * 60_000) {
    throw new ApiProblem('sign-in-again', { minutes: FRESH_MINUTES });
  }
}
