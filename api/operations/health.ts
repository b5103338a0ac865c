import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { healthSchema, readinessSchema } from '../../contracts/http/operations.ts';
import { startOfMonth } from '../../platform/months.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** A probe must answer before its asker gives up; most give up after some seconds. */
const PROBE_TIMEOUT_MS = 2_000;

const APPLIED = 'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL';

type Check = { readonly ok: boolean; readonly detail: string };

export function registerHealth(app: Api, deps: ApiDeps): void {
  app.get(
    '/health',
    operation({
      access: 'public',
      tag: 'Operations',
      summary: 'Whether the process is alive',
      response: { 200: healthSchema },
    }),
    () => ({ status: 'ok' as const }),
  );
  app.get(
    '/ready',
    operation({
      access: 'public',
      tag: 'Operations',
      summary: 'Whether requests can be served',
      description: 'The database can be reached, is migrated, and has a partition for the readings of now.',
      response: { 200: readinessSchema, 503: readinessSchema },
    }),
    async (_request, reply) => {
      const checks = await readiness(deps);
      const isReady = Object.values(checks).every(({ ok }) => ok);
      if (isReady) return reply.code(200).send({ status: 'ready', checks });
      return reply.code(503).send({ status: 'not-ready', checks });
    },
  );
  app.get(
    '/metrics',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Read the metrics in the format of Prometheus',
      response: { 200: z.string() },
      produces: ['text/plain'],
    }),
    async (_request, reply) => {
      const text = await deps.metrics.registry.metrics();
      return reply.type(deps.metrics.registry.contentType).send(text);
    },
  );
}

async function readiness({ database: { pool }, clock }: ApiDeps) {
  const partition = `reading_${startOfMonth(clock.now(), 0).slice(0, 7).replace('-', '_')}`;
  const expected = (await readdir(MIGRATIONS)).filter((name) => !name.includes('.'));
  const [database, migrations, month] = await Promise.all([
    probe(pool.query('SELECT 1'), () => ({ ok: true, detail: 'The database answers.' })),
    probe(pool.query<{ name: string }>(APPLIED), ({ rows }) => {
      const applied = new Set(rows.map(({ name }) => name));
      const missing = expected.filter((name) => !applied.has(name));
      return missing.length === 0
        ? { ok: true, detail: 'Every migration is applied.' }
        : { ok: false, detail: `Not applied: ${missing.join(', ')}.` };
    }),
    probe(
      pool.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [partition]),
      ({ rows }) =>
        rows[0]?.found === true
          ? { ok: true, detail: `${partition} is there.` }
          : { ok: false, detail: `${partition} is missing.` },
    ),
  ]);
  return { database, migrations, partition: month };
}

/** A query that fails or does not answer in time is a check that fails; why is for the log, not for strangers. */
async function probe<Result>(query: Promise<Result>, judge: (result: Result) => Check): Promise<Check> {
  const { promise: late, resolve } = Promise.withResolvers<Check>();
  const timer = setTimeout(() => resolve({ ok: false, detail: 'The database is slow.' }), PROBE_TIMEOUT_MS);
  const answer = query.then(judge, () => ({ ok: false, detail: 'The database cannot be asked.' }));
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
