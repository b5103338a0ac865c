import { z } from 'zod';
import type { Language, Said } from '../../../core/phrases/phrase.ts';
import type { Pool } from '../../../platform/database.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { wordsFor } from '../../http/language.ts';

/** How a list may be ordered: along an index, ids deciding between equals. */
interface Order {
  /** Expression over the base tables. */
  readonly by: string;
  readonly type: 'timestamptz' | 'int' | 'uuid' | 'text';
  readonly descending?: true;
  /** For what not every row has: only those that have it are listed. */
  readonly where?: string;
}

type Filter = (parameter: string) => string;

/**
 * A table of the console. The page is found by its filters and its order alone; what else its rows show is
 * looked up for those rows only. All text is written here; what callers give is a parameter.
 */
export interface ListSpec<Item extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly item: Item;
  /** The row's id and what filters and orders look at. */
  readonly id: string;
  readonly base: string;
  readonly orders: Readonly<Record<string, Order>>;
  readonly filters: Readonly<Record<string, Filter>>;
  /** What rows show, joined to `page` (id). */
  readonly columns: string;
  readonly joins: string;
}

type Given = Readonly<Record<string, unknown>>;

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

const keySchema = z.tuple([z.string().max(100), z.guid()]);

/** The rows that the filters let through, without their order. */
function conditionsOf({ filters }: ListSpec, given: Given): { where: string[]; values: unknown[] } {
  const values: unknown[] = [];
  const where = Object.entries(filters).flatMap(([name, filter]) => {
    const value = given[name];
    if (value === undefined) return [];
    values.push(value);
    return [`(${filter(`$${values.length}`)})`];
  });
  return { where, values };
}

/** One page with one row too many; `after` is the last row's sort key and id. */
export function pageStatement(
  spec: ListSpec,
  given: Given,
  after: readonly [string, string] | null,
  rows: number,
): Statement {
  const { where, values } = conditionsOf(spec, given);
  const order = orderOf(spec, given);
  const [sign, direction] = order.descending === true ? ['<', 'DESC'] : ['>', 'ASC'];
  if (order.where !== undefined) where.push(order.where);
  if (after !== null) {
    values.push(...after);
    where.push(
      `(${order.by}, ${spec.id}) ${sign} ($${values.length - 1}::${order.type}, $${values.length}::uuid)`,
    );
  }
  values.push(rows);
  const text = `
    WITH page AS MATERIALIZED (
      SELECT ${spec.id} AS id, ${order.by} AS sort_key FROM ${spec.base}
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
      ORDER BY ${order.by} ${direction}, ${spec.id} ${direction} LIMIT $${values.length}
    )
    SELECT page.sort_key::text AS "sortKey", ${spec.columns} FROM page ${spec.joins}
    ORDER BY page.sort_key ${direction}, page.id ${direction}`;
  return { text, values };
}

function orderOf({ orders, name }: ListSpec, given: Given): Order {
  const order = orders[String(given['sort'])];
  if (order === undefined) throw new Error(`the list ${name} has no order ${String(given['sort'])}`);
  return order;
}

/** More are not counted one by one. */
const COUNTED_AT_MOST = 10_000;

export function countStatement(spec: ListSpec, given: Given): Statement {
  const { where, values } = conditionsOf(spec, given);
  const order = orderOf(spec, given);
  if (order.where !== undefined) where.push(order.where);
  const all = `FROM ${spec.base} ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}`;
  return { text: `SELECT 1 ${all}`, values };
}

interface Total {
  readonly count: number;
  readonly exact: boolean;
}

/** How many there are: counted up to a limit, beyond it the planner's estimate. */
async function totalOf(pool: Pool, spec: ListSpec, given: Given): Promise<Total> {
  const { text, values } = countStatement(spec, given);
  const counted = await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (${text} LIMIT ${COUNTED_AT_MOST + 1}) AS few`,
    values,
  );
  const count = counted.rows[0]?.n ?? 0;
  if (count <= COUNTED_AT_MOST) return { count, exact: true };
  const plan = await pool.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `EXPLAIN (FORMAT JSON) ${text}`,
    values,
  );
  const rows = plan.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  return { count: Math.max(Math.round(rows), COUNTED_AT_MOST), exact: false };
}

type Row<Item extends z.ZodObject> = z.output<Item> & { readonly sortKey: string };

export interface Table<Item extends z.ZodObject> {
  readonly items: readonly z.output<Item>[];
  readonly nextCursor: string | null;
  readonly total: Total | null;
}

/** A row that keeps what its reason is made of shows the reason in its reader's language. */
function spoken(row: Given, language: Language): Given {
  if (!('said' in row)) return row;
  const { said, ...item } = row;
  return { ...item, reason: wordsFor(language, said as Said | null, String(item['reason'])) };
}

/** One page as the console asks for it. */
export async function readTable<Item extends z.ZodObject>(
  pool: Pool,
  spec: ListSpec<Item>,
  given: Given & { readonly limit: number; readonly cursor?: string | undefined },
  language: Language,
): Promise<Table<Item>> {
  const after = decodeCursor(given.cursor, keySchema);
  const { text, values } = pageStatement(spec, given, after, given.limit + 1);
  const [{ rows }, total] = await Promise.all([
    pool.query<Row<Item>>(text, values),
    after === null ? totalOf(pool, spec, given) : null,
  ]);
  const page = toPage(rows, given.limit, ({ sortKey, ...row }) => [sortKey, (row as { id?: string }).id]);
  return {
    ...page,
    items: page.items.map(({ sortKey: _, ...item }) => spoken(item, language) as z.output<Item>),
    total,
  };
}

const CSV_PAGE_ROWS = 1_000;

/** Every row that the filters let through, page by page, as fast as the reader takes them. */
export async function* readAll(pool: Pool, spec: ListSpec, given: Given): AsyncGenerator<Given> {
  for (let after: readonly [string, string] | null = null; ; ) {
    const { text, values } = pageStatement(spec, given, after, CSV_PAGE_ROWS);
    const { rows }: { rows: (Given & { sortKey: string })[] } = await pool.query(text, values);
    for (const { sortKey: _, ...row } of rows) yield row;
    const last = rows.at(-1);
    if (rows.length < CSV_PAGE_ROWS || last === undefined) return;
    after = [last.sortKey, String(last['id'])];
  }
}
