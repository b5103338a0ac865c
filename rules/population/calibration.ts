import { addScore, SCORE_COUNTS } from '../../core/population.ts';
import { DAY_MS, type Instant, type StepResult } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { slotScope } from '../../platform/populations/content.ts';

/**
 * How the fleet's forecasts fared: counts of where, in what was predicted, the use came to lie, and how much
 * was used in which months. Batches
 * only add rows, so that no worker waits for another; folding sums them up.
 */
export interface SlotScores {
  readonly deviceModelId: string;
  readonly slotKey: string;
  readonly scores: StepResult<unknown>['blockScores'];
}

const ADD = `
  INSERT INTO calibration_count (device_model_id, slot_key, at, counts)
  SELECT device_model_id, slot_key, $1, counts::real[]
  FROM unnest($2::uuid[], $3::text[], $4::text[]) AS t(device_model_id, slot_key, counts)`;

const emptyCounts = (): number[] => new Array<number>(SCORE_COUNTS).fill(0);

/** Adds what a batch of evaluations learned: one row a slot, in one statement; none when nothing was. */
export async function writeScores(
  db: Queryable,
  evaluated: readonly SlotScores[],
  now: Instant,
): Promise<void> {
  const learned = evaluated.filter(({ scores }) => scores.length > 0);
  if (learned.length === 0) return;
  const slots = [...Map.groupBy(learned, ({ deviceModelId, slotKey }) => slotScope(deviceModelId, slotKey))];
  const rows = slots.flatMap(([, [first, ...others]]) => {
    if (first === undefined) return [];
    const counts = emptyCounts();
    for (const { scores } of [first, ...others]) {
      for (const score of scores) addScore(counts, score);
    }
    return [{ ...first, counts }];
  });
  await db.query(ADD, [
    new Date(now),
    rows.map(({ deviceModelId }) => deviceModelId),
    rows.map(({ slotKey }) => slotKey),
    rows.map(({ counts }) => `{${counts.join()}}`),
  ]);
}

/** Forecasts get better and fleets change: what was scored half a year ago counts half. */
const HALF_LIFE_SECONDS = (180 * DAY_MS) / 1000;

/**
 * One statement, so that a count is never lost or seen twice: of two that fold at once, each takes the
 * rows the other did not. Counts of slots that are gone, or in other bins than today's, end here.
 */
const FOLD = `
  WITH taken AS (
    DELETE FROM calibration_count RETURNING device_model_id, slot_key, at, counts
  ), bins AS (
    SELECT t.device_model_id, t.slot_key, bin.place,
      sum(bin.count * power(0.5, greatest(extract(epoch FROM $1::timestamptz - t.at)::float8, 0) / $2::float8)) AS count
    FROM taken t JOIN model_slot s ON s.device_model_id = t.device_model_id AND s.key = t.slot_key
    CROSS JOIN LATERAL unnest(t.counts) WITH ORDINALITY AS bin(count, place)
    WHERE cardinality(t.counts) = $3
    GROUP BY t.device_model_id, t.slot_key, bin.place
  )
  INSERT INTO calibration_count (device_model_id, slot_key, at, counts)
  SELECT device_model_id, slot_key, $1::timestamptz, array_agg(count::real ORDER BY place) FROM bins
  GROUP BY device_model_id, slot_key`;

/** Sums the rows of every slot into one, older counts weighing less. */
export async function foldCalibration(db: Queryable, now: Instant): Promise<void> {
  await db.query(FOLD, [new Date(now), HALF_LIFE_SECONDS, SCORE_COUNTS]);
}

interface Slot {
  readonly deviceModelId: string;
  readonly key: string;
}

/** The counts of several slots together; empty when nothing was ever scored. */
export type CalibrationOf = (slots: readonly Slot[]) => readonly number[];

export async function loadCalibration(db: Queryable): Promise<CalibrationOf> {
  const { rows } = await db.query<Slot & { counts: readonly number[] }>(
    'SELECT device_model_id AS "deviceModelId", slot_key AS key, counts FROM calibration_count WHERE cardinality(counts) = $1',
    [SCORE_COUNTS],
  );
  const bySlot = Map.groupBy(rows, ({ deviceModelId, key }) => slotScope(deviceModelId, key));
  return (slots) => {
    const found = slots.flatMap(({ deviceModelId, key }) => bySlot.get(slotScope(deviceModelId, key)) ?? []);
    if (found.length === 0) return [];
    const sum = emptyCounts();
    for (const { counts } of found) {
      for (const [bin, count] of counts.entries()) sum[bin] = (sum[bin] ?? 0) + count;
    }
    return sum;
  };
}
