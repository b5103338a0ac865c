import { DAY_MS, HOUR_MS } from '../../core/types.ts';
import { watchRates } from '../breaker/watch-rates.ts';
import type { RulesDeps } from '../deps.ts';
import { fulfilDuties } from '../duties/due-duties.ts';
import { forecastFleet } from '../fleet/forecast-fleet.ts';
import { recordOutcomes } from '../fleet/outcomes.ts';
import { SNAPSHOT_RETENTION_DAYS } from '../fleet/snapshots.ts';
import { foldCalibration } from '../population/calibration.ts';
import { refitLeadTimes } from '../population/lead-times.ts';
import { refitPopulations } from '../population/refit.ts';
import { keepRetention } from '../retention/keep-retention.ts';
import { watchReviews } from '../review/watch-reviews.ts';
import { suggestStrategies } from '../strategies/suggest.ts';

export interface HousekeepingTask {
  readonly name: string;
  readonly everyMs: number;
  /** Idempotent: a process that dies in the middle leaves the rest to the next run. */
  readonly run: (deps: RulesDeps, now: number) => Promise<void>;
}

const MINUTE_MS = 60_000;

/** Small enough that a deletion never holds locks or writes WAL for long. */
const DELETE_ROWS = 10_000;

const retention: HousekeepingTask = { name: 'retention', everyMs: DAY_MS, run: keepRetention };

/** Announcements of consumables that were deleted meanwhile: nobody ever claims them. */
const orphans: HousekeepingTask = {
  name: 'orphaned-announcements',
  everyMs: DAY_MS,
  run: ({ database }, now) =>
    deleteBefore(
      database,
      `DELETE FROM evaluation_queue WHERE id IN (
         SELECT q.id FROM evaluation_queue q WHERE q.enqueued_at < $1
           AND NOT EXISTS (SELECT FROM consumable_state s WHERE s.consumable_id = q.consumable_id) LIMIT $2)`,
      now - DAY_MS,
    ),
};

const populations: HousekeepingTask = {
  name: 'population-priors',
  everyMs: DAY_MS,
  run: refitPopulations,
};

const leadTimes: HousekeepingTask = { name: 'lead-times', everyMs: DAY_MS, run: refitLeadTimes };

/** Often, so that a busy fleet's rows stay few. */
const calibration: HousekeepingTask = {
  name: 'calibration',
  everyMs: HOUR_MS,
  run: ({ database }, now) => foldCalibration(database.pool, now),
};

const demand: HousekeepingTask = { name: 'demand-forecast', everyMs: DAY_MS, run: forecastFleet };

const outcomes: HousekeepingTask = { name: 'replenishment-outcomes', everyMs: DAY_MS, run: recordOutcomes };

/** Long enough to see last year's season beside this one's. */
const DEMAND_RETENTION_DAYS = 400;

const oldForecasts: HousekeepingTask = {
  name: 'old-forecasts',
  everyMs: DAY_MS,
  run: async ({ database }, now) => {
    await deleteBefore(
      database,
      `DELETE FROM forecast_snapshot WHERE (consumable_id, taken_on) IN (
         SELECT consumable_id, taken_on FROM forecast_snapshot WHERE taken_on < $1 LIMIT $2)`,
      now - SNAPSHOT_RETENTION_DAYS * DAY_MS,
    );
    await deleteBefore(
      database,
      `DELETE FROM demand_forecast WHERE (product_id, made_on, weeks) IN (
         SELECT product_id, made_on, weeks FROM demand_forecast WHERE made_on < $1 LIMIT $2)`,
      now - DEMAND_RETENTION_DAYS * DAY_MS,
    );
  },
};

/** As often as anybody looks: what is late is late by minutes. */
const reviews: HousekeepingTask = { name: 'reviews', everyMs: 10 * MINUTE_MS, run: watchReviews };

const rates: HousekeepingTask = { name: 'order-rates', everyMs: HOUR_MS, run: watchRates };

const suggestions: HousekeepingTask = { name: 'suggestions', everyMs: DAY_MS, run: suggestStrategies };

const duties: HousekeepingTask = { name: 'duties', everyMs: DAY_MS, run: fulfilDuties };

export const HOUSEKEEPING: readonly HousekeepingTask[] = [
  duties,
  retention,
  reviews,
  rates,
  suggestions,
  orphans,
  calibration,
  populations,
  leadTimes,
  demand,
  outcomes,
  oldForecasts,
];

async function deleteBefore({ pool }: RulesDeps['database'], sql: string, before: number): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(sql, [new Date(before), DELETE_ROWS]);
    if ((rowCount ?? 0) < DELETE_ROWS) return;
  }
}
