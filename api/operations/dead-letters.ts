import { deadLettersPage, deadLettersQuery } from '../../contracts/http/operations.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

export function registerDeadLetters(app: Api, { database }: ApiDeps): void {
  app.get(
    '/v1/dead-letters',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'List refused input that someone could act on, newest first',
      querystring: deadLettersQuery,
      response: { 200: deadLettersPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { reason, deviceId, limit, cursor } }) => {
      const after = decodeCursor(cursor, byTimeAndId);
      const at = new Date(after?.[0] ?? 0);
      const rows = await database.prisma.deadLetter.findMany({
        where: {
          ...(reason === undefined ? {} : { reason }),
          ...(deviceId === undefined ? {} : { deviceId }),
          ...(after === null
            ? {}
            : { receivedAt: { lte: at }, OR: [{ receivedAt: { lt: at } }, { id: { lt: after[1] } }] }),
        },
        orderBy: [{ receivedAt: 'desc' }, { id: 'desc' }],
        take: limit + 1,
      });
      const letters = rows.map(({ payload, ...letter }) => ({
        ...letter,
        payload: payload === null ? null : Buffer.from(payload).toString(),
      }));
      return toPage(letters, limit, (letter) => [letter.receivedAt.toISOString(), letter.id]);
    },
  );
}
