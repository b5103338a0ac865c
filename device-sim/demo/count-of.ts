import type { Database } from '../../platform/database.ts';

/** The number in the column `count` of the only row. */
export async function countOf(pool: Database['pool'], query: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(query);
  return rows[0]?.count ?? 0;
}
