import { usageShift } from './blocks.ts';
import { localDate } from './calendar.ts';
import { type Phrase, type Said, say } from './phrases/phrase.ts';
import type { Weighing } from './reorder.ts';
import type { Model } from './state.ts';
import type { Trust } from './trust.ts';
import type { DecisionOutcome, Forecast, GateVerdict, Instant, StepContext } from './types.ts';

function lasts({ profile, calendar }: StepContext, forecast: Forecast, now: Instant): Phrase {
  const { name } = profile;
  const date = (at: Instant) => localDate(at, calendar.timeZone);
  const { p10, p50, p90 } = forecast;
  if (p50 === null) return say('last-years', { name });
  if (p50 <= now) return say('used-up', { name });
  return say('lasts', {
    name,
    p10: p10 === null ? null : date(Math.max(p10, now)),
    p50: date(p50),
    p90: p90 === null ? null : date(p90),
    today: date(now),
  });
}

export interface Explanation {
  readonly outcome: DecisionOutcome;
  readonly forecast: Forecast | null;
  readonly weighing: Weighing | null;
  readonly trust: Trust;
  readonly gates: readonly GateVerdict[];
  readonly placeAt: Instant | null;
  /** Why it arrives before or after a hold; absent or null: no hold moved it. */
  readonly moved?: Phrase | null;
  /** So many the customer is asked about, because the level is not seen; absent or null: nobody is asked. */
  readonly asksFor?: number | null;
  readonly model: Model;
  readonly context: StepContext;
  readonly now: Instant;
}

/** "Use is up 30 % since 4 November." when it is. */
function shiftOf(model: Model, now: Instant, timeZone: string): Said {
  const shift = usageShift(model);
  if (shift === 0 || model.shiftAt === 0) return [];
  const share = Math.abs(Math.exp(shift) - 1);
  const since = localDate(model.shiftAt, timeZone);
  return [say('use-shift', { share, up: shift > 0, since, today: localDate(now, timeZone) })];
}

/** What is not seen and since when, what is believed, and the question. */
function whyAsked(
  { model, context, moved, now }: Explanation,
  quantity: number,
  { p10, p50, p90 }: Forecast,
): Said {
  const { name } = context.profile;
  const date = (at: Instant) => localDate(at, context.calendar.timeZone);
  const today = date(now);
  const since = model.vagueAt === 0 ? model.liveAt : model.readings === 0 ? 0 : model.vagueAt;
  const unseen = { name, since: since === 0 ? null : date(since), today };
  const ends = (at: Instant | null) => (at === null ? null : date(Math.max(at, now)));
  return [
    say(model.vagueAt === 0 ? 'level-not-heard' : 'level-not-told', unseen),
    p50 === null || p50 <= now
      ? say('used-up', { name })
      : say('lasts-usually', { p10: ends(p10), p50: date(p50), p90: ends(p90), today }),
    ...(moved == null ? [] : [moved]),
    say('shall-order', { quantity }),
  ];
}

const refusals = (gates: readonly GateVerdict[]): Said =>
  gates.filter((gate) => !gate.pass && gate.unchecked !== true).flatMap((gate) => gate.said);

function whyNothing({ model, now }: Explanation, { p50 }: Forecast): Phrase {
  if (p50 === null || p50 > now) return say('nothing-needed');
  return model.shelf >= 0.5 ? say('spare-at-hand') : say('next-readings-decide');
}

/** At least one percent: less would read as no risk at all. */
const LEAST_RISK = 0.01;

function whyOrder({ context, weighing, placeAt, now, moved }: Explanation): Said {
  const risk = Math.max(weighing?.emptyBeforeArrival ?? 0, LEAST_RISK);
  const date = (at: Instant) => localDate(at, context.calendar.timeZone);
  const order =
    context.strategy === 'automatic'
      ? say('ordered', { on: placeAt === null ? null : date(placeAt), today: date(now), risk })
      : say('prepared', { risk });
  return [...(moved == null ? [] : [moved]), order, ...autonomy(context, now)];
}

/** That the customer is asked although they chose otherwise, or is not any more. */
function autonomy({ limited, backSince, calendar, strategy }: StepContext, now: Instant): Said {
  if (limited != null) return [say('autonomy-limited'), ...limited];
  if (backSince == null || strategy !== 'automatic') return [];
  const date = (at: Instant) => localDate(at, calendar.timeZone);
  return [say('autonomy-back', { since: date(backSince), today: date(now) })];
}

/** One plain sentence or two, for the customer, with the numbers that decided. */
export function explain(explanation: Explanation): Said {
  const { context, forecast, now, outcome, trust, gates, model, asksFor } = explanation;
  const { name } = context.profile;
  if (forecast === null) return [say('about', { name }), ...trust.said, say('nothing-unknown')];
  if (asksFor != null) return whyAsked(explanation, asksFor, forecast);
  const base = [lasts(context, forecast, now), ...shiftOf(model, now, context.calendar.timeZone)];
  switch (outcome) {
    case 'wait':
      return [...base, say(context.openOrder?.unanswered === true ? 'waits-for-answer' : 'on-its-way')];
    case 'nothing':
      return [...base, whyNothing(explanation, forecast)];
    case 'order':
      return [...base, ...whyOrder(explanation)];
    case 'ask':
    case 'defer':
    case 'blocked': {
      const why = refusals(gates);
      return why.length === 0 ? [...base, say('time-to-order')] : [...base, say('time-but'), ...why];
    }
  }
}
