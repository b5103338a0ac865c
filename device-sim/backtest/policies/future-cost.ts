import type { DeviceWorld } from '../device-world.ts';
import { arrivalDay } from '../simulate.ts';

/**
 * Cost of a delivery on each day of one possible future, with the world's own costs and hazards.
 * `use[i]` is the use of day `day + 1 + i`; the answer's entry i is the cost if the spare arrives on the
 * morning of that day: stockout and lost days if the device is empty by then, else holding and the waste
 * of early replacement until the device runs empty.
 */
export function costByArrival(
  world: DeviceWorld,
  day: number,
  left: number,
  capacity: number,
  use: Float64Array,
): Float64Array {
  const { costs, earlySwap } = world.parameters;
  const days = use.length;
  const cost = new Float64Array(days + 1);
  const levels = new Float64Array(days);
  let rest = left;
  let emptyAt = days;
  for (let i = 0; i < days; i++) {
    rest -= use[i] ?? 0;
    levels[i] = rest / capacity;
    if (rest <= 0) {
      emptyAt = i;
      break;
    }
  }
  // From the back: a spare that is there on day i costs a day's holding and may be put in too early.
  for (let i = Math.min(emptyAt, days - 1); i >= 0; i--) {
    const later = i >= emptyAt ? 0 : (cost[i + 1] ?? 0);
    const level = levels[i] ?? 0;
    const swaps = i < emptyAt && level < earlySwap.belowLevel && world.workday[day + 1 + i] === 1;
    const hazard = swaps ? earlySwap.perWorkingDay : 0;
    cost[i] = costs.shelfDay + hazard * costs.unit * level + (1 - hazard) * later;
  }
  let lost = 0;
  for (let i = emptyAt + 1; i <= days; i++) {
    // The spare comes in the morning of day i: the days before it were lost, the first one in part.
    lost += (world.workday[day + i] ?? 1) * (i === emptyAt + 1 ? 0.5 : 1);
    cost[i] = costs.stockout + costs.lostWorkingDay * lost;
  }
  return cost;
}

/** One lead time of the distribution: business days and probability. */
export type LeadPmf = readonly number[];

/** Distribution of business days from order to delivery, by the world's parameters. */
export function leadPmf(world: DeviceWorld): LeadPmf {
  const { ordinary, lateShare, lateDays } = world.parameters.leadTimes;
  const total = ordinary.reduce((a, b) => a + b, 0);
  const pmf = new Array<number>(ordinary.length + lateDays[1]).fill(0);
  ordinary.forEach((weight, i) => {
    pmf[i] = (pmf[i] ?? 0) + (weight / total) * (1 - lateShare);
    const width = lateDays[1] - lateDays[0] + 1;
    for (let late = lateDays[0]; late <= lateDays[1]; late++) {
      pmf[i + late] = (pmf[i + late] ?? 0) + ((weight / total) * lateShare) / width;
    }
  });
  return pmf;
}

/** Days from `day + 1` to the arrival of an order placed on `day`, for each business-day lead time. */
export function arrivals(world: DeviceWorld, day: number, pmf: LeadPmf): number[] {
  return pmf.map((_, lead) => arrivalDay(world, day, lead) - day - 1);
}

/** Expected cost of ordering on a day, given the cost of each arrival. */
export function expectedCost(pmf: LeadPmf, arrivesIn: readonly number[], costs: Float64Array): number {
  let sum = 0;
  pmf.forEach((weight, i) => {
    if (weight > 0) sum += weight * (costs[Math.min(arrivesIn[i] ?? 0, costs.length - 1)] ?? 0);
  });
  return sum;
}
