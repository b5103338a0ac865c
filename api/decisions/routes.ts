import { idParams } from '../../contracts/http/common.ts';
import { decisionSchema, decisionsPage, decisionsQuery } from '../../contracts/http/decisions.ts';
import type { Language, Said } from '../../core/phrases/phrase.ts';
import type { GateVerdict } from '../../core/types.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage, wordsFor } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

type Row = NonNullable<Awaited<ReturnType<ApiDeps['database']['prisma']['decision']['findUnique']>>>;
type Verdict = Pick<GateVerdict, 'gate' | 'pass' | 'reason'> & Partial<GateVerdict>;

/** The decision as its reader understands it. */
export const toDecision = (language: Language) => (row: Row) => ({
  ...row,
  sentence: wordsFor(language, row.said as Said | null, row.sentence),
  gates: (row.gates as unknown as readonly Verdict[]).map(({ said, ...verdict }) => ({
    ...verdict,
    reason: wordsFor(language, said, verdict.reason),
  })),
});

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
    async (request, reply) => {
      const { consumableId, limit, cursor } = request.query;
      const after = decodeCursor(cursor, byTimeAndId);
      const at = new Date(after?.[0] ?? 0);
      const older =
        after === null ? {} : { at: { lte: at }, OR: [{ at: { lt: at } }, { id: { lt: after[1] } }] };
      const rows = await decision.findMany({
        where: { consumableId, ...older },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: limit + 1,
      });
      const spoken = toDecision(readerLanguage(request, reply));
      return toPage(rows.map(spoken), limit, (row) => [row.at.toISOString(), row.id]);
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
    async (request, reply) => {
      const { decisionId: id } = request.params;
      const row = await decision.findUnique({ where: { id } });
      return toDecision(readerLanguage(request, reply))(row ?? notFound('decision', id));
    },
  );
}
