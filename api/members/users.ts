import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  newUserSchema,
  userPatchSchema,
  userSchema,
  usersPage,
  usersQuery,
} from '../../contracts/http/people.ts';
import { transactAudited } from '../audit/within.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { resetMail } from '../auth/mails.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { createUser, STAFF_LINK_HOURS } from './new-user.ts';

const tag = 'People';
type User = z.output<typeof userSchema>;

const USER = `
  SELECT u.id, u.email, u.name, u.role, u.email_verified AS "emailVerified", u.disabled_at AS "disabledAt",
    u.created_at AS "createdAt",
    u.two_factor_enabled OR EXISTS (SELECT FROM auth_passkey p WHERE p.user_id = u.id) AS "hasSecondFactor"
  FROM auth_user u`;
const READ = `${USER} WHERE u.id = $1`;
/** Parameters: role or null, last id or null, limit. */
const LIST = `${USER}
  WHERE ($1::text IS NULL OR u.role = $1) AND ($2::uuid IS NULL OR u.id < $2) ORDER BY u.id DESC LIMIT $3`;
const CHANGE = `
  UPDATE auth_user SET role = coalesce($2, role),
    disabled_at = CASE WHEN $3::boolean IS NULL THEN disabled_at WHEN $3 THEN coalesce(disabled_at, $4) END
  WHERE id = $1`;
/** Whoever demotes admins takes it, so that two do not remove each other. */
const LOCK_ADMINS = "SELECT pg_advisory_xact_lock(hashtext('neverout-admins'))";
const ADMINS = "SELECT FROM auth_user WHERE role = 'admin' AND disabled_at IS NULL";

/** Everybody with an account; only admins make staff. */
export function registerUsers(app: Api, deps: IdentityDeps): void {
  registerReads(app, deps);
  registerChanges(app, deps);
}

function registerReads(app: Api, { database: { pool } }: IdentityDeps): void {
  app.get(
    '/v1/users',
    operation({
      access: 'admin',
      tag,
      summary: 'List accounts, newest first',
      querystring: usersQuery,
      response: { 200: usersPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { role, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const { rows } = await pool.query<User>(LIST, [role ?? null, after, limit + 1]);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.get(
    '/v1/users/:userId',
    operation({
      access: 'admin',
      tag,
      summary: 'Read an account',
      params: idParams('userId'),
      response: { 200: userSchema },
      problems: ['not-found'],
    }),
    async ({ params: { userId } }) =>
      (await pool.query<User>(READ, [userId])).rows[0] ?? notFound('user', userId),
  );
}

function registerChanges(app: Api, deps: IdentityDeps): void {
  const { pool } = deps.database;
  app.post(
    '/v1/users',
    operation({
      access: 'admin',
      tag,
      summary: 'Make an account for somebody, staff above all',
      description: 'They get a mail with a link that works once to choose a password.',
      body: newUserSchema,
      response: { 201: userSchema },
      problems: ['already-exists'],
    }),
    async ({ body }, reply) => {
      const { userId, link } = await createUser(deps, body, STAFF_LINK_HOURS);
      deps.mail.send(resetMail(body, link), STAFF_LINK_HOURS * 3_600_000);
      return reply
        .code(201)
        .send((await pool.query<User>(READ, [userId])).rows[0] ?? notFound('user', userId));
    },
  );
  app.patch(
    '/v1/users/:userId',
    operation({
      access: 'admin',
      tag,
      summary: 'Change the role of an account, or disable it',
      description: 'Its sessions end at once. The last admin has to stay.',
      params: idParams('userId'),
      body: userPatchSchema,
      response: { 200: userSchema },
      problems: ['not-found', 'last-of-its-kind'],
    }),
    ({ params: { userId }, body: { role, disabled } }) =>
      transactAudited(pool, async (client) => {
        await client.query(LOCK_ADMINS);
        const values = [userId, role ?? null, disabled ?? null, new Date(deps.clock.now())];
        const { rowCount } = await client.query(CHANGE, values);
        if (rowCount === 0) notFound('user', userId);
        await client.query('DELETE FROM auth_session WHERE user_id = $1', [userId]);
        const admins = await client.query(ADMINS);
        if (admins.rowCount === 0) throw new ApiProblem('last-of-its-kind', { role: 'admin' });
        const { rows } = await client.query<User>(READ, [userId]);
        return rows[0] ?? notFound('user', userId);
      }),
  );
}
