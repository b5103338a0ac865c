import { idParams } from '../../contracts/http/common.ts';
import {
  bulkDevicesSchema,
  createdDeviceSchema,
  createdDevicesSchema,
  devicePatchSchema,
  deviceSchema,
  devicesPage,
  devicesQuery,
  newDeviceSchema,
} from '../../contracts/http/devices.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { defined } from '../http/patch.ts';
import { notFound } from '../http/problem.ts';
import { registerDeviceCommands } from './commands.ts';
import { registerCredentials } from './credentials.ts';
import { registerDeviceEvents } from './events.ts';
import { type Device, LIST_DEVICES, READ_DEVICE } from './read-devices.ts';
import { registerDevices as addDevices } from './register-devices.ts';

export function registerDevices(app: Api, deps: IdentityDeps): void {
  registerNewDevices(app, deps);
  registerReads(app, deps);
  registerCredentials(app, deps);
  registerDeviceCommands(app, deps);
  registerDeviceEvents(app, deps);
}

function registerNewDevices(app: Api, deps: IdentityDeps): void {
  app.post(
    '/v1/devices',
    operation({
      access: 'admin',
      tag: 'Devices',
      summary: 'Register a device',
      description:
        'Makes its secret, shown this once, and a consumable for every slot of its model with the cheapest product that fits; without a customer, also a claim code.',
      body: newDeviceSchema,
      response: { 201: createdDeviceSchema },
      problems: ['unknown-reference', 'already-exists'],
    }),
    async ({ body }, reply) => {
      const [device] = await addDevices(deps, [body], () => '#/body');
      return reply.code(201).send(device ?? notFound('device', ''));
    },
  );
  app.post(
    '/v1/devices/bulk',
    operation({
      access: 'admin',
      tag: 'Devices',
      summary: 'Register up to 500 devices, all or none',
      body: bulkDevicesSchema,
      response: { 201: createdDevicesSchema },
      problems: ['unknown-reference', 'already-exists'],
    }),
    async ({ body }, reply) => {
      const devices = await addDevices(deps, body.devices, (index) => `#/body/devices/${index}`);
      return reply.code(201).send({ devices });
    },
  );
}

function registerReads(app: Api, { database: { pool, prisma } }: ApiDeps): void {
  const read = async (id: string) =>
    (await pool.query<Device>(READ_DEVICE, [id])).rows[0] ?? notFound('device', id);
  app.get(
    '/v1/devices',
    operation({
      access: 'viewer',
      tag: 'Devices',
      summary: 'List devices, newest first',
      querystring: devicesQuery,
      response: { 200: devicesPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { customerId, deviceModelId, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const values = [customerId ?? null, deviceModelId ?? null, after, limit + 1];
      const { rows } = await pool.query<Device>(LIST_DEVICES, values);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.get(
    '/v1/devices/:deviceId',
    operation({
      access: 'viewer',
      tag: 'Devices',
      summary: 'Read a device',
      params: idParams('deviceId'),
      response: { 200: deviceSchema },
      problems: ['not-found'],
    }),
    ({ params }) => read(params.deviceId),
  );
  app.patch(
    '/v1/devices/:deviceId',
    operation({
      access: 'member',
      tag: 'Devices',
      summary: 'Rename a device, or correct its serial number or firmware',
      params: idParams('deviceId'),
      body: devicePatchSchema,
      response: { 200: deviceSchema },
      problems: ['not-found'],
    }),
    async ({ params: { deviceId: id }, body }) => {
      await prisma.device.updateMany({ where: { id }, data: defined(body) });
      return await read(id);
    },
  );
}
