import { BREAKER_SETTING, breakerSettingsSchema } from '../../contracts/http/breaker.ts';
import { reason } from '../../contracts/http/common.ts';
import { REVIEW_SETTING, reviewSettingsSchema } from '../../contracts/http/review.ts';
import { readSetting, writeSetting } from '../../platform/settings/staff-settings.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName } from '../auth/caller.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

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
        description:
          'In force for the next order on every process. What is left out gets its default. Who, when, from what and, where it is said, why is kept.',
        body: schema.extend({ reason: reason.nullable().default(null).describe('For the history.') }),
        response: { 200: schema },
      }),
      async ({ body: { reason: why, ...value }, caller }) => {
        const change = { key, value, at: deps.clock.now(), actor: actorName(caller), reason: why };
        await transactAudited(pool, (client) => writeSetting(client, change));
        return await readSetting(pool, key, schema);
      },
    );
  }
}
