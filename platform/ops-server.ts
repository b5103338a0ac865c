import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Database } from './database.ts';
import type { Metrics } from './metrics.ts';

export interface OpsServerDeps {
  readonly database: Database;
  readonly metrics: Metrics;
  readonly apiToken: string;
}

/**
 * Health, readiness and metrics of a process without the API role, at the paths that the API has too:
 * a broker or a rules worker of its own is watched like any other.
 */
export function buildOpsServer({ database, metrics, apiToken }: OpsServerDeps): Server {
  const expected = Buffer.from(`Bearer ${apiToken}`);
  const routes: Readonly<Record<string, (response: ServerResponse, authorization: string) => Promise<void>>> =
    {
      '/health': async (response) => answer(response, 200, 'ok'),
      '/ready': async (response) => {
        const ready = await database.pool.query('SELECT 1').then(
          () => true,
          () => false,
        );
        answer(response, ready ? 200 : 503, ready ? 'ready' : 'the database cannot be reached');
      },
      '/metrics': async (response, authorization) => {
        const given = Buffer.from(authorization);
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
          answer(response, 401, 'send the API token as a bearer token');
          return;
        }
        response.setHeader('content-type', metrics.registry.contentType);
        response.end(await metrics.registry.metrics());
      },
    };
  return createServer((request, response) => {
    const route = request.method === 'GET' ? routes[request.url ?? ''] : undefined;
    if (route === undefined) answer(response, 404, 'this process serves /health, /ready and /metrics');
    else
      route(response, request.headers.authorization ?? '').catch(() =>
        answer(response, 500, 'internal error'),
      );
  });
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}
