import { z } from 'zod';
import {
  newPasskeySchema,
  passkeySchema,
  passkeySignInSchema,
  passkeysSchema,
  webAuthnOptionsSchema,
} from '../../contracts/http/auth.ts';
import { idParams } from '../../contracts/http/common.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { personOf } from './caller.ts';
import type { IdentityDeps } from './deps.ts';
import { requireMaySetUp } from './second-factors.ts';

const tag = 'Sign-in';
const NOTHING = z.null().describe('No body.');
const refusals = ['auth-refused', 'sign-in-failed'] as const;
const COLUMNS = { id: true, name: true, createdAt: true, backedUp: true } as const;

/** Passkeys (W3C Web Authentication): the browser's own sign-in, which no foreign page can ask for. */
export function registerPasskeys(app: Api, deps: IdentityDeps): void {
  registerSignInWithPasskey(app, deps);
  registerNewPasskeys(app, deps);
  registerOwnPasskeys(app, deps);
}

function registerSignInWithPasskey(app: Api, { inner, limits }: IdentityDeps): void {
  app.post(
    '/v1/auth/passkeys/sign-in-options',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Ask for a challenge to sign in with a passkey',
        response: { 200: webAuthnOptionsSchema },
        problems: refusals,
      }),
      preHandler: limits.passkey,
    },
    async (request, reply) =>
      webAuthnOptionsSchema.parse(
        await inner.call(request, reply, { method: 'GET', path: '/passkey/generate-authenticate-options' }),
      ),
  );
  app.post(
    '/v1/auth/passkeys/sign-in',
    {
      ...operation({
        access: 'public',
        tag,
        summary: 'Sign in with a passkey',
        description: 'Counts as two factors: the passkey has to check its user.',
        body: passkeySignInSchema,
        response: { 204: NOTHING },
        problems: refusals,
      }),
      preHandler: limits.passkey,
    },
    async (request, reply) => {
      const body = { response: request.body.response };
      await inner.call(request, reply, { method: 'POST', path: '/passkey/verify-authentication', body });
      return reply.code(204).send(null);
    },
  );
}

function registerNewPasskeys(app: Api, { inner, database }: IdentityDeps): void {
  app.post(
    '/v1/auth/passkeys/registration-options',
    operation({
      access: 'session',
      tag,
      summary: 'Ask for a challenge to add a passkey',
      response: { 200: webAuthnOptionsSchema },
      problems: [...refusals, 'second-factor-required'],
    }),
    async (request, reply) => {
      await requireMaySetUp(database.pool, personOf(request));
      const path = '/passkey/generate-register-options';
      return webAuthnOptionsSchema.parse(await inner.call(request, reply, { method: 'GET', path }));
    },
  );
  app.post(
    '/v1/auth/passkeys',
    operation({
      access: 'session',
      tag,
      summary: 'Add a passkey',
      body: newPasskeySchema,
      response: { 201: passkeySchema },
      problems: [...refusals, 'second-factor-required'],
    }),
    async (request, reply) => {
      await requireMaySetUp(database.pool, personOf(request));
      const { response, name } = request.body;
      const path = '/passkey/verify-registration';
      const answer = await inner.call(request, reply, { method: 'POST', path, body: { response, name } });
      const { id } = z.object({ id: z.string() }).parse(answer);
      const added = await database.prisma.passkey.findUnique({ where: { id }, select: COLUMNS });
      return reply.code(201).send(added ?? notFound('passkey', id));
    },
  );
}

function registerOwnPasskeys(app: Api, { database: { prisma } }: IdentityDeps): void {
  app.get(
    '/v1/auth/passkeys',
    operation({ access: 'person', tag, summary: 'List your passkeys', response: { 200: passkeysSchema } }),
    async (request) => {
      const { userId } = personOf(request);
      return {
        items: await prisma.passkey.findMany({ where: { userId }, select: COLUMNS, orderBy: { id: 'asc' } }),
      };
    },
  );
  app.delete(
    '/v1/auth/passkeys/:passkeyId',
    operation({
      access: 'person',
      tag,
      summary: 'Remove a passkey',
      params: idParams('passkeyId'),
      response: { 204: NOTHING },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { userId } = personOf(request);
      const { passkeyId: id } = request.params;
      const { count } = await prisma.passkey.deleteMany({ where: { id, userId } });
      if (count === 0) notFound('passkey', id);
      return reply.code(204).send(null);
    },
  );
}
