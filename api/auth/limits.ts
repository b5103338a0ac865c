import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AttemptRule, type Attempts, networkOf } from './attempts.ts';

/**
 * A password of twelve characters is not guessed at ten tries in a quarter of an hour, and an owner who
 * mistypes is soon heard again. By account as well as by network: neither many machines against one
 * account nor one machine against many accounts gets further. A passkey is never locked out by others.
 */
const SIGN_IN_ACCOUNT: AttemptRule = { name: 'sign-in account', max: 10, windowMinutes: 15 };
const SIGN_IN_NETWORK: AttemptRule = { name: 'sign-in network', max: 50, windowMinutes: 15 };
/** Codes of six digits; better-auth locks the account besides, after ten wrong ones. */
const CODE_NETWORK: AttemptRule = { name: 'code network', max: 30, windowMinutes: 15 };
const SIGN_UP_NETWORK: AttemptRule = { name: 'sign-up network', max: 20, windowMinutes: 60 };
/** Nobody's mailbox is filled by us. */
const MAIL_ACCOUNT: AttemptRule = { name: 'mail account', max: 5, windowMinutes: 60 };
const MAIL_NETWORK: AttemptRule = { name: 'mail network', max: 30, windowMinutes: 60 };
const LINK_NETWORK: AttemptRule = { name: 'link network', max: 60, windowMinutes: 60 };

type Limit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

const emailOf = ({ body }: FastifyRequest): string =>
  String((body as { email?: unknown } | null)?.email ?? '');

export interface SignInLimits {
  readonly signIn: Limit;
  readonly passkey: Limit;
  readonly code: Limit;
  readonly signUp: Limit;
  readonly mail: Limit;
  readonly link: Limit;
  readonly signedIn: (email: string) => Promise<void>;
}

export function signInLimits(attempts: Attempts): SignInLimits {
  const byNetwork =
    (rule: AttemptRule): Limit =>
    (request, reply) =>
      attempts.count(rule, networkOf(request.ip), reply);
  const byBoth =
    (network: AttemptRule, account: AttemptRule): Limit =>
    async (request, reply) => {
      await attempts.count(network, networkOf(request.ip), reply);
      await attempts.count(account, emailOf(request), reply);
    };
  return {
    signIn: byBoth(SIGN_IN_NETWORK, SIGN_IN_ACCOUNT),
    passkey: byNetwork(SIGN_IN_NETWORK),
    code: byNetwork(CODE_NETWORK),
    signUp: byBoth(SIGN_UP_NETWORK, MAIL_ACCOUNT),
    mail: byBoth(MAIL_NETWORK, MAIL_ACCOUNT),
    link: byNetwork(LINK_NETWORK),
    signedIn: (email) => attempts.forget(SIGN_IN_ACCOUNT, email),
  };
}
