import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiProblem } from './problem.ts';

/** Long enough to even out bursts, short enough that a blocked client is soon heard again. */
const WINDOW_MS = 10_000;
/** Requests of a window by holders of the token: fleets are registered and merchants report in bulk. */
const TRUSTED_PER_WINDOW = 20_000;
/** Of everybody else at one address: 30 a second is plenty for pages and health checks. */
const STRANGERS_PER_WINDOW = 300;
/** Of one merchant: each status of each order is a request of its own. */
const WEBHOOKS_PER_WINDOW = 10_000;
/** An IPv6 customer gets at least a /64: its addresses count as one. */
const IPV6_SUBNET_BITS = 64;

/** Counts strangers apart, so that they cannot use up what the token's holder behind the same address has. */
export async function limitRates(
  app: FastifyInstance,
  isToken: (authorization: string | undefined) => boolean,
): Promise<void> {
  const callerOf = (request: FastifyRequest): 'token' | 'signature' | 'stranger' => {
    if (request.routeOptions.config.access === 'signature') return 'signature';
    return isToken(request.headers.authorization) ? 'token' : 'stranger';
  };
  const limits = {
    token: TRUSTED_PER_WINDOW,
    signature: WEBHOOKS_PER_WINDOW,
    stranger: STRANGERS_PER_WINDOW,
  };
  await app.register(rateLimit, {
    timeWindow: WINDOW_MS,
    max: (request) => limits[callerOf(request)],
    // A page is one request and some thirty files, which cost nothing and are asked for once.
    allowList: (request) => request.url.startsWith('/assets/'),
    keyGenerator: (request) => `${callerOf(request)} ${normalizeIP(request.ip, IPV6_SUBNET_BITS)}`,
    errorResponseBuilder: () => new ApiProblem('too-many-requests', {}),
  });
}
