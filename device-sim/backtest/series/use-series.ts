import { chanceOf } from '../chance.ts';
import {
  addForecastSums,
  emptyForecastSums,
  type ForecastFigures,
  type ForecastSums,
  forecastFigures,
  scoreForecast,
} from '../forecast-score.ts';
import type { UseForecast } from '../policy.ts';
import { EngineReplay } from './engine-replay.ts';
import type { Series } from './read-series.ts';
import { ewmaForecast, pastSpansForecast } from './simple-forecasts.ts';

/** Days of history before the first forecast is scored, and between two. */
const WARM_UP_DAYS = 28;
const EVERY_DAYS = 7;
const SPANS_DAYS = [7, 14] as const;
/** Life of a virtual filling when no capacity is given. */
const VIRTUAL_LIFE_DAYS = 45;
const QUANTUM = 0.01;
const POINTS = 100;
const EMPTY_HORIZON_DAYS = 400;

interface EmptyFigures {
  readonly origins: number;
  /** Median and mean absolute error of the median date, mean signed error (positive: too late), in days. */
  readonly medianAbsoluteDays: number;
  readonly meanAbsoluteDays: number;
  readonly biasDays: number;
  /** Share of true dates between P10 and P90, per cent; 80 when calibrated. */
  readonly within80Pct: number;
}

export interface ForecasterFigures extends ForecastFigures {
  readonly name: string;
  readonly daysToEmpty: EmptyFigures | null;
}

interface EmptyError {
  readonly days: number;
  readonly inside: boolean;
}

export interface Tally {
  readonly sums: Map<string, ForecastSums>;
  readonly emptyErrors: Map<string, EmptyError[]>;
}

export const emptyTally = (): Tally => ({ sums: new Map(), emptyErrors: new Map() });

/** Uses of one virtual filling: given, or so many that a filling lasts VIRTUAL_LIFE_DAYS. */
export function capacityOf(series: Series, given: number | null): number {
  if (given !== null) return given;
  const mean = series.values.reduce((a, b) => a + b, 0) / series.values.length;
  return Math.max(mean * VIRTUAL_LIFE_DAYS, Number.MIN_VALUE);
}

function replays(series: Series, capacity: number): Map<string, EngineReplay> {
  const early = series.values.slice(0, WARM_UP_DAYS / 2);
  const mean = early.reduce((a, b) => a + b, 0) / Math.max(1, early.length);
  const profile = {
    key: series.consumable,
    name: 'Consumable',
    polarity: 'depletes' as const,
    gaugeQuantum: QUANTUM,
    gaugeNoise: QUANTUM / 4,
    yieldUses: capacity,
    typicalLifeDays: mean > 0 ? Math.min(2000, Math.max(3, capacity / mean)) : VIRTUAL_LIFE_DAYS,
    shelfLifeDays: null,
  };
  return new Map([
    ['neverout', new EngineReplay(profile)],
    ['neverout-counters', new EngineReplay(profile)],
  ]);
}

/**
 * Rolling origin over one use series: the use empties virtual fillings whose levels are read daily in steps
 * of 1 %, replaced at once when empty; every week the next 7 and 14 days are forecast.
 */
export function scoreUseSeries(series: Series, capacity: number, tally: Tally): void {
  const engines = replays(series, capacity);
  const chance = chanceOf('series', series.consumable);
  const smallest = Math.min(...series.values.filter((use) => use > 0));
  const resolution = Math.max(QUANTUM / 4, smallest / capacity / 2);
  const past: number[] = [];
  let used = 0;
  for (let i = 0; i < series.values.length; i++) {
    const day = series.firstDay + i;
    const use = (series.values[i] ?? 0) / capacity;
    used += use;
    past.push(use);
    const level = 1 - (used - Math.floor(used));
    const value = Math.round(level / QUANTUM) * QUANTUM;
    for (const [name, engine] of engines) {
      engine.read(day, { kind: 'measured', value }, name === 'neverout' ? null : Math.round(used * capacity));
    }
    if (i < WARM_UP_DAYS || i % EVERY_DAYS !== 0) continue;
    for (const days of SPANS_DAYS) {
      if (i + days >= series.values.length) continue;
      const actual = series.values.slice(i + 1, i + 1 + days).reduce((a, b) => a + b, 0) / capacity;
      const uniform = chance.uniform();
      for (const [name, forecast] of forecasts(engines, past, day, days)) {
        const sums = tally.sums.get(name) ?? emptyForecastSums();
        tally.sums.set(name, sums);
        scoreForecast(sums, days, forecast, actual, { resolution, uniform, scale: POINTS });
      }
    }
    scoreEmpty(series, i, level * capacity, engines, tally);
  }
}

function forecasts(
  engines: ReadonlyMap<string, EngineReplay>,
  past: readonly number[],
  day: number,
  days: number,
): [string, UseForecast][] {
  return [
    ['ewma-normal', ewmaForecast(past, days)],
    ['past-spans', pastSpansForecast(past, days)],
    ...[...engines].map(([name, engine]): [string, UseForecast] => [name, engine.forecast(day, days)]),
  ];
}

/** How far the median run-out date is from the day on which the filling was truly used up. */
function scoreEmpty(
  series: Series,
  i: number,
  leftUses: number,
  engines: ReadonlyMap<string, EngineReplay>,
  tally: Tally,
): void {
  const truth = daysUntilUsed(series, i, leftUses);
  if (truth === null) return;
  for (const [name, engine] of engines) {
    const day = series.firstDay + i;
    const median = engine.daysToEmpty(day, 0.5, EMPTY_HORIZON_DAYS) ?? EMPTY_HORIZON_DAYS;
    const low = engine.daysToEmpty(day, 0.1, EMPTY_HORIZON_DAYS) ?? EMPTY_HORIZON_DAYS;
    const high = engine.daysToEmpty(day, 0.9, EMPTY_HORIZON_DAYS) ?? Number.POSITIVE_INFINITY;
    const errors = tally.emptyErrors.get(name) ?? [];
    // The truth is known to the day: it is somewhere within its day.
    errors.push({ days: median - truth, inside: low <= truth + 0.5 && truth - 0.5 <= high });
    tally.emptyErrors.set(name, errors);
  }
}

/** Days until `left` uses are used up; null: not within the series. */
function daysUntilUsed(series: Series, from: number, left: number): number | null {
  let rest = left;
  for (let i = from + 1; i < series.values.length; i++) {
    const use = series.values[i] ?? 0;
    if (use >= rest && use > 0) return i - from - 0.5;
    rest -= use;
  }
  return null;
}

function emptyFigures(errors: readonly EmptyError[] | undefined): EmptyFigures | null {
  if (errors === undefined || errors.length === 0) return null;
  const absolute = errors.map(({ days }) => Math.abs(days)).sort((a, b) => a - b);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    origins: errors.length,
    medianAbsoluteDays: absolute[absolute.length >> 1] ?? 0,
    meanAbsoluteDays: mean(absolute),
    biasDays: mean(errors.map(({ days }) => days)),
    within80Pct: 100 * mean(errors.map(({ inside }) => (inside ? 1 : 0))),
  };
}

export function tallyFigures(tally: Tally): ForecasterFigures[] {
  return [...tally.sums].flatMap(([name, sums]) => {
    const total = emptyForecastSums();
    addForecastSums(total, sums);
    const figures = forecastFigures(total);
    return figures === null
      ? []
      : [{ name, ...figures, daysToEmpty: emptyFigures(tally.emptyErrors.get(name)) }];
  });
}
