import type { z } from 'zod';
import type {
  signedInSchema,
  signInSchema,
  signUpSchema,
  totpSetUpSchema,
} from '../../../contracts/http/auth.ts';
import type { acceptInvitationSchema, memberSchema } from '../../../contracts/http/people.ts';
import { call } from '../api/http.ts';
import { queryClient } from '../api/query-client.ts';
import { rememberSession } from '../api/session-hint.ts';
import type { Wire } from '../api/wire.ts';

export const signUp = (body: z.input<typeof signUpSchema>): Promise<null> =>
  call('POST', '/v1/auth/sign-up', { body });
export const signIn = (body: z.input<typeof signInSchema>): Promise<Wire<typeof signedInSchema>> =>
  call('POST', '/v1/auth/sign-in', { body });
export const sendCode = (code: string): Promise<null> =>
  call('POST', '/v1/auth/two-factor/verify', { body: { code } });
export const sendBackupCode = (code: string): Promise<null> =>
  call('POST', '/v1/auth/two-factor/verify-backup-code', { body: { code } });
export const sendVerificationMail = (email: string): Promise<null> =>
  call('POST', '/v1/auth/send-verification-email', { body: { email } });
export const askForReset = (email: string): Promise<null> =>
  call('POST', '/v1/auth/request-password-reset', { body: { email } });
export const setUpTwoFactor = (password: string): Promise<Wire<typeof totpSetUpSchema>> =>
  call('POST', '/v1/auth/two-factor', { body: { password } });
export const removeTwoFactor = (password: string): Promise<null> =>
  call('POST', '/v1/auth/two-factor/disable', { body: { password } });
export const acceptInvitation = (
  body: z.input<typeof acceptInvitationSchema>,
): Promise<Wire<typeof memberSchema>> => call('POST', '/v1/invitations/accept', { body });

/** Ends the session and forgets everything that was read with it. */
export async function signOut(): Promise<void> {
  await call('POST', '/v1/auth/sign-out');
  rememberSession(false);
  queryClient.clear();
}
