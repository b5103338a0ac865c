import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { memberPatchSchema, memberSchema, membersSchema } from '../../contracts/http/people.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transactAudited } from '../audit/within.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

const tag = 'People';
const NOTHING = z.null().describe('No body.');
type Member = z.output<typeof memberSchema>;

const MEMBER = `
  SELECT m.user_id AS "userId", m.customer_id AS "customerId", u.email, u.name, m.role, m.created_at AS "createdAt"
  FROM member m JOIN auth_user u ON u.id = m.user_id WHERE m.customer_id = $1`;
const LIST = `${MEMBER} ORDER BY m.created_at, m.user_id`;
const READ = `${MEMBER} AND m.user_id = $2`;
const OTHER_OWNERS = `
  SELECT FROM member WHERE customer_id = $1 AND user_id <> $2 AND role = 'owner'`;

/** Who acts for a customer. Somebody has to own it: the last owner can neither go nor become less. */
export function registerMembers(app: Api, { database: { pool } }: IdentityDeps): void {
  app.get(
    '/v1/customers/:customerId/members',
    operation({
      access: 'viewer',
      tag,
      summary: 'List who acts for a customer',
      params: idParams('customerId'),
      response: { 200: membersSchema },
      problems: ['not-found'],
    }),
    async ({ params }) => ({ items: (await pool.query<Member>(LIST, [params.customerId])).rows }),
  );
  app.patch(
    '/v1/customers/:customerId/members/:userId',
    operation({
      access: 'owner',
      tag,
      summary: 'Change what a member may do',
      params: idParams('customerId', 'userId'),
      body: memberPatchSchema,
      response: { 200: memberSchema },
      problems: ['not-found', 'last-of-its-kind'],
    }),
    ({ params: { customerId, userId }, body: { role } }) =>
      transactAudited(pool, async (client) => {
        if (role !== 'owner') await requireOtherOwner(client, customerId, userId);
        await client.query('UPDATE member SET role = $3 WHERE customer_id = $1 AND user_id = $2', [
          customerId,
          userId,
          role,
        ]);
        const { rows } = await client.query<Member>(READ, [customerId, userId]);
        return rows[0] ?? notFound('member', userId);
      }),
  );
  app.delete(
    '/v1/customers/:customerId/members/:userId',
    operation({
      access: 'owner',
      tag,
      summary: 'Remove a member',
      params: idParams('customerId', 'userId'),
      response: { 204: NOTHING },
      problems: ['not-found', 'last-of-its-kind'],
    }),
    async ({ params: { customerId, userId } }, reply) => {
      await transactAudited(pool, async (client) => {
        await requireOtherOwner(client, customerId, userId);
        await client.query('DELETE FROM member WHERE customer_id = $1 AND user_id = $2', [
          customerId,
          userId,
        ]);
      });
      return reply.code(204).send(null);
    },
  );
}

async function requireOtherOwner(client: PoolClient, customerId: string, userId: string): Promise<void> {
  await client.query(LOCK_CUSTOMER, [customerId]);
  const member = await client.query<Member>(READ, [customerId, userId]);
  const { role } = member.rows[0] ?? notFound('member', userId);
  if (role !== 'owner') return;
  const others = await client.query(OTHER_OWNERS, [customerId, userId]);
  if (others.rowCount === 0) throw new ApiProblem('last-of-its-kind', { role: 'owner' });
}
