import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  acceptInvitationSchema,
  invitationSchema,
  invitationsSchema,
  memberSchema,
  newInvitationSchema,
} from '../../contracts/http/people.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName, type Person, personOf } from '../auth/caller.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { hashToken, newToken } from '../auth/keys.ts';
import { invitationMail } from '../auth/mails.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

const tag = 'People';
type Invitation = z.output<typeof invitationSchema>;
type Member = z.output<typeof memberSchema>;

const VALID_DAYS = 7;
const DAY_MS = 86_400_000;
/** Invitations cannot be used to send mails to everybody. */
const BY_CUSTOMER = { name: 'invitation customer', max: 20, windowMinutes: 60 };

const COLUMNS = `id, customer_id AS "customerId", email, role, created_at AS "createdAt", expires_at AS "expiresAt",
  accepted_at AS "acceptedAt", revoked_at AS "revokedAt"`;
const INSERT = `
  INSERT INTO invitation (customer_id, email, role, token_hash, invited_by, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`;
const LIST = `SELECT ${COLUMNS} FROM invitation WHERE customer_id = $1 ORDER BY id DESC LIMIT 200`;
const REVOKE = `
  UPDATE invitation SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND customer_id = $2 RETURNING ${COLUMNS}`;

/** Used up in the statement that finds it: of two that race, one finds nothing. The address has to be the invited one. */
const ACCEPT = `
  UPDATE invitation SET accepted_at = $2
  WHERE token_hash = $1 AND email = $3 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2
  RETURNING customer_id AS "customerId", role`;
/** Never takes away what somebody has already. */
const JOIN = `
  INSERT INTO member (customer_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (customer_id, user_id) DO UPDATE
    SET role = CASE WHEN member.role = 'owner' OR EXCLUDED.role = 'viewer' THEN member.role ELSE EXCLUDED.role END
  RETURNING user_id AS "userId", customer_id AS "customerId", role, created_at AS "createdAt"`;

export function registerInvitations(app: Api, deps: IdentityDeps): void {
  registerInviting(app, deps);
  registerAccepting(app, deps);
}

function registerInviting(app: Api, { database, clock, mail, publicUrl, attempts }: IdentityDeps): void {
  const { pool, prisma } = database;
  app.post(
    '/v1/customers/:customerId/invitations',
    operation({
      access: 'owner',
      tag,
      summary: 'Invite somebody by mail to act for a customer',
      params: idParams('customerId'),
      body: newInvitationSchema,
      response: { 201: invitationSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { customerId } = request.params;
      const { email, role, language } = request.body;
      const customer = await prisma.customer.findUnique({ where: { id: customerId, erasedAt: null } });
      if (customer === null) notFound('customer', customerId);
      await attempts.count(BY_CUSTOMER, customerId, reply);
      const { token, hash } = newToken();
      const now = clock.now();
      const expiresAt = new Date(now + VALID_DAYS * DAY_MS);
      const values = [customerId, email, role, hash, actorName(request.caller), new Date(now), expiresAt];
      const { rows } = await pool.query<Invitation>(INSERT, values);
      const link = `${publicUrl}/account/invitation?token=${token}`;
      mail.send(invitationMail({ email, name: '', language }, link, customer.name), VALID_DAYS * DAY_MS);
      return reply.code(201).send(rows[0] ?? notFound('invitation', ''));
    },
  );
  app.get(
    '/v1/customers/:customerId/invitations',
    operation({
      access: 'owner',
      tag,
      summary: 'List the latest invitations',
      params: idParams('customerId'),
      response: { 200: invitationsSchema },
      problems: ['not-found'],
    }),
    async ({ params }) => ({ items: (await pool.query<Invitation>(LIST, [params.customerId])).rows }),
  );
  app.post(
    '/v1/customers/:customerId/invitations/:invitationId/revoke',
    operation({
      access: 'owner',
      tag,
      summary: 'Withdraw an invitation',
      params: idParams('customerId', 'invitationId'),
      response: { 200: invitationSchema },
      problems: ['not-found'],
    }),
    async ({ params: { customerId, invitationId } }) => {
      const { rows } = await pool.query<Invitation>(REVOKE, [
        invitationId,
        customerId,
        new Date(clock.now()),
      ]);
      return rows[0] ?? notFound('invitation', invitationId);
    },
  );
}

const GUESSES = { name: 'invitation user', max: 20, windowMinutes: 60 };

function registerAccepting(app: Api, { database, clock, attempts }: IdentityDeps): void {
  app.post(
    '/v1/invitations/accept',
    operation({
      access: 'person',
      tag,
      summary: 'Accept an invitation',
      description: 'For the person whose address was invited, once.',
      body: acceptInvitationSchema,
      response: { 200: memberSchema },
      problems: ['invalid-invitation'],
    }),
    async (request, reply) => {
      const person = personOf(request);
      await attempts.count(GUESSES, person.userId, reply);
      return await accept(person, request.body.token);
    },
  );
  const accept = (person: Person, token: string) =>
    transactAudited(database.pool, async (client) => {
      const now = new Date(clock.now());
      const accepted = await client.query<{ customerId: string; role: string }>(ACCEPT, [
        hashToken(token),
        now,
        person.email,
      ]);
      const [invitation] = accepted.rows;
      if (invitation === undefined) throw new ApiProblem('invalid-invitation', {});
      const { customerId, role } = invitation;
      const joined = await client.query<Omit<Member, 'email' | 'name'>>(JOIN, [
        customerId,
        person.userId,
        role,
        now,
      ]);
      const [member] = joined.rows;
      if (member === undefined) throw new ApiProblem('invalid-invitation', {});
      return { ...member, email: person.email, name: person.name };
    });
}
