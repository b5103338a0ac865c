import { z } from 'zod';
import { idParams, pageQuery } from '../../contracts/http/common.ts';
import {
  customerPatchSchema,
  customerSchema,
  customersPage,
  newCustomerSchema,
} from '../../contracts/http/customers.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api } from '../http/deps.ts';
import { LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { operation } from '../http/operation.ts';
import { defined } from '../http/patch.ts';
import { notFound } from '../http/problem.ts';

/** A household and a firm or two, not a table full of them. */
const BY_USER = { name: 'customer user', max: 10, windowMinutes: 24 * 60 };

export function registerCustomers(app: Api, deps: IdentityDeps): void {
  registerNewCustomers(app, deps);
  registerOthers(app, deps);
}

function registerNewCustomers(app: Api, { database, clock, attempts }: IdentityDeps): void {
  const { customer } = database.prisma;
  app.post(
    '/v1/customers',
    operation({
      access: 'signed-in',
      tag: 'Customers',
      summary: 'Register a customer',
      description: 'Who signed in becomes its owner.',
      body: newCustomerSchema,
      response: { 201: customerSchema },
    }),
    async ({ body, caller }, reply) => {
      const createdAt = new Date(clock.now());
      // A person who is no staff makes a customer to act for; at once, or nobody could reach it.
      const owns = caller.kind === 'person' && caller.role === 'customer';
      if (owns) await attempts.count(BY_USER, caller.userId, reply);
      const members = owns ? { create: { userId: caller.userId, role: 'owner', createdAt } } : {};
      return reply.code(201).send(await customer.create({ data: { ...body, createdAt, members } }));
    },
  );
}

function registerOthers(app: Api, { database, clock }: IdentityDeps): void {
  const { customer } = database.prisma;
  app.get(
    '/v1/customers',
    operation({
      access: 'ops',
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
      access: 'viewer',
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
      access: 'owner',
      tag: 'Customers',
      summary: 'Change a customer',
      description: 'Their consumables are evaluated anew: days and months are those of the time zone.',
      params: idParams('customerId'),
      body: customerPatchSchema,
      response: { 200: customerSchema },
      problems: ['not-found'],
    }),
    async ({ params: { customerId: id }, body }) => {
      const [changed] = await customer.updateManyAndReturn({
        where: { id, erasedAt: null },
        data: defined(body),
      });
      if (body.timeZone !== undefined) {
        await database.pool.query(LOOK_AGAIN_CUSTOMER, [id, null, null, new Date(clock.now())]);
      }
      return changed ?? notFound('customer', id);
    },
  );
}
