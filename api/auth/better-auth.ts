import { passkey } from '@better-auth/passkey';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { APIError } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../contracts/http/auth.ts';
import type { Database } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import type { MailQueue } from '../../platform/mail/mail-queue.ts';
import { passwordLink } from '../members/new-user.ts';
import { knownMail, type Recipient, resetMail, verifyMail } from './mails.ts';
import { isFirstUse } from './used-codes.ts';

export interface AuthOptions {
  readonly database: Database;
  readonly log: Log;
  readonly mail: MailQueue;
  readonly secret: string;
  /** Where people reach the installation, without a slash at the end. */
  readonly publicUrl: string;
}

/** Where better-auth believes it is mounted; our own routes stand before it (routes.ts). */
export const AUTH_PATH = '/v1/auth';
/** Set by us from the connection, never taken from the request. */
export const ADDRESS_HEADER = 'x-neverout-address';

const COOKIE_PREFIX = 'neverout';
/** Browsers take a cookie of this prefix over https only (RFC 6265bis §4.1.3.1). */
const SECURE_PREFIX = '__Secure-';

export const sessionCookieName = (publicUrl: string | undefined): string =>
  `${publicUrl?.startsWith('https:') === true ? SECURE_PREFIX : ''}${COOKIE_PREFIX}.session_token`;

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** A month away does not sign anybody out; use extends it once a day. */
const SESSION_SECONDS = 30 * DAY_SECONDS;
/** Long enough to find the mail, short enough that an old one in a mailbox opens nothing. */
const RESET_SECONDS = HOUR_SECONDS;
const VERIFY_SECONDS = DAY_SECONDS;

const APP_CODE_PATH = '/two-factor/verify-totp';
/** Sign-ins that prove more than a password: an app's code, a backup code, or a passkey with its own check of the user. */
const SECOND_FACTOR_PATHS: ReadonlySet<string> = new Set([
  APP_CODE_PATH,
  '/two-factor/verify-backup-code',
  '/passkey/verify-authentication',
]);

/**
 * better-auth keeps accounts, passwords (scrypt), sessions, second factors and passkeys; it takes the system's
 * time. Its own rate limits are off: ours count across processes and by account too (attempts.ts).
 */
export function buildAuth({ database, log, mail, secret, publicUrl }: AuthOptions) {
  const { prisma, pool } = database;
  const late: { tellKnown?: TellKnown } = {};
  const auth = betterAuth({
    appName: 'Neverout',
    baseURL: publicUrl,
    basePath: AUTH_PATH,
    secret,
    database: prismaAdapter(prisma, { provider: 'postgresql' }),
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    // Its arguments can hold what was typed: only the message is kept.
    logger: { level: 'warn', log: (level, message) => log[level === 'error' ? 'error' : 'warn'](message) },
    ...passwords({ database, mail, publicUrl }, late),
    session: {
      expiresIn: SESSION_SECONDS,
      updateAge: DAY_SECONDS,
      // No copy of a session in a cookie: a revoked one ends with its next request.
      cookieCache: { enabled: false },
      additionalFields: { secondFactor: { type: 'boolean', input: false, defaultValue: false } },
    },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'customer' },
        language: { type: 'string', defaultValue: 'en' },
        disabledAt: { type: 'date', input: false, required: false },
      },
    },
    verification: { storeIdentifier: 'hashed' },
    databaseHooks: {
      session: {
        create: {
          before: async (session, context) => {
            const user = await prisma.user.findUnique({ where: { id: session.userId } });
            if (user === null || user.disabledAt !== null)
              throw new APIError('FORBIDDEN', { message: 'This account is disabled.' });
            const code: unknown = context?.path === APP_CODE_PATH ? context.body?.code : undefined;
            if (code !== undefined && !(await isFirstUse(pool, secret, user.id, String(code)))) {
              throw new APIError('UNAUTHORIZED', {
                message: 'This code was used already; wait for the next.',
              });
            }
            const secondFactor = SECOND_FACTOR_PATHS.has(context?.path ?? '');
            return { data: { ...session, secondFactor } };
          },
        },
      },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: publicUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      database: { generateId: false },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      // Every request was checked by our own guard, which knows all addresses of the installation.
      disableCSRFCheck: true,
      disableOriginCheck: true,
    },
    plugins: secondFactors(publicUrl),
  });
  late.tellKnown = async (user) => {
    const link = await passwordLink({ database, auth, publicUrl }, user.id, RESET_SECONDS / HOUR_SECONDS);
    mail.send(knownMail(user, link), RESET_SECONDS * 1000);
  };
  return auth;
}

type TellKnown = (user: Recipient & { readonly id: string }) => Promise<void>;

export type Auth = ReturnType<typeof buildAuth>;

/** Addresses are confirmed before the first sign-in; links lead to pages that act only when a button is pressed. */
function passwords(
  { database, mail, publicUrl }: Pick<AuthOptions, 'database' | 'mail' | 'publicUrl'>,
  /** Set once better-auth is there, which makes the links. */
  late: { readonly tellKnown?: TellKnown },
) {
  const linkTo = (page: string, token: string) =>
    `${publicUrl}/account/${page}?token=${encodeURIComponent(token)}`;
  return {
    emailAndPassword: {
      enabled: true,
      requireEmailVerification: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      // Whoever owns the address hears of it: somebody else may have signed up with it first.
      onExistingUserSignUp: async ({ user }: { readonly user: Parameters<TellKnown>[0] }) => {
        await late.tellKnown?.(user);
      },
      // The link went to the address, which confirms it.
      onPasswordReset: async ({ user }: { readonly user: { readonly id: string } }) => {
        await database.prisma.user.update({ where: { id: user.id }, data: { emailVerified: true } });
      },
      sendResetPassword: ({ user, token }: Mailed) => {
        mail.send(resetMail(user, linkTo('reset-password', token)), RESET_SECONDS * 1000);
        return Promise.resolve();
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: VERIFY_SECONDS,
      sendVerificationEmail: ({ user, token }: Mailed) => {
        mail.send(verifyMail(user, linkTo('verify-email', token)), VERIFY_SECONDS * 1000);
        return Promise.resolve();
      },
    },
  };
}

interface Mailed {
  readonly user: Recipient;
  readonly token: string;
}

function secondFactors(publicUrl: string) {
  return [
    // Nobody is spared the code because they gave it last week.
    twoFactor({ issuer: 'Neverout', trustDeviceMaxAge: 0 }),
    passkey({
      rpID: new URL(publicUrl).hostname,
      rpName: 'Neverout',
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      registration: {
        afterVerification: ({ verification }) =>
          requireUserVerified(verification.registrationInfo?.userVerified),
      },
      authentication: {
        afterVerification: ({ verification }) =>
          requireUserVerified(verification.authenticationInfo.userVerified),
      },
    }),
  ];
}

/** A passkey stands for two factors only if it asked for a PIN or a fingerprint (WebAuthn level 3, §6.1, flag UV). */
function requireUserVerified(userVerified: boolean | undefined): Promise<void> {
  if (userVerified === true) return Promise.resolve();
  throw new APIError('BAD_REQUEST', {
    message: 'The passkey has to check its user: by PIN, face or finger.',
  });
}
