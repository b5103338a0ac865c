import type { Refusal } from '../contracts/mqtt.ts';
import { oldestStorable } from '../platform/months.ts';

const MINUTE_MS = 60_000;

export interface ClockLimits {
  readonly limitMs: number;
  readonly retentionMonths: number;
}

export const clockLimitsOf = (limitMinutes: number, retentionMonths: number): ClockLimits => ({
  limitMs: limitMinutes * MINUTE_MS,
  retentionMonths,
});

/**
 * Whether a device's own time can be believed at `now`. Live data may be off by the limit either way;
 * historical data may be as old as readings are kept.
 */
export function checkClock(
  at: number,
  historical: boolean,
  now: number,
  limits: ClockLimits,
): Extract<Refusal, 'clock-ahead' | 'clock-behind' | 'too-old'> | null {
  if (at > now + limits.limitMs) return 'clock-ahead';
  if (at >= now - limits.limitMs) return null;
  if (!historical) return 'clock-behind';
  return at < oldestStorable(now, limits.retentionMonths) ? 'too-old' : null;
}
