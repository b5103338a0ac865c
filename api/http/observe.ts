import type { FastifyInstance, RouteOptions } from 'fastify';
import type { ApiDeps } from './deps.ts';

/** One line a request at debug, without query, headers or body: they can hold what no log should. */
export function observeRequests(app: FastifyInstance, { log }: ApiDeps): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    log.debug(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
  app.addHook('preSerialization', (request, reply, payload, done) => {
    const declared = (request.routeOptions.schema as RouteOptions['schema'])?.response;
    // An answer without a schema would leave unchecked: an oversight of the route, not of the caller.
    if (declared === undefined || Object.hasOwn(declared as object, String(reply.statusCode))) {
      done(null, payload);
    } else done(new Error(`Status ${reply.statusCode} has no schema.`));
  });
}
