import { chanceOf } from './chance.ts';
import {
  addForecastSums,
  COVERAGE_LEVELS,
  emptyForecastSums,
  type ForecastFigures,
  type ForecastSums,
  forecastFigures,
} from './forecast-score.ts';
import { addWindow, type DeviceTally, emptyWindow, type PolicyTally, type WindowSums } from './tally.ts';

const REFERENCE = 'process-oracle';
const RESAMPLES = 400;

export interface WindowFigures {
  readonly cycles: number;
  readonly stockoutPct: number;
  readonly lostDaysPerYear: number;
  readonly wastePct: number;
  readonly shelfDays: number;
  readonly ordersPerCycle: number;
  /** Orders for which the customer had to be asked, per cent. */
  readonly askedPct: number;
  readonly falseOrders: number;
  readonly duplicateOrders: number;
  readonly costPerCycle: number;
}

export type Interval = readonly [number, number];

export interface PolicyFigures extends WindowFigures {
  readonly name: string;
  readonly ratioToProcessOracle: number | null;
  /** 95 % intervals, paired bootstrap by device. */
  readonly confidence: {
    readonly stockoutPct: Interval;
    readonly costPerCycle: Interval;
    readonly ratioToProcessOracle: Interval | null;
  };
  readonly coldStart: WindowFigures;
  readonly strata: Readonly<Record<string, WindowFigures>>;
  readonly stockoutCauses: Readonly<Record<string, number>>;
  readonly forecast: PolicyForecast | null;
}

export interface PolicyForecast extends ForecastFigures {
  readonly pinballRatio7: number | null;
  readonly pinballRatio14: number | null;
  readonly confidence: { readonly coverage: Readonly<Record<string, Interval>> };
  readonly strata: Readonly<Record<string, ForecastFigures>>;
}

export function windowFigures(sums: WindowSums): WindowFigures {
  const cycles = Math.max(1, sums.cycles);
  return {
    cycles: sums.cycles,
    stockoutPct: (100 * sums.stockouts) / cycles,
    lostDaysPerYear: (365 * sums.lostDays) / Math.max(1, sums.days),
    wastePct: (100 * sums.residual) / cycles,
    shelfDays: sums.shelfDays / cycles,
    ordersPerCycle: sums.orders / cycles,
    askedPct: (100 * sums.asked) / Math.max(1, sums.orders),
    falseOrders: sums.falseOrders,
    duplicateOrders: sums.duplicates,
    costPerCycle: sums.cost / cycles,
  };
}

const tallyOf = (device: DeviceTally, policy: string): PolicyTally | undefined =>
  device.policies.find((one) => one.policy === policy);

/** Weighted sums over devices; a weight is how often the device was drawn. */
function sumDevices(devices: readonly DeviceTally[], policy: string, weights: ArrayLike<number> | null) {
  const main = emptyWindow();
  const cold = emptyWindow();
  const forecast = emptyForecastSums();
  devices.forEach((device, i) => {
    const tally = tallyOf(device, policy);
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    if (tally === undefined || weight === 0) return;
    addWindow(main, tally.main, weight);
    addWindow(cold, tally.cold, weight);
    addForecastSums(forecast, tally.forecast, weight);
  });
  return { main, cold, forecast };
}

const quantiles = (values: number[]): Interval => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (p: number): number => sorted[Math.round(p * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
};

/** How often each device is drawn in each resample: the same for all policies, hence paired. */
function resamples(devices: number): Float64Array[] {
  const chance = chanceOf('bootstrap', devices);
  return Array.from({ length: RESAMPLES }, () => {
    const weights = new Float64Array(devices);
    for (let i = 0; i < devices; i++) {
      const drawn = Math.min(devices - 1, Math.floor(chance.uniform() * devices));
      weights[drawn] = (weights[drawn] ?? 0) + 1;
    }
    return weights;
  });
}

function strataOf(device: DeviceTally): string[] {
  return [`archetype ${device.archetype}`, `gauge ${device.gauge}`, `life ${device.pace}`];
}

function windowStrata(devices: readonly DeviceTally[], policy: string): Record<string, WindowFigures> {
  const sums: Record<string, WindowSums> = {};
  for (const device of devices) {
    const tally = tallyOf(device, policy);
    if (tally === undefined) continue;
    for (const stratum of strataOf(device)) {
      sums[stratum] ??= emptyWindow();
      addWindow(sums[stratum], tally.main);
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, windowFigures(sum)]));
}

function forecastStrata(devices: readonly DeviceTally[], policy: string): Record<string, ForecastFigures> {
  const sums: Record<string, ForecastSums> = {};
  const add = (stratum: string, from: ForecastSums): void => {
    sums[stratum] ??= emptyForecastSums();
    addForecastSums(sums[stratum], from);
  };
  for (const device of devices) {
    const tally = tallyOf(device, policy);
    if (tally === undefined) continue;
    for (const stratum of strataOf(device)) add(stratum, tally.forecast);
    for (const [history, from] of Object.entries(tally.forecastByHistory)) add(`history ${history}`, from);
  }
  const figures = Object.entries(sums).flatMap(([name, sum]) => {
    const figure = forecastFigures(sum);
    return figure === null ? [] : [[name, figure] as const];
  });
  return Object.fromEntries(figures);
}

function causesOf(devices: readonly DeviceTally[], policy: string): Record<string, number> {
  const causes: Record<string, number> = {};
  for (const device of devices) {
    for (const [cause, count] of Object.entries(tallyOf(device, policy)?.causes ?? {})) {
      causes[cause] = (causes[cause] ?? 0) + count;
    }
  }
  return causes;
}

function forecastOf(
  devices: readonly DeviceTally[],
  policy: string,
  sums: ForecastSums,
  reference: ForecastFigures | null,
  drawn: readonly ForecastSums[],
): PolicyForecast | null {
  const figures = forecastFigures(sums);
  if (figures === null) return null;
  const coverage = COVERAGE_LEVELS.map((level, i) => {
    const values = drawn.map((one) => (100 * (one.covered[i] ?? 0)) / Math.max(1, one.count7 + one.count14));
    return [String(level), quantiles(values)] as const;
  });
  return {
    ...figures,
    pinballRatio7: reference === null ? null : figures.pinball7 / reference.pinball7,
    pinballRatio14: reference === null ? null : figures.pinball14 / reference.pinball14,
    confidence: { coverage: Object.fromEntries(coverage) },
    strata: forecastStrata(devices, policy),
  };
}

/** All figures of all policies. */
export function summarise(devices: readonly DeviceTally[], policies: readonly string[]): PolicyFigures[] {
  const weights = resamples(devices.length);
  const perCycle = (sums: WindowSums): number => sums.cost / sums.cycles;
  const hasReference = policies.includes(REFERENCE);
  const referenceSums = sumDevices(devices, REFERENCE, null);
  const reference = hasReference ? forecastFigures(referenceSums.forecast) : null;
  const referenceDrawn = weights.map((drawn) => perCycle(sumDevices(devices, REFERENCE, drawn).main));
  return policies.map((policy) => {
    const sums = sumDevices(devices, policy, null);
    const drawn = weights.map((weight) => sumDevices(devices, policy, weight));
    const ratio = (cost: number, of: number): number => cost / of;
    return {
      name: policy,
      ...windowFigures(sums.main),
      ratioToProcessOracle: hasReference ? ratio(perCycle(sums.main), perCycle(referenceSums.main)) : null,
      confidence: {
        stockoutPct: quantiles(drawn.map(({ main }) => (100 * main.stockouts) / main.cycles)),
        costPerCycle: quantiles(drawn.map(({ main }) => perCycle(main))),
        ratioToProcessOracle: hasReference
          ? quantiles(drawn.map(({ main }, i) => ratio(perCycle(main), referenceDrawn[i] ?? Number.NaN)))
          : null,
      },
      coldStart: windowFigures(sums.cold),
      strata: windowStrata(devices, policy),
      stockoutCauses: causesOf(devices, policy),
      forecast: forecastOf(
        devices,
        policy,
        sums.forecast,
        reference,
        drawn.map(({ forecast }) => forecast),
      ),
    };
  });
}
