import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';

/**
 * Every answer tells the platform's time: countdowns on screens follow it, not the browser's clock, which may
 * be off, and a demo's platform lives in another year.
 */
export function tellTime(app: FastifyInstance, { clock }: Pick<ApiDeps, 'clock'>): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('neverout-time', new Date(clock.now()).toISOString());
    done();
  });
}
