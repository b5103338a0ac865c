import { type Telemetry, telemetrySchema } from '../contracts/mqtt.ts';
import { type ClockLimits, checkClock } from './clock-check.ts';
import type { Device, Slot } from './device.ts';
import type { ReadingRow } from './ingest-rows.ts';
import { describeIssues, parseJson } from './parse-json.ts';
import type { Refused } from './refusal.ts';
import { convertUnit } from './units.ts';

/** A gauge may show a little more than the nominal filling; beyond that the number is nonsense. */
const OVERFILL = 0.05;

export interface DecodedTelemetry {
  readonly readings: readonly ReadingRow[];
  readonly refused: readonly Refused[];
}

export interface Arrival {
  readonly device: Device;
  /** ms. */
  readonly receivedAt: number;
  readonly clock: ClockLimits;
}

/** The customer took back the consent to telemetry: nothing of it may be stored. */
export const isForbidden = (slot: Slot | undefined, receivedAt: number): boolean =>
  slot?.telemetryUntil !== undefined && receivedAt >= slot.telemetryUntil;

const refuseAll = (refused: Refused): DecodedTelemetry => ({ readings: [], refused: [refused] });

/** Turns a payload into the readings to store and what of it was refused. Never throws. */
export function decodeTelemetry(payload: Buffer, arrival: Arrival): DecodedTelemetry {
  const json = parseJson(payload);
  if ('refused' in json) return refuseAll(json.refused);
  const parsed = telemetrySchema.safeParse(json.value);
  if (!parsed.success) return refuseAll({ reason: 'bad-schema', detail: describeIssues(parsed.error) });
  const telemetry = parsed.data;
  const at = Date.parse(telemetry.at);
  const historical = telemetry.historical ?? false;
  const wrongClock = checkClock(at, historical, arrival.receivedAt, arrival.clock);
  if (wrongClock !== null) return refuseAll({ reason: wrongClock, detail: `at is ${telemetry.at}` });
  const readings: ReadingRow[] = [];
  const refused: Refused[] = [];
  const common = { at, seq: telemetry.seq, receivedAt: arrival.receivedAt, historical };
  for (const key of Object.keys(telemetry.consumables)) {
    const slot = arrival.device.slots.get(key);
    if (isForbidden(slot, arrival.receivedAt)) {
      refused.push({ reason: 'no-consent', detail: `consumable ${JSON.stringify(key)}` });
      continue;
    }
    const decoded = decodeConsumable(telemetry, key, slot);
    if ('reason' in decoded) refused.push(decoded);
    else readings.push({ ...common, ...decoded });
  }
  return { readings, refused };
}

type ConsumablePart = Pick<
  ReadingRow,
  'consumableId' | 'levelKind' | 'level' | 'useCounter' | 'supplySerial'
>;

function decodeConsumable(
  telemetry: Telemetry,
  key: string,
  slot: Slot | undefined,
): ConsumablePart | Refused {
  const reported = telemetry.consumables[key];
  if (slot === undefined || reported === undefined) {
    return { reason: 'unknown-consumable', detail: `consumable ${JSON.stringify(key)}` };
  }
  const supplySerial = reported.serial ?? null;
  if (supplySerial?.includes('\0') === true) {
    return { reason: 'impossible-value', detail: `${key}: the serial holds a NUL character` };
  }
  const level = 'level' in reported ? { kind: reported.level } : levelOfAmount(key, reported, slot);
  if ('reason' in level) return level;
  const { kind } = level;
  const measured = typeof kind === 'number';
  const useCounter = slot.counterKey === null ? null : (telemetry.counters?.[slot.counterKey] ?? null);
  return {
    consumableId: slot.consumableId,
    levelKind: measured ? 'measured' : kind,
    level: measured ? kind : null,
    useCounter,
    supplySerial,
  };
}

/** level = amount / capacity, in the unit that the model declares; of a receptacle, amounts are space left. */
function levelOfAmount(
  key: string,
  { amount, unit }: { readonly amount: number; readonly unit: string },
  slot: Slot,
): { kind: number } | Refused {
  const converted = slot.unit === null ? null : convertUnit(amount, unit, slot.unit);
  if (converted === null || slot.capacity === null || slot.capacity <= 0) {
    const declared = slot.unit === null ? 'fractions only' : slot.unit;
    return { reason: 'unknown-unit', detail: `${key}: ${unit}, declared: ${declared}` };
  }
  const level = converted / slot.capacity;
  if (level > 1 + OVERFILL) {
    return {
      reason: 'impossible-value',
      detail: `${key}: ${amount} ${unit} of at most ${slot.capacity} ${slot.unit}`,
    };
  }
  return { kind: Math.min(1, level) };
}
