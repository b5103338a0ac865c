import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { ApiProblem } from './problem.ts';

/**
 * Who may call a route. `signature`: whoever signs the request; the route checks it itself, because
 * only it knows the key. Roles of people join here, each with its authenticator below.
 */
export type Access = 'public' | 'token' | 'signature';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** Throws unless the request may pass. */
type Authenticator = (request: FastifyRequest) => void;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares digests, so that neither content nor length of the token shows in the time taken. */
export function bearerMatcher(apiToken: string): (authorization: string | undefined) => boolean {
  const expected = digest(apiToken);
  return (authorization) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

/** Pages of the reference and its files; the plugin that serves them knows nothing of `access`. */
const PUBLIC_PREFIX = '/docs';

/**
 * Every route states its access or is not served: one without fails at registration, so that nothing is
 * ever open because somebody forgot.
 */
export function guardRoutes(app: FastifyInstance, isToken: (authorization: string | undefined) => boolean) {
  const authenticators: Readonly<Record<Access, Authenticator>> = {
    public: () => undefined,
    token: (request) => {
      if (!isToken(request.headers.authorization)) throw new ApiProblem('unauthenticated', {});
    },
    signature: () => undefined,
  };
  app.addHook('onRoute', (route) => {
    const access: Access | undefined =
      route.config?.access ?? (isBelow(route.url, PUBLIC_PREFIX) ? 'public' : undefined);
    if (access === undefined) throw new Error(`The route ${route.method} ${route.url} states no access.`);
    route.config = { ...route.config, access };
    // On the route, behind the rate limit's hook: whoever guesses tokens is slowed down too.
    const authenticate: onRequestHookHandler = (request, _reply, done) => {
      authenticators[access](request);
      done();
    };
    route.onRequest = [...[route.onRequest ?? []].flat(), authenticate];
  });
}

const isBelow = (url: string, prefix: string): boolean => url === prefix || url.startsWith(`${prefix}/`);
