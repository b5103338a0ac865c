import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  consumablePatchSchema,
  consumableSchema,
  consumablesPage,
  consumablesQuery,
  readingsPage,
  readingsQuery,
  shelfCountEventSchema,
  shelfCountSchema,
} from '../../contracts/http/consumables.ts';
import type { Language } from '../../core/phrases/phrase.ts';
import { DAY_MS } from '../../core/types.ts';
import { readThresholds } from '../../platform/thresholds.ts';
import { byId, byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { changeConsumable, countShelf } from './change-consumable.ts';
import {
  type ConsumableRow,
  LIST_BY_RUN_OUT,
  LIST_NEWEST,
  LIST_READINGS,
  READ_CONSUMABLE,
  type Reading,
  toConsumable,
} from './read-consumables.ts';
import { registerUnplanned } from './unplanned.ts';

export function registerConsumables(app: Api, deps: ApiDeps): void {
  registerList(app, deps);
  registerOne(app, deps);
  registerReadings(app, deps);
  registerUnplanned(app, deps);
}

/** Before when a level counts as old; staff may change it while the platform runs. */
async function staleBefore({ database: { pool }, config, clock }: ApiDeps): Promise<number> {
  return clock.now() - (await readThresholds(pool, config)).staleAfterDays * DAY_MS;
}

function registerList(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  app.get(
    '/v1/consumables',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'List consumables, newest or soonest to run out first',
      querystring: consumablesQuery,
      response: { 200: consumablesPage },
      problems: ['invalid-cursor'],
    }),
    async (request, reply) => {
      const { customerId, deviceId, productId, sort, limit, cursor } = request.query;
      const spoken = toConsumable(readerLanguage(request, reply), await staleBefore(deps));
      const filters = [customerId ?? null, deviceId ?? null, productId ?? null];
      if (sort === 'newest') {
        const [after] = decodeCursor(cursor, byId) ?? [null];
        const { rows } = await pool.query<ConsumableRow>(LIST_NEWEST, [...filters, after, limit + 1]);
        return toPage(rows.map(spoken), limit, ({ id }) => [id]);
      }
      const [runOut, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const { rows } = await pool.query<ConsumableRow>(LIST_BY_RUN_OUT, [...filters, runOut, id, limit + 1]);
      return toPage(rows.map(spoken), limit, (row) => [row.runOut.p50?.toISOString(), row.id]);
    },
  );
}

function registerOne(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  const read = async (id: string, language: Language) => {
    const { rows } = await pool.query<ConsumableRow>(READ_CONSUMABLE, [id]);
    return toConsumable(language, await staleBefore(deps))(rows[0] ?? notFound('consumable', id));
  };
  app.get(
    '/v1/consumables/:consumableId',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'Read a consumable',
      params: idParams('consumableId'),
      response: { 200: consumableSchema },
      problems: ['not-found'],
    }),
    (request, reply) => read(request.params.consumableId, readerLanguage(request, reply)),
  );
  app.patch(
    '/v1/consumables/:consumableId',
    operation({
      access: 'member',
      tag: 'Consumables',
      summary: 'Choose its strategy or product',
      description:
        'It is evaluated anew. Taking autonomy back turns an announced automatic order into a question.',
      params: idParams('consumableId'),
      body: consumablePatchSchema,
      response: { 200: consumableSchema },
      problems: ['not-found', 'does-not-fit', 'strategy-unavailable'],
    }),
    async (request, reply) => {
      const { consumableId } = request.params;
      const language = readerLanguage(request, reply);
      await changeConsumable(deps, consumableId, request.body, language);
      return await read(consumableId, language);
    },
  );
  app.post(
    '/v1/consumables/:consumableId/shelf-counts',
    operation({
      access: 'member',
      tag: 'Consumables',
      summary: 'Say how many spares there are',
      params: idParams('consumableId'),
      body: shelfCountSchema,
      response: { 201: shelfCountEventSchema },
      problems: ['not-found'],
    }),
    async ({ params, body }, reply) =>
      reply.code(201).send(await countShelf(deps, params.consumableId, body.quantity)),
  );
}

const readingKey = z.tuple([z.iso.datetime(), z.number().int()]);

function registerReadings(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/consumables/:consumableId/readings',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'List its readings, newest first',
      params: idParams('consumableId'),
      querystring: readingsQuery,
      response: { 200: readingsPage },
      problems: ['not-found', 'invalid-cursor'],
    }),
    async ({ params: { consumableId }, query: { from, to, limit, cursor } }) => {
      const [at, seq] = decodeCursor(cursor, readingKey) ?? [null, null];
      const values = [consumableId, from ?? null, to ?? null, at, seq, limit + 1];
      const { rows } = await pool.query<Reading>(LIST_READINGS, values);
      if (rows.length === 0) {
        const { rowCount } = await pool.query('SELECT FROM consumable WHERE id = $1', [consumableId]);
        if (rowCount === 0) notFound('consumable', consumableId);
      }
      return toPage(rows, limit, (row) => [row.at.toISOString(), row.seq]);
    },
  );
}
