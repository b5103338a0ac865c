/** Pages of rows; the columns are told even where there is no row. */
export interface Page {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const toCamelCase = (column: string): string =>
  column.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/** A JSON array, one row a line, members spelled as in the API. */
export async function* toJson(pages: AsyncIterable<Page>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const { columns, rows } of pages) {
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(columns.map((column) => [toCamelCase(column), row[column]]))),
    );
    if (lines.length > 0) {
      yield before + lines.join(',\n');
      before = ',\n';
    }
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** CSV (RFC 4180) with a line of names; what is nested appears as JSON. */
export async function* toCsv(pages: AsyncIterable<Page>): AsyncGenerator<string> {
  let hasNames = false;
  for await (const { columns, rows } of pages) {
    const lines = rows.map((row) => columns.map((column) => toCell(row[column])).join(','));
    if (!hasNames) lines.unshift(columns.map(toCamelCase).join(','));
    hasNames = true;
    if (lines.length > 0) yield `${lines.join('\r\n')}\r\n`;
  }
}

/** Spreadsheets run text that begins like this as a formula; an apostrophe makes it text (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;

function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text =
    typeof value === 'string' ? value : value instanceof Date ? value.toISOString() : JSON.stringify(value);
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
