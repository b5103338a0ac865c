import { Readable } from 'node:stream';
import { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { exportArchive } from './archive.ts';

/** Enough to try again. */
const BY_CUSTOMER = { name: 'customer export', max: 10, windowMinutes: 60 };
/** Of one process: each holds a database connection while it lasts, and everybody else needs the others. */
const MAX_AT_ONCE = 2;
const COME_BACK_SECONDS = 60;

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
  let underWay = 0;
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
      if (underWay >= MAX_AT_ONCE) {
        reply.header('retry-after', String(COME_BACK_SECONDS));
        throw new ApiProblem('too-many-requests', {});
      }
      underWay += 1;
      const archive = Readable.from(exportArchive(database.pool, id, at));
      archive.once('close', () => {
        underWay -= 1;
      });
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store')
        .send(archive);
    },
  );
}
