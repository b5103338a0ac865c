import { liveQuery, liveStreamSchema } from '../../contracts/http/live.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem } from '../http/problem.ts';
import { LiveHub } from './hub.ts';

/** Server-sent events: what changed for a customer, or in the fleet. */
export function registerLive(app: Api, deps: IdentityDeps): void {
  const hub = new LiveHub(deps);
  // Before the listener is closed, which waits for every answer to end.
  app.addHook('preClose', () => hub.close());
  app.get(
    '/v1/live',
    operation({
      access: 'viewer',
      tag: 'Operations',
      summary: 'Hear of changes as they happen (server-sent events)',
      description: 'Tells what changed, not how: read again what the topics name.',
      querystring: liveQuery,
      response: { 200: liveStreamSchema },
      produces: ['text/event-stream'],
      problems: ['not-acceptable', 'too-many-streams'],
    }),
    async (request, reply) => {
      const { caller, query, headers } = request;
      // EventSource always asks for it; a plain request would wait for an end that never comes.
      if (headers.accept?.includes('text/event-stream') !== true) {
        throw new ApiProblem('not-acceptable', { type: 'text/event-stream' });
      }
      const sessionId = caller.kind === 'person' ? caller.sessionId : null;
      const watcher = { customerId: query.customerId ?? null, sessionId };
      if (!hub.admit(reply.raw, watcher)) throw new ApiProblem('too-many-streams', {});
      await hub.prepare(watcher);
      reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store, no-transform')
        // nginx would gather it otherwise.
        .header('x-accel-buffering', 'no')
        .hijack();
      const { raw } = reply;
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) raw.setHeader(name, value);
      }
      raw.on('error', () => raw.destroy());
      hub.add(raw, watcher);
      return reply;
    },
  );
}
