import { idParams } from '../../contracts/http/common.ts';
import { deviceCertificateSchema, deviceSchema, deviceSecretSchema } from '../../contracts/http/devices.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { type Device, READ_DEVICE } from './read-devices.ts';
import { newDeviceSecret } from './secrets.ts';

/** Brokers hear of each change through the database and close the device's connection. */
export function registerCredentials(app: Api, deps: ApiDeps): void {
  const { pool, prisma } = deps.database;
  const read = async (id: string) =>
    (await pool.query<Device>(READ_DEVICE, [id])).rows[0] ?? notFound('device', id);
  const changeCredentials = async (
    id: string,
    data: { secretHash: Uint8Array<ArrayBuffer> } | { certificateFingerprint: string | null },
  ) => {
    const { count } = await prisma.device.updateMany({ where: { id, revokedAt: null }, data });
    const device = await read(id);
    if (count === 0) throw new ApiProblem('device-revoked', {});
    return device;
  };
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
      await changeCredentials(deviceId, { secretHash: new Uint8Array(hash) });
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
    ({ params, body }) => changeCredentials(params.deviceId, { certificateFingerprint: body.fingerprint }),
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
    async ({ params: { deviceId: id } }) => {
      const data = { revokedAt: new Date(deps.clock.now()), secretHash: null, certificateFingerprint: null };
      await prisma.device.updateMany({ where: { id, revokedAt: null }, data });
      return await read(id);
    },
  );
}
