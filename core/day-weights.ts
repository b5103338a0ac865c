import { DAY_KINDS, type DayGrid, dayOf, dayStart, HOLD_KIND, kindOf, seasonOf } from './day-grid.ts';
import { type Model, roundVectors } from './state.ts';
import { DAY_MS, type Instant } from './types.ts';

/** Readings further apart say little about single days. */
const LONGEST_GAP_MS = 2.6 * DAY_MS;
/** Share of the surprise that a day's weight follows, for steady use; erratic use teaches slower. */
const LEARNING_RATE = 0.05;
/** One huge day is not a habit. */
const SURPRISE_MAX = 2.5;
const WEIGHT_MIN = 0.02;
const WEIGHT_MAX = 3;
const WEEK = 7;

const exposure = new Float64Array(DAY_KINDS);

/**
 * Learns weekday weights from the use between two readings (normalised least mean squares):
 * w_k += η · e_k · (used/rate − Σ w·e)/Σe with e_k the days of kind k in between; weekdays keep summing to 7.
 */
export function learnDays(model: Model, from: Instant, to: Instant, used: number, grid: DayGrid): void {
  if (to - from > LONGEST_GAP_MS || to <= from || model.rate <= 0) return;
  exposure.fill(0);
  let expected = 0;
  let total = 0;
  const last = dayOf(to, grid.timeZone);
  for (let day = dayOf(from, grid.timeZone); day <= last; day += 1) {
    const start = dayStart(day, grid.timeZone);
    const share = overlap(from, to, start) * seasonOf(day, grid);
    const kind = kindOf(day, grid);
    exposure[kind] = (exposure[kind] ?? 0) + share;
    expected += share * (model.dayWeights[kind] ?? 1);
    total += share;
  }
  if (total < 0.3) return;
  const surprise = Math.min(used / model.rate - expected, SURPRISE_MAX * Math.max(expected, 0.4));
  const rate = (LEARNING_RATE * surprise) / (1 + 0.5 * model.jitter) / total;
  for (let kind = 0; kind < DAY_KINDS; kind += 1) {
    const share = exposure[kind] ?? 0;
    if (share === 0 || kind === HOLD_KIND) continue;
    const weight = (model.dayWeights[kind] ?? 1) + rate * share;
    model.dayWeights[kind] = Math.min(Math.max(weight, WEIGHT_MIN), WEIGHT_MAX);
  }
  normaliseWeek(model);
  roundVectors(model);
}

/** Share of the day's waking hours (07:00–19:00) inside [from, to]. */
function overlap(from: Instant, to: Instant, start: Instant): number {
  const opens = start + (7 / 24) * DAY_MS;
  const closes = start + (19 / 24) * DAY_MS;
  return Math.max(Math.min(to, closes) - Math.max(from, opens), 0) / (closes - opens);
}

function normaliseWeek(model: Model): void {
  let sum = 0;
  for (let day = 0; day < WEEK; day += 1) sum += model.dayWeights[day] ?? 1;
  for (let day = 0; day < WEEK; day += 1) model.dayWeights[day] = ((model.dayWeights[day] ?? 1) * WEEK) / sum;
}
