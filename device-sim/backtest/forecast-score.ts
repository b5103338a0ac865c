import type { UseForecast } from './policy.ts';

/** Probabilities of the pinball (quantile) loss; its mean over them is half the CRPS, roughly. */
const PINBALL_LEVELS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
export const COVERAGE_LEVELS: readonly number[] = [50, 80, 90, 95, 99];
const PIT_BINS = 20;

/** Sums over forecasts; add two of them entry by entry. */
export interface ForecastSums {
  count7: number;
  count14: number;
  pinball7: number;
  pinball14: number;
  /** Forecasts whose central interval held the truth, by COVERAGE_LEVELS. */
  readonly covered: number[];
  readonly pit: number[];
}

export const emptyForecastSums = (): ForecastSums => ({
  count7: 0,
  count14: 0,
  pinball7: 0,
  pinball14: 0,
  covered: COVERAGE_LEVELS.map(() => 0),
  pit: Array.from({ length: PIT_BINS }, () => 0),
});

export function addForecastSums(into: ForecastSums, from: ForecastSums, weight = 1): void {
  into.count7 += weight * from.count7;
  into.count14 += weight * from.count14;
  into.pinball7 += weight * from.pinball7;
  into.pinball14 += weight * from.pinball14;
  from.covered.forEach((value, i) => {
    into.covered[i] = (into.covered[i] ?? 0) + weight * value;
  });
  from.pit.forEach((value, i) => {
    into.pit[i] = (into.pit[i] ?? 0) + weight * value;
  });
}

/** Mean pinball loss of the forecast's quantiles, in the forecast's units. */
export function pinball(forecast: UseForecast, actual: number): number {
  let sum = 0;
  for (const p of PINBALL_LEVELS) {
    const error = actual - forecast.quantile(p);
    sum += error >= 0 ? p * error : (p - 1) * error;
  }
  return sum / PINBALL_LEVELS.length;
}

/**
 * Probability integral transform, randomised within ± `resolution` of the truth: use is only ever seen
 * through a gauge, and exact zeros must not all fall on one side of a continuous forecast.
 */
function pit(forecast: UseForecast, actual: number, resolution: number, uniform: number): number {
  const low = actual - resolution < 0 ? 0 : forecast.cdf(actual - resolution);
  const high = forecast.cdf(actual + resolution);
  return low + uniform * (high - low);
}

/** Adds one scored forecast. `scale` turns the pinball into the report's unit. */
export function scoreForecast(
  sums: ForecastSums,
  horizonDays: number,
  forecast: UseForecast,
  actual: number,
  options: { readonly resolution: number; readonly uniform: number; readonly scale: number },
): void {
  const loss = options.scale * pinball(forecast, actual);
  if (horizonDays <= 7) {
    sums.count7++;
    sums.pinball7 += loss;
  } else {
    sums.count14++;
    sums.pinball14 += loss;
  }
  const u = pit(forecast, actual, options.resolution, options.uniform);
  const bin = Math.min(PIT_BINS - 1, Math.floor(u * PIT_BINS));
  sums.pit[bin] = (sums.pit[bin] ?? 0) + 1;
  COVERAGE_LEVELS.forEach((level, i) => {
    if (Math.abs(u - 0.5) <= level / 200) sums.covered[i] = (sums.covered[i] ?? 0) + 1;
  });
}

export interface ForecastFigures {
  readonly pinball7: number;
  readonly pinball14: number;
  /** Share covered by the central interval, in per cent, by nominal per cent. */
  readonly coverage: Readonly<Record<string, number>>;
  readonly forecasts: number;
  readonly pit: readonly number[];
}

export function forecastFigures(sums: ForecastSums): ForecastFigures | null {
  const count = sums.count7 + sums.count14;
  if (count === 0) return null;
  return {
    pinball7: sums.pinball7 / Math.max(1, sums.count7),
    pinball14: sums.pinball14 / Math.max(1, sums.count14),
    coverage: Object.fromEntries(
      COVERAGE_LEVELS.map((level, i) => [String(level), (100 * (sums.covered[i] ?? 0)) / count]),
    ),
    forecasts: count,
    pit: sums.pit.map((value) => value / count),
  };
}
