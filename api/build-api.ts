import { randomUUID } from 'node:crypto';
import fastifyHelmet from '@fastify/helmet';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { registerAddresses } from './addresses/routes.ts';
import { auditRequests } from './audit/record.ts';
import { registerAudit } from './audit/routes.ts';
import type { IdentityDeps } from './auth/deps.ts';
import { isOwnOrigin, openIdentity } from './auth/open-identity.ts';
import { registerPages } from './auth/pages.ts';
import { registerAuth } from './auth/routes.ts';
import { registerClaims } from './claims/routes.ts';
import { registerConsents } from './consents/routes.ts';
import { registerConsumables } from './consumables/routes.ts';
import { registerCustomers } from './customers/routes.ts';
import { registerDecisions } from './decisions/routes.ts';
import { registerDeviceModels } from './device-models/routes.ts';
import { registerDevices } from './devices/routes.ts';
import { registerErasure } from './erasure/routes.ts';
import { registerExport } from './export/routes.ts';
import { registerHolds } from './holds/routes.ts';
import { bearerMatcher, guardRoutes } from './http/access.ts';
import { closeUnusedConnections } from './http/close-unused.ts';
import type { Api, ApiDeps } from './http/deps.ts';
import { serveDocs } from './http/docs.ts';
import { answerWithProblems } from './http/errors.ts';
import { limitRates } from './http/limits.ts';
import { observeRequests } from './http/observe.ts';
import { ownerLookup } from './http/ownership.ts';
import { tellTime } from './http/tell-time.ts';
import { registerLinks } from './links/routes.ts';
import { registerLive } from './live/routes.ts';
import { registerPeople } from './members/routes.ts';
import { registerMerchants } from './merchants/routes.ts';
import { registerMessages } from './messages/routes.ts';
import { registerOperations } from './operations/routes.ts';
import { registerOps } from './ops/routes.ts';
import { registerOrders } from './orders/routes.ts';
import { registerProblems } from './problems/routes.ts';
import { registerProducts } from './products/routes.ts';
import { registerProvisioning } from './provisioning/routes.ts';
import { registerRetention } from './retention/routes.ts';
import { registerReview } from './review/routes.ts';
import { registerStrategies } from './strategies/routes.ts';
import { registerViews } from './views/routes.ts';
import { servePortal } from './web/serve-portal.ts';
import { registerWebhooks } from './webhooks/routes.ts';

export type { ApiDeps } from './http/deps.ts';

/** A request for 500 devices has some 200 kB; nothing else comes near. */
const BODY_LIMIT_BYTES = 1_048_576;
/** Slow senders hold a socket, not a worker; still, nobody needs longer than this. */
const REQUEST_TIMEOUT_MS = 30_000;

/** In the order of the reference. */
const FEATURES: readonly ((app: Api, deps: IdentityDeps) => void)[] = [
  registerAuth,
  registerPeople,
  registerDeviceModels,
  registerMerchants,
  registerProducts,
  registerCustomers,
  registerExport,
  registerAddresses,
  registerErasure,
  registerRetention,
  registerDevices,
  registerClaims,
  registerProvisioning,
  registerConsumables,
  registerStrategies,
  registerConsents,
  registerHolds,
  registerDecisions,
  registerOrders,
  registerMessages,
  registerWebhooks,
  registerOps,
  registerReview,
  registerOperations,
  registerAudit,
  registerViews,
  registerLive,
  registerProblems,
];

/** The HTTP API, ready to listen or to be injected into; it opens no port itself. */
export async function buildApi(deps: ApiDeps): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    return503OnClosing: true,
    trustProxy: deps.config.TRUSTED_PROXIES ?? false,
    routerOptions: { maxParamLength: 200 },
  });
  // A body that was left out is undefined to a schema, not null, so that it can have a default.
  app.setValidatorCompiler<z.ZodType>((route) => {
    const validate = validatorCompiler(route);
    return (data) => validate(data ?? undefined);
  });
  app.setSerializerCompiler(serializerCompiler);
  closeUnusedConnections(app);
  observeRequests(app, deps);
  answerWithProblems(app);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    hsts: deps.config.PUBLIC_URL?.startsWith('https:') === true,
  });
  const isToken = bearerMatcher(deps.apiToken);
  await limitRates(app, isToken);
  const identity = openIdentity(deps);
  app.addHook('onClose', () => identity.mail.close());
  guardRoutes(app, {
    isToken,
    findPerson: identity.inner.findPerson,
    isOwnOrigin: (request, origin) => isOwnOrigin(deps.config, request, origin),
    findOwner: ownerLookup(deps.database),
  });
  auditRequests(app, deps);
  await serveDocs(app, deps.config.PUBLIC_URL);
  if (!(await servePortal(app, deps))) {
    // Whoever opens the bare address in a browser should find something to read.
    app.get('/', { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) =>
      reply.redirect('/docs'),
    );
  }
  tellTime(app, deps);
  await app.register((scope, _options, done) => {
    for (const register of FEATURES) register(scope.withTypeProvider(), identity);
    done();
  });
  await app.register((scope, _options, done) => {
    registerPages(scope.withTypeProvider(), identity);
    done();
  });
  await app.register((scope, _options, done) => {
    registerLinks(scope.withTypeProvider(), identity);
    done();
  });
  await app.ready();
  return app;
}
