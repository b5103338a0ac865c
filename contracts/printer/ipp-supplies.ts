import { colorantOfColor } from './colors.ts';
import type { IppAttributes } from './ipp.ts';
import { integerOf, list, listedIntegers, longText, parsePairs, texts } from './ipp-view.ts';
import { mergeSupplies } from './merge.ts';
import { MAX_SUPPLIES, type PrinterIdentity, type Supply, type SupplyNote } from './observation.ts';
import { type SupplyRow, suppliesOf } from './supplies.ts';
import { CLASS_CONSUMED, CLASS_FILLED, typeOfLabel, unitOfLabel } from './vocabulary.ts';

interface Markers {
  rows: SupplyRow[];
  low: (number | undefined)[];
}

/**
 * marker-* attributes (CUPS, taken up by PWG 5100.13): levels in percent of full, -1 to -3 as in RFC 3805.
 * For waste they count what is in the box, with marker-high-levels below 100 as the mark of "nearly full",
 * unlike the Printer-MIB, which counts the space left; so they are turned round here, and only here.
 */
function markersOf(attributes: IppAttributes): Markers {
  const levels = listedIntegers(attributes, 'marker-levels').slice(0, MAX_SUPPLIES + 1);
  const count = Math.max(levels.length, (attributes.get('marker-names') ?? []).length);
  const [names, types, colors] = ['marker-names', 'marker-types', 'marker-colors'].map((name) =>
    list(attributes, name, count),
  );
  const low = listedIntegers(attributes, 'marker-low-levels');
  const high = listedIntegers(attributes, 'marker-high-levels');
  const rows = Array.from({ length: Math.min(count, MAX_SUPPLIES) }, (_, i): SupplyRow => {
    const typeLabel = types?.[i];
    const level = levels[i];
    const base = {
      source: 'ipp-marker',
      index: i + 1,
      name: names?.[i] ?? '',
      typeLabel,
      unit: 'percent',
      capacity: 100,
      assumedCapacity: true,
    } as const;
    const type = typeLabel === undefined ? undefined : typeOfLabel(typeLabel);
    const waste = type === undefined ? /waste/iu.test(base.name) : type.startsWith('waste');
    if (waste) return wasteRow(base, level, high[i]);
    const marks = type === undefined || ['toner', 'ink', 'ribbon', 'wax'].includes(type);
    const threshold = low[i] ?? 0;
    const isLow = level !== undefined && level >= 0 && level <= threshold && threshold < 100;
    return {
      ...base,
      level,
      // Printers colour drums and fusers black for want of an answer; only names are believed there.
      colorant: marks ? colorantOfColor(colors?.[i]) : undefined,
      condition: level === 0 ? 'empty' : isLow ? 'low' : undefined,
      notes: isLow ? ['below-low-threshold'] : [],
    };
  });
  return { rows, low };
}

function wasteRow(base: SupplyRow, level: number | undefined, high: number | undefined): SupplyRow {
  if (level === undefined || level < 0 || level > 100) return { ...base, level };
  const nearFull = level >= (high ?? 100);
  return {
    ...base,
    level: 100 - level,
    rawLevel: level,
    condition: level === 100 ? 'empty' : nearFull ? 'low' : undefined,
    notes: ['counts-filled'],
  };
}

const classes: Readonly<Record<string, number>> = {
  supplythatisconsumed: CLASS_CONSUMED,
  receptaclethatisfilled: CLASS_FILLED,
  '3': CLASS_CONSUMED,
  '4': CLASS_FILLED,
};

function printerSupplyRow(pairs: ReadonlyMap<string, string>, i: number, name: string): SupplyRow {
  const index = integerOf(pairs.get('index')) ?? 0;
  const row: SupplyRow = {
    source: 'ipp-supply',
    index: index > 0 ? index : i + 1,
    name,
    supplyClass: classes[pairs.get('class')?.toLowerCase() ?? ''],
    typeLabel: pairs.get('type'),
    unit: unitOfLabel(pairs.get('unit')),
    capacity: integerOf(pairs.get('maxcapacity')),
    level: integerOf(pairs.get('level')),
    colorant: pairs.get('colorantname') ?? pairs.get('colorantvalue'),
  };
  // Thresholds are an addition of some makers. A receptacle with a mark for "nearly full" counts upwards.
  const high = integerOf(pairs.get('highlevel'));
  const low = integerOf(pairs.get('lowlevel'));
  if (row.supplyClass === CLASS_FILLED)
    return high !== undefined && row.capacity === 100 ? wasteRow(row, row.level, high) : row;
  const isLow = row.level !== undefined && low !== undefined && row.level >= 0 && row.level <= low;
  return isLow
    ? { ...row, condition: row.level === 0 ? 'empty' : 'low', notes: ['below-low-threshold'] }
    : row;
}

/** printer-supply (PWG 5100.13): the columns of prtMarkerSuppliesTable by their labels. */
function printerSupplyRows(attributes: IppAttributes): SupplyRow[] {
  const names = texts(attributes, 'printer-supply-description');
  return (attributes.get('printer-supply') ?? []).slice(0, MAX_SUPPLIES).flatMap((value, i): SupplyRow[] => {
    const pairs = parsePairs(longText(value));
    if (pairs.size === 0) return [];
    return [printerSupplyRow(pairs, i, names[i] ?? '')];
  });
}

/**
 * CUPS writes 50 % where its SNMP query learned nothing (backend/snmp-supplies.c), and its reader cannot tell
 * that from half full.
 */
function distrustCups(supplies: readonly Supply[], attributes: IppAttributes): Supply[] {
  if (!attributes.has('cups-version') && !attributes.has('device-uri')) return [...supplies];
  return supplies.map((s) => {
    if (s.level.kind !== 'measured' || s.level.value !== 0.5) return s;
    const notes: SupplyNote[] = [...s.notes, 'cups-placeholder'];
    return { ...s, trust: 'suspect', interval: [0, 1], notes };
  });
}

/** A printer that says one low figure of all its markers knows at least that one of them is low. */
function boundByThreshold(supplies: readonly Supply[], low: readonly (number | undefined)[]): Supply[] {
  return supplies.map((s) => {
    const threshold = low[(s.raw.index ?? 0) - 1];
    const flagged = s.notes.includes('same-for-every-marker') && s.condition === 'low';
    return flagged && threshold !== undefined && threshold > 0 && threshold < 100
      ? { ...s, interval: [0, threshold / 100] }
      : s;
  });
}

/** Supplies told by marker-* and printer-supply, each counted once; printer-supply knows more and leads. */
export function ippSupplies(attributes: IppAttributes, identity: PrinterIdentity): Supply[] {
  const markers = markersOf(attributes);
  const fromMarkers = distrustCups(
    boundByThreshold(suppliesOf(markers.rows, identity), markers.low),
    attributes,
  );
  return mergeSupplies(suppliesOf(printerSupplyRows(attributes), identity), fromMarkers);
}
