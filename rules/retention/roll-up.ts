import type { Pool } from '../../platform/database.ts';

/** Consumables of one statement: a month of each is some thousand readings. */
const CHUNK = 500;
/** Before every UUID in use. */
const FIRST = '00000000-0000-0000-0000-000000000000';

const MONTHS = `
  SELECT c.oid::regclass::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'reading'::regclass
    AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date <= $1::date
  ORDER BY c.relname`;

/** Keeps level and use per day of the months that end on or before `before` and are about to be dropped. */
export async function rollUpBefore(pool: Pool, before: string): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(MONTHS, [before]);
  for (const { name } of rows) {
    for (let after: string | null = FIRST; after !== null; ) {
      const rolled: { rows: { last: string | null }[] } = await pool.query<{ last: string | null }>(
        'SELECT roll_up_readings($1::regclass, $2, $3) AS last',
        [name, after, CHUNK],
      );
      after = rolled.rows[0]?.last ?? null;
    }
  }
}
