import { flagIdentical, inferQuanta, trustZeros } from './gauge.ts';
import { exceptionsFor } from './model-exceptions.ts';
import type {
  PrinterIdentity,
  Supply,
  SupplyNote,
  SupplySource,
  SupplyType,
  SupplyUnit,
} from './observation.ts';
import { compact } from './observation.ts';
import { assignKeys } from './supply-keys.ts';
import { readLevel } from './supply-level.ts';
import { parseSupplyName, type SupplyName } from './supply-name.ts';
import { CLASS_CONSUMED, CLASS_FILLED, colorantWords, typeOfLabel } from './vocabulary.ts';

/** One row of prtMarkerSuppliesTable, or the same told by IPP or a private MIB: decoded text, raw numbers. */
export interface SupplyRow {
  source: SupplySource;
  index: number;
  name: string;
  supplyClass?: number | undefined;
  typeLabel?: string | undefined;
  unit?: SupplyUnit | undefined;
  capacity?: number | undefined;
  /** The capacity was not sent: the source always speaks in percent. */
  assumedCapacity?: boolean | undefined;
  level?: number | undefined;
  /** From prtMarkerColorantTable or IPP's colorantname; `none` and empty mean no colour. */
  colorant?: string | undefined;
  colorantFromOrder?: boolean | undefined;
  partNumber?: string | undefined;
  serial?: string | undefined;
  /** The number as it was sent, where `level` had to be turned round. */
  rawLevel?: number | undefined;
  condition?: Supply['condition'];
  notes?: readonly SupplyNote[] | undefined;
}

const wastes: readonly SupplyType[] = ['wasteToner', 'wasteInk', 'wasteOther'];
const colored: readonly SupplyType[] = ['toner', 'ink', 'ribbon', 'wax'];
const colorable: readonly SupplyType[] = [...colored, 'drum', 'developer', 'printhead'];

/** The standard's type wins, unless the name plainly says waste, or the type says nothing. */
function typeFor(row: SupplyRow, name: SupplyName): { type: SupplyType; notes: SupplyNote[] } {
  const stated = row.typeLabel === undefined ? undefined : typeOfLabel(row.typeLabel);
  const waste = name.type !== undefined && wastes.includes(name.type);
  if (stated === undefined) {
    if (name.type !== undefined) return { type: name.type, notes: ['type-inferred'] };
    return row.supplyClass === CLASS_FILLED
      ? { type: 'wasteOther', notes: ['type-inferred'] }
      : { type: 'other', notes: [] };
  }
  if (waste && !wastes.includes(stated) && row.supplyClass !== CLASS_CONSUMED) {
    return { type: name.type ?? stated, notes: ['type-contradicts-description'] };
  }
  return { type: stated, notes: [] };
}

/** The colour's canonical name; what is not in the vocabulary is kept as the printer says it. */
function canonicalColorant(text: string | undefined): string | undefined {
  const clean = text?.trim().toLowerCase().slice(0, 64);
  if (clean === undefined || clean === '' || /^(?:none|unknown|other|no|n\/a|-+|\d+)$/u.test(clean))
    return undefined;
  return colorantWords.find(([, words]) => words.test(clean))?.[0] ?? clean;
}

function colorantFor(
  row: SupplyRow,
  name: SupplyName,
  type: SupplyType,
): { colorant?: string; notes: SupplyNote[] } {
  if (!colorable.includes(type)) return { notes: [] };
  const stated = canonicalColorant(row.colorant);
  if (stated === undefined)
    return name.colorant === undefined ? { notes: [] } : { colorant: name.colorant, notes: [] };
  if (name.colorant === undefined)
    return { colorant: stated, notes: row.colorantFromOrder ? ['colorant-from-order'] : [] };
  // "Matte Black" refines "black"; but "Cyan Toner" of colorant black is a table filled in carelessly.
  const contradicts =
    stated !== name.colorant && !name.colorant.includes(stated) && !stated.includes(name.colorant);
  if (row.colorantFromOrder) return { colorant: name.colorant, notes: [] };
  return { colorant: name.colorant, notes: contradicts ? ['colorant-contradicts-description'] : [] };
}

function polarityFor(
  row: SupplyRow,
  type: SupplyType,
): Pick<Supply, 'polarity' | 'polarityInferred' | 'notes'> {
  const byType = wastes.includes(type) ? 'fills' : 'depletes';
  if (row.supplyClass === CLASS_FILLED || row.supplyClass === CLASS_CONSUMED) {
    const stated = row.supplyClass === CLASS_FILLED ? 'fills' : 'depletes';
    return {
      polarity: stated,
      polarityInferred: false,
      notes: stated === byType || type === 'other' ? [] : ['class-contradicts-type'],
    };
  }
  return { polarity: byType, polarityInferred: true, notes: [] };
}

function supplyOf(row: SupplyRow, name: SupplyName, identity: PrinterIdentity): Supply {
  const { type, notes: typeNotes } = typeFor(row, name);
  const { colorant, notes: colorantNotes } = colorantFor(row, name, type);
  const polarity = polarityFor(row, type);
  const read = readLevel(
    { level: row.level, capacity: row.capacity, unit: row.unit },
    exceptionsFor(identity, type),
  );
  return compact<Supply>({
    key: type,
    type,
    colorant,
    description: name.description,
    partNumber: row.partNumber ?? name.partNumber,
    serial: row.serial ?? name.serial,
    unit: row.unit,
    capacity: row.capacity !== undefined && row.capacity > 0 ? row.capacity : undefined,
    polarity: polarity.polarity,
    polarityInferred: polarity.polarityInferred,
    level: read.level,
    interval: read.interval,
    condition: read.condition ?? row.condition,
    trust: read.trust,
    raw: compact({
      level: row.rawLevel ?? row.level,
      capacity: row.assumedCapacity ? undefined : row.capacity,
      supplyClass: row.supplyClass,
      index: row.index,
    }),
    sources: [row.source],
    notes: [...typeNotes, ...colorantNotes, ...polarity.notes, ...read.notes, ...(row.notes ?? [])],
  });
}

/** A printer with one marking supply and no word of colour prints black; that is an inference and noted. */
function assumeBlack(supplies: readonly Supply[]): Supply[] {
  const marking = supplies.filter((s) => s.type === 'toner' || s.type === 'ink');
  if (marking.length !== 1) return [...supplies];
  return supplies.map((s) =>
    s === marking[0] && s.colorant === undefined
      ? { ...s, colorant: 'black', notes: [...s.notes, 'colorant-assumed-black'] }
      : s,
  );
}

/**
 * Rows as supplies: type, colour, polarity and level of each, then what only the whole set tells (keys,
 * gauge steps, printers that say the same of every marker). Order is kept.
 */
export function suppliesOf(rows: readonly SupplyRow[], identity: PrinterIdentity): Supply[] {
  const names = rows.map((row) => parseSupplyName(row.name, identity.model));
  const supplies = assumeBlack(
    rows.map((row, i) => supplyOf(row, names[i] ?? { description: row.name }, identity)),
  );
  const hints = rows.map((row, i) => ({ ordinal: names[i]?.ordinal, index: row.index }));
  return inferQuanta(flagIdentical(trustZeros(assignKeys(supplies, hints))));
}
