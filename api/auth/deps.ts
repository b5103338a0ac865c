import type { MailQueue } from '../../platform/mail/mail-queue.ts';
import type { ApiDeps } from '../http/deps.ts';
import type { Attempts } from './attempts.ts';
import type { Auth } from './better-auth.ts';
import type { InnerAuth } from './inner.ts';
import type { Keys } from './keys.ts';
import type { SignInLimits } from './limits.ts';

/** What the features about people and ownership are built from, beside the rest of the API's. */
export interface IdentityDeps extends ApiDeps {
  readonly auth: Auth;
  readonly inner: InnerAuth;
  readonly attempts: Attempts;
  readonly limits: SignInLimits;
  readonly mail: MailQueue;
  readonly keys: Keys;
  /** Signs links in messages and seals mails; the same in the processes that send them. */
  readonly linkSecret: string;
  /** Where people reach the installation, without a slash at the end. */
  readonly publicUrl: string;
}
