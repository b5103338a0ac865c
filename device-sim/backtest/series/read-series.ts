import { readFileSync } from 'node:fs';
import { type EpochDay, epochDay } from '../world-calendar.ts';

/** One consumable's days in order; days of a use series without a row are zero, of a level series absent. */
export interface Series {
  readonly consumable: string;
  readonly firstDay: EpochDay;
  /** Use or level of each day since the first; NaN: nothing known. */
  readonly values: Float64Array;
}

export type SeriesFile =
  | { readonly kind: 'use' | 'level'; readonly series: readonly Series[] }
  | { readonly kind: 'stocked-items'; readonly items: readonly StockedItem[] };

/** One stocked item with its firm's own costs and weekly demand. */
export interface StockedItem {
  readonly sku: string;
  readonly unitsPerPackage: number;
  readonly unitCost: number;
  readonly orderCost: number;
  readonly holdingPerUnitYear: number;
  readonly leadWeeks: number;
  readonly minimumOrder: number;
  readonly weekly: Float64Array;
}

/** Splits one line of CSV; quoted cells may hold commas and doubled quotes. */
export function splitCsv(line: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const match of line.matchAll(pattern)) cells.push(match[1]?.replace(/""/g, '"') ?? match[2] ?? '');
  return cells;
}

function toNumber(text: string | undefined, line: number): number {
  const value = Number(text);
  if (text === undefined || text.trim() === '' || !Number.isFinite(value)) {
    throw new RangeError(`line ${line}: "${text ?? ''}" is not a number`);
  }
  return value;
}

/** Reads `consumable,date,used`, `consumable,date,level`, or stocked items with weekly demand. */
export function readSeriesFile(file: string): SeriesFile {
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const header = splitCsv((lines[0] ?? '').replace(/^\uFEFF/, ''));
  const rows = lines.slice(1).map(splitCsv);
  if (header.includes('sku') && header.includes('lead_time_weeks')) {
    return { kind: 'stocked-items', items: readItems(header, rows) };
  }
  const [consumable, date] = [header.indexOf('consumable'), header.indexOf('date')];
  const kind = header.includes('used') ? 'use' : 'level';
  const value = header.indexOf(kind === 'use' ? 'used' : 'level');
  if (consumable < 0 || date < 0 || value < 0) {
    throw new RangeError(
      `${file}: want the columns consumable, date and used or level; found ${header.join(', ')}`,
    );
  }
  const byName = new Map<string, [EpochDay, number][]>();
  rows.forEach((row, i) => {
    const day = epochDay((row[date] ?? '').slice(0, 10));
    if (!Number.isFinite(day)) throw new RangeError(`line ${i + 2}: "${row[date] ?? ''}" is not a date`);
    const name = row[consumable] ?? '';
    const points = byName.get(name) ?? [];
    points.push([day, toNumber(row[value], i + 2)]);
    byName.set(name, points);
  });
  return { kind, series: [...byName].map(([name, points]) => toSeries(name, points, kind)) };
}

function toSeries(
  consumable: string,
  points: readonly (readonly [EpochDay, number])[],
  kind: 'use' | 'level',
): Series {
  const days = points.map(([day]) => day);
  const firstDay = Math.min(...days);
  const values = new Float64Array(Math.max(...days) - firstDay + 1).fill(kind === 'use' ? 0 : Number.NaN);
  for (const [day, value] of points) {
    const i = day - firstDay;
    // Several rows of one day: uses add up, of levels the last one holds.
    values[i] = kind === 'use' ? (values[i] ?? 0) + value : value;
  }
  return { consumable, firstDay, values };
}

function readItems(header: readonly string[], rows: readonly (readonly string[])[]): StockedItem[] {
  const column = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) throw new RangeError(`stocked items want the column ${name}`);
    return index;
  };
  const weeks = header.flatMap((name, i) => (/^\d{4}-W\d{2}$/.test(name) ? [i] : []));
  return rows.map((row, r) => {
    const number = (name: string): number => toNumber(row[column(name)], r + 2);
    return {
      sku: row[column('sku')] ?? '',
      unitsPerPackage: Math.max(1, number('units_per_subpackage')),
      unitCost: number('cost_per_unit_eur'),
      orderCost: number('order_cost_eur'),
      holdingPerUnitYear: number('holding_cost_eur_per_unit_year'),
      leadWeeks: number('lead_time_weeks'),
      minimumOrder: number('min_order_qty'),
      weekly: Float64Array.from(weeks, (i) => Number(row[i] ?? 0) || 0),
    };
  });
}
