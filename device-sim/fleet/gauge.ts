import type { Telemetry } from '../../contracts/mqtt.ts';
import type { Chance } from '../backtest/chance.ts';
import type { SlotKind } from './device-kind.ts';

type ConsumableReading = Telemetry['consumables'][string];

const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);

/** What the gauge makes of the true level: noise, then the step of its scale. An empty slot reads empty. */
export function measure(level: number, slot: SlotKind, chance: Chance): number {
  const noisy = level + slot.gaugeNoise * chance.normal();
  const steps = Math.round(clamp(level <= 0 ? 0 : noisy) / slot.gaugeQuantum);
  return clamp(Number((steps * slot.gaugeQuantum).toFixed(6)));
}

/** The reading of one slot as the protocol wants it. */
export function reading(
  level: number,
  slot: SlotKind,
  chance: Chance,
  serial: string | null,
): ConsumableReading {
  const more = serial === null ? {} : { serial };
  const measured = measure(level, slot, chance);
  if (slot.tells !== 'level') return { level: slot.tells, ...more };
  if (slot.amount === undefined) return { level: measured, ...more };
  const amount = Number((measured * slot.amount.capacity).toFixed(3));
  return { amount, unit: slot.amount.unit, ...more };
}
