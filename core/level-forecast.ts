import { gridOf } from './day-grid.ts';
import { amountsLeft, NEGLIGIBLE } from './depletion.ts';
import { fold } from './fold.ts';
import { posteriors, priorOf, usedMoreThan } from './mixture.ts';
import { OpTimeline } from './op-clock.ts';
import { correctionFor } from './recalibration.ts';
import type { ConsumableState } from './state.ts';
import type { Instant, StepContext } from './types.ts';

/**
 * What is left at one instant, in fillings with the shelf, if nothing arrives until then: there is less than `p10`
 * with 10 % probability, less than `p50` with 50 %, less than `p90` with 90 %.
 */
export interface LevelBand {
  readonly at: Instant;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** Halvings of what may be left: to a ten-thousandth of it, finer than any picture. */
const HALVINGS = 14;

/**
 * The forecast of the level at the given instants, ascending, as believed in this state: the same distribution as
 * the run-out, asked for another amount. What is left at t is L − X(τ(t)), so
 *   P(left ≤ a) = Σ over L of P(L)·P(X(τ(t)) ≥ L − a);
 * at a = 0 it is the probability of being empty by t (core/depletion.ts). Empty where nothing was ever read.
 */
export function levelForecast(
  state: ConsumableState,
  context: Pick<StepContext, 'calendar' | 'profile' | 'population'>,
  now: Instant,
  instants: readonly Instant[],
): readonly LevelBand[] {
  const { tip } = fold(state, [], context, now);
  if (tip.levelAt === 0) return [];
  const experts = posteriors(tip, priorOf(context.profile, context.population), NEGLIGIBLE);
  const amounts = amountsLeft(tip);
  // The belief's outer points may lie above a full device.
  const most = Math.min(Math.max(...amounts.map(({ left }) => left)), 1 + tip.shelf);
  const timeline = new OpTimeline(tip.levelAt, gridOf(context.calendar), tip.dayWeights);
  const correct = correctionFor(tip.jitter, context.population);

  const atMost = (amount: number, tau: number): number => {
    let sum = 0;
    for (const { weight, left } of amounts) {
      sum += weight * usedMoreThan(experts, tip.idleShare, left - amount, tau);
    }
    return 1 - correct(1 - Math.min(sum, 1));
  };
  const quantile = (p: number, tau: number, from: number): number => {
    if (atMost(from, tau) >= p) return from;
    let low = from;
    let high = most;
    for (let i = 0; i < HALVINGS; i += 1) {
      const middle = (low + high) / 2;
      if (atMost(middle, tau) < p) low = middle;
      else high = middle;
    }
    return high;
  };
  return instants.map((at) => {
    const tau = timeline.tauAt(at);
    const p10 = quantile(0.1, tau, 0);
    const p50 = quantile(0.5, tau, p10);
    return { at, p10, p50, p90: quantile(0.9, tau, p50) };
  });
}
