import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { messageSettingsPatchSchema, messageSettingsSchema } from '../../contracts/http/messages.ts';
import type { MessageKind } from '../../contracts/messages/details.ts';
import { type Channel, CUSTOMER_KINDS, KINDS } from '../../contracts/messages/kinds.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { transactAudited } from '../audit/within.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

const tag = 'Messages';
type Settings = z.output<typeof messageSettingsSchema>;
type Patch = z.output<typeof messageSettingsPatchSchema>;

interface Row {
  readonly quietFrom: number | null;
  readonly quietTo: number | null;
  readonly digestAt: number | null;
  readonly preferences: readonly {
    readonly kind: string;
    readonly channel: Channel;
    readonly enabled: boolean;
  }[];
}

const READ = `
  SELECT s.quiet_from AS "quietFrom", s.quiet_to AS "quietTo", s.digest_at AS "digestAt",
    (SELECT coalesce(json_agg(json_build_object('kind', f.kind, 'channel', f.channel, 'enabled', f.enabled)), '[]')
      FROM message_preference f WHERE f.customer_id = cu.id) AS preferences
  FROM customer cu LEFT JOIN message_setting s ON s.customer_id = cu.id WHERE cu.id = $1`;
const PREFER = `
  INSERT INTO message_preference (customer_id, kind, channel, enabled)
  SELECT $1, kind, channel, enabled FROM jsonb_to_recordset($2::jsonb) AS t(kind text, channel text, enabled boolean)
  ON CONFLICT (customer_id, kind, channel) DO UPDATE SET enabled = EXCLUDED.enabled`;
/** The flags say which of the three are meant; what is not stays. */
const SET = `
  INSERT INTO message_setting AS s (customer_id, quiet_from, quiet_to, digest_at, updated_at) VALUES ($1, $3, $4, $6, $7)
  ON CONFLICT (customer_id) DO UPDATE SET
    quiet_from = CASE WHEN $2 THEN $3 ELSE s.quiet_from END, quiet_to = CASE WHEN $2 THEN $4 ELSE s.quiet_to END,
    digest_at = CASE WHEN $5 THEN $6 ELSE s.digest_at END, updated_at = $7`;

const toMinutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const toTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

async function readSettings(db: Queryable, customerId: string): Promise<Settings> {
  const { rows } = await db.query<Row>(READ, [customerId]);
  const { preferences, quietFrom, quietTo, digestAt } = rows[0] ?? notFound('customer', customerId);
  const enabled = (kind: MessageKind, channel: Channel): boolean => {
    if (KINDS[kind].mandatory !== null && channel === 'e-mail') return true;
    const own = preferences.find((one) => one.kind === kind && one.channel === channel);
    return own?.enabled ?? KINDS[kind].channels.includes(channel);
  };
  return {
    kinds: CUSTOMER_KINDS.map((kind) => ({
      kind,
      mandatory: KINDS[kind].mandatory,
      channels: {
        'e-mail': enabled(kind, 'e-mail'),
        'web-push': enabled(kind, 'web-push'),
        webhook: enabled(kind, 'webhook'),
      },
    })),
    quietHours:
      quietFrom === null || quietTo === null ? null : { from: toTime(quietFrom), to: toTime(quietTo) },
    digestAt: digestAt === null ? null : toTime(digestAt),
  };
}

/** A purchase cannot be announced to nobody, and what the law asks for has to be told. */
function refuseMandatory(kinds: NonNullable<Patch['kinds']>): void {
  const refused = kinds.find(
    ({ kind, channel, enabled }) =>
      !enabled && channel === 'e-mail' && KINDS[kind as MessageKind].mandatory !== null,
  );
  if (refused === undefined) return;
  const { mandatory } = KINDS[refused.kind as MessageKind];
  throw new ApiProblem(mandatory === 'announcement' ? 'announcement-needed' : 'duty-needed', {});
}

export function registerMessageSettings(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/customers/:customerId/message-settings',
    operation({
      access: 'viewer',
      tag,
      summary: 'Read what a customer wants to hear of, how, and when',
      params: idParams('customerId'),
      response: { 200: messageSettingsSchema },
      problems: ['not-found'],
    }),
    ({ params }) => readSettings(pool, params.customerId),
  );
  app.patch(
    '/v1/customers/:customerId/message-settings',
    operation({
      access: 'member',
      tag,
      summary: 'Choose what a customer hears of, how, and when',
      description: 'Mails that announce a purchase or are owed by law cannot be turned off.',
      params: idParams('customerId'),
      body: messageSettingsPatchSchema,
      response: { 200: messageSettingsSchema },
      problems: ['not-found', 'announcement-needed', 'duty-needed'],
    }),
    async ({ params: { customerId }, body }) => {
      const { kinds = [], quietHours, digestAt } = body;
      refuseMandatory(kinds);
      return await transactAudited(pool, async (client) => {
        await readSettings(client, customerId);
        if (kinds.length > 0) await client.query(PREFER, [customerId, JSON.stringify(lastOfEach(kinds))]);
        if (quietHours !== undefined || digestAt !== undefined) {
          const quiet =
            quietHours == null ? [null, null] : [toMinutes(quietHours.from), toMinutes(quietHours.to)];
          const digest = digestAt == null ? null : toMinutes(digestAt);
          await client.query(SET, [
            customerId,
            quietHours !== undefined,
            ...quiet,
            digestAt !== undefined,
            digest,
            new Date(clock.now()),
          ]);
        }
        return await readSettings(client, customerId);
      });
    },
  );
}

/** Named twice, the last one counts. */
function lastOfEach(kinds: NonNullable<Patch['kinds']>): NonNullable<Patch['kinds']> {
  return [...new Map(kinds.map((one) => [`${one.kind} ${one.channel}`, one])).values()];
}
