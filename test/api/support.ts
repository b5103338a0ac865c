import type { FastifyInstance, InjectOptions } from 'fastify';
import { type ApiDeps, buildApi } from '../../api/build-api.ts';
import { ManualClock } from '../../platform/clock.ts';
import { parseConfig } from '../../platform/config.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { silentLog } from '../support/log.ts';

export const NOW = Date.UTC(2026, 10, 21, 10);
export const TOKEN = 'test-token-of-the-api-0123456789';

export interface TestApi extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly database: TestDatabase;
  readonly clock: ManualClock;
  readonly deps: ApiDeps;
  /** Sends with the token; answers status and parsed body. */
  readonly call: (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    url: string,
    body?: object,
    // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  ) => Promise<{ status: number; body: any }>;
}

export async function createTestApi(overrides: Partial<ApiDeps> = {}): Promise<TestApi> {
  const database = await createTestDatabase(NOW);
  const clock = new ManualClock(NOW);
  const deps: ApiDeps = {
    database,
    clock,
    config: parseConfig({}),
    log: silentLog,
    metrics: createMetrics(),
    apiToken: TOKEN,
    ...overrides,
  };
  const app = await buildApi(deps);
  const call: TestApi['call'] = async (method, url, body) => {
    const options: InjectOptions = { method, url, headers: { authorization: `Bearer ${TOKEN}` } };
    const response = await app.inject(body === undefined ? options : { ...options, payload: body });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  };
  const dispose = async () => {
    await app.close();
    await database[Symbol.asyncDispose]();
  };
  return { app, database, clock, deps, call, [Symbol.asyncDispose]: dispose };
}
