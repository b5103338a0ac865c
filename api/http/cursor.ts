import { z } from 'zod';
import { ApiProblem } from './problem.ts';

/**
 * Keyset pagination: a cursor is the sort key of the last row of a page, so that rows that come or go
 * between two requests neither repeat nor hide others, and deep pages cost what the first one does.
 */

const encode = (key: readonly unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The sort key in a cursor, checked by `schema`; null without a cursor. */
export function decodeCursor<Key extends z.ZodType>(
  cursor: string | undefined,
  schema: Key,
): z.output<Key> | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new ApiProblem('invalid-cursor', {});
  }
}

/** Sort key of lists that follow their ids, which rise with time (UUIDv7). */
export const byId = z.tuple([z.guid()]);
/** Sort key of lists that follow a time, ids deciding between equals. */
export const byTimeAndId = z.tuple([z.iso.datetime(), z.guid()]);

/**
 * One page out of the `limit + 1` rows that were asked for: the row too many only tells that there is
 * another page.
 */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly unknown[],
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encode(keyOf(last)) : null };
}
