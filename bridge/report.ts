import type { DeviceEvent, Telemetry } from '../contracts/mqtt.ts';
import type { PrinterObservation } from '../contracts/printer/observation.ts';
import { telemetryConsumables } from '../contracts/printer/telemetry.ts';

/** Limits of contracts/mqtt.ts that an observation may exceed. */
const MAX_CONSUMABLES = 64;
const MAX_SERIAL = 128;
const MAX_DETAIL = 500;

/** An observation as the device's own telemetry; supplies that its model does not know are left out. */
export function telemetryOf(
  observation: PrinterObservation,
  keys: ReadonlySet<string>,
  stamp: { readonly at: number; readonly seq: number },
): Telemetry {
  const serials = new Map(observation.supplies.map((s) => [s.key, s.serial]));
  const consumables = Object.entries(telemetryConsumables(observation))
    .filter(([key]) => keys.has(key))
    .slice(0, MAX_CONSUMABLES)
    .map(([key, reading]) => {
      const serial = serials.get(key)?.slice(0, MAX_SERIAL);
      return [key, serial === undefined ? reading : { ...reading, serial }] as const;
    });
  return {
    v: 1,
    at: new Date(stamp.at).toISOString(),
    seq: stamp.seq,
    consumables: Object.fromEntries(consumables),
    counters: Object.fromEntries(
      Object.entries(observation.counters).filter(([, count]) => count !== undefined),
    ) as Record<string, number>,
  };
}

/** What makes two readings worth telling apart: everything but their time. */
export const contentOf = ({ consumables, counters }: Telemetry): string =>
  JSON.stringify([consumables, counters]);

export type Happening = Pick<DeviceEvent, 'type' | 'consumable' | 'detail'>;

/**
 * What happened between two looks: another part number in a slot is another cartridge (a serial number
 * travels with the level and needs no event), and a critical alert that was not there is a fault.
 */
export function happenings(
  before: PrinterObservation,
  now: PrinterObservation,
  keys: ReadonlySet<string>,
): Happening[] {
  const replaced = now.supplies.flatMap((s): Happening[] => {
    const old = before.supplies.find((candidate) => candidate.key === s.key);
    if (!keys.has(s.key) || old?.partNumber === undefined || s.partNumber === undefined) return [];
    if (old.partNumber === s.partNumber || s.serial !== undefined || old.serial !== undefined) return [];
    return [{ type: 'replaced', consumable: s.key, detail: `${old.partNumber} became ${s.partNumber}` }];
  });
  const faults = now.alerts.flatMap((alert): Happening[] => {
    const known = before.alerts.some((a) => a.code === alert.code && a.supplyKey === alert.supplyKey);
    if (alert.severity !== 'critical' || known) return [];
    const detail = `${alert.code}${alert.description === undefined ? '' : `: ${alert.description}`}`;
    const { supplyKey } = alert;
    const about = supplyKey !== undefined && keys.has(supplyKey) ? { consumable: supplyKey } : {};
    return [{ type: 'fault', ...about, detail: detail.slice(0, MAX_DETAIL) }];
  });
  return [...replaced, ...faults];
}
