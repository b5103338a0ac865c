import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { mePatchSchema, meSchema, sessionsSchema } from '../../contracts/http/people.ts';
import { lacksSecondFactor, type MemberRole, type Person, personOf } from '../auth/caller.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { hasSecondFactor } from '../auth/second-factors.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { defined } from '../http/patch.ts';
import { notFound } from '../http/problem.ts';

const tag = 'People';
const NOTHING = z.null().describe('No body.');

export function registerMe(app: Api, deps: IdentityDeps): void {
  registerSelf(app, deps);
  registerSessions(app, deps);
}

function registerSelf(app: Api, { database: { prisma, pool } }: IdentityDeps): void {
  const read = async (person: Person) => {
    const user = await prisma.user.findUniqueOrThrow({
      where: { id: person.userId },
      include: { members: { include: { customer: true }, orderBy: { createdAt: 'asc' } } },
    });
    return meSchema.parse({
      id: user.id,
      email: user.email,
      name: user.name,
      language: user.language,
      role: user.role,
      hasAuthenticatorApp: user.twoFactorEnabled,
      hasSecondFactor: await hasSecondFactor(pool, user.id),
      secondFactorMissing: lacksSecondFactor(person),
      customers: user.members.map(({ customer, role }) => ({
        id: customer.id,
        name: customer.name,
        role: role as MemberRole,
      })),
    });
  };
  app.get(
    '/v1/me',
    operation({
      access: 'session',
      tag,
      summary: 'Who is signed in, and for which customers they act',
      response: { 200: meSchema },
    }),
    (request) => read(personOf(request)),
  );
  app.patch(
    '/v1/me',
    operation({
      access: 'person',
      tag,
      summary: 'Change your name or language',
      body: mePatchSchema,
      response: { 200: meSchema },
    }),
    async (request) => {
      const person = personOf(request);
      // People's records follow the system's time, as everything of better-auth.
      await prisma.user.update({ where: { id: person.userId }, data: defined(request.body) });
      return await read(person);
    },
  );
}

const LIST_SESSIONS = `
  SELECT id, id = $2 AS current, created_at AS "createdAt", expires_at AS "expiresAt", ip_address AS address,
    user_agent AS "userAgent", second_factor AS "secondFactor"
  FROM auth_session WHERE user_id = $1 AND expires_at > now() ORDER BY created_at DESC`;

function registerSessions(app: Api, { database: { pool } }: IdentityDeps): void {
  app.get(
    '/v1/me/sessions',
    operation({ access: 'person', tag, summary: 'List your sessions', response: { 200: sessionsSchema } }),
    async (request) => {
      const { userId, sessionId } = personOf(request);
      const { rows } = await pool.query<z.output<typeof sessionsSchema>['items'][number]>(LIST_SESSIONS, [
        userId,
        sessionId,
      ]);
      return { items: rows };
    },
  );
  app.delete(
    '/v1/me/sessions/:sessionId',
    operation({
      access: 'person',
      tag,
      summary: 'End a session',
      description: 'Its next request is refused.',
      params: idParams('sessionId'),
      response: { 204: NOTHING },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { userId } = personOf(request);
      const { sessionId } = request.params;
      const { rowCount } = await pool.query('DELETE FROM auth_session WHERE id = $1 AND user_id = $2', [
        sessionId,
        userId,
      ]);
      if (rowCount === 0) notFound('session', sessionId);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/me/sessions/end-others',
    operation({
      access: 'person',
      tag,
      summary: 'End every session but this one',
      response: { 204: NOTHING },
    }),
    async (request, reply) => {
      const { userId, sessionId } = personOf(request);
      await pool.query('DELETE FROM auth_session WHERE user_id = $1 AND id <> $2', [userId, sessionId]);
      return reply.code(204).send(null);
    },
  );
}
