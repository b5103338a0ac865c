import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  adoptShadowSchema,
  newShadowSchema,
  shadowComparisonSchema,
  shadowSchema,
  shadowsSchema,
} from '../../contracts/http/ops/shadows.ts';
import { someThresholds } from '../../contracts/http/ops/thresholds.ts';
import type { Said } from '../../core/phrases/phrase.ts';
import type { Pool } from '../../platform/database.ts';
import { changeThresholds } from '../../platform/thresholds.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName } from '../auth/caller.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage, wordsFor } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { COMPARE, LIST, MARK_ADOPTED, ORDERS, READ, START, STOP } from './shadow-sql.ts';

type Shadow = z.output<typeof shadowSchema>;
type Comparison = z.output<typeof shadowComparisonSchema>;
type Order = Comparison['orders'][number];

/** Together they are looked at within seconds; more would be felt. */
const RUNNING_AT_MOST = 5;

export function registerShadows(app: Api, deps: ApiDeps): void {
  registerReads(app, deps);
  registerStart(app, deps);
  registerEnd(app, deps);
}

const read = async (pool: Pool, id: string): Promise<Shadow> =>
  (await pool.query<Shadow>(READ, [id])).rows[0] ?? notFound('trial', id);

function registerReads(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/ops/shadows',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'List trials of thresholds, newest first',
      response: { 200: shadowsSchema },
    }),
    async () => ({ items: (await pool.query<Shadow>(LIST)).rows }),
  );
  app.get(
    '/v1/ops/shadows/:shadowId',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Compare a trial with what was ordered in fact',
      params: idParams('shadowId'),
      response: { 200: shadowComparisonSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { shadowId } = request.params;
      const language = readerLanguage(request, reply);
      const [shadow, compared, orders] = await Promise.all([
        read(pool, shadowId),
        pool.query<Omit<Comparison, keyof Shadow | 'orders'>>(COMPARE, [shadowId]),
        pool.query<Order & { said: Said | null }>(ORDERS, [shadowId]),
      ]);
      const [sums] = compared.rows;
      if (sums === undefined) throw new Error('comparing gave no row');
      const shown = orders.rows.map(({ said, ...order }) => ({
        ...order,
        sentence: wordsFor(language, said, order.sentence),
      }));
      return { ...shadow, ...sums, orders: shown };
    },
  );
}

function registerStart(app: Api, { database, clock }: ApiDeps): void {
  app.post(
    '/v1/ops/shadows',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Try thresholds beside those in force',
      description:
        'The consumables are decided about with the changed thresholds, too; what that would order is kept, and never ordered.',
      body: newShadowSchema,
      response: { 201: shadowSchema },
      problems: ['trial-refused'],
    }),
    async ({ body, caller }, reply) => {
      const { name, settings, deviceModelId, productId, consumables } = body;
      const values = [name, JSON.stringify(settings), deviceModelId, productId, new Date(clock.now())];
      const { id } = await transactAudited(database.pool, async (db) => {
        await db.query("SELECT pg_advisory_xact_lock(hashtext('neverout-shadows'))");
        const running = await db.query('SELECT 1 FROM shadow_policy WHERE stopped_at IS NULL');
        if (running.rows.length >= RUNNING_AT_MOST) {
          throw new ApiProblem('trial-refused', {
            reason: `${RUNNING_AT_MOST} trials are running already: stop one first.`,
          });
        }
        const { rows } = await db.query<{ id: string }>(START, [...values, actorName(caller), consumables]);
        if (rows[0] !== undefined) return rows[0];
        throw new ApiProblem('trial-refused', { reason: 'No consumable fits that may order or propose.' });
      });
      return reply.code(201).send(await read(database.pool, id));
    },
  );
}

function registerEnd(app: Api, { database, clock }: ApiDeps): void {
  const { pool } = database;
  app.post(
    '/v1/ops/shadows/:shadowId/stop',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Stop a trial',
      description: 'What it decided stays. Stopping twice changes nothing.',
      params: idParams('shadowId'),
      response: { 200: shadowSchema },
      problems: ['not-found'],
    }),
    async ({ params: { shadowId }, caller }) => {
      await pool.query(STOP, [shadowId, new Date(clock.now()), actorName(caller)]);
      return await read(pool, shadowId);
    },
  );
  app.post(
    '/v1/ops/shadows/:shadowId/adopt',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: "Put a trial's thresholds in force",
      description: 'Stops it, too. Adopting twice changes nothing.',
      params: idParams('shadowId'),
      body: adoptShadowSchema,
      response: { 200: shadowSchema },
      problems: ['not-found'],
    }),
    async ({ params: { shadowId }, body: { reason }, caller }) => {
      const at = clock.now();
      const actor = actorName(caller);
      await transactAudited(pool, async (db) => {
        const { rows } = await db.query<{ settings: unknown }>(MARK_ADOPTED, [shadowId, new Date(at)]);
        await db.query(STOP, [shadowId, new Date(at), actor]);
        if (rows[0] === undefined) return;
        await changeThresholds(db, { values: someThresholds.parse(rows[0].settings), at, actor, reason });
      });
      return await read(pool, shadowId);
    },
  );
}
