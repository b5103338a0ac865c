import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { deadLetterReasonsSchema, devicePageSchema } from '../../contracts/http/ops/device-page.ts';
import type { Pool } from '../../platform/database.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { pageStatement } from './lists/list.ts';
import { CONSUMABLES, DEVICES } from './lists/specs.ts';

type Page = z.output<typeof devicePageSchema>;

const CREDENTIALS = `
  SELECT d.secret_hash IS NOT NULL AS "hasSecret", d.certificate_fingerprint AS "certificateFingerprint",
    (SELECT count(*)::int FROM claim_code k WHERE k.device_id = d.id AND k.used_at IS NULL AND k.revoked_at IS NULL
      AND k.expires_at > $2) AS "openClaimCodes"
  FROM device d WHERE d.id = $1`;

/** One backwards step along the primary key for each consumable. */
const LAST_READINGS = `
  SELECT c.id AS "consumableId", r.at, r.received_at AS "receivedAt", r.seq, r.level_kind AS "levelKind", r.level,
    r.use_counter AS "useCounter", r.supply_serial AS "supplySerial", r.historical
  FROM consumable c CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE consumable_id = c.id ORDER BY at DESC, seq DESC LIMIT 1
  ) r WHERE c.device_id = $1`;

const EVENTS = `
  SELECT e.at, e.type, c.key AS "consumableKey", e.quantity FROM consumable_event e
  LEFT JOIN consumable c ON c.id = e.consumable_id WHERE e.device_id = $1 ORDER BY e.at DESC LIMIT 20`;

const REFUSED = `
  SELECT id, received_at AS "receivedAt", topic, reason, detail, encode(payload, 'escape') AS payload
  FROM dead_letter WHERE device_id = $1 ORDER BY received_at DESC LIMIT 20`;

/** More consumables than any device has. */
const MAX_SLOTS = 100;

export function registerDevicePage(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/ops/devices/:deviceId',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Everything about one device: what it said, what was refused, how it gets in',
      params: idParams('deviceId'),
      response: { 200: devicePageSchema },
      problems: ['not-found'],
    }),
    ({ params: { deviceId } }) => readPage(pool, deviceId, new Date(clock.now())),
  );
  app.get(
    '/v1/ops/dead-letter-reasons',
    operation({
      access: 'ops',
      tag: 'Console',
      summary: 'Count the dead letters kept by their reason',
      response: { 200: deadLetterReasonsSchema },
    }),
    async () => {
      const { rows } = await pool.query<z.output<typeof deadLetterReasonsSchema>['items'][number]>(
        `SELECT reason, count(*)::int AS count, max(received_at) AS "lastAt" FROM dead_letter
         GROUP BY reason ORDER BY count(*) DESC, reason`,
      );
      return { items: rows };
    },
  );
}

async function readPage(pool: Pool, id: string, now: Date): Promise<Page> {
  const rowsOf = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> =>
    (await pool.query<Row>(text, values)).rows;
  const one = pageStatement(DEVICES, { sort: 'newest', q: id }, null, 1);
  const [device] = await rowsOf<Page['device'] & { sortKey: string }>(one.text, ...one.values);
  if (device === undefined) notFound('device', id);
  const slots = pageStatement(CONSUMABLES, { sort: 'newest', deviceId: id }, null, MAX_SLOTS);
  const [credentials, consumables, readings, events, refused] = await Promise.all([
    rowsOf<Page['credentials']>(CREDENTIALS, id, now),
    rowsOf<Page['consumables'][number] & { sortKey: string }>(slots.text, ...slots.values),
    rowsOf<NonNullable<Page['consumables'][number]['lastReading']> & { consumableId: string }>(
      LAST_READINGS,
      id,
    ),
    rowsOf<Page['events'][number]>(EVENTS, id),
    rowsOf<Page['refused'][number]>(REFUSED, id),
  ]);
  const last = new Map(readings.map(({ consumableId, ...reading }) => [consumableId, reading]));
  const { sortKey: _, ...shown } = device;
  return {
    device: shown,
    credentials: credentials[0] ?? { hasSecret: false, certificateFingerprint: null, openClaimCodes: 0 },
    consumables: consumables
      .map(({ sortKey: __, ...row }) => ({ ...row, lastReading: last.get(row.id) ?? null }))
      .toSorted((a, b) => a.key.localeCompare(b.key)),
    events,
    refused,
  };
}
