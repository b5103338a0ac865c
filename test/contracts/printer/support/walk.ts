import { parseSnmprec, type Varbinds } from '../../../../contracts/printer/snmprec.ts';

/** One row of prtMarkerSuppliesTable as a test writes it; what is left out is not in the walk. */
export interface Row {
  colorantIndex?: number;
  class?: number;
  type?: number;
  name?: string;
  hexName?: string;
  unit?: number;
  capacity?: number;
  level?: number;
}

const integerColumns = [
  ['colorantIndex', 3],
  ['class', 4],
  ['type', 5],
  ['unit', 7],
  ['capacity', 8],
  ['level', 9],
] as const;

/** Walk text with the given supplies at index 1, 2, … and any further lines. */
function walkText(rows: readonly Row[], lines: readonly string[] = []): string {
  const supplies = rows.flatMap((row, i) => {
    const at = (column: number) => `1.3.6.1.2.1.43.11.1.1.${column}.1.${i + 1}`;
    const integers = integerColumns.flatMap(([field, column]) =>
      row[field] === undefined ? [] : [`${at(column)}|2|${row[field]}`],
    );
    const name =
      row.hexName !== undefined
        ? [`${at(6)}|4x|${row.hexName}`]
        : row.name !== undefined
          ? [`${at(6)}|4|${row.name}`]
          : [];
    return [...integers, ...name];
  });
  return [...lines, ...supplies].join('\n');
}

export function walkOf(rows: readonly Row[], lines: readonly string[] = []): Varbinds {
  return parseSnmprec(walkText(rows, lines)).varbinds;
}

/** hrDeviceDescr, from which the printer's make and model are read. */
export const model = (text: string) => `1.3.6.1.2.1.25.3.2.1.3.1|4|${text}`;

export const colorants = (names: readonly string[]) =>
  names.map((name, i) => `1.3.6.1.2.1.43.12.1.1.4.1.${i + 1}|4|${name}`);
