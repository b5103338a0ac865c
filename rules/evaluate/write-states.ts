import { type CeilingMemory, nextCeiling } from '../../core/ceiling.ts';
import { predictabilityOf } from '../../core/predictability.ts';
import { encodeState } from '../../core/state.ts';
import { HOUR_MS, type Instant, type Strategy } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { Evaluation, FailedEvaluation } from './evaluation.ts';

/** The state, and beside it what screens and sweeps read. */
const UPDATE = `
  UPDATE consumable_state s SET state = t.state, evaluate_at = t.evaluate_at, evaluated_at = $2, level = t.level,
    level_at = t.level_at, on_shelf = t.on_shelf, run_out_p10 = t.p10, run_out_p50 = t.p50, run_out_p90 = t.p90,
    outcome = t.outcome, outcome_digest = t.digest, last_decision_id = t.decision_id, sentence = t.sentence,
    predictability = t.predictability::jsonb, said = t.said::jsonb, ceiling = t.ceiling::jsonb
  FROM unnest($1::uuid[], $3::bytea[], $4::timestamptz[], $5::float8[], $6::timestamptz[], $7::float8[],
      $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::uuid[], $14::text[],
      $15::text[], $16::text[], $17::text[])
    AS t(id, state, evaluate_at, level, level_at, on_shelf, p10, p50, p90, outcome, digest, decision_id, sentence,
      predictability, said, ceiling)
  WHERE s.consumable_id = t.id`;

/** Core asks for its next look in days; less than this would be a loop. */
const SHORTEST_SLEEP_MS = 60_000;

export interface EvaluatedState {
  readonly evaluation: Evaluation;
  readonly digest: string | null;
  readonly lastDecisionId: string | null;
}

const date = (at: Instant | null | undefined): Date | null => (at == null ? null : new Date(at));

export async function writeStates(
  db: Queryable,
  states: readonly EvaluatedState[],
  now: Instant,
): Promise<void> {
  if (states.length === 0) return;
  const results = states.map(({ evaluation }) => evaluation.result);
  const forecasts = results.map(({ decision }) => decision.forecast);
  const known = states.map(({ evaluation }) => spokenPredictability(evaluation, now));
  await db.query(UPDATE, [
    states.map(({ evaluation }) => evaluation.claimed.consumableId),
    new Date(now),
    results.map(({ state }) => encodeState(state)),
    results.map(({ evaluateAt }) => new Date(Math.max(evaluateAt, now + SHORTEST_SLEEP_MS))),
    // A guess is no level: screens show it as unknown.
    forecasts.map((forecast) => (forecast?.measured === true ? forecast.level : null)),
    forecasts.map((forecast) => date(forecast?.levelAt)),
    results.map(({ decision }) => decision.onShelf),
    forecasts.map((forecast) => date(forecast?.p10)),
    forecasts.map((forecast) => date(forecast?.p50)),
    forecasts.map((forecast) => date(forecast?.p90)),
    results.map(({ decision }) => decision.outcome),
    states.map(({ digest }) => digest),
    states.map(({ lastDecisionId }) => lastDecisionId),
    results.map(({ decision }) => decision.sentence),
    known.map((predictability) => JSON.stringify(predictability)),
    results.map(({ decision }) => JSON.stringify(decision.said)),
    states.map(({ evaluation }, i) => json(ceilingAfter(evaluation, known[i]?.ceiling, now))),
  ]);
}

/** What a mistake would cost stays inside: it rests on the platform's own reckoning of stock. */
function spokenPredictability({ context, result }: Evaluation, now: Instant) {
  const { leadTime, costs, offer } = context.step;
  const { forecast } = result.decision;
  const { score, widthDays, dear, ceiling, reason, said } = predictabilityOf({
    forecast,
    trusted: result.trusted,
    leadTime,
    costs,
    offer,
    now,
  });
  return { score, widthDays, dear, ceiling, reason, said };
}

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** A device that has never said anything is not unpredictable: nothing is remembered of it. */
function ceilingAfter(
  { context, result }: Evaluation,
  allowed: Strategy | undefined,
  now: Instant,
): CeilingMemory | null {
  const { memory } = context.autonomy;
  const isKnown = result.decision.forecast !== null && allowed !== undefined;
  return isKnown ? nextCeiling(memory, allowed, now) : memory;
}

/** Long enough not to fill the log, short enough that a corrected program heals the day it is installed. */
const FAILED_RETRY_MS = HOUR_MS;

/** Forgets the state, so that the next look folds the whole history again, and tells ops why. */
const SET_ASIDE = `
  WITH aside AS (
    UPDATE consumable_state s SET state = NULL, evaluate_at = $3 FROM unnest($1::uuid[], $4::text[]) AS t(id, detail)
    WHERE s.consumable_id = t.id RETURNING s.consumable_id, t.detail
  )
  INSERT INTO dead_letter (received_at, device_id, reason, detail)
  SELECT $2, c.device_id, 'evaluation-failed', format('%s of the device: %s', c.key, aside.detail)
  FROM aside JOIN consumable c ON c.id = aside.consumable_id`;

export async function setAside(
  db: Queryable,
  failures: readonly FailedEvaluation[],
  now: Instant,
): Promise<void> {
  if (failures.length === 0) return;
  await db.query(SET_ASIDE, [
    failures.map(({ claimed }) => claimed.consumableId),
    new Date(now),
    new Date(now + FAILED_RETRY_MS),
    failures.map(({ error }) => error.message),
  ]);
}
