import { stringify } from 'csv-stringify/sync';

/** One record under its header (RFC 4180). What a spreadsheet would take for a formula is quoted as text. */
export function toCsvRecord(record: Readonly<Record<string, string | number | null>>): string {
  return stringify([record], { header: true, record_delimiter: 'windows', escape_formulas: true });
}

/** The first record of a CSV text by its header; null when there is none, or its quotes never end. */
export function fromCsvRecord(text: string): Readonly<Record<string, string>> | null {
  const rows = rowsOf(text.replace(/^\uFEFF/, ''));
  const [header, record] = rows ?? [];
  if (header === undefined || record === undefined || record.length !== header.length) return null;
  return Object.fromEntries(header.map((name, i) => [name.trim(), record[i] ?? '']));
}

/** RFC 4180: fields divided by commas, perhaps in quotes, which are doubled inside; rows by line ends. */
function rowsOf(text: string): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = text;
  while (rest !== '') {
    const field = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/.exec(rest);
    if (field === null) return null;
    const [whole, quoted, plain, end] = field;
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    rest = rest.slice(whole.length);
    if (end === ',' && rest !== '') continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
