import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  type consumableDaySchema,
  consumableDaysQuery,
  consumableDaysSchema,
  retentionChangesPage,
  retentionChangesQuery,
  retentionPatchSchema,
  retentionSchema,
} from '../../contracts/http/retention.ts';
import {
  changeRetention,
  RETENTION,
  RETENTION_KEYS,
  RETENTION_SETTING,
  type RetentionKey,
  readRetention,
} from '../../platform/retention/settings.ts';
import { auditWithin } from '../audit/within.ts';
import { actorName } from '../auth/caller.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';

const tag = 'Privacy';
const ENFORCED = `SELECT updated_at AS at FROM setting WHERE key = 'housekeeping:retention'`;
const CHANGES = `
  SELECT id, at, actor, reason, before, after FROM setting_change
  WHERE key = '${RETENTION_SETTING}' AND ($1::bigint IS NULL OR id < $1) ORDER BY id DESC LIMIT $2`;
const DAYS = `
  SELECT day::text, level_first AS "levelFirst", level_last AS "levelLast", level_min AS "levelMin", used, counted,
    readings
  FROM consumable_day WHERE consumable_id = $1 AND day BETWEEN $2::date AND $3::date ORDER BY day LIMIT 1000`;
interface Change {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly reason: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown>;
}

/** How long data is kept, and what is left of readings. */
export function registerRetention(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  const read = async () => {
    const inForce = await readRetention(pool, deps.config);
    const { rows } = await pool.query<{ at: Date }>(ENFORCED);
    const kinds = RETENTION_KEYS.map((key) => {
      const { what, min, max, fallback } = RETENTION[key];
      return { key, what, value: inForce[key], fallback: fallback(deps.config), min, max };
    });
    return { kinds, enforcedAt: rows[0]?.at ?? null };
  };
  app.get(
    '/v1/retention',
    operation({
      access: 'ops',
      tag,
      summary: 'Read how long data is kept',
      response: { 200: retentionSchema },
    }),
    read,
  );
  app.patch(
    '/v1/retention',
    operation({
      access: 'admin',
      tag,
      summary: 'Change how long data is kept',
      description: 'Enforced within a day. What is then deleted cannot be had back.',
      body: retentionPatchSchema,
      response: { 200: retentionSchema },
    }),
    async ({ body: { values, reason }, caller }) => {
      const change = { values: checked(values), reason, at: deps.clock.now(), actor: actorName(caller) };
      await transact(pool, async (client) => {
        await changeRetention(client, change);
        await auditWithin(client, { id: null, customerId: null });
      });
      return await read();
    },
  );
  app.get(
    '/v1/retention/changes',
    operation({
      access: 'ops',
      tag,
      summary: 'List who changed how long data is kept, newest first',
      querystring: retentionChangesQuery,
      response: { 200: retentionChangesPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { limit, cursor } }) => {
      const [before] = decodeCursor(cursor, z.tuple([z.number().int().min(0)])) ?? [null];
      const { rows } = await pool.query<Change>(CHANGES, [before, limit + 1]);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  registerDays(app, deps);
}

function registerDays(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/consumables/:consumableId/days',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'Read level and use by day, of the time whose readings are gone',
      params: idParams('consumableId'),
      querystring: consumableDaysQuery,
      response: { 200: consumableDaysSchema },
      problems: ['not-found'],
    }),
    async ({ params: { consumableId }, query: { from, to } }) => {
      const values = [consumableId, from, to];
      const { rows } = await pool.query<z.output<typeof consumableDaySchema>>(DAYS, values);
      return { items: rows };
    },
  );
}

/** Known keys and values within their limits, or a problem that names each that is not. */
function checked(
  values: Readonly<Record<string, number | null>>,
): Readonly<Partial<Record<RetentionKey, number | null>>> {
  const errors = Object.entries(values).flatMap(([key, value]) => {
    const pointer = `#/body/values/${key}`;
    if (!Object.hasOwn(RETENTION, key)) return [{ pointer, detail: 'no such kind of data' }];
    const { min, max } = RETENTION[key as RetentionKey];
    return value === null || (value >= min && value <= max)
      ? []
      : [{ pointer, detail: `from ${min} to ${max}` }];
  });
  if (errors.length > 0) throw new ApiProblem('invalid-request', {}, errors);
  return values;
}
