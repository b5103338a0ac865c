import { z } from 'zod';
import {
  backupCodeSchema,
  backupCodesSchema,
  passwordOnlySchema,
  totpCodeSchema,
  totpSetUpSchema,
} from '../../contracts/http/auth.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { personOf } from './caller.ts';
import type { IdentityDeps } from './deps.ts';
import { requireMaySetUp } from './second-factors.ts';

const tag = 'Sign-in';
const NOTHING = z.null().describe('No body.');
const refusals = ['auth-refused', 'sign-in-failed'] as const;

/** Authenticator apps (TOTP, RFC 6238) and their backup codes. */
export function registerTwoFactor(app: Api, deps: IdentityDeps): void {
  registerSetUp(app, deps);
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
  for (const { url, path, summary, response } of [
    {
      url: '/v1/auth/two-factor/disable',
      path: '/two-factor/disable',
      summary: 'Remove the authenticator app',
      response: { 204: NOTHING },
    },
    {
      url: '/v1/auth/two-factor/backup-codes',
      path: '/two-factor/generate-backup-codes',
      summary: 'Make new backup codes',
      response: { 200: backupCodesSchema },
    },
  ] as const) {
    app.post(
      url,
      {
        ...operation({
          access: 'person',
          tag,
          summary,
          body: passwordOnlySchema,
          response: response as Readonly<Record<number, z.ZodType>>,
          problems: refusals,
        }),
        preHandler: limits.code,
      },
      async (request, reply) => {
        const answer = await inner.call(request, reply, {
          method: 'POST',
          path,
          body: request.body as object,
        });
        if (204 in response) return reply.code(204).send(null);
        return reply.send({
          backupCodes: z.object({ backupCodes: z.array(z.string()) }).parse(answer).backupCodes,
        });
      },
    );
  }
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
