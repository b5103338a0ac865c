import { idParams } from '../../contracts/http/common.ts';
import { ladderSchema } from '../../contracts/http/strategies.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { readerLanguage } from '../http/language.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { loadLadder, toLadder } from './read-ladder.ts';

const DISMISS = `
  UPDATE suggestion SET dismissed_at = $2
  WHERE consumable_id = $1 AND dismissed_at IS NULL AND ended_at IS NULL`;

export function registerStrategies(app: Api, { database: { pool }, clock }: ApiDeps): void {
  app.get(
    '/v1/consumables/:consumableId/ladder',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'Read which strategies can be chosen for it, and why',
      params: idParams('consumableId'),
      response: { 200: ladderSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { consumableId } = request.params;
      const now = clock.now();
      const row = (await loadLadder(pool, consumableId, now)) ?? notFound('consumable', consumableId);
      return toLadder(row, readerLanguage(request, reply), now);
    },
  );
  app.post(
    '/v1/consumables/:consumableId/suggestion/dismiss',
    operation({
      access: 'member',
      tag: 'Consumables',
      summary: 'Put the suggestion of another strategy away',
      description: 'The same one is not made again for half a year. Without a suggestion nothing changes.',
      params: idParams('consumableId'),
      response: { 200: ladderSchema },
      problems: ['not-found'],
    }),
    async (request, reply) => {
      const { consumableId } = request.params;
      const now = clock.now();
      await pool.query(DISMISS, [consumableId, new Date(now)]);
      const row = (await loadLadder(pool, consumableId, now)) ?? notFound('consumable', consumableId);
      return toLadder(row, readerLanguage(request, reply), now);
    },
  );
}
