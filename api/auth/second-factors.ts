import type { Pool } from '../../platform/database.ts';
import { ApiProblem } from '../http/problem.ts';
import { lacksSecondFactor, type Person } from './caller.ts';

const HAS_SECOND_FACTOR = `
  SELECT u.two_factor_enabled OR EXISTS (SELECT FROM auth_passkey p WHERE p.user_id = u.id) AS has
  FROM auth_user u WHERE u.id = $1`;

/** Whether the account has an authenticator app in force, or a passkey. */
export async function hasSecondFactor(pool: Pool, userId: string): Promise<boolean> {
  const { rows } = await pool.query<{ has: boolean }>(HAS_SECOND_FACTOR, [userId]);
  return rows[0]?.has === true;
}

/**
 * Staff may set up their first second factor with a password alone; a further one only with the one they
 * have. Otherwise whoever learns a password would add a factor of their own.
 */
export async function requireMaySetUp(pool: Pool, person: Person): Promise<void> {
  if (lacksSecondFactor(person) && (await hasSecondFactor(pool, person.userId))) {
    throw new ApiProblem('second-factor-required', {});
  }
}
