import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { type deviceEventSchema, deviceEventsPage, deviceEventsQuery } from '../../contracts/http/devices.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

type Event = z.output<typeof deviceEventSchema>;

const LIST = `
  SELECT e.id, e.type, e.at, e.received_at AS "receivedAt", e.historical, e.consumable_id AS "consumableId",
    slot.name AS "consumableName", e.quantity, e.order_id AS "orderId", e.detail->>'text' AS detail
  FROM consumable_event e LEFT JOIN consumable c ON c.id = e.consumable_id
  LEFT JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE e.device_id = $1 AND ($2::timestamptz IS NULL OR (e.at, e.id) < ($2, $3::uuid))
  ORDER BY e.at DESC, e.id DESC LIMIT $4`;

/** Its row is one owner's: whoever had it before sees another row, and so other events. */
export function registerDeviceEvents(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/devices/:deviceId/events',
    operation({
      access: 'viewer',
      tag: 'Devices',
      summary: 'List what happened to a device, newest first',
      params: idParams('deviceId'),
      querystring: deviceEventsQuery,
      response: { 200: deviceEventsPage },
      problems: ['not-found', 'invalid-cursor'],
    }),
    async ({ params: { deviceId }, query: { limit, cursor } }) => {
      const [at, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const { rows } = await pool.query<Event>(LIST, [deviceId, at, id, limit + 1]);
      if (rows.length === 0) {
        const { rowCount } = await pool.query('SELECT FROM device WHERE id = $1', [deviceId]);
        if (rowCount === 0) notFound('device', deviceId);
      }
      return toPage(rows, limit, (event) => [event.at.toISOString(), event.id]);
    },
  );
}
