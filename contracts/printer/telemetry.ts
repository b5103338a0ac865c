import type { PrinterObservation, Supply } from './observation.ts';

/** A level as the platform's telemetry carries it: a fraction left, `some`, or `unknown`. */
export type TelemetryLevel = number | 'some' | 'unknown';

/**
 * The level that may leave the decoder: a number only when it was measured and is trusted. What a suspect
 * gauge says shrinks to `some` (or `unknown`), so that nothing is ever ordered on its strength.
 */
export function telemetryLevel(supply: Supply): TelemetryLevel {
  if (supply.level.kind !== 'measured') return supply.level.kind;
  if (supply.trust === 'normal') return supply.level.value;
  return supply.level.value > 0 ? 'some' : 'unknown';
}

/** Supply key → level, for a telemetry message. */
export function telemetryConsumables(
  observation: PrinterObservation,
): Record<string, { level: TelemetryLevel }> {
  return Object.fromEntries(observation.supplies.map((s) => [s.key, { level: telemetryLevel(s) }]));
}
