import { z } from 'zod';
import {
  changePasswordSchema,
  emailOnlySchema,
  resetPasswordSchema,
  signedInSchema,
  signInSchema,
  signUpSchema,
  verifyEmailSchema,
} from '../../contracts/http/auth.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { personOf } from './caller.ts';
import type { IdentityDeps } from './deps.ts';
import { registerPasskeys } from './passkeys.ts';
import { registerTwoFactor } from './two-factor.ts';

const tag = 'Sign-in';
const NOTHING = z.null().describe('No body.');

export function registerAuth(app: Api, deps: IdentityDeps): void {
  registerSignUp(app, deps);
  registerSignIn(app, deps);
  registerPasswords(app, deps);
  registerTwoFactor(app, deps);
  registerPasskeys(app, deps);
}

function registerSignUp(app: Api, { inner, limits }: IdentityDeps): void {
  app.post(
    '/v1/auth/sign-up',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Sign up with e-mail and password',
        description: 'Answers the same whether or not the address is known; the mail says which.',
        body: signUpSchema,
        response: { 204: NOTHING },
        problems: ['auth-refused'],
      }),
      preHandler: limits.signUp,
    },
    async (request, reply) => {
      await inner.call(request, reply, { method: 'POST', path: '/sign-up/email', body: request.body });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/auth/verify-email',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Confirm an e-mail address',
        body: verifyEmailSchema,
        response: { 204: NOTHING },
        problems: ['auth-refused', 'sign-in-failed'],
      }),
      preHandler: limits.link,
    },
    async (request, reply) => {
      const path = `/verify-email?token=${encodeURIComponent(request.body.token)}`;
      await inner.call(request, reply, { method: 'GET', path });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/auth/send-verification-email',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Send the mail that confirms an address again',
        body: emailOnlySchema,
        response: { 204: NOTHING },
        problems: ['auth-refused'],
      }),
      preHandler: limits.mail,
    },
    async (request, reply) => {
      await inner.call(request, reply, {
        method: 'POST',
        path: '/send-verification-email',
        body: request.body,
      });
      return reply.code(204).send(null);
    },
  );
}

function registerSignIn(app: Api, { inner, limits }: IdentityDeps): void {
  app.post(
    '/v1/auth/sign-in',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Sign in with e-mail and password',
        description: 'Sets the session cookie, unless a second factor is asked for next.',
        body: signInSchema,
        response: { 200: signedInSchema },
        problems: ['sign-in-failed', 'auth-refused'],
      }),
      preHandler: limits.signIn,
    },
    async (request, reply) => {
      const { email, password, remember: rememberMe } = request.body;
      const body = { email, password, rememberMe };
      const answer = await inner.call(request, reply, { method: 'POST', path: '/sign-in/email', body });
      await limits.signedIn(email);
      const { twoFactorRedirect } = z.object({ twoFactorRedirect: z.boolean().optional() }).parse(answer);
      return { secondFactorRequired: twoFactorRedirect === true };
    },
  );
  app.post(
    '/v1/auth/sign-out',
    operation({ access: 'session', tag, summary: 'Sign out', response: { 204: NOTHING } }),
    async (request, reply) => {
      await inner.call(request, reply, { method: 'POST', path: '/sign-out', body: {} });
      return reply.code(204).send(null);
    },
  );
}

const END_OTHER_SESSIONS = 'DELETE FROM auth_session WHERE user_id = $1 AND id <> $2';

function registerPasswords(app: Api, { inner, limits, database }: IdentityDeps): void {
  app.post(
    '/v1/auth/request-password-reset',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Send a mail to choose a new password',
        description: 'Answers the same whether or not the address is known.',
        body: emailOnlySchema,
        response: { 204: NOTHING },
        problems: ['auth-refused'],
      }),
      preHandler: limits.mail,
    },
    async (request, reply) => {
      await inner.call(request, reply, {
        method: 'POST',
        path: '/request-password-reset',
        body: request.body,
      });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/auth/reset-password',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Choose a new password with the link of the mail',
        description: 'The link works once. Every session of the account ends.',
        body: resetPasswordSchema,
        response: { 204: NOTHING },
        problems: ['auth-refused'],
      }),
      preHandler: limits.link,
    },
    async (request, reply) => {
      await inner.call(request, reply, { method: 'POST', path: '/reset-password', body: request.body });
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/auth/change-password',
    {
      ...operation({
        access: 'person',
        tag,
        summary: 'Change the password',
        description: 'Every other session of the account ends.',
        body: changePasswordSchema,
        response: { 204: NOTHING },
        problems: ['auth-refused', 'sign-in-failed'],
      }),
      preHandler: limits.code,
    },
    async (request, reply) => {
      const { userId, sessionId } = personOf(request);
      await inner.call(request, reply, { method: 'POST', path: '/change-password', body: request.body });
      await database.pool.query(END_OTHER_SESSIONS, [userId, sessionId]);
      return reply.code(204).send(null);
    },
  );
}
