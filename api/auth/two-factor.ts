import { z } from 'zod';
import {
  backupCodeSchema,
  backupCodesSchema,
  passwordOnlySchema,
  totpCodeSchema,
  totpSetUpSchema,
} from '../../contracts/http/auth.ts';
import { DAY_MS } from '../../core/types.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { personOf } from './caller.ts';
import type { IdentityDeps } from './deps.ts';
import { appRemovedMail } from './mails.ts';
import { requireMaySetUp } from './second-factors.ts';

const tag = 'Sign-in';
const NOTHING = z.null().describe('No body.');
/** How long a mail server that is away is tried: later the news would come too late to help. */
const TELL_FOR_MS = 3 * DAY_MS;
const refusals = ['auth-refused', 'sign-in-failed'] as const;

/** Authenticator apps (TOTP, RFC 6238) and their backup codes. */
export function registerTwoFactor(app: Api, deps: IdentityDeps): void {
  registerSetUp(app, deps);
  registerRemoval(app, deps);
  registerCodes(app, deps);
}

function registerSetUp(app: Api, { inner, limits, database }: IdentityDeps): void {
  app.post(
    '/v1/auth/two-factor',
    {
      ...operation({
        access: 'session',
        tag,
        summary: 'Set up an authenticator app',
        description: 'In force once a code of the app was sent to /v1/auth/two-factor/verify.',
        body: passwordOnlySchema,
        response: { 200: totpSetUpSchema },
        problems: [...refusals, 'second-factor-required'],
      }),
      preHandler: limits.code,
    },
    async (request, reply) => {
      await requireMaySetUp(database.pool, personOf(request));
      const body = { password: request.body.password, method: 'totp' };
      const answer = await inner.call(request, reply, { method: 'POST', path: '/two-factor/enable', body });
      const { totpURI, backupCodes } = z
        .object({ totpURI: z.string(), backupCodes: z.array(z.string()) })
        .parse(answer);
      return { totpUri: totpURI, backupCodes };
    },
  );
  app.post(
    '/v1/auth/two-factor/backup-codes',
    {
      ...operation({
        access: 'person',
        tag,
        summary: 'Make new backup codes',
        body: passwordOnlySchema,
        response: { 200: backupCodesSchema },
        problems: refusals,
      }),
      preHandler: limits.code,
    },
    async (request, reply) => {
      const { body } = request;
      const path = '/two-factor/generate-backup-codes';
      return backupCodesSchema.parse(await inner.call(request, reply, { method: 'POST', path, body }));
    },
  );
}

/** Whoever owns the account hears of it by mail: a thief who knows the password would begin with this. */
function registerRemoval(app: Api, { inner, limits, database, mail, publicUrl }: IdentityDeps): void {
  app.post(
    '/v1/auth/two-factor/disable',
    {
      ...operation({
        access: 'person',
        tag,
        summary: 'Remove the authenticator app',
        description: 'With its backup codes. A mail tells of it.',
        body: passwordOnlySchema,
        response: { 204: NOTHING },
        problems: refusals,
      }),
      preHandler: limits.code,
    },
    async (request, reply) => {
      const { userId: id } = personOf(request);
      const user = await database.prisma.user.findUniqueOrThrow({ where: { id } });
      const { body } = request;
      await inner.call(request, reply, { method: 'POST', path: '/two-factor/disable', body });
      if (user.twoFactorEnabled) mail.send(appRemovedMail(user, `${publicUrl}/forgot-password`), TELL_FOR_MS);
      return reply.code(204).send(null);
    },
  );
}

function registerCodes(app: Api, { inner, limits }: IdentityDeps): void {
  for (const { url, path, summary, description, body } of [
    {
      url: '/v1/auth/two-factor/verify',
      path: '/two-factor/verify-totp',
      summary: 'Send the code of the authenticator app',
      description: 'Completes a sign-in that asked for it; with a session, puts the app in force.',
      body: totpCodeSchema,
    },
    {
      url: '/v1/auth/two-factor/verify-backup-code',
      path: '/two-factor/verify-backup-code',
      summary: 'Send a backup code in place of the app',
      description: 'Completes a sign-in that asked for it. It puts no app in force.',
      body: backupCodeSchema,
    },
  ] as const) {
    app.post(
      url,
      {
        ...operation({
          access: 'public',
          tag,
          summary,
          description,
          body,
          response: { 204: NOTHING },
          problems: refusals,
        }),
        preHandler: limits.code,
      },
      async (request, reply) => {
        await inner.call(request, reply, { method: 'POST', path, body: { code: request.body.code } });
        return reply.code(204).send(null);
      },
    );
  }
}
