import { chanceOf } from '../chance.ts';
import { emptyForecastSums, scoreForecast } from '../forecast-score.ts';
import { EngineReplay, readingAt } from './engine-replay.ts';
import type { Series } from './read-series.ts';
import { ewmaForecast, pastSpansForecast } from './simple-forecasts.ts';
import type { Tally } from './use-series.ts';

const WARM_UP_DAYS = 28;
const EVERY_DAYS = 7;
const SPANS_DAYS = [7, 14] as const;
const POINTS = 100;
const DAY_MS = 86_400_000;
/** A rise that no gauge's step explains: a refill (or emptying). */
const REFILL_RISE = 0.4;
/** A refill seen a day early or late is still seen. */
const MATCH_DAYS = 1;

export interface RefillFigures {
  readonly refills: number;
  readonly detected: number;
  readonly precision: number;
  readonly recall: number;
}

interface RefillCounts {
  refills: number;
  detected: number;
  right: number;
  found: number;
}

export const emptyRefillCounts = (): RefillCounts => ({ refills: 0, detected: 0, right: 0, found: 0 });

/** The gauge's step: the smallest difference between two levels of the series. */
export function quantumOf(values: Iterable<number>): number {
  const levels = [...new Set([...values].filter(Number.isFinite))].sort((a, b) => a - b);
  const steps = levels
    .slice(1)
    .map((level, i) => level - (levels[i] ?? 0))
    .filter((step) => step > 1e-6);
  return steps.length === 0 ? 0.01 : Math.min(1, Math.max(0.001, Math.min(...steps)));
}

/** Day by day: level (last known), use since the day before, and whether a refill came. */
function daysOf(series: Series): { readonly use: number[]; readonly refills: number[] } {
  const use: number[] = [];
  const refills: number[] = [];
  let last = Number.NaN;
  series.values.forEach((level, i) => {
    const rise = level - last;
    if (Number.isNaN(level) || Number.isNaN(last)) use.push(0);
    else if (rise >= REFILL_RISE) {
      refills.push(i);
      // What was used before the refill that day is unknown; since then, what is missing from full.
      use.push(Math.max(0, 1 - level));
    } else use.push(-rise);
    if (!Number.isNaN(level)) last = level;
  });
  return { use, refills };
}

/** Rolling origin over one level series; adds forecasts to `tally` and refills to `counts`. */
export function scoreLevelSeries(series: Series, quantum: number, tally: Tally, counts: RefillCounts): void {
  const { use, refills } = daysOf(series);
  const total = use.reduce((a, b) => a + Math.max(0, b), 0);
  const engine = new EngineReplay({
    key: series.consumable,
    name: 'Consumable',
    polarity: 'fills',
    gaugeQuantum: quantum,
    gaugeNoise: quantum / 10,
    yieldUses: null,
    typicalLifeDays: Math.max(1, series.values.length / Math.max(1, total)),
    shelfLifeDays: null,
  });
  const chance = chanceOf('series', series.consumable);
  const seen: number[] = [];
  const past: number[] = [];
  series.values.forEach((level, i) => {
    const day = series.firstDay + i;
    past.push(Math.max(0, use[i] ?? 0));
    if (!Number.isNaN(level)) {
      const swaps = engine.read(day, { kind: 'measured', value: Math.min(1, Math.max(0, level)) }, null);
      seen.push(...swaps.map((at) => Math.round((at - readingAt(series.firstDay)) / DAY_MS)));
    }
    if (i < WARM_UP_DAYS || i % EVERY_DAYS !== 0) return;
    for (const days of SPANS_DAYS) {
      if (i + days >= series.values.length) continue;
      const actual = Math.max(
        0,
        use.slice(i + 1, i + 1 + days).reduce((a, b) => a + b, 0),
      );
      const options = { resolution: quantum / 2, uniform: chance.uniform(), scale: POINTS };
      const forecasts = [
        ['ewma-normal', ewmaForecast(past, days)],
        ['past-spans', pastSpansForecast(past, days)],
        ['neverout', engine.forecast(day, days)],
      ] as const;
      for (const [name, forecast] of forecasts) {
        const sums = tally.sums.get(name) ?? emptyForecastSums();
        tally.sums.set(name, sums);
        scoreForecast(sums, days, forecast, actual, options);
      }
    }
  });
  match(refills, seen, counts);
}

/** Pairs detections with refills, each at most once, in order of time. */
export function match(refills: readonly number[], seen: readonly number[], counts: RefillCounts): void {
  const free = [...seen].sort((a, b) => a - b);
  counts.refills += refills.length;
  counts.detected += seen.length;
  for (const refill of refills) {
    const at = free.findIndex((day) => Math.abs(day - refill) <= MATCH_DAYS);
    if (at < 0) continue;
    free.splice(at, 1);
    counts.found++;
    counts.right++;
  }
}

export const refillFigures = (counts: RefillCounts): RefillFigures => ({
  refills: counts.refills,
  detected: counts.detected,
  precision: counts.right / Math.max(1, counts.detected),
  recall: counts.found / Math.max(1, counts.refills),
});
