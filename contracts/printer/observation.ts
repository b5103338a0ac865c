import { z } from 'zod';

/**
 * What one look at one printer says, whichever protocol it came by.
 *
 * `level.value` and `interval` are fractions left, 0..1: of the supply for what depletes, of the empty space
 * for a receptacle that fills (RFC 3805, prtMarkerSuppliesLevel). 0 always means "act now".
 */

const supplyTypes = [
  'toner',
  'ink',
  'ribbon',
  'wax',
  'wasteToner',
  'wasteInk',
  'wasteOther',
  'drum',
  'developer',
  'fuser',
  'fuserOil',
  'transferUnit',
  'cleaner',
  'maintenanceKit',
  'roller',
  'filter',
  'printhead',
  'staples',
  'other',
] as const;
export type SupplyType = (typeof supplyTypes)[number];

/** PrtMarkerSuppliesSupplyUnitTC of RFC 3805, by its own labels (the RFC spells "hundreths" so). */
const supplyUnits = [
  'other',
  'unknown',
  'tenThousandthsOfInches',
  'micrometers',
  'impressions',
  'sheets',
  'hours',
  'thousandthsOfOunces',
  'tenthsOfGrams',
  'hundrethsOfFluidOunces',
  'tenthsOfMilliliters',
  'feet',
  'meters',
  'items',
  'percent',
] as const;
export type SupplyUnit = (typeof supplyUnits)[number];

const fraction = z.number().min(0).max(1);
const shortText = z.string().min(1).max(255);

const supplyLevel = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('measured'), value: fraction }),
  z.object({ kind: z.literal('some') }),
  z.object({ kind: z.literal('unknown') }),
]);
export type SupplyLevel = z.infer<typeof supplyLevel>;

/** Why a supply reads as it does; machine words, explained in docs and shown to ops. */
const supplyNotes = [
  'some-remaining',
  'level-unknown',
  'level-missing',
  'no-restriction',
  'undefined-negative-level',
  'capacity-unknown',
  'capacity-zero',
  'zero-of-unknown-capacity',
  'binary-gauge',
  'clipped-above-capacity',
  'percent-without-capacity',
  'class-contradicts-type',
  'type-inferred',
  'type-contradicts-description',
  'colorant-from-order',
  'colorant-assumed-black',
  'colorant-contradicts-description',
  'counts-filled',
  'same-for-every-marker',
  'cups-placeholder',
  'model-exception',
  'sources-disagree',
  'below-low-threshold',
  'remaining-pages-only',
] as const;
export type SupplyNote = (typeof supplyNotes)[number];

const supplySources = ['printer-mib', 'brother', 'ricoh', 'ipp-marker', 'ipp-supply'] as const;
export type SupplySource = (typeof supplySources)[number];

const supply = z.object({
  /** Slot of this printer, unique within it and stable from read to read: `black`, `drum-cyan`, `waste`. */
  key: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .max(64),
  type: z.enum(supplyTypes),
  colorant: shortText.optional(),
  /** The name as the printer gives it, decoded, without the serial number. */
  description: z.string().max(255),
  partNumber: shortText.optional(),
  /** Of the cartridge, when the printer tells it. Another serial (or part number) is another cartridge. */
  serial: shortText.optional(),
  unit: z.enum(supplyUnits).optional(),
  /** Positive and in `unit`; absent when the printer says unknown or unrestricted. */
  capacity: z.number().positive().optional(),
  polarity: z.enum(['depletes', 'fills']),
  /** True when the printer did not state the class and the polarity follows from type or name. */
  polarityInferred: z.boolean(),
  level: supplyLevel,
  /** Bounds of the fraction left, when that is all that is known. */
  interval: z.tuple([fraction, fraction]).optional(),
  /** Smallest step this gauge is believed to make, as a fraction. */
  gaugeQuantum: fraction.optional(),
  /** Pages the part is said to last still. */
  remainingPages: z.number().int().min(0).optional(),
  condition: z.enum(['ok', 'low', 'empty', 'missing']).optional(),
  /** `suspect`: decoded as the standard says, but nothing should be ordered on its strength. */
  trust: z.enum(['normal', 'suspect']),
  raw: z.object({
    level: z.number().int().optional(),
    capacity: z.number().int().optional(),
    supplyClass: z.number().int().optional(),
    index: z.number().int().optional(),
  }),
  sources: z.array(z.enum(supplySources)).min(1),
  notes: z.array(z.enum(supplyNotes)),
});
export type Supply = z.infer<typeof supply>;

const printerAlert = z.object({
  source: z.enum(['alert-table', 'detected-error-state', 'state-reason', 'printer-alert']),
  severity: z.enum(['critical', 'warning', 'report', 'other']),
  /** A keyword: `toner-low`, `media-jam`, `marker-waste-almost-full`, or `code-<n>` when it has no name. */
  code: z.string().min(1).max(128),
  description: z.string().max(255).optional(),
  /** Key of the supply it speaks of, when it names one. */
  supplyKey: z.string().optional(),
});
export type PrinterAlert = z.infer<typeof printerAlert>;

const printerIdentity = z.object({
  manufacturer: shortText.optional(),
  /** Without the manufacturer's name. */
  model: shortText.optional(),
  serial: shortText.optional(),
  uuid: shortText.optional(),
  mac: shortText.optional(),
  hostname: shortText.optional(),
  description: shortText.optional(),
  firmware: shortText.optional(),
});
export type PrinterIdentity = z.infer<typeof printerIdentity>;

const count = z.number().int().min(0);
const printerCounters = z.object({
  /** Life count of marked pages: the finest measure of use that most printers have. */
  pages: count.optional(),
  sheets: count.optional(),
  mono: count.optional(),
  color: count.optional(),
});
export type PrinterCounters = z.infer<typeof printerCounters>;

const printerProblem = z.object({
  code: z.string().min(1).max(64),
  detail: z.string().max(255).optional(),
});
export type PrinterProblem = z.infer<typeof printerProblem>;

export const printerObservation = z.object({
  identity: printerIdentity,
  counters: printerCounters,
  supplies: z.array(supply).max(256),
  alerts: z.array(printerAlert).max(256),
  problems: z.array(printerProblem).max(256),
});
export type PrinterObservation = z.infer<typeof printerObservation>;

/** More rows than any printer has; what lies beyond is dropped and reported as a problem. */
export const MAX_SUPPLIES = 256;
export const MAX_ALERTS = 256;

/** Drops keys whose value is undefined, so that absent is absent in JSON and in comparisons. */
export function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
