import { normalCdf, normalQuantile } from '../policies/ewma.ts';
import type { UseForecast } from '../policy.ts';

/** Daily uses so far, newest last: what the customary forecasts look at. */
export type History = readonly number[];

const HALF_LIFE_DAYS = 28;

/** Exponentially weighted mean and variance per day, and a normal distribution over the span. */
export function ewmaForecast(history: History, days: number): UseForecast {
  const keep = 2 ** (-1 / HALF_LIFE_DAYS);
  let mean = history[0] ?? 0;
  let variance = mean * mean;
  for (const use of history) {
    variance = keep * variance + (1 - keep) * (use - mean) ** 2;
    mean = keep * mean + (1 - keep) * use;
  }
  const sd = Math.max(1e-9, Math.sqrt(variance * days));
  return {
    cdf: (x) => (x < 0 ? 0 : normalCdf((x - mean * days) / sd)),
    quantile: (p) => Math.max(0, mean * days + sd * normalQuantile(p)),
  };
}

/** What spans of this length came to so far: the empirical distribution. */
export function pastSpansForecast(history: History, days: number): UseForecast {
  const sums: number[] = [];
  for (let end = days; end <= history.length; end++) {
    sums.push(history.slice(end - days, end).reduce((a, b) => a + b, 0));
  }
  sums.sort((a, b) => a - b);
  const count = Math.max(1, sums.length);
  return {
    cdf: (x) => sums.filter((sum) => sum <= x).length / count,
    quantile: (p) => sums[Math.min(count - 1, Math.max(0, Math.ceil(p * count) - 1))] ?? 0,
  };
}
