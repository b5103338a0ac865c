import type { z } from 'zod';
import type { newDeviceModelSchema } from '../../contracts/http/device-models.ts';
import type { PrinterIdentity, PrinterObservation, Supply } from '../../contracts/printer/observation.ts';

export type NewDeviceModel = z.input<typeof newDeviceModelSchema>;
export type NewSlot = NewDeviceModel['slots'][number];

/** contracts/http/device-models.ts takes no more. */
const MAX_SLOTS = 64;
const MAX_LABEL = 200;

/**
 * Days that a filling lasts in an office, before the platform has seen one: only where the forecast starts.
 * Toner and ink by pages of a workgroup (some 1,000 a month at yields of 2,000 to 6,000), parts by their
 * rated lives of 50,000 pages and more.
 */
const typicalLifeDays: Readonly<Partial<Record<Supply['type'], number>>> = {
  toner: 120,
  ink: 90,
  ribbon: 120,
  wax: 60,
  wasteToner: 365,
  wasteInk: 365,
  wasteOther: 365,
  staples: 365,
};
const PART_LIFE_DAYS = 1000;

const usedByPages: readonly Supply['type'][] = [
  'toner',
  'ink',
  'ribbon',
  'wax',
  'wasteToner',
  'wasteInk',
  'drum',
  'developer',
  'fuser',
  'transferUnit',
  'maintenanceKit',
];

function slotOf(supply: Supply, pagesAreCounted: boolean): NewSlot {
  const label = supply.description === '' ? supply.key.replaceAll('-', ' ') : supply.description;
  const countsPages = supply.unit === 'impressions' || supply.unit === 'sheets';
  return {
    key: supply.key,
    name: label.slice(0, MAX_LABEL),
    polarity: supply.polarity,
    ...(supply.gaugeQuantum === undefined || supply.gaugeQuantum <= 0
      ? {}
      : { gaugeQuantum: supply.gaugeQuantum }),
    counterKey: pagesAreCounted && usedByPages.includes(supply.type) ? 'pages' : null,
    yieldUses: countsPages ? (supply.capacity ?? null) : null,
    typicalLifeDays: typicalLifeDays[supply.type] ?? PART_LIFE_DAYS,
  };
}

/** Make and model as the platform names them; a printer that tells neither gets a model of its own. */
function namesOf(identity: PrinterIdentity, host: string): { make: string; model: string } {
  return {
    make: (identity.manufacturer ?? 'Unknown maker').slice(0, MAX_LABEL),
    model: (identity.model ?? identity.description ?? `printer at ${host}`).slice(0, MAX_LABEL),
  };
}

/** The device model that a printer is an example of. */
export function modelOf(observation: PrinterObservation, host: string): NewDeviceModel {
  const has = (type: Supply['type']): boolean => observation.supplies.some((supply) => supply.type === type);
  const kind = has('toner') ? 'laser printer' : has('ink') ? 'inkjet printer' : 'printer';
  const counted = observation.counters.pages !== undefined;
  return {
    ...namesOf(observation.identity, host),
    family: kind,
    slots: observation.supplies.slice(0, MAX_SLOTS).map((supply) => slotOf(supply, counted)),
  };
}
