import {
  deadLetterReplayedSchema,
  deadLetterReplayQuery,
  deadLetterReplayResultSchema,
  deadLetterReplaySchema,
  deadLettersPage,
  deadLettersQuery,
} from '../../contracts/http/operations.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';

/**
 * The newest of a reason that came whole from a device that is known. Brokers hear of it at the commit.
 * Parameters: reason, device or null, now.
 */
const MARK = `
  WITH marked AS (
    UPDATE dead_letter SET replay_at = $3 WHERE id IN (
      SELECT id FROM dead_letter WHERE reason = $1 AND ($2::uuid IS NULL OR device_id = $2) AND device_id IS NOT NULL
        AND topic IS NOT NULL AND payload IS NOT NULL AND octet_length(payload) < 4096
      ORDER BY received_at DESC LIMIT 1000
    ) RETURNING id
  )
  SELECT count(*)::int AS marked, pg_notify('dead_letter_replay', '') AS told FROM marked`;

/** Parameter of both: when they were marked. */
const WAITING = 'SELECT count(*)::int AS waiting FROM dead_letter WHERE replay_at = $1';
const REFUSED_AGAIN = `
  SELECT reason, count(*)::int AS count FROM dead_letter WHERE replayed_at >= $1 GROUP BY reason ORDER BY 2 DESC, reason`;

export function registerDeadLetters(app: Api, deps: ApiDeps): void {
  registerReplay(app, deps);
  registerList(app, deps);
}

function registerReplay(app: Api, { database, clock }: ApiDeps): void {
  app.post(
    '/v1/dead-letters/replay',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Decode refused messages of devices again',
      description:
        'After a slot was added, or a version that understands more was installed. What can be stored then is stored as historical and is no dead letter any more; the rest stays, with the reason of today.',
      body: deadLetterReplaySchema,
      response: { 200: deadLetterReplayedSchema },
    }),
    async ({ body: { reason, deviceId } }) => {
      const at = clock.now();
      const { rows } = await database.pool.query<{ marked: number }>(MARK, [reason, deviceId, new Date(at)]);
      return { marked: rows[0]?.marked ?? 0, at: new Date(at) };
    },
  );
  app.get(
    '/v1/dead-letters/replay',
    operation({
      access: 'ops',
      tag: 'Operations',
      summary: 'Read what came of a replay',
      querystring: deadLetterReplayQuery,
      response: { 200: deadLetterReplayResultSchema },
    }),
    async ({ query: { at } }) => {
      const [waiting, refused] = await Promise.all([
        database.pool.query<{ waiting: number }>(WAITING, [at]),
        database.pool.query<{ reason: string; count: number }>(REFUSED_AGAIN, [at]),
      ]);
      return { waiting: waiting.rows[0]?.waiting ?? 0, refused: refused.rows };
    },
  );
}

function registerList(app: Api, { database }: ApiDeps): void {
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
