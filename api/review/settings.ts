import { z } from 'zod';
import { BREAKER_SETTING, breakerSettingsSchema } from '../../contracts/http/breaker.ts';
import {
  REVIEW_SETTING,
  reviewSettingsSchema,
  settingChangesPage,
  settingChangesQuery,
} from '../../contracts/http/review.ts';
import { readSetting, writeSetting } from '../../platform/settings/staff-settings.ts';
import { actorName } from '../auth/caller.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { transact } from '../http/transaction.ts';

interface ChangeRow {
  readonly id: number;
  readonly key: string;
  readonly at: Date;
  readonly actor: string;
  readonly before: unknown;
  readonly after: unknown;
}

const CHANGES = `
  SELECT id, key, at, actor, before, after FROM setting_change
  WHERE ($1::text IS NULL OR key = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

const bySerial = z.tuple([z.number().int()]);

/** What staff set while everything runs: each a whole document, every change remembered. */
const STAFF_SETTINGS = [
  {
    path: '/v1/review/settings',
    key: REVIEW_SETTING,
    schema: reviewSettingsSchema,
    what: 'what makes an order wait for the staff',
    tag: 'Review',
  },
  {
    path: '/v1/breaker/settings',
    key: BREAKER_SETTING,
    schema: breakerSettingsSchema,
    what: 'when an abnormal rate of orders stops them',
    tag: 'Operations',
  },
] as const;

export function registerStaffSettings(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  for (const { path, key, schema, what, tag } of STAFF_SETTINGS) {
    app.get(path, operation({ access: 'ops', tag, summary: `Read ${what}`, response: { 200: schema } }), () =>
      readSetting(pool, key, schema),
    );
    app.put(
      path,
      operation({
        access: 'admin',
        tag,
        summary: `Set ${what}`,
        description: 'In force for the next order on every process. What is left out gets its default.',
        body: schema,
        response: { 200: schema },
      }),
      async ({ body, caller }) => {
        const change = { key, value: body, at: deps.clock.now(), actor: actorName(caller) };
        await transact(pool, (client) => writeSetting(client, change));
        return body;
      },
    );
  }
  app.get(
    '/v1/setting-changes',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'List who changed which setting of the staff, newest first',
      querystring: settingChangesQuery,
      response: { 200: settingChangesPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { key, limit, cursor } }) => {
      const [before] = decodeCursor(cursor, bySerial) ?? [null];
      const { rows } = await pool.query<ChangeRow>(CHANGES, [key ?? null, before, limit + 1]);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
}
