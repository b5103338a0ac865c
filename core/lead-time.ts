import { type DayGrid, dayOf, dayStart, isWorkday } from './day-grid.ts';
import { HOUR_MS, type Instant, type LeadTime } from './types.ts';

/** Parcels come in the course of the day: what is not there by then is not used that day. */
const ARRIVAL_AFTER_DAY_START_MS = 14 * HOUR_MS;

/** The day `n` workdays after `day`; with n = 0 the day itself or the next workday (as `addBusinessDays`). */
export function workdayAfter(day: number, n: number, grid: DayGrid): number {
  const limit = day + 366 + 2 * n;
  let at = day;
  let left = n;
  if (n === 0) {
    while (!isWorkday(at, grid) && at < limit) at += 1;
    return at;
  }
  while (left > 0 && at < limit) {
    at += 1;
    if (isWorkday(at, grid)) left -= 1;
  }
  return at;
}

/** Three lead times that stand for the whole distribution where a rough answer does: P20, P60, P97. */
export function outline(leadTime: LeadTime): LeadTime {
  const pmf = new Array<number>(leadTime.pmf.length).fill(0);
  let sum = 0;
  const points = [
    { until: 0.2, weight: 0.4 },
    { until: 0.6, weight: 0.5 },
    { until: 0.97, weight: 0.1 },
  ];
  leadTime.pmf.forEach((p, days) => {
    sum += p;
    while (points[0] !== undefined && sum >= points[0].until - 1e-9) {
      pmf[days] = (pmf[days] ?? 0) + points[0].weight;
      points.shift();
    }
  });
  return { pmf };
}

/** The business days within which a share of parcels arrives. */
export function leadQuantile(leadTime: LeadTime, share: number): number {
  let sum = 0;
  for (let days = 0; days < leadTime.pmf.length; days += 1) {
    sum += leadTime.pmf[days] ?? 0;
    if (sum >= share - 1e-9) return days;
  }
  return Math.max(leadTime.pmf.length - 1, 0);
}

export interface Arrival {
  readonly probability: number;
  readonly day: number;
  readonly at: Instant;
}

/** When an order placed at an instant arrives: one entry per possible lead time. */
export function arrivals(placeAt: Instant, leadTime: LeadTime, grid: DayGrid): Arrival[] {
  const from = dayOf(placeAt, grid.timeZone);
  const list: Arrival[] = [];
  leadTime.pmf.forEach((probability, days) => {
    if (!(probability > 0)) return;
    const day = workdayAfter(from, days, grid);
    list.push({ probability, day, at: dayStart(day, grid.timeZone) + ARRIVAL_AFTER_DAY_START_MS });
  });
  return list;
}
