import { systemClock } from '../../platform/clock.ts';
import type { UserRole } from '../auth/caller.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { newToken } from '../auth/keys.ts';
import { ApiProblem } from '../http/problem.ts';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
  readonly language: string;
}

const HOUR_MS = 3_600_000;
/** Long enough for somebody to read the mail; a first admin's link is used at once. */
export const STAFF_LINK_HOURS = 48;

/**
 * Makes an account whose address counts as confirmed, because the link goes only there (or is printed for
 * who runs the machine), and answers the single-use link to choose its password. People of better-auth live
 * in the system's time, so the link expires by it.
 */
export async function createUser(
  { database, auth, publicUrl }: Pick<IdentityDeps, 'database' | 'auth' | 'publicUrl'>,
  { email, name, role, language }: NewUser,
  validHours: number,
): Promise<{ userId: string; link: string }> {
  const { internalAdapter } = await auth.$context;
  if ((await internalAdapter.findUserByEmail(email)) !== null) {
    throw new ApiProblem('already-exists', { fields: 'email' });
  }
  const user = await internalAdapter.createUser(
    { email, name, language, role, emailVerified: true },
    { method: 'admin' },
  );
  return { userId: user.id, link: await passwordLink({ database, auth, publicUrl }, user.id, validHours) };
}

/** A single-use link that lets the account choose a password, as the mail of a forgotten one does. */
export async function passwordLink(
  { auth, publicUrl }: Pick<IdentityDeps, 'database' | 'auth' | 'publicUrl'>,
  userId: string,
  validHours: number,
): Promise<string> {
  const { internalAdapter } = await auth.$context;
  const { token } = newToken();
  await internalAdapter.createVerificationValue({
    identifier: `reset-password:${token}`,
    value: userId,
    expiresAt: new Date(systemClock.now() + validHours * HOUR_MS),
  });
  return `${publicUrl}/account/reset-password?token=${token}`;
}
