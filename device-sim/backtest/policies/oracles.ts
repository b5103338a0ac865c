import { chanceOf } from '../chance.ts';
import { drawDay } from '../demand.ts';
import type { DeviceWorld } from '../device-world.ts';
import type { Policy, Truth, UseForecast, Verdict } from '../policy.ts';
import { arrivalDay } from '../simulate.ts';
import { arrivals, costByArrival, expectedCost, type LeadPmf, leadPmf } from './future-cost.ts';

/** Paths of the process oracle's look into the future per decision and per forecast. */
const DECISION_PATHS = 96;
/** A first glance: when none of these runs empty before the latest delivery, waiting is free. */
const GLANCE_PATHS = 12;
const FORECAST_PATHS = 250;
/** Days that a decision looks ahead beyond the longest delivery: early-swap waste beyond is the same for both. */
const LOOK_AHEAD_DAYS = 20;

const verdict = (order: boolean, truth: Truth, expectedDays: number | null): Verdict => ({
  quantity: order ? 1 : 0,
  asks: false,
  expectedDays,
  believedShelf: truth.shelf,
});

/** One possible future of the true process from the true state of today. */
function drawFuture(
  world: DeviceWorld,
  day: number,
  days: number,
  purpose: string,
  paths: number,
): Float64Array[] {
  const chance = chanceOf(world.seed, 'oracle', world.index, purpose, day);
  const state = world.states[day];
  if (state === undefined) throw new RangeError(`no state on day ${day}`);
  const shock = world.logShock[day] ?? 0;
  const keep = world.parameters.siteShock === null ? 1 : 2 ** (-1 / world.parameters.siteShock.halfLifeDays);
  return Array.from({ length: paths }, () => {
    const moving = { ...state };
    const use = new Float64Array(days);
    let logShock = shock;
    for (let i = 0; i < days; i++) {
      logShock *= keep;
      use[i] = drawDay(world.process, moving, day + 1 + i, logShock, chance);
    }
    return use;
  });
}

/** A level that no future empties before the latest delivery: not worth simulating. */
function surelyEnough(world: DeviceWorld, day: number, left: number, days: number): boolean {
  const { archetype, perDay } = world.process;
  const logRate = (world.states[day]?.logRate ?? 0) + (world.logShock[day] ?? 0);
  const change = Math.exp(
    Math.max(0, logRate) + (archetype.drift === null ? 0 : 0.4) + (archetype.step === null ? 0 : 1),
  );
  const bursts = archetype.burst === null ? 0 : 4 * archetype.burst.size[1];
  return left > 2.2 * perDay * change * days + bursts + 0.1 / archetype.dailyShape;
}

/**
 * Knows the true parameters and the true present state, not the future: orders today unless an order
 * tomorrow has the smaller expected cost. Myopic by one review, so not a strict bound.
 */
export const processOracle: Policy = {
  name: 'process-oracle',
  start: (world) => {
    const pmf = leadPmf(world);
    return {
      review: (review, truth) => {
        if (truth.shelf > 0 || review.openOrder !== null) return verdict(false, truth, null);
        const now = arrivals(world, review.day, pmf);
        const longest = Math.max(...now) + 4;
        if (surelyEnough(world, review.day, truth.left, longest)) return verdict(false, truth, null);
        const glance = drawFuture(world, review.day, longest, 'glance', GLANCE_PATHS);
        if (glance.every((use) => use.reduce((a, b) => a + b, 0) < truth.left))
          return verdict(false, truth, null);
        const futures = drawFuture(world, review.day, longest + LOOK_AHEAD_DAYS, 'decide', DECISION_PATHS);
        return verdict(cheaperNow(world, review.day, truth, pmf, futures), truth, expectedDays(world, truth));
      },
      forecast: (review, _truth, days) =>
        sampleForecast(drawFuture(world, review.day, days, 'forecast', FORECAST_PATHS)),
    };
  },
};

function cheaperNow(
  world: DeviceWorld,
  day: number,
  truth: Truth,
  pmf: LeadPmf,
  futures: readonly Float64Array[],
): boolean {
  const now = arrivals(world, day, pmf);
  const next = arrivals(world, day + 1, pmf).map((days) => days + 1);
  let gain = 0;
  for (const use of futures) {
    const costs = costByArrival(world, day, truth.left, truth.capacity, use);
    gain += expectedCost(pmf, next, costs) - expectedCost(pmf, now, costs);
  }
  return gain > 0;
}

const expectedDays = (world: DeviceWorld, truth: Truth): number => truth.left / world.process.perDay;

function trueFuture(world: DeviceWorld, day: number, days: number): Float64Array {
  return world.use.slice(day + 1, day + 1 + days);
}

/** Knows the future use, not the lead time of its parcels nor when people swap early. */
export const demandOracle: Policy = {
  name: 'demand-oracle',
  start: (world) => {
    const pmf = leadPmf(world);
    return {
      review: (review, truth) => {
        if (truth.shelf > 0 || review.openOrder !== null) return verdict(false, truth, null);
        const longest = Math.max(...arrivals(world, review.day, pmf)) + 4;
        const future = trueFuture(world, review.day, longest + LOOK_AHEAD_DAYS);
        return verdict(
          cheaperNow(world, review.day, truth, pmf, [future]),
          truth,
          expectedDays(world, truth),
        );
      },
    };
  },
};

/** Knows everything: orders on the last day whose parcel still arrives before the device is empty. */
export const clairvoyant: Policy = {
  name: 'clairvoyant',
  start: (world) => ({
    review: (review, truth) => {
      if (truth.shelf > 0 || review.openOrder !== null) return verdict(false, truth, null);
      const lead = world.leadDays[truth.orders] ?? 0;
      const arrivesTomorrow = arrivalDay(world, review.day + 1, lead);
      let left = truth.left;
      for (let day = review.day + 1; day < arrivesTomorrow && left > 0; day++) left -= world.use[day] ?? 0;
      return verdict(left <= 0, truth, expectedDays(world, truth));
    },
  }),
};

function sampleForecast(futures: readonly Float64Array[]): UseForecast {
  const totals = Float64Array.from(futures, (use) => use.reduce((a, b) => a + b, 0)).sort();
  return {
    cdf: (x) => countAtMost(totals, x) / totals.length,
    quantile: (p) => totals[Math.min(totals.length - 1, Math.ceil(p * totals.length) - 1)] ?? 0,
  };
}

function countAtMost(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
