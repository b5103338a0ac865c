import { chanceOf } from './chance.ts';
import { costOf, type StockoutCause } from './cycle.ts';
import { type DeviceWorld, drawDevice } from './device-world.ts';
import { emptyForecastSums, type ForecastSums, scoreForecast } from './forecast-score.ts';
import type { Policy } from './policy.ts';
import { type DeviceOutcome, simulateDevice } from './simulate.ts';
import type { WorldParameters } from './world-parameters.ts';

/** Sums over the cycles and orders of one window of a device's time. */
export interface WindowSums {
  cycles: number;
  stockouts: number;
  lostDays: number;
  residual: number;
  shelfDays: number;
  orders: number;
  asked: number;
  duplicates: number;
  falseOrders: number;
  cost: number;
  days: number;
}

/** What one device under one policy came to. */
export interface PolicyTally {
  readonly policy: string;
  readonly cold: WindowSums;
  readonly main: WindowSums;
  readonly causes: Partial<Record<StockoutCause, number>>;
  readonly forecast: ForecastSums;
  /** Forecasts by history length. */
  readonly forecastByHistory: Readonly<Record<string, ForecastSums>>;
}

export interface DeviceTally {
  readonly seed: number;
  readonly index: number;
  readonly archetype: string;
  readonly gauge: string;
  readonly pace: string;
  readonly policies: readonly PolicyTally[];
}

export const emptyWindow = (): WindowSums => ({
  cycles: 0,
  stockouts: 0,
  lostDays: 0,
  residual: 0,
  shelfDays: 0,
  orders: 0,
  asked: 0,
  duplicates: 0,
  falseOrders: 0,
  cost: 0,
  days: 0,
});

export function addWindow(into: WindowSums, from: WindowSums, weight = 1): void {
  for (const key of Object.keys(into) as (keyof WindowSums)[]) into[key] += weight * from[key];
}

/** Half of the finest gauge's step: what no reading could tell apart. */
const PIT_RESOLUTION = 0.0025;
/** Pinball in percentage points of a filling. */
const POINTS = 100;
const FORECAST_EVERY_DAYS = 14;

const paceOf = (lifeDays: number): string =>
  lifeDays < 60 ? '< 60 d' : lifeDays < 180 ? '60–180 d' : '> 180 d';
const historyOf = (day: number): string => (day < 75 ? '< 75 d' : day < 250 ? '75–250 d' : '> 250 d');

function windows(world: DeviceWorld, outcome: DeviceOutcome): { cold: WindowSums; main: WindowSums } {
  const cold = emptyWindow();
  const main = emptyWindow();
  const { coldStartDays, costs } = world.parameters;
  cold.days = Math.min(coldStartDays, world.days);
  main.days = world.days - cold.days;
  for (const cycle of outcome.cycles) {
    const sums = cycle.day < coldStartDays ? cold : main;
    sums.cycles++;
    sums.stockouts += cycle.stockout ? 1 : 0;
    sums.lostDays += cycle.lostDays;
    sums.residual += cycle.residual;
    sums.shelfDays += cycle.shelfDays;
    sums.cost += costOf(cycle, costs);
  }
  for (const order of outcome.orders) {
    const sums = order.day < coldStartDays ? cold : main;
    sums.orders++;
    sums.asked += order.asked ? 1 : 0;
    sums.duplicates += order.duplicate ? 1 : 0;
    sums.falseOrders += order.falseOrder ? 1 : 0;
  }
  main.shelfDays += outcome.unusedShelfDays;
  main.cost += costs.shelfDay * outcome.unusedShelfDays;
  return { cold, main };
}

function runPolicy(world: DeviceWorld, policy: Policy): PolicyTally {
  const forecast = emptyForecastSums();
  const forecastByHistory: Record<string, ForecastSums> = {};
  const chance = chanceOf(world.seed, 'device', world.index, 'pit');
  const outcome = simulateDevice(world, policy, {
    forecastEveryDays: FORECAST_EVERY_DAYS,
    onForecast: ({ day, horizonDays, forecast: stated, actual }) => {
      const options = { resolution: PIT_RESOLUTION, uniform: chance.uniform(), scale: POINTS };
      const history = historyOf(day);
      forecastByHistory[history] ??= emptyForecastSums();
      scoreForecast(forecastByHistory[history], horizonDays, stated, actual, options);
      if (day >= world.parameters.coldStartDays)
        scoreForecast(forecast, horizonDays, stated, actual, options);
    },
  });
  const causes: Partial<Record<StockoutCause, number>> = {};
  for (const { cause, day } of outcome.cycles) {
    if (cause !== null && day >= world.parameters.coldStartDays) causes[cause] = (causes[cause] ?? 0) + 1;
  }
  return { policy: policy.name, ...windows(world, outcome), causes, forecast, forecastByHistory };
}

/** Lives one device under every policy. */
export function tallyDevice(
  parameters: WorldParameters,
  seed: number,
  index: number,
  policies: readonly Policy[],
): DeviceTally {
  const world = drawDevice(parameters, seed, index);
  return {
    seed,
    index,
    archetype: world.archetype,
    gauge: world.gauge.name,
    pace: paceOf(world.lifeDays),
    policies: policies.map((policy) => runPolicy(world, policy)),
  };
}
