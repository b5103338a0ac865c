import { gridOf } from '../../core/day-grid.ts';
import { runOut } from '../../core/depletion.ts';
import { fold } from '../../core/fold.ts';
import { priorOf } from '../../core/mixture.ts';
import { correctionFor } from '../../core/recalibration.ts';
import type { ConsumableState, Model } from '../../core/state.ts';
import type { ConsumableEvent, Instant, StepContext } from '../../core/types.ts';

/**
 * What outsiders may see of the engine between two decisions. Everything here is the engine's own
 * functions: nothing is computed a second time.
 */

/** The state after `events`, without a decision. */
export function foldEvents(
  state: ConsumableState | null,
  events: readonly ConsumableEvent[],
  context: StepContext,
  now: Instant,
): ConsumableState {
  return fold(state, events, context, now).state;
}

/** The model that decisions look at: the state with its newest events. */
export function tipOf(state: ConsumableState | null, context: StepContext, now: Instant): Model {
  return fold(state, [], context, now).tip;
}

/** P(the device and its shelf are empty by `at`), for any number of instants; 0 as long as nothing was read. */
export function emptyBy(tip: Model, context: StepContext): (at: Instant) => number {
  if (tip.readings === 0) return () => 0;
  const prior = priorOf(context.profile, context.population);
  const future = runOut(
    tip,
    prior,
    gridOf(context.calendar, context.population),
    correctionFor(tip.jitter, context.population),
  );
  return (at) => future.probabilityEmptyBy(at);
}
