import { COVERAGE_LEVELS } from './forecast-score.ts';
import type { Interval, PolicyFigures, PolicyForecast } from './summary.ts';
import { fixed, textTable } from './text-table.ts';

export interface WorldReport {
  readonly kind: 'world';
  readonly world: string;
  readonly seeds: readonly number[];
  readonly devicesPerSeed: number;
  readonly horizonDays: number;
  readonly coldStartDays: number;
  readonly seconds: number;
  readonly policies: readonly PolicyFigures[];
  /** The forecast of the best-informed of our policies that ran. */
  readonly forecast: (PolicyForecast & { readonly policy: string }) | null;
}

const HEADLINE_FORECASTERS = ['neverout-counters', 'neverout', 'ewma', 'process-oracle'];

export function headlineForecast(policies: readonly PolicyFigures[]): WorldReport['forecast'] {
  for (const name of HEADLINE_FORECASTERS) {
    const forecast = policies.find((policy) => policy.name === name)?.forecast ?? null;
    if (forecast !== null) return { policy: name, ...forecast };
  }
  return null;
}

const range = (interval: Interval | null, digits: number): string =>
  interval === null ? '' : ` (${fixed(interval[0], digits)}–${fixed(interval[1], digits)})`;

function decisionTable(policies: readonly PolicyFigures[]): string {
  return textTable(
    [
      'policy',
      'cycles',
      'stockout %',
      'lost d/yr',
      'waste %',
      'shelf d',
      'orders/cycle',
      'asked %',
      'false',
      'duplicate',
      '€/cycle',
      '× process oracle',
    ],
    policies.map((policy) => [
      policy.name,
      String(policy.cycles),
      fixed(policy.stockoutPct, 2) + range(policy.confidence.stockoutPct, 2),
      fixed(policy.lostDaysPerYear, 2),
      fixed(policy.wastePct, 2),
      fixed(policy.shelfDays, 1),
      fixed(policy.ordersPerCycle, 3),
      fixed(policy.askedPct, 1),
      String(policy.falseOrders),
      String(policy.duplicateOrders),
      fixed(policy.costPerCycle, 2) + range(policy.confidence.costPerCycle, 2),
      fixed(policy.ratioToProcessOracle, 2) + range(policy.confidence.ratioToProcessOracle, 2),
    ]),
  );
}

function coldStartTable(policies: readonly PolicyFigures[]): string {
  return textTable(
    ['policy', 'cycles', 'stockout %', 'waste %', 'shelf d', '€/cycle'],
    policies.map(({ name, coldStart }) => [
      name,
      String(coldStart.cycles),
      fixed(coldStart.stockoutPct, 2),
      fixed(coldStart.wastePct, 2),
      fixed(coldStart.shelfDays, 1),
      fixed(coldStart.costPerCycle, 2),
    ]),
  );
}

function forecastTable(policies: readonly PolicyFigures[]): string {
  const rows = policies.flatMap(({ name, forecast }) => {
    if (forecast === null) return [];
    return [
      [
        name,
        fixed(forecast.pinball7, 3),
        fixed(forecast.pinballRatio7, 2),
        fixed(forecast.pinball14, 3),
        fixed(forecast.pinballRatio14, 2),
        ...COVERAGE_LEVELS.map(
          (level) =>
            fixed(forecast.coverage[level] ?? null, 1) +
            range(forecast.confidence.coverage[level] ?? null, 1),
        ),
      ],
    ];
  });
  const coverage = COVERAGE_LEVELS.map((level) => `in ${level} %`);
  return textTable(['forecast', 'pinball 7 d', '× oracle', 'pinball 14 d', '× oracle', ...coverage], rows);
}

/** One policy by kind of device: decisions and forecast side by side. */
function strataTable(policy: PolicyFigures, reference: PolicyFigures | undefined): string {
  const names = new Set([...Object.keys(policy.strata), ...Object.keys(policy.forecast?.strata ?? {})]);
  const rows = [...names].sort().map((name) => {
    const decisions = policy.strata[name];
    const oracle = reference?.strata[name]?.costPerCycle ?? null;
    const forecast = policy.forecast?.strata[name];
    const oracleForecast = reference?.forecast?.strata[name];
    const ratio = decisions === undefined || oracle === null ? null : decisions.costPerCycle / oracle;
    const pinball =
      forecast === undefined || oracleForecast === undefined
        ? null
        : forecast.pinball7 / oracleForecast.pinball7;
    return [
      name,
      String(decisions?.cycles ?? ''),
      fixed(decisions?.stockoutPct ?? null, 2),
      fixed(decisions?.wastePct ?? null, 2),
      fixed(decisions?.shelfDays ?? null, 1),
      fixed(decisions?.costPerCycle ?? null, 2),
      fixed(ratio, 2),
      fixed(pinball, 2),
      ...COVERAGE_LEVELS.map((level) => fixed(forecast?.coverage[level] ?? null, 1)),
    ];
  });
  const coverage = COVERAGE_LEVELS.map((level) => `in ${level} %`);
  return textTable(
    [
      policy.name,
      'cycles',
      'stockout %',
      'waste %',
      'shelf d',
      '€/cycle',
      '× oracle',
      'pinball 7 d × oracle',
      ...coverage,
    ],
    rows,
  );
}

function causesTable(policies: readonly PolicyFigures[]): string {
  const causes = [...new Set(policies.flatMap(({ stockoutCauses }) => Object.keys(stockoutCauses)))].sort();
  const rows = policies.map(({ name, stockoutCauses }) => [
    name,
    ...causes.map((cause) => String(stockoutCauses[cause] ?? 0)),
  ]);
  return textTable(['stockouts by cause', ...causes], rows);
}

/** The report as people read it. */
export function renderWorldReport(report: WorldReport): string {
  const { policies } = report;
  const reference = policies.find(({ name }) => name === 'process-oracle');
  const ours = policies.filter(({ name }) => name.startsWith('neverout'));
  return [
    `World "${report.world}", seeds ${report.seeds.join(', ')}, ${report.devicesPerSeed} devices each over ${report.horizonDays} days; the first ${report.coldStartDays} apart.`,
    'In brackets: 95 % intervals, paired bootstrap by device.',
    decisionTable(policies),
    `Cold start (first ${report.coldStartDays} days):\n${coldStartTable(policies)}`,
    `Forecasts of use (pinball in points of a filling; share of truths in the central interval, %):\n${forecastTable(policies)}`,
    ...ours.map((policy) => strataTable(policy, reference)),
    causesTable(policies),
  ].join('\n\n');
}
