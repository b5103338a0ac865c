import type { PrinterCounters, Supply, SupplyNote } from './observation.ts';
import { compact } from './observation.ts';
import { inkModels } from './vocabulary.ts';

/**
 * Brother's private objects under 1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5: Brother printers answer -2 and -3 in the
 * Printer-MIB and keep their levels here, as octet strings of records `id, flag, length, value`.
 *
 * Not documented by Brother; worked out from answers of devices and from the public notes of
 * saper-2/BRN-Printer-sCounters-Info. In brInfoMaintenance, 4-octet values of remaining life are hundredths
 * of a percent (0x25e4 = 97.00 %); 0x81–0x84 are what the display shows, in coarser steps. 2-octet values
 * of older ink devices are `level, capacity` (0x0414 = 4 of 20).
 */
export const brotherOids = {
  maintenance: '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.8.0',
  counters: '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.10.0',
  nextCare: '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.11.0',
  serial: '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.1.0',
  firmware: '1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.17.0',
  deviceId: '1.3.6.1.4.1.2435.2.3.9.1.1.7.0',
  model: '1.3.6.1.4.1.2435.2.4.3.2435.5.13.3.0',
} as const;

export interface BrotherRecord {
  id: number;
  /** Octets of the value: 1, 2 or 4. */
  size: number;
  value: number;
}

const MAX_OCTETS = 4096;

function strictRecords(bytes: readonly number[]): BrotherRecord[] | undefined {
  const records: BrotherRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [id, flag, size] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    if (id === undefined || flag !== 1 || size === undefined || ![1, 2, 4].includes(size)) return undefined;
    const value = bytes.slice(at + 3, at + 3 + size);
    if (value.length < size) return undefined;
    records.push({ id, size, value: value.reduce((sum, byte) => sum * 256 + byte, 0) });
    at += 3 + size;
  }
  return records;
}

/**
 * Records of one octet string; empty when it is none. Trailing 0xff end the data; three 0xff in a row are
 * padding that some firmware puts anywhere, even inside values, and are cut out if it does not parse with them.
 */
export function parseBrotherRecords(octets: Uint8Array): BrotherRecord[] {
  const bytes = Array.from(octets.subarray(0, MAX_OCTETS));
  while (bytes.at(-1) === 0xff) bytes.pop();
  const direct = strictRecords(bytes);
  if (direct !== undefined) return direct;
  const kept: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    if (bytes[i] === 0xff && bytes[i + 1] === 0xff && bytes[i + 2] === 0xff) i += 3;
    else kept.push(bytes[i++] ?? 0);
  }
  return strictRecords(kept) ?? [];
}

interface Slot {
  type: Supply['type'];
  key: string;
  colorant?: string;
  description: string;
  /** Record ids: fine remaining life, state (1 good, 2 low, 3 replace), pages still to go. */
  remaining?: number;
  status?: number;
  pages?: number;
  pair?: number;
}

const marking = (kind: 'toner' | 'ink'): Slot[] =>
  (['black', 'cyan', 'magenta', 'yellow'] as const).map((color, i) => ({
    type: kind,
    key: color,
    colorant: color,
    description: `${color.charAt(0).toUpperCase()}${color.slice(1)} ${kind === 'ink' ? 'Ink' : 'Toner'}`,
    remaining: 0x6f + i,
    status: 0x31 + i,
    pair: 0xa1 + i,
  }));

const laserParts: readonly Slot[] = [
  { type: 'drum', key: 'drum', description: 'Drum Unit', remaining: 0x41, status: 0x63, pages: 0x82 },
  {
    type: 'drum',
    key: 'drum-black',
    colorant: 'black',
    description: 'Black Drum',
    remaining: 0x80,
    status: 0x7f,
    pages: 0xa7,
  },
  {
    type: 'drum',
    key: 'drum-cyan',
    colorant: 'cyan',
    description: 'Cyan Drum',
    remaining: 0x79,
    status: 0x76,
    pages: 0xa4,
  },
  {
    type: 'drum',
    key: 'drum-magenta',
    colorant: 'magenta',
    description: 'Magenta Drum',
    remaining: 0x7a,
    status: 0x77,
    pages: 0xa5,
  },
  {
    type: 'drum',
    key: 'drum-yellow',
    colorant: 'yellow',
    description: 'Yellow Drum',
    remaining: 0x7b,
    status: 0x78,
    pages: 0xa6,
  },
  {
    type: 'transferUnit',
    key: 'transfer-belt',
    description: 'Belt Unit',
    remaining: 0x69,
    status: 0x68,
    pages: 0x88,
  },
  { type: 'fuser', key: 'fuser', description: 'Fuser Unit', remaining: 0x6a, status: 0x54, pages: 0x89 },
  { type: 'other', key: 'laser', description: 'Laser Unit', remaining: 0x6b, status: 0x55, pages: 0x73 },
  { type: 'roller', key: 'pf-kit-mp', description: 'PF Kit MP', remaining: 0x6c, pages: 0x86 },
  { type: 'roller', key: 'pf-kit-1', description: 'PF Kit 1', remaining: 0x6d, status: 0x35, pages: 0x77 },
];

const conditions: Readonly<Record<number, 'ok' | 'low' | 'empty'>> = { 1: 'ok', 2: 'low', 3: 'empty' };

type Reading = Pick<Supply, 'unit' | 'level' | 'trust' | 'notes' | 'interval' | 'gaugeQuantum'>;

/** 100.00 % is 10000; what exceeds it is not a percentage and not believed. */
function readingOf(
  slot: Slot,
  records: ReadonlyMap<number, BrotherRecord>,
  pages: number | undefined,
): Reading | undefined {
  const fine = slot.remaining === undefined ? undefined : records.get(slot.remaining);
  if (fine?.size === 4 && fine.value <= 10_000) {
    return {
      unit: 'percent',
      level: { kind: 'measured', value: fine.value / 10_000 },
      gaugeQuantum: fine.value % 100 === 0 ? 0.01 : 0.0001,
      trust: 'normal',
      notes: [],
    };
  }
  const pair = slot.pair === undefined ? undefined : records.get(slot.pair);
  if (pair?.size === 2) {
    const [level, capacity] = [pair.value >> 8, pair.value & 0xff];
    if (capacity > 0 && level <= capacity)
      return {
        level: { kind: 'measured', value: level / capacity },
        gaugeQuantum: 1 / capacity,
        trust: 'normal',
        notes: [],
      };
  }
  const status = slot.status === undefined ? undefined : records.get(slot.status)?.value;
  const notes: SupplyNote[] = pages === undefined ? ['some-remaining'] : ['remaining-pages-only'];
  if (pages === 0) return { level: { kind: 'measured', value: 0 }, trust: 'normal', notes };
  if (pages !== undefined) return { level: { kind: 'some' }, interval: [0, 1], trust: 'normal', notes };
  if (status === 1 || status === 2)
    return { level: { kind: 'some' }, interval: [0, 1], trust: 'normal', notes };
  if (status !== undefined) return { level: { kind: 'unknown' }, trust: 'normal', notes: ['level-unknown'] };
  return undefined;
}

function supplyOf(
  slot: Slot,
  records: ReadonlyMap<number, BrotherRecord>,
  care: ReadonlyMap<number, BrotherRecord>,
): Supply | undefined {
  const pages = slot.pages === undefined ? undefined : care.get(slot.pages)?.value;
  const reading = readingOf(slot, records, pages);
  if (reading === undefined) return undefined;
  const status = slot.status === undefined ? undefined : records.get(slot.status)?.value;
  return compact<Supply>({
    key: slot.key,
    type: slot.type,
    colorant: slot.colorant,
    description: slot.description,
    polarity: 'depletes',
    polarityInferred: true,
    ...reading,
    remainingPages: pages,
    condition: status === undefined ? undefined : conditions[status],
    raw: {},
    sources: ['brother'],
  });
}

const byId = (records: readonly BrotherRecord[]) => new Map(records.map((r) => [r.id, r]));

export interface BrotherAnswer {
  maintenance?: Uint8Array | undefined;
  counters?: Uint8Array | undefined;
  nextCare?: Uint8Array | undefined;
  model?: string | undefined;
}

/**
 * Supplies and page counters of Brother's private objects. Ink or laser follows from the model (a J or T
 * after the series letters is ink); without a model, laser is assumed, as the drum's records tell.
 */
export function decodeBrother(answer: BrotherAnswer): { supplies: Supply[]; counters: PrinterCounters } {
  const maintenance = byId(parseBrotherRecords(answer.maintenance ?? new Uint8Array()));
  const care = byId(parseBrotherRecords(answer.nextCare ?? new Uint8Array()));
  const counts = byId(parseBrotherRecords(answer.counters ?? new Uint8Array()));
  const ink = maintenance.has(0xa1) || (answer.model !== undefined && inkModels.test(answer.model));
  const hasColorDrums = maintenance.has(0x79);
  const slots = ink
    ? marking('ink')
    : [...marking('toner'), ...laserParts.filter((slot) => slot.key !== 'drum' || !hasColorDrums)];
  const supplies = slots.flatMap((slot) => supplyOf(slot, maintenance, care) ?? []);
  const mono = counts.get(0x01)?.value;
  const color = counts.get(0x02)?.value;
  const total =
    counts.get(0x00)?.value ?? (mono === undefined || color === undefined ? undefined : mono + color);
  return { supplies, counters: compact<PrinterCounters>({ pages: total, mono, color }) };
}
