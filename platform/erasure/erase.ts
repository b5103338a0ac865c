import type { Queryable } from '../order-store.ts';
import { ERASURE_STEPS, type ErasureGroup, type ErasureStep } from './catalogue.ts';

/** Whose data: the customer, and the accounts of people who acted for nobody else. */
export interface ErasureSubject {
  readonly customerId: string;
  readonly userIds: readonly string[];
}

/** Rows by group. */
export type ErasedRows = Readonly<Partial<Record<ErasureGroup, number>>>;

const quoted = (table: string): string => `"${table}"`;

/** Rows that the step still has something to do with: a cleared one is not found again. */
function pendingRows(step: ErasureStep): string {
  if (step.does === 'delete') return step.rows;
  const columns = Object.keys(step.clear);
  const before = columns.map((column) => `t.${column}`).join(', ');
  const after = columns.map((column) => casted(step.table, column, step.clear[column] ?? 'NULL')).join(', ');
  return `${step.rows} AND (${before}) IS DISTINCT FROM (${after})`;
}

/** What a comparison of rows cannot tell by itself. */
function casted(table: string, column: string, value: string): string {
  if (table === 'mandate' && column === 'delivery_address') return `${value}::jsonb`;
  if (table === 'consumable' && column === 'strategy') return `${value}::strategy`;
  return value;
}

/** Gives unused parameters a type. */
const GIVEN = 'WITH given AS (SELECT $1::uuid, $2::uuid[], $3::int)';

/** Bounded: the rows are found first, by the index of their owner, and taken by where they lie. */
function statementOf(step: ErasureStep): string {
  if (step.table === 'reading') {
    return `${GIVEN} SELECT erase_readings(ARRAY(SELECT id FROM consumable WHERE customer_id = $1), $3) AS count`;
  }
  const found = `ARRAY(SELECT t.ctid FROM ${pendingRows(step)} LIMIT $3)`;
  if (step.does === 'delete') {
    return `${GIVEN}, gone AS (DELETE FROM ${quoted(step.table)} WHERE ctid = ANY (${found}) RETURNING 1)
      SELECT count(*)::int AS count FROM gone`;
  }
  const values = Object.entries(step.clear).map(([column, value]) => `${column} = ${value}`);
  return `${GIVEN}, cleared AS (
      UPDATE ${quoted(step.table)} SET ${values.join(', ')} WHERE ctid = ANY (${found}) RETURNING 1)
    SELECT count(*)::int AS count FROM cleared`;
}

/** Links and challenges that the accounts had asked for; their identifiers are hashes, their values name the account. */
const FORGET_VERIFICATIONS = `
  DELETE FROM auth_verification v USING unnest($1::text[]) AS gone(id)
  WHERE v.value LIKE '%' || gone.id || '%'`;

/**
 * Erases at most about `most` rows of the subject, in the transaction of `db`; returns how many of which
 * group. Nothing left to do is an empty answer. Idempotent: what is erased is not found again.
 */
export async function eraseSome(
  db: Queryable,
  { customerId, userIds }: ErasureSubject,
  most: number,
): Promise<ErasedRows> {
  const removed: Partial<Record<ErasureGroup, number>> = {};
  let left = most;
  if (userIds.length > 0) await db.query(FORGET_VERIFICATIONS, [userIds]);
  for (const step of ERASURE_STEPS) {
    const { rows } = await db.query<{ count: number }>(statementOf(step), [customerId, userIds, left]);
    const count = rows[0]?.count ?? 0;
    if (count > 0) removed[step.group] = (removed[step.group] ?? 0) + count;
    left -= count;
    if (left <= 0) break;
  }
  return removed;
}

/** How many rows each step would find, for the customer who asks before deciding. */
export async function countPending(
  db: Queryable,
  { customerId, userIds }: ErasureSubject,
): Promise<readonly { readonly step: ErasureStep; readonly rows: number }[]> {
  const counts = ERASURE_STEPS.map((step) => `(SELECT count(*)::int FROM ${step.rows})`);
  const { rows } = await db.query<{ counts: number[] }>(
    `WITH given AS (SELECT $1::uuid, $2::uuid[]) SELECT ARRAY[${counts.join(', ')}] AS counts`,
    [customerId, userIds],
  );
  return ERASURE_STEPS.map((step, i) => ({ step, rows: rows[0]?.counts[i] ?? 0 }));
}
