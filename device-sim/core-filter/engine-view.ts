import { gridOf } from '../../core/day-grid.ts';
import { priorOf, runOut } from '../../core/depletion.ts';
import { fold } from '../../core/fold.ts';
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

/** P(the device and its shelf are empty by `at`); 0 as long as nothing was read. */
export function emptyBy(tip: Model, context: StepContext, at: Instant): number {
  if (tip.readings === 0) return 0;
  const prior = priorOf(context.profile, context.population);
  return runOut(tip, prior, gridOf(context.calendar)).probabilityEmptyBy(at);
}

/** P(more than `amount` fillings are used between `from` and `to`). */
export function useExceeds(
  tip: Model,
  context: StepContext,
  from: Instant,
  to: Instant,
): (amount: number) => number {
  const prior = priorOf(context.profile, context.population);
  const grid = gridOf(context.calendar);
  // Use from now on is the run-out of a filling that holds exactly `amount`, read now.
  return (amount) =>
    runOut({ ...tip, level: amount, shelf: 0, variance: 0, levelAt: from }, prior, grid).probabilityEmptyBy(
      to,
    );
}
