import { idParams } from '../../contracts/http/common.ts';
import { decisionSchema, decisionsPage, decisionsQuery } from '../../contracts/http/decisions.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

export function registerDecisions(app: Api, { database }: ApiDeps): void {
  const { decision } = database.prisma;
  app.get(
    '/v1/decisions',
    operation({
      access: 'viewer',
      tag: 'Decisions',
      summary: "List a consumable's decisions, newest first",
      querystring: decisionsQuery,
      response: { 200: decisionsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { consumableId, limit, cursor } }) => {
      const after = decodeCursor(cursor, byTimeAndId);
      const at = new Date(after?.[0] ?? 0);
      const older =
        after === null ? {} : { at: { lte: at }, OR: [{ at: { lt: at } }, { id: { lt: after[1] } }] };
      const rows = await decision.findMany({
        where: { consumableId, ...older },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit + 1,
      });
      return toPage(rows, limit, (row) => [row.at.toISOString(), row.id]);
    },
  );
  app.get(
    '/v1/decisions/:decisionId',
    operation({
      access: 'viewer',
      tag: 'Decisions',
      summary: 'Read a decision with its inputs, forecast and gates',
      params: idParams('decisionId'),
      response: { 200: decisionSchema },
      problems: ['not-found'],
    }),
    async ({ params: { decisionId: id } }) =>
      (await decision.findUnique({ where: { id } })) ?? notFound('decision', id),
  );
}
