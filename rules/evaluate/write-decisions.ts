import { uuidv7 } from 'uuidv7';
import type { Decision, Instant, StepContext } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

/** `evaluation`: whether to order. `placement`: whether an announced order may really be placed. */
export interface DecisionRow {
  readonly id: string;
  readonly consumableId: string;
  readonly stage: 'evaluation' | 'placement';
  readonly decision: Decision;
  readonly context: StepContext;
}

export const newId = (): string => uuidv7();

const INSERT = `
  INSERT INTO decision (id, consumable_id, at, stage, outcome, sentence, inputs, forecast, gates, said)
  SELECT id, consumable_id, at, stage, outcome, sentence, inputs::jsonb, forecast::jsonb, gates::jsonb, said::jsonb
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
      $10::text[])
    AS t(id, consumable_id, at, stage, outcome, sentence, inputs, forecast, gates, said)`;

export async function writeDecisions(db: Queryable, rows: readonly DecisionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.query(INSERT, [
    rows.map(({ id }) => id),
    rows.map(({ consumableId }) => consumableId),
    rows.map(({ decision }) => new Date(decision.at)),
    rows.map(({ stage }) => stage),
    rows.map(({ decision }) => decision.outcome),
    rows.map(({ decision }) => decision.sentence),
    rows.map((row) => JSON.stringify(inputsOf(row))),
    rows.map(({ decision }) =>
      decision.forecast === null ? null : JSON.stringify(spokenForecast(decision)),
    ),
    rows.map(({ decision }) => JSON.stringify(decision.gates)),
    rows.map(({ decision }) => JSON.stringify(decision.said)),
  ]);
}

/** Everything beside the readings that the decision rests on, so that it can be explained years later. */
function inputsOf({ decision, context }: DecisionRow) {
  const { offer, leadTime, mandate, spend, strategy, openOrder, population, halts, calendar } = context;
  return {
    onHand: decision.onHand,
    onShelf: decision.onShelf,
    onOrder: decision.onOrder,
    strategy,
    offer,
    leadTimePmf: leadTime.pmf,
    consentId: mandate?.consentId ?? null,
    spend,
    openOrderId: openOrder?.orderId ?? null,
    holds: calendar.holds,
    halts,
    populationVersion: population?.version ?? null,
  };
}

const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

function spokenForecast({ forecast }: Decision) {
  if (forecast === null) return null;
  const { level, levelAt, perDay, p10, p50, p90 } = forecast;
  return { level, levelAt: iso(levelAt), perDay, p10: iso(p10), p50: iso(p50), p90: iso(p90) };
}
