import { basename } from 'node:path';
import { COVERAGE_LEVELS } from '../forecast-score.ts';
import { fixed, textTable } from '../text-table.ts';
import {
  emptyRefillCounts,
  quantumOf,
  type RefillFigures,
  refillFigures,
  scoreLevelSeries,
} from './level-series.ts';
import { readSeriesFile, type SeriesFile } from './read-series.ts';
import { compareStockPolicies, renderStockPolicies, type StockPolicyFigures } from './stocked-items.ts';
import {
  capacityOf,
  emptyTally,
  type ForecasterFigures,
  scoreUseSeries,
  tallyFigures,
} from './use-series.ts';

export interface SeriesReport {
  readonly kind: 'series';
  readonly file: string;
  readonly content: SeriesFile['kind'];
  readonly consumables: number;
  readonly forecasters: readonly ForecasterFigures[];
  /** Of `neverout`, levels only. */
  readonly forecast: ForecasterFigures | null;
  readonly refills: RefillFigures | null;
  readonly stockPolicies: readonly StockPolicyFigures[] | null;
}

/** Scores one file of real series. */
export function scoreSeriesFile(
  path: string,
  capacity: number | null,
  onProgress: (done: number, total: number) => void,
): SeriesReport {
  const file = readSeriesFile(path);
  const base = { kind: 'series', file: basename(path), content: file.kind } as const;
  if (file.kind === 'stocked-items') {
    return {
      ...base,
      consumables: file.items.length,
      forecasters: [],
      forecast: null,
      refills: null,
      stockPolicies: compareStockPolicies(file.items, onProgress),
    };
  }
  const tally = emptyTally();
  const counts = emptyRefillCounts();
  const quantum = file.kind === 'level' ? quantumOf(file.series.flatMap(({ values }) => [...values])) : 0;
  file.series.forEach((series, i) => {
    if (file.kind === 'level') scoreLevelSeries(series, quantum, tally, counts);
    else if (series.values.some((use) => use > 0))
      scoreUseSeries(series, capacityOf(series, capacity), tally);
    onProgress(i + 1, file.series.length);
  });
  const forecasters = tallyFigures(tally);
  return {
    ...base,
    consumables: file.series.length,
    forecasters,
    forecast: forecasters.find(({ name }) => name === 'neverout') ?? null,
    refills: file.kind === 'level' ? refillFigures(counts) : null,
    stockPolicies: null,
  };
}

export function renderSeriesReport(report: SeriesReport): string {
  const parts = [`${report.file}: ${report.consumables} consumables (${report.content}).`];
  if (report.forecasters.length > 0) {
    parts.push(
      textTable(
        [
          'forecast',
          'pinball 7 d',
          'pinball 14 d',
          ...COVERAGE_LEVELS.map((level) => `in ${level} %`),
          'days to empty: median error',
          'bias',
          'in P10–P90 %',
        ],
        report.forecasters.map(({ name, pinball7, pinball14, coverage, daysToEmpty }) => [
          name,
          fixed(pinball7, 3),
          fixed(pinball14, 3),
          ...COVERAGE_LEVELS.map((level) => fixed(coverage[level] ?? null, 1)),
          fixed(daysToEmpty?.medianAbsoluteDays ?? null, 1),
          fixed(daysToEmpty?.biasDays ?? null, 1),
          fixed(daysToEmpty?.within80Pct ?? null, 1),
        ]),
      ),
    );
  }
  if (report.refills !== null) {
    const { refills, detected, precision, recall } = report.refills;
    parts.push(
      `Refills: ${refills} true, ${detected} detected; precision ${fixed(100 * precision, 1)} %, recall ${fixed(100 * recall, 1)} %.`,
    );
  }
  if (report.stockPolicies !== null) parts.push(renderStockPolicies(report.stockPolicies));
  return parts.join('\n');
}
