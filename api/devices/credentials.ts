import { idParams } from '../../contracts/http/common.ts';
import { deviceCertificateSchema, deviceSchema, deviceSecretSchema } from '../../contracts/http/devices.ts';
import { transactAudited } from '../audit/within.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { type Device, READ_DEVICE } from './read-devices.ts';
import { newDeviceSecret } from './secrets.ts';

const SET_SECRET = 'UPDATE device SET secret_hash = $2 WHERE id = $1 AND revoked_at IS NULL';
const SET_CERTIFICATE = 'UPDATE device SET certificate_fingerprint = $2 WHERE id = $1 AND revoked_at IS NULL';
const REVOKE = `
  UPDATE device SET revoked_at = $2, secret_hash = NULL, certificate_fingerprint = NULL
  WHERE id = $1 AND revoked_at IS NULL`;

/** Brokers hear of each change through the database and close the device's connection. */
export function registerCredentials(app: Api, deps: ApiDeps): void {
  /** In force and in the audit log with one commit. */
  const change = (id: string, sql: string, value: unknown): Promise<Device> =>
    transactAudited(deps.database.pool, async (client) => {
      const { rowCount } = await client.query(sql, [id, value]);
      const device = (await client.query<Device>(READ_DEVICE, [id])).rows[0] ?? notFound('device', id);
      if (rowCount === 0 && sql !== REVOKE) throw new ApiProblem('device-revoked', {});
      return device;
    });
  app.post(
    '/v1/devices/:deviceId/secret',
    operation({
      access: 'owner',
      tag: 'Devices',
      summary: 'Make a new secret',
      description: 'The old one stops working at once. The new one is shown this once.',
      params: idParams('deviceId'),
      response: { 200: deviceSecretSchema },
      problems: ['not-found', 'device-revoked'],
    }),
    async ({ params: { deviceId } }) => {
      const { secret, hash } = newDeviceSecret();
      await change(deviceId, SET_SECRET, hash);
      return { deviceId, secret };
    },
  );
  app.put(
    '/v1/devices/:deviceId/certificate',
    operation({
      access: 'admin',
      tag: 'Devices',
      summary: 'Set or remove its client certificate',
      params: idParams('deviceId'),
      body: deviceCertificateSchema,
      response: { 200: deviceSchema },
      problems: ['not-found', 'device-revoked', 'already-exists'],
    }),
    ({ params, body }) => change(params.deviceId, SET_CERTIFICATE, body.fingerprint),
  );
  app.post(
    '/v1/devices/:deviceId/revoke',
    operation({
      access: 'owner',
      tag: 'Devices',
      summary: 'Revoke its credentials for good',
      description: 'Disconnects the device; its history stays. Revoking twice changes nothing.',
      params: idParams('deviceId'),
      response: { 200: deviceSchema },
      problems: ['not-found'],
    }),
    ({ params: { deviceId } }) => change(deviceId, REVOKE, new Date(deps.clock.now())),
  );
}
