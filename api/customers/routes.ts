import { z } from 'zod';
import { idParams, pageQuery } from '../../contracts/http/common.ts';
import {
  customerPatchSchema,
  customerSchema,
  customersPage,
  newCustomerSchema,
} from '../../contracts/http/customers.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { defined } from '../http/patch.ts';
import { notFound } from '../http/problem.ts';

export function registerCustomers(app: Api, { database, clock }: ApiDeps): void {
  const { customer } = database.prisma;
  app.post(
    '/v1/customers',
    operation({
      access: 'token',
      tag: 'Customers',
      summary: 'Register a customer',
      body: newCustomerSchema,
      response: { 201: customerSchema },
    }),
    async ({ body }, reply) =>
      reply.code(201).send(await customer.create({ data: { ...body, createdAt: new Date(clock.now()) } })),
  );
  app.get(
    '/v1/customers',
    operation({
      access: 'token',
      tag: 'Customers',
      summary: 'List customers, newest first',
      querystring: z.object(pageQuery),
      response: { 200: customersPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { limit, cursor } }) => {
      const after = decodeCursor(cursor, byId);
      const where = after === null ? {} : { id: { lt: after[0] } };
      const rows = await customer.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 });
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.get(
    '/v1/customers/:customerId',
    operation({
      access: 'token',
      tag: 'Customers',
      summary: 'Read a customer',
      params: idParams('customerId'),
      response: { 200: customerSchema },
      problems: ['not-found'],
    }),
    async ({ params: { customerId: id } }) =>
      (await customer.findUnique({ where: { id } })) ?? notFound('customer', id),
  );
  app.patch(
    '/v1/customers/:customerId',
    operation({
      access: 'token',
      tag: 'Customers',
      summary: 'Change a customer',
      description: 'Their consumables are evaluated anew: days and months are those of the time zone.',
      params: idParams('customerId'),
      body: customerPatchSchema,
      response: { 200: customerSchema },
      problems: ['not-found'],
    }),
    async ({ params: { customerId: id }, body }) => {
      const [changed] = await customer.updateManyAndReturn({ where: { id }, data: defined(body) });
      if (body.timeZone !== undefined) {
        await database.pool.query(LOOK_AGAIN_CUSTOMER, [id, null, null, new Date(clock.now())]);
      }
      return changed ?? notFound('customer', id);
    },
  );
}
