import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import {
  keptCommandSchema,
  keptCommandsSchema,
  newDeviceCommandSchema,
} from '../../contracts/http/device-commands.ts';
import { enqueueCommands } from '../../platform/device-commands.ts';
import { transactAudited } from '../audit/within.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

const DAY_MS = 86_400_000;
type Kept = z.output<typeof keptCommandSchema>;

const COLUMNS = `id, device_id AS "deviceId", order_id AS "orderId", payload AS command, created_at AS "createdAt",
  expires_at AS "expiresAt", sent_at AS "sentAt", delivered_at AS "deliveredAt"`;
const LIST = `SELECT ${COLUMNS} FROM device_command WHERE device_id = $1 ORDER BY id DESC LIMIT 100`;
const READ = `SELECT ${COLUMNS} FROM device_command WHERE id = $1`;
const LOCK_DEVICE = `SELECT revoked_at AS "revokedAt" FROM device WHERE id = $1 FOR NO KEY UPDATE`;

/** What the platform tells a device; never something that takes a function away (DESIGN §4.8). */
export function registerDeviceCommands(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.post(
    '/v1/devices/:deviceId/commands',
    operation({
      access: 'ops',
      tag: 'Devices',
      summary: 'Tell a device something: a maintenance hint, or how often to report',
      description: 'Delivered at once or when the device is back, until it expires.',
      params: idParams('deviceId'),
      body: newDeviceCommandSchema,
      response: { 201: keptCommandSchema },
      problems: ['not-found', 'device-revoked'],
    }),
    async ({ params: { deviceId }, body: { command, validDays } }, reply) => {
      const at = clock.now();
      const kept = await transactAudited(pool, async (client) => {
        const { rows } = await client.query<{ revokedAt: Date | null }>(LOCK_DEVICE, [deviceId]);
        const device = rows[0] ?? notFound('device', deviceId);
        if (device.revokedAt !== null) throw new ApiProblem('device-revoked', {});
        const [id] = await enqueueCommands(client, [
          { deviceId, command: { v: 1, ...command }, at, expiresAt: at + validDays * DAY_MS },
        ]);
        return (await client.query<Kept>(READ, [id])).rows[0] ?? notFound('command', '');
      });
      return reply.code(201).send(kept);
    },
  );
  app.get(
    '/v1/devices/:deviceId/commands',
    operation({
      access: 'viewer',
      tag: 'Devices',
      summary: 'List the latest commands of a device, and whether they arrived',
      params: idParams('deviceId'),
      response: { 200: keptCommandsSchema },
      problems: ['not-found'],
    }),
    async ({ params: { deviceId } }) => ({ items: (await pool.query<Kept>(LIST, [deviceId])).rows }),
  );
}
