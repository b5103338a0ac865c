import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Caller, lacksSecondFactor, MACHINE, NOBODY, type Person } from '../auth/caller.ts';
import { type OwnerLookup, requireOwnership } from './ownership.ts';
import { ApiProblem } from './problem.ts';

/**
 * Who may call a route.
 *
 * - `public`: everybody.
 * - `signature`, `provisioning-token`: whoever shows a proof that only the route can check.
 * - `session`: who signed in, even staff that still lack their second factor.
 * - `person`: who signed in completely.
 * - `signed-in`: the same, or who holds the token.
 * - `viewer`, `member`, `owner`: who has at least this role for the customer that the request is about.
 *   Of the others, ops may do what viewers and members may; admins and the token everything.
 * - `ops`, `admin`: staff of at least this role, and the token.
 * - `token`: the token alone.
 */
export const ACCESSES = [
  'public',
  'signature',
  'provisioning-token',
  'session',
  'person',
  'signed-in',
  'viewer',
  'member',
  'owner',
  'ops',
  'admin',
  'token',
] as const;
export type Access = (typeof ACCESSES)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

export interface Guard {
  readonly isToken: (authorization: string | undefined) => boolean;
  /** The person behind the request's cookies; null without a session. */
  readonly findPerson: (request: FastifyRequest) => Promise<Person | null>;
  /** Whether a page of this origin may act with a person's cookies. */
  readonly isOwnOrigin: (request: FastifyRequest, origin: string) => boolean;
  readonly findOwner: OwnerLookup;
}

/** Passes, or says why not. */
type Check = (caller: Caller) => 'pass' | 'sign-in' | 'forbidden' | 'second-factor-required';

const isStaff = (caller: Caller): boolean => caller.kind === 'person' && caller.role !== 'customer';
const open: Check = () => 'pass';
/** Machines pass, nobodies are asked to sign in, people pass where `mayPass`. */
const people =
  (mayPass: (person: Person) => boolean): Check =>
  (caller) => {
    if (caller.kind === 'machine') return 'pass';
    if (caller.kind === 'nobody') return 'sign-in';
    if (lacksSecondFactor(caller)) return 'second-factor-required';
    return mayPass(caller) ? 'pass' : 'forbidden';
  };

const CHECKS: Readonly<Record<Access, Check>> = {
  public: open,
  signature: open,
  'provisioning-token': open,
  session: ({ kind }) => (kind === 'person' ? 'pass' : kind === 'nobody' ? 'sign-in' : 'forbidden'),
  person: (caller) => (caller.kind === 'machine' ? 'forbidden' : people(() => true)(caller)),
  'signed-in': people(() => true),
  // Whose the object is, is checked once it is known: api/http/ownership.ts.
  viewer: people(() => true),
  member: people(() => true),
  owner: people(({ role }) => role !== 'ops'),
  ops: people(isStaff),
  admin: people(({ role }) => role === 'admin'),
  token: people(() => false),
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares digests, so that neither content nor length of the token shows in the time taken. */
export function bearerMatcher(apiToken: string): (authorization: string | undefined) => boolean {
  const expected = digest(apiToken);
  return (authorization) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

/** The reference and the portal's files; the plugins that serve them know nothing of `access`. */
const PUBLIC_PREFIXES = ['/docs', '/assets'];
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Every route states its access or is not served: one without fails at registration, so that nothing is
 * ever open because somebody forgot.
 */
export function guardRoutes(app: FastifyInstance, guard: Guard): void {
  app.decorateRequest('caller');
  app.addHook('onRoute', (route) => {
    const access: Access | undefined =
      route.config?.access ??
      (PUBLIC_PREFIXES.some((prefix) => isBelow(route.url, prefix)) ? 'public' : undefined);
    if (access === undefined) throw new Error(`The route ${route.method} ${route.url} states no access.`);
    route.config = { ...route.config, access };
    // On the route, behind the rate limit's hook: whoever guesses tokens is slowed down too.
    const authenticate = async (request: FastifyRequest): Promise<void> => {
      if (PROVEN_OTHERWISE.has(access)) {
        request.caller = NOBODY;
        return;
      }
      refuseForeignPages(request, guard);
      request.caller = await identify(request, guard);
      const verdict = CHECKS[access](request.caller);
      if (verdict === 'sign-in') throw new ApiProblem('unauthenticated', {});
      if (verdict !== 'pass') throw new ApiProblem(verdict, {});
    };
    route.onRequest = [...[route.onRequest ?? []].flat(), authenticate];
    if (access === 'viewer' || access === 'member' || access === 'owner') {
      requireOwnership(route, access, guard.findOwner);
    }
  });
}

/** Nobody's session matters there, so none is looked up. */
const PROVEN_OTHERWISE: ReadonlySet<Access> = new Set(['signature', 'provisioning-token']);

async function identify(request: FastifyRequest, { isToken, findPerson }: Guard): Promise<Caller> {
  // Whoever sends an Authorization header means it: a wrong one is not made good by a cookie.
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) return isToken(authorization) ? MACHINE : NOBODY;
  if (cookie === undefined) return NOBODY;
  return (await findPerson(request)) ?? NOBODY;
}

/**
 * Browsers say from which page a request comes (Fetch, "Origin"). Whatever changes something with cookies
 * must come from a page of our own; cookies are SameSite=Lax besides.
 */
function refuseForeignPages(request: FastifyRequest, { isOwnOrigin }: Guard): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, cookie, authorization } = request.headers;
  if (authorization !== undefined) return;
  const isForeign = origin === undefined ? cookie !== undefined : !isOwnOrigin(request, origin);
  if (isForeign) throw new ApiProblem('foreign-page', {});
}

const isBelow = (url: string, prefix: string): boolean => url === prefix || url.startsWith(`${prefix}/`);
