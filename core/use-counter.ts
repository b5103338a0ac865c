import { hasCounter } from './event-ring.ts';
import type { Model, RingEvent } from './state.ts';
import type { ConsumableProfile } from './types.ts';

/** The maker's yield counts like having watched this share of a filling. */
const YIELD_EVIDENCE = 0.1;
/** Without a maker's yield, this much of a filling must be watched before uses measure anything. */
const LEAST_WEAR = 0.08;
/** What was learned fades by half over this many fillings: coverage changes with people's work. */
const WEAR_HALF_LIFE_FILLINGS = 1.5;
/** Squared relative error of use as told by the counter: coverage differs from job to job. */
export const COUNTER_RELATIVE_VARIANCE = 0.02;

/** Uses counted since the model's last counter; null: no counter, or it started again. */
export function usesSince(model: Model, event: RingEvent): number | null {
  if (!hasCounter(event) || model.counter <= 0) return null;
  const uses = event.counter - model.counter;
  return uses >= 0 ? uses : null;
}

/** Level that one use takes; 0: not known yet. */
export function levelPerUse(model: Model, profile: ConsumableProfile): number {
  const { yieldUses } = profile;
  if (yieldUses !== null && yieldUses > 0) {
    return (YIELD_EVIDENCE + model.wear) / (YIELD_EVIDENCE * yieldUses + model.wearUses);
  }
  return model.wear >= LEAST_WEAR && model.wearUses > 0 ? model.wear / model.wearUses : 0;
}

/** Learns how much level a use takes, over a stretch whose two levels the gauge itself told. */
export function learnWear(model: Model, drop: number, uses: number): void {
  if (!(drop > 0) || !(uses > 0)) return;
  const kept = 2 ** (-drop / WEAR_HALF_LIFE_FILLINGS);
  model.wear = model.wear * kept + drop;
  model.wearUses = model.wearUses * kept + uses;
}
