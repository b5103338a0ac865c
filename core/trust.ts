import { type Phrase, roundHours, type Said, say } from './phrases/phrase.ts';
import type { Model } from './state.ts';
import { HOUR_MS, type Instant, type PolicySettings } from './types.ts';

export interface Trust {
  readonly trusted: boolean;
  /** Why. */
  readonly said: Said;
}

/** A single reading orders nothing: two that agree do. */
const READINGS_NEEDED = 2;

/** Whether the telemetry may cause an order (DESIGN §4.6), and why. */
export function trustOf(model: Model, settings: PolicySettings, now: Instant): Trust {
  const no = (phrase: Phrase): Trust => ({ trusted: false, said: [phrase] });
  if (model.readings === 0) return no(say('never-told'));
  if (model.vagueAt !== 0) return no(say('tells-no-more'));
  if (model.pendingCount > 0) {
    return no(say('unconfirmed', { from: model.lastLevel, to: model.pendingLevel }));
  }
  if (model.liveAt === 0) return no(say('only-past'));
  const age = now - model.liveAt;
  if (age > settings.staleAfterMs) return no(say('stale', { hours: roundHours(age) }));
  if (model.readings < READINGS_NEEDED) return no(say('one-reading'));
  const hours = age < HOUR_MS ? null : roundHours(age);
  return { trusted: true, said: [say('read', { level: model.lastLevel, hours })] };
}

/**
 * Whether an order at that instant would need the customer's word, if nothing is heard before. A jump
 * that waits for its confirmation, or a second reading, needs the device's.
 */
export function needsAnswer(model: Model, settings: PolicySettings, at: Instant): boolean {
  if (model.pendingCount > 0) return false;
  if (model.readings === 0 || model.vagueAt !== 0 || model.liveAt === 0) return true;
  return at - model.liveAt > settings.staleAfterMs;
}
