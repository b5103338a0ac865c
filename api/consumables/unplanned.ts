import type { z } from 'zod';
import { idParams } from '../../contracts/http/common.ts';
import { unplannedPage, unplannedQuery, type unplannedSchema } from '../../contracts/http/consumables.ts';
import { byTimeAndId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';

type Unplanned = z.output<typeof unplannedSchema>;

const LIST = `
  SELECT id, at, type AS kind, coalesce(quantity, 0) AS fillings FROM consumable_event
  WHERE consumable_id = $1 AND type IN ('early-replacement', 'off-channel')
    AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
  ORDER BY at DESC, id DESC LIMIT $4`;

/** What a consumable's swaps have shown: fillings replaced early, and fillings that nobody here ordered. */
export function registerUnplanned(app: Api, { database: { pool } }: ApiDeps): void {
  app.get(
    '/v1/consumables/:consumableId/unplanned',
    operation({
      access: 'viewer',
      tag: 'Consumables',
      summary: 'List what was replaced early or bought elsewhere, newest first',
      params: idParams('consumableId'),
      querystring: unplannedQuery,
      response: { 200: unplannedPage },
      problems: ['not-found', 'invalid-cursor'],
    }),
    async ({ params: { consumableId }, query: { limit, cursor } }) => {
      const [at, id] = decodeCursor(cursor, byTimeAndId) ?? [null, null];
      const { rowCount } = await pool.query('SELECT FROM consumable WHERE id = $1', [consumableId]);
      if (rowCount === 0) notFound('consumable', consumableId);
      const { rows } = await pool.query<Unplanned>(LIST, [consumableId, at, id, limit + 1]);
      return toPage(rows, limit, (row) => [row.at.toISOString(), row.id]);
    },
  );
}
