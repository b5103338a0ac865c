import { z } from 'zod';
import { email, language, USER_ROLES } from './auth.ts';
import { instant, label, pageOf, pageQuery, uuid } from './common.ts';

/** People who sign in, their sessions, and who of them acts for which customer. */

export const MEMBER_ROLES = ['viewer', 'member', 'owner'] as const;
const memberRole = z
  .enum(MEMBER_ROLES)
  .describe(
    'viewer: reads; member: also decides about orders, holds and devices; owner: also consents and people.',
  );
const userRole = z
  .enum(USER_ROLES)
  .describe('customer: their own customers only; ops: runs the fleet; admin: also people and set-up.');

export const meSchema = z
  .object({
    id: uuid,
    email: z.string(),
    name: z.string(),
    language,
    role: userRole,
    hasSecondFactor: z.boolean().describe('An authenticator app or a passkey.'),
    hasAuthenticatorApp: z.boolean(),
    secondFactorMissing: z
      .boolean()
      .describe('true: staff of this installation who cannot go on until they sign in with a second factor.'),
    customers: z.array(z.object({ id: uuid, name: z.string(), role: memberRole })),
  })
  .meta({ id: 'Me' });
export const mePatchSchema = z
  .object({ name: label, language })
  .partial()
  .meta({ id: 'MePatch', examples: [{ language: 'de' }] });

const sessionSchema = z
  .object({
    id: uuid,
    current: z.boolean(),
    createdAt: instant,
    expiresAt: instant,
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    secondFactor: z.boolean(),
  })
  .meta({ id: 'Session' });
export const sessionsSchema = z.object({ items: z.array(sessionSchema) }).meta({ id: 'Sessions' });

export const memberSchema = z
  .object({
    userId: uuid,
    customerId: uuid,
    email: z.string(),
    name: z.string(),
    role: memberRole,
    createdAt: instant,
  })
  .meta({ id: 'Member' });
export const membersSchema = z.object({ items: z.array(memberSchema) }).meta({ id: 'Members' });
export const memberPatchSchema = z
  .object({ role: memberRole })
  .meta({ id: 'MemberPatch', examples: [{ role: 'viewer' }] });

export const newInvitationSchema = z
  .object({ email, role: memberRole, language: language.default('en') })
  .meta({ id: 'NewInvitation', examples: [{ email: 'grace@example.org', role: 'member' }] });
export const invitationSchema = z
  .object({
    id: uuid,
    customerId: uuid,
    email: z.string(),
    role: memberRole,
    createdAt: instant,
    expiresAt: instant,
    acceptedAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Invitation' });
export const invitationsSchema = z.object({ items: z.array(invitationSchema) }).meta({ id: 'Invitations' });
export const acceptInvitationSchema = z
  .object({ token: z.string().min(1).max(200).describe('From the link in the mail.') })
  .meta({ id: 'AcceptInvitation' });

export const userSchema = z
  .object({
    id: uuid,
    email: z.string(),
    name: z.string(),
    role: userRole,
    emailVerified: z.boolean(),
    hasSecondFactor: z.boolean(),
    disabledAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'User' });
export const usersQuery = z.object({ ...pageQuery, role: z.enum(USER_ROLES).optional() });
export const usersPage = pageOf(userSchema);
export const newUserSchema = z
  .object({ email, name: label, role: userRole, language: language.default('en') })
  .meta({ id: 'NewUser', examples: [{ email: 'grace@example.org', name: 'Grace', role: 'ops' }] });
export const userPatchSchema = z
  .object({ role: userRole, disabled: z.boolean() })
  .partial()
  .meta({ id: 'UserPatch', examples: [{ role: 'ops' }] });
