import { observe, posteriors, priorOf, refreshRate, usedMoreThan } from '../../../core/mixture.ts';
import { initialState } from '../../../core/state.ts';
import { tableForecast } from '../policies/table-forecast.ts';
import type { UseForecast } from '../policy.ts';

const DAYS_PER_WEEK = 7;
/** A "filling" of an item is what a quarter of a year used in training: the engine counts in fillings. */
const FILLING_WEEKS = 13;
/** Demands are whole units: half a unit either way is the same demand. */
const HALF_UNIT = 0.5;
const NEGLIGIBLE = 0.002;

export interface DemandForecaster {
  /** Learns the weeks before `week` that it has not seen. */
  learnUntil(weekly: Float64Array, week: number): void;
  /** Distribution of demand over the next weeks, in units. */
  demandOver(weeks: number): UseForecast;
}

/** The engine's own mixture on weekly demand; its prior's centre is the mean of the training weeks. */
export function demandForecaster(training: Float64Array): DemandForecaster {
  const mean = training.reduce((a, b) => a + b, 0) / Math.max(1, training.length);
  const filling = Math.max(1, mean * FILLING_WEEKS);
  const prior = priorOf(
    {
      key: 'item',
      name: 'Item',
      polarity: 'depletes',
      gaugeQuantum: 0.01,
      gaugeNoise: 0,
      yieldUses: null,
      typicalLifeDays: (DAYS_PER_WEEK * filling) / Math.max(mean, 1e-6),
      shelfLifeDays: null,
    },
    null,
  );
  const { model } = initialState();
  let learned = 0;
  return {
    learnUntil(weekly, week) {
      for (; learned < week; learned++) {
        observe(model, prior, (weekly[learned] ?? 0) / filling, HALF_UNIT / filling, DAYS_PER_WEEK);
      }
      refreshRate(model, prior);
    },
    demandOver(weeks) {
      const experts = posteriors(model, prior, NEGLIGIBLE);
      const tau = DAYS_PER_WEEK * weeks;
      const table = tableForecast(
        (x) => 1 - usedMoreThan(experts, model.idleShare, x / filling, tau),
        Math.max(1, model.rate * tau * filling),
      );
      return { cdf: table.cdf, quantile: (p) => Math.ceil(table.quantile(p)) };
    },
  };
}
