import type { Model } from './state.ts';
import { DAY_MS, HOUR_MS, type Instant, type PolicySettings } from './types.ts';

export interface Trust {
  readonly trusted: boolean;
  readonly reason: string;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** "3 hours", "2 days": rounded as people say it. */
function span(ms: number): string {
  const days = Math.round(ms / DAY_MS);
  if (days >= 2) return `${days} days`;
  const hours = Math.max(Math.round(ms / HOUR_MS), 1);
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

/** A single reading orders nothing: two that agree do. */
const READINGS_NEEDED = 2;

/** Whether the telemetry may cause an order (DESIGN §4.6), and why. */
export function trustOf(model: Model, settings: PolicySettings, now: Instant): Trust {
  const no = (reason: string): Trust => ({ trusted: false, reason });
  if (model.readings === 0) return no('The device has not said how much is left.');
  if (model.vagueAt !== 0) return no('The device no longer says how much is left.');
  if (model.pendingCount > 0) {
    return no(
      `The level went from ${percent(model.lastLevel)} to ${percent(model.pendingLevel)} at once; that is not confirmed yet.`,
    );
  }
  if (model.liveAt === 0) return no('There are only readings from the past.');
  const age = now - model.liveAt;
  if (age > settings.staleAfterMs) return no(`The last reading is ${span(age)} old.`);
  if (model.readings < READINGS_NEEDED) return no('There is only one reading so far.');
  return {
    trusted: true,
    reason: `Read ${percent(model.lastLevel)} ${age < HOUR_MS ? 'just now' : `${span(age)} ago`}.`,
  };
}
