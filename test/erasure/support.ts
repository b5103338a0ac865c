import type { Pool } from '../../platform/database.ts';
import { ERASURE_STEPS, IMPERSONAL } from '../../platform/erasure/catalogue.ts';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS type
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum`;

/** What the schema has and the catalogue of the erasure does not know. */
export async function unknownToErasure(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<Column>(COLUMNS);
  return rows.flatMap(({ table, column }) => {
    if (Object.hasOwn(IMPERSONAL, table)) return [];
    const steps = ERASURE_STEPS.filter((step) => step.table === table);
    if (steps.length === 0) return column === rows.find((row) => row.table === table)?.column ? [table] : [];
    const isKnown = steps.every(
      (step) => step.does === 'delete' || Object.hasOwn(step.clear, column) || step.keeps.includes(column),
    );
    return isKnown ? [] : [`${table}.${column}`];
  });
}

/** Where text may stand; the other types hold ids, numbers and dates. */
const FILLINGS: Readonly<Record<string, (marker: string) => string>> = {
  text: (marker) => `'${marker}'`,
  jsonb: (marker) => `'{"in": ["${marker}"]}'::jsonb`,
  bytea: (marker) => `convert_to('${marker}', 'UTF8')`,
  'text[]': (marker) => `ARRAY['${marker}']`,
};

/** Checked by the database: these hold words of the platform. */
const WORDS = new Set(['calendar_feed.rule', 'calendar_feed.status', 'calendar_feed.keyword']);

/** Writes a marker of its own into every column of the subject's rows that an erasure has to deal with. */
export async function fillWithMarkers(
  pool: Pool,
  { customerId, userIds }: { customerId: string; userIds: readonly string[] },
): Promise<string[]> {
  const { rows: columns } = await pool.query<Column>(COLUMNS);
  const client = await pool.connect();
  const markers = new Map<string, string>();
  try {
    // Past the triggers that keep append-only tables as they are.
    await client.query(`SET session_replication_role = replica`);
    for (const step of ERASURE_STEPS) {
      const own = columns.filter(({ table }) => table === step.table);
      for (const { table, column, type } of own) {
        const fill = FILLINGS[type];
        const isKept = ERASURE_STEPS.some(
          (other) => other.table === table && other.does === 'clear' && other.keeps.includes(column),
        );
        if (fill === undefined || isKept || WORDS.has(`${table}.${column}`)) continue;
        if (markers.has(`${table}.${column}`)) continue;
        const place = `${table}.${column}`;
        const marker = `marker-${table}-${column}-x`;
        const { rowCount } = await client.query(
          `WITH given AS (SELECT $1::uuid, $2::uuid[])
           UPDATE "${table}" SET "${column}" = ${fill(marker)}
           WHERE (tableoid, ctid) IN (SELECT t.tableoid, t.ctid FROM ${step.rows} LIMIT 1)`,
          [customerId, userIds],
        );
        if (rowCount === 1) markers.set(place, marker);
      }
    }
  } finally {
    await client.query('SET session_replication_role = DEFAULT');
    client.release();
  }
  return [...markers.values()];
}

const TABLES = `
  SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;

/** Which of the values stand anywhere in the database: in any column of any row of any table. */
export async function findAnywhere(pool: Pool, values: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const { rows: tables } = await pool.query<{ name: string }>(TABLES);
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    const text = rows.map(({ row }) => row).join('\n');
    for (const value of values) {
      // Bytes are shown in hexadecimal.
      const isThere = text.includes(value) || text.includes(Buffer.from(value).toString('hex'));
      if (isThere) found.set(value, [...(found.get(value) ?? []), name]);
    }
  }
  return found;
}
