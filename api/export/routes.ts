import { Readable } from 'node:stream';
import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { exportArchive } from './archive.ts';

/** Each holds a connection while it lasts: enough to try again, too few to keep others out. */
const BY_CUSTOMER = { name: 'customer export', max: 10, windowMinutes: 60 };

export function registerExport(app: Api, { database, clock, attempts }: IdentityDeps): void {
  const documented = operation({
    access: 'owner',
    tag: 'Customers',
    summary: 'Export everything about a customer',
    description:
      'A zip archive with each table as JSON and as CSV (GDPR, Articles 15 and 20; EU Data Act, Article 4), without secrets.',
    params: idParams('customerId'),
    response: { 200: z.unknown().meta({ type: 'string', format: 'binary' }) },
    produces: ['application/zip'],
    problems: ['not-found'],
  });
  app.get(
    '/v1/customers/:customerId/export',
    // Who took all data of somebody is worth knowing, although nothing changes.
    { ...documented, config: { ...documented.config, audited: true } },
    async ({ params: { customerId: id } }, reply) => {
      const customer = await database.prisma.customer.findUnique({ where: { id }, select: { id: true } });
      if (customer === null) notFound('customer', id);
      await attempts.count(BY_CUSTOMER, id, reply);
      const at = new Date(clock.now());
      const name = `neverout-${id}-${at.toISOString().slice(0, 10)}.zip`;
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(exportArchive(database.pool, id, at)));
    },
  );
}
