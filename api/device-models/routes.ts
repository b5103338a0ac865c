import { z } from 'zod';
import { idParams, pageQuery } from '../../contracts/http/common.ts';
import {
  deviceModelSchema,
  deviceModelsPage,
  newDeviceModelSchema,
  slotParams,
  slotProfileBody,
} from '../../contracts/http/device-models.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { putSlot } from './put-slot.ts';

const WITH_SLOTS = { slots: { orderBy: { key: 'asc' } } } as const;

export function registerDeviceModels(app: Api, deps: ApiDeps): void {
  registerAll(app, deps);
  registerOne(app, deps);
}

function registerAll(app: Api, { database: { prisma }, clock }: ApiDeps): void {
  app.post(
    '/v1/device-models',
    operation({
      access: 'admin',
      tag: 'Device models',
      summary: 'Register a device model with its slots',
      body: newDeviceModelSchema,
      response: { 201: deviceModelSchema },
      problems: ['already-exists'],
    }),
    async ({ body: { slots, ...model } }, reply) => {
      const data = { ...model, createdAt: new Date(clock.now()), slots: { create: slots } };
      return reply.code(201).send(await prisma.deviceModel.create({ data, include: WITH_SLOTS }));
    },
  );
  app.get(
    '/v1/device-models',
    operation({
      access: 'signed-in',
      tag: 'Device models',
      summary: 'List device models, newest first',
      querystring: z.object(pageQuery),
      response: { 200: deviceModelsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { limit, cursor } }) => {
      const after = decodeCursor(cursor, byId);
      const where = after === null ? {} : { id: { lt: after[0] } };
      const page = { where, orderBy: { id: 'desc' }, take: limit + 1, include: WITH_SLOTS } as const;
      return toPage(await prisma.deviceModel.findMany(page), limit, ({ id }) => [id]);
    },
  );
}

function registerOne(app: Api, deps: ApiDeps): void {
  const { prisma } = deps.database;
  app.get(
    '/v1/device-models/:deviceModelId',
    operation({
      access: 'signed-in',
      tag: 'Device models',
      summary: 'Read a device model',
      params: idParams('deviceModelId'),
      response: { 200: deviceModelSchema },
      problems: ['not-found'],
    }),
    async ({ params: { deviceModelId: id } }) =>
      (await prisma.deviceModel.findUnique({ where: { id }, include: WITH_SLOTS })) ??
      notFound('device model', id),
  );
  app.put(
    '/v1/device-models/:deviceModelId/slots/:slotKey',
    operation({
      access: 'admin',
      tag: 'Device models',
      summary: 'Add a slot, or correct its profile',
      description:
        'Devices of the model that exist get the consumable too; corrected ones are evaluated anew.',
      params: slotParams,
      body: slotProfileBody,
      response: { 200: deviceModelSchema },
      problems: ['not-found'],
    }),
    async ({ params: { deviceModelId: id, slotKey: key }, body }) => {
      await putSlot(deps, { ...body, deviceModelId: id, key });
      return (
        (await prisma.deviceModel.findUnique({ where: { id }, include: WITH_SLOTS })) ??
        notFound('device model', id)
      );
    },
  );
}
