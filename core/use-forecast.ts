import { gridOf } from './day-grid.ts';
import { fold } from './fold.ts';
import { posteriors, priorOf, usedMoreThan } from './mixture.ts';
import { opDays } from './op-clock.ts';
import { correctionFor } from './recalibration.ts';
import type { ConsumableState } from './state.ts';
import type { Instant, StepContext } from './types.ts';

/** The distribution of use over a span, in fillings. */
export interface UseForecast {
  /** P(use ≤ amount). */
  readonly cdf: (amount: number) => number;
  /** The smallest amount with cdf ≥ p. */
  readonly quantile: (p: number) => number;
  /** Expected use by the mean rate. */
  readonly mean: number;
}

const NEGLIGIBLE = 0.002;
/** Halvings: from a span of e^24 to a thousandth of a percent. */
const HALVINGS = 30;

/** What will be used between two instants, as believed in this state. */
export function useForecast(
  state: ConsumableState | null,
  context: Pick<StepContext, 'calendar' | 'profile' | 'population'>,
  from: Instant,
  to: Instant,
): UseForecast {
  const { tip } = fold(state, [], context, from);
  const prior = priorOf(context.profile, context.population);
  const experts = posteriors(tip, prior, NEGLIGIBLE);
  const tau = opDays(from, to, gridOf(context.calendar, context.population), tip.dayWeights);
  const correct = correctionFor(tip.jitter, context.population);
  const cdf = (amount: number): number =>
    amount < 0 ? 0 : correct(1 - usedMoreThan(experts, tip.idleShare, Math.max(amount, 1e-12), tau));
  const mean = tip.rate * tau;
  const quantile = (p: number): number => {
    let low = Math.log(Math.max(mean, 1e-9)) - 16;
    let high = Math.log(Math.max(mean, 1e-9)) + 8;
    if (cdf(Math.exp(low)) >= p) return 0;
    for (let i = 0; i < HALVINGS; i += 1) {
      const middle = (low + high) / 2;
      if (cdf(Math.exp(middle)) < p) low = middle;
      else high = middle;
    }
    return Math.exp(high);
  };
  return { cdf, quantile, mean };
}
