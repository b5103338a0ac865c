import { gridOf } from '../../core/day-grid.ts';
import { runOut } from '../../core/depletion.ts';
import { fold } from '../../core/fold.ts';
import { priorOf } from '../../core/mixture.ts';
import { opDays } from '../../core/op-clock.ts';
import { correctionFor } from '../../core/recalibration.ts';
import type { ConsumableState } from '../../core/state.ts';
import { DAY_MS, type Instant, type StepContext } from '../../core/types.ts';
import { useForecast as forecastUse } from '../../core/use-forecast.ts';
import type { Queryable } from '../../platform/order-store.ts';

/** Whole weeks, so that a consumable's forecast is due on the night of its next one. */
const SPAN_DAYS = 28;
const EVERY_DAYS = 7;
/** What is left of forecasts that could not be held against anything: the device was silent by then. */
export const SNAPSHOT_RETENTION_DAYS = SPAN_DAYS + EVERY_DAYS;
/** A device that was silent for longer has not told how much it used. */
const FRESH_MS = 2 * DAY_MS;

export interface Snapshot {
  readonly consumableId: string;
  /** Fillings used since the first reading. */
  readonly used: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly runOutP50: Instant | null;
}

/** One night in seven, which one its id says. */
export function isSnapshotDay(consumableId: string, now: Instant): boolean {
  const day = Math.floor(now / DAY_MS);
  return Number.parseInt(consumableId.slice(-6), 16) % EVERY_DAYS === day % EVERY_DAYS;
}

/** What is believed tonight of the four weeks to come; null for a device that has not been heard lately. */
export function snapshotOf(
  consumableId: string,
  state: ConsumableState,
  context: StepContext,
  now: Instant,
): Snapshot | null {
  const { tip } = fold(state, [], context, now);
  if (tip.levelAt === 0 || now - tip.levelAt > FRESH_MS) return null;
  const grid = gridOf(context.calendar, context.population);
  const since = tip.rate * opDays(tip.levelAt, now, grid, tip.dayWeights);
  const use = forecastUse(state, context, now, now + SPAN_DAYS * DAY_MS);
  const correct = correctionFor(tip.jitter, context.population);
  const empty = runOut(tip, priorOf(context.profile, context.population), grid, correct);
  return {
    consumableId,
    // Each swap counts as one filling: what was thrown away with it is used, too.
    used: tip.swaps - Math.max(tip.level - since, 0),
    p10: use.quantile(0.1),
    p50: use.quantile(0.5),
    p90: use.quantile(0.9),
    runOutP50: empty.quantile(0.5),
  };
}

/**
 * Holds the forecasts of four weeks ago against what was used since, adds how they fared to their week's
 * sums, and keeps tonight's. A forecast is taken away as it is counted, so that a second run counts none
 * twice. Use that went backwards (a state that was made anew) tells nothing.
 *
 * Pinball loss of quantile q with use x: max(p·(x − q), (p − 1)·(x − q)), summed over P10, P50 and P90.
 */
const KEEP = `
  WITH tonight AS (
    SELECT id, used, p10, p50, p90, run_out, ($1::timestamptz AT TIME ZONE 'UTC')::date AS day
    FROM unnest($2::uuid[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::timestamptz[])
      AS t(id, used, p10, p50, p90, run_out)
  ), due AS (
    DELETE FROM forecast_snapshot f USING tonight t
    WHERE f.consumable_id = t.id AND f.taken_on = t.day - ${SPAN_DAYS}
    RETURNING f.consumable_id, f.taken_on, t.used - f.used AS x, f.use_p10, f.use_p50, f.use_p90
  ), scored AS (
    INSERT INTO forecast_score (week, device_model_id, slot_key, forecasts, below, above, pinball, used, error)
    SELECT date_trunc('week', due.taken_on)::date, c.device_model_id, c.key, count(*),
      count(*) FILTER (WHERE x < use_p10), count(*) FILTER (WHERE x > use_p90),
      sum(greatest(0.1 * (x - use_p10), -0.9 * (x - use_p10)) + greatest(0.5 * (x - use_p50), -0.5 * (x - use_p50))
        + greatest(0.9 * (x - use_p90), -0.1 * (x - use_p90))),
      sum(x), sum(x - use_p50)
    FROM due JOIN consumable c ON c.id = due.consumable_id WHERE x > -0.05
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (week, device_model_id, slot_key) DO UPDATE SET
      forecasts = forecast_score.forecasts + excluded.forecasts, below = forecast_score.below + excluded.below,
      above = forecast_score.above + excluded.above, pinball = forecast_score.pinball + excluded.pinball,
      used = forecast_score.used + excluded.used, error = forecast_score.error + excluded.error
  )
  INSERT INTO forecast_snapshot (consumable_id, taken_on, used, use_p10, use_p50, use_p90, run_out_p50)
  SELECT id, day, tonight.used, p10, p50, p90, run_out FROM tonight JOIN consumable c USING (id)
  ON CONFLICT DO NOTHING`;

export async function keepSnapshots(
  db: Queryable,
  snapshots: readonly Snapshot[],
  now: Instant,
): Promise<void> {
  if (snapshots.length === 0) return;
  await db.query(KEEP, [
    new Date(now),
    snapshots.map(({ consumableId }) => consumableId),
    snapshots.map(({ used }) => used),
    snapshots.map(({ p10 }) => p10),
    snapshots.map(({ p50 }) => p50),
    snapshots.map(({ p90 }) => p90),
    snapshots.map(({ runOutP50 }) => (runOutP50 === null ? null : new Date(runOutP50))),
  ]);
}
