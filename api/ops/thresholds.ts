import { z } from 'zod';
import { BREAKER_SETTING, breakerSettingsSchema } from '../../contracts/http/breaker.ts';
import { pageQuery } from '../../contracts/http/common.ts';
import {
  settingHistorySchema,
  THRESHOLD_KEYS,
  THRESHOLDS,
  thresholdsPatch,
  thresholdsSchema,
} from '../../contracts/http/ops/thresholds.ts';
import { REVIEW_SETTING, reviewSettingsSchema } from '../../contracts/http/review.ts';
import { changeThresholds, configuredThresholds, readThresholds } from '../../platform/thresholds.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName } from '../auth/caller.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

type Shown = z.output<typeof thresholdsSchema>;
type Change = z.output<typeof settingHistorySchema>['items'][number];

export function registerThresholds(app: Api, deps: ApiDeps): void {
  registerValues(app, deps);
  registerHistory(app, deps);
}

async function show({ database, config }: ApiDeps): Promise<Shown> {
  const configured = configuredThresholds(config);
  const inForce = await readThresholds(database.pool, config);
  const entries = THRESHOLD_KEYS.map((key) => [
    key,
    { value: inForce[key], configured: configured[key], ...THRESHOLDS[key] },
  ]);
  return Object.fromEntries(entries) as Shown;
}

function registerValues(app: Api, deps: ApiDeps): void {
  app.get(
    '/v1/ops/thresholds',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Read the thresholds in force',
      response: { 200: thresholdsSchema },
    }),
    () => show(deps),
  );
  app.patch(
    '/v1/ops/thresholds',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Change thresholds',
      description: 'In force at the next evaluation, on every process. Who, when, from what and why is kept.',
      body: thresholdsPatch,
      response: { 200: thresholdsSchema },
    }),
    async ({ body: { values, reason }, caller }) => {
      const change = { values, reason, at: deps.clock.now(), actor: actorName(caller) };
      await transactAudited(deps.database.pool, (db) => changeThresholds(db, change));
      return await show(deps);
    },
  );
}

interface Row {
  readonly id: number;
  readonly key: string;
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

/** Parameters: last id or null, limit. */
const HISTORY = `
  SELECT s.id, s.key, s.at, s.actor, u.name AS "actorName", s.reason, s.before, s.after
  FROM setting_change s LEFT JOIN auth_user u ON 'user:' || u.id = s.actor
  WHERE $1::bigint IS NULL OR s.id < $1 ORDER BY s.id DESC LIMIT $2`;

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Of settings that are kept whole: what was not set before had its default. */
const WHOLE: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  [REVIEW_SETTING, reviewSettingsSchema],
  [BREAKER_SETTING, breakerSettingsSchema],
]);

function changesOf({ key, before, after }: Row): Change['changes'] {
  const read = (value: unknown) => {
    const parsed = WHOLE.get(key)?.safeParse(value ?? {});
    return parsed?.success === true ? membersOf(parsed.data) : membersOf(value);
  };
  const [from, to] = [read(before), read(after)];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
    .toSorted()
    .map((name) => ({ name, from: from[name] ?? null, to: to[name] ?? null }));
}

function registerHistory(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/ops/setting-history',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Who changed which setting from what to what, newest first',
      querystring: z.object(pageQuery),
      response: { 200: settingHistorySchema },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { limit, cursor } }) => {
      const [before] = decodeCursor(cursor, z.tuple([z.number().int()])) ?? [null];
      const { rows } = await pool.query<Row>(HISTORY, [before, limit + 1]);
      const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
      const shown = items.map((row) => {
        const { before: _, after: __, ...rest } = row;
        return { ...rest, changes: changesOf(row) };
      });
      return { items: shown, nextCursor };
    },
  );
}
