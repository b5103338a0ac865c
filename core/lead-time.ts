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

/**
 * When an order placed at an instant arrives: one entry per possible lead time; `extra` business days
 * pass before it is on its way.
 */
export function arrivals(placeAt: Instant, leadTime: LeadTime, grid: DayGrid, extra = 0): Arrival[] {
  const from = dayOf(placeAt, grid.timeZone);
  const list: Arrival[] = [];
  leadTime.pmf.forEach((probability, days) => {
    if (!(probability > 0)) return;
    const day = workdayAfter(from, days + extra, grid);
    list.push({ probability, day, at: dayStart(day, grid.timeZone) + ARRIVAL_AFTER_DAY_START_MS });
  });
  return list;
}

/** What was seen of a merchant's deliveries. */
export interface LeadObservations {
  /** `delivered[i]`: parcels that took i business days. */
  readonly delivered: readonly number[];
  /** Ages, in business days, of orders still under way: they take longer than that. */
  readonly openAges: readonly number[];
}

/** The broader group counts like this many parcels. */
const PARENT_PARCELS = 20;
const EM_ROUNDS = 12;

/**
 * Lead-time distribution of a narrow group (merchant × product × region) leaning on a broader one by
 * Dirichlet shrinkage, open orders taken as right-censored: a few rounds of expectation–maximisation
 * spread each over the durations it can still have. Chain calls for several levels.
 */
export function shrinkLeadTime(parent: LeadTime, seen: LeadObservations): LeadTime {
  const length = Math.max(parent.pmf.length, seen.delivered.length);
  const at = (pmf: readonly number[], days: number): number => pmf[days] ?? 0;
  let pmf = normalise(Array.from({ length }, (_, days) => at(parent.pmf, days)));
  for (let round = 0; round < EM_ROUNDS; round += 1) {
    const counts = Array.from(
      { length },
      (_, days) => PARENT_PARCELS * at(parent.pmf, days) + at(seen.delivered, days),
    );
    for (const age of seen.openAges) {
      const tail = pmf.reduce((sum, p, days) => (days > age ? sum + p : sum), 0);
      if (tail <= 0) continue;
      for (let days = Math.max(age + 1, 0); days < length; days += 1) {
        counts[days] = (counts[days] ?? 0) + at(pmf, days) / tail;
      }
    }
    pmf = normalise(counts);
  }
  return { pmf };
}

function normalise(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total > 0 ? counts.map((count) => count / total) : [1];
}

/**
 * Business days until a customer answers a question: half of them within two, some take a week or more.
 * A guess; nobody publishes such figures.
 */
export const ANSWER_PMF: readonly number[] = [0, 0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05];

const answered = new WeakMap<LeadTime, LeadTime>();

/** Lead time of an order that waits for the customer's word first: the two waits after each other. */
export function afterAnswer(leadTime: LeadTime): LeadTime {
  let sum = answered.get(leadTime);
  if (sum === undefined) {
    const pmf = new Array<number>(leadTime.pmf.length + ANSWER_PMF.length - 1).fill(0);
    leadTime.pmf.forEach((p, i) => {
      ANSWER_PMF.forEach((q, j) => {
        pmf[i + j] = (pmf[i + j] ?? 0) + p * q;
      });
    });
    sum = { pmf };
    answered.set(leadTime, sum);
  }
  return sum;
}

/** Lead time left of an order that is `age` business days old; null: older than anything ever seen. */
export function remainingLeadTime(leadTime: LeadTime, age: number): LeadTime | null {
  const rest = leadTime.pmf.slice(Math.max(age + 1, 0));
  return rest.some((p) => p > 0) ? { pmf: [0, ...normalise(rest)] } : null;
}
