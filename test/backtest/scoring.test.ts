import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseArguments } from '../../device-sim/backtest/arguments.ts';
import { chanceOf } from '../../device-sim/backtest/chance.ts';
import { replaceBlock } from '../../device-sim/backtest/document.ts';
import {
  emptyForecastSums,
  forecastFigures,
  pinball,
  scoreForecast,
} from '../../device-sim/backtest/forecast-score.ts';
import { costFrontier, pitHistogram } from '../../device-sim/backtest/plots.ts';
import { normalCdf, normalQuantile } from '../../device-sim/backtest/policies/ewma.ts';
import { tableForecast } from '../../device-sim/backtest/policies/table-forecast.ts';
import { match, quantumOf } from '../../device-sim/backtest/series/level-series.ts';
import { readSeriesFile, splitCsv } from '../../device-sim/backtest/series/read-series.ts';
import { summarise } from '../../device-sim/backtest/summary.ts';
import { type DeviceTally, emptyWindow } from '../../device-sim/backtest/tally.ts';

const normalForecast = (mean: number, sd: number) => ({
  cdf: (x: number) => normalCdf((x - mean) / sd),
  quantile: (p: number) => mean + sd * normalQuantile(p),
});

function coverageOf(sd: number): Record<string, number> {
  const chance = chanceOf('calibration');
  const sums = emptyForecastSums();
  for (let i = 0; i < 8000; i++) {
    const actual = 10 + chance.normal();
    const options = { resolution: 1e-6, uniform: chance.uniform(), scale: 1 };
    scoreForecast(sums, 7, normalForecast(10, sd), actual, options);
  }
  return forecastFigures(sums)?.coverage ?? {};
}

test('a true forecast covers what it says; control: an overconfident one does not', () => {
  const honest = coverageOf(1);
  const proud = coverageOf(0.5);
  for (const level of [50, 80, 90, 95, 99]) {
    expect(Math.abs((honest[level] ?? 0) - level)).toBeLessThan(1.5);
    expect(proud[level]).toBeLessThan(level - 3);
  }
});

test('the pinball loss is least for the truth', () => {
  const chance = chanceOf('pinball');
  const loss = [0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const actual = 10 + chance.normal();
    [normalForecast(10, 1), normalForecast(10.5, 1), normalForecast(10, 2)].forEach((forecast, k) => {
      loss[k] = (loss[k] ?? 0) + pinball(forecast, actual);
    });
  }
  expect(loss[0]).toBeLessThan(loss[1] ?? 0);
  expect(loss[0]).toBeLessThan(loss[2] ?? 0);
});

test('a tabled distribution is the distribution', () => {
  const exact = (x: number): number => (x <= 0 ? 0 : 1 - Math.exp(-x / 3));
  const table = tableForecast(exact, 3);
  for (const x of [0.05, 0.5, 2, 8, 15]) expect(Math.abs(table.cdf(x) - exact(x))).toBeLessThan(0.003);
  for (const p of [0.05, 0.5, 0.95, 0.99]) expect(exact(table.quantile(p))).toBeCloseTo(p, 2);
});

const device = (index: number, cost: number, reference: number): DeviceTally => {
  const tally = (policy: string, own: number) => ({
    policy,
    cold: emptyWindow(),
    main: { ...emptyWindow(), cycles: 10, cost: own, days: 100, stockouts: index % 2 },
    causes: {},
    forecast: emptyForecastSums(),
    forecastByHistory: {},
  });
  return {
    seed: 1,
    index,
    archetype: 'office',
    gauge: '1 %',
    pace: '< 60 d',
    policies: [tally('neverout', cost), tally('process-oracle', reference)],
  };
};

test('the bootstrap is paired: a constant ratio has no spread though costs have', () => {
  const devices = Array.from({ length: 40 }, (_, i) => device(i, 2 * (i + 1), i + 1));
  const [ours] = summarise(devices, ['neverout', 'process-oracle']);
  expect(ours?.ratioToProcessOracle).toBeCloseTo(2, 9);
  const [low, high] = ours?.confidence.ratioToProcessOracle ?? [0, 0];
  expect(high - low).toBeLessThan(1e-9);
  const [cheap, dear] = ours?.confidence.costPerCycle ?? [0, 0];
  expect(dear - cheap).toBeGreaterThan(0.5);
  expect(ours).toMatchObject({ cycles: 400, stockoutPct: 5, costPerCycle: 4.1 });
});

const folder = mkdtempSync(join(tmpdir(), 'series-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (content: string): string => {
  const file = join(folder, `${content.length}.csv`);
  writeFileSync(file, content);
  return file;
};

test('days without a row are zero use but unknown levels', () => {
  const use = readSeriesFile(
    fileOf('consumable,date,used\nmilk,2026-01-03,2\nmilk,2026-01-01,1\nmilk,2026-01-01,0.5\n'),
  );
  if (use.kind !== 'use') throw new Error(use.kind);
  expect([...(use.series[0]?.values ?? [])]).toEqual([1.5, 0, 2]);
  const level = readSeriesFile(
    fileOf('consumable,date,level\n"bin, old",2026-01-01,1\n"bin, old",2026-01-03,0.6\n'),
  );
  if (level.kind !== 'level') throw new Error(level.kind);
  expect(level.series[0]?.consumable).toBe('bin, old');
  expect([...(level.series[0]?.values ?? [])]).toEqual([1, Number.NaN, 0.6]);
  expect(() => readSeriesFile(fileOf('consumable,date,used\nmilk,2026-01-03,much\n'))).toThrow('line 2');
  expect(() => readSeriesFile(fileOf('a,b\n1,2\n'))).toThrow('want the columns');
  expect(splitCsv('a,"b ""c"", d",')).toEqual(['a', 'b "c", d', '']);
});

test('refills are matched once each, a day early or late', () => {
  const counts = { refills: 0, detected: 0, right: 0, found: 0 };
  match([3, 10, 20], [4, 10, 11, 25], counts);
  expect(counts).toEqual({ refills: 3, detected: 4, right: 2, found: 2 });
  expect(quantumOf([1, 0.8, 0.2, Number.NaN, 0.4])).toBeCloseTo(0.2, 9);
});

test('arguments: lists, defaults, and plain words for nonsense', () => {
  const args = parseArguments(['--seeds', '1,2', '--devices', '30', '--policy', 'ewma,neverout', '--quick']);
  expect(args).toMatchObject({
    mode: 'world',
    world: 'base',
    seeds: [1, 2],
    devices: 30,
    policies: ['ewma', 'neverout'],
  });
  expect(parseArguments(['--series', 'x.csv', '--capacity', '12'])).toMatchObject({
    mode: 'series',
    capacity: 12,
  });
  expect(() => parseArguments(['--devices', 'many'])).toThrow('whole number');
  expect(() => parseArguments(['--capacity', '0'])).toThrow('positive');
});

test('plots are drawings without loose ends', () => {
  const svg = pitHistogram('a < b', [0.5, 0.25, 0.25]);
  expect(svg).toContain('a &lt; b');
  expect(svg.match(/<rect/g)).toHaveLength(4);
  const empty = costFrontier('none', []);
  expect(empty.startsWith('<svg')).toBe(true);
  expect(empty.endsWith('</svg>\n')).toBe(true);
});

test('a report goes into its own block of a document, and nowhere else', () => {
  const document =
    'a\n<!-- backtest:base -->old<!-- /backtest -->\nb\n<!-- backtest:series --><!-- /backtest -->';
  const once = replaceBlock(document, 'base', 'new | table');
  expect(once).toContain('new | table');
  expect(once).not.toContain('old');
  expect(once.endsWith('<!-- backtest:series --><!-- /backtest -->')).toBe(true);
  expect(replaceBlock(once, 'base', 'new | table')).toBe(once);
  expect(() => replaceBlock(document, 'harsh', '')).toThrow('no block');
});
