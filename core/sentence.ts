import { usageShift } from './blocks.ts';
import { localDate } from './calendar.ts';
import { spokenDay } from './local-date.ts';
import type { Weighing } from './reorder.ts';
import type { Model } from './state.ts';
import type { Trust } from './trust.ts';
import type { DecisionOutcome, Forecast, GateVerdict, Instant, StepContext } from './types.ts';

/** "9 December"; with the year when it is not that of `now`. */
function spokenDate(at: Instant, now: Instant, timeZone: string): string {
  const date = localDate(at, timeZone);
  const year = date.slice(0, 4);
  return year === localDate(now, timeZone).slice(0, 4) ? spokenDay(date) : `${spokenDay(date)} ${year}`;
}

function lasts(context: StepContext, forecast: Forecast, now: Instant): string {
  const { timeZone } = context.calendar;
  const { name } = context.profile;
  const say = (at: Instant): string => spokenDate(at, now, timeZone);
  if (forecast.p50 === null) return `${name} will last for years.`;
  if (forecast.p50 <= now) return `${name}: probably used up.`;
  const from = forecast.p10 === null ? null : say(Math.max(forecast.p10, now));
  const to = forecast.p90 === null ? null : say(forecast.p90);
  const interval = from !== null && to !== null && from !== to ? ` (between ${from} and ${to})` : '';
  return `${name} will last until about ${say(forecast.p50)}${interval}.`;
}

export interface Explanation {
  readonly outcome: DecisionOutcome;
  readonly forecast: Forecast | null;
  readonly weighing: Weighing | null;
  readonly trust: Trust;
  readonly gates: readonly GateVerdict[];
  readonly placeAt: Instant | null;
  /** Why it arrives before or after a hold; absent or null: no hold moved it. */
  readonly moved?: string | null;
  readonly model: Model;
  readonly context: StepContext;
  readonly now: Instant;
}

/** " Use is up 30 % since 4 November." when it is. */
function shiftOf(model: Model, now: Instant, timeZone: string): string {
  const shift = usageShift(model);
  if (shift === 0 || model.shiftAt === 0) return '';
  const share = Math.round(Math.abs(Math.exp(shift) - 1) * 100);
  return ` Use is ${shift > 0 ? 'up' : 'down'} ${share} % since ${spokenDate(model.shiftAt, now, timeZone)}.`;
}

const refusals = (gates: readonly GateVerdict[]): string =>
  gates
    .filter((gate) => !gate.pass && gate.unchecked !== true)
    .map((gate) => gate.reason)
    .join(' ');

function whyNothing({ model, now }: Explanation, { p50 }: Forecast): string {
  if (p50 === null || p50 > now) return 'Nothing needs to be ordered now.';
  return model.shelf >= 0.5 ? 'A spare should be at hand.' : 'The next readings decide whether to order.';
}

/** One plain sentence or two, for the customer, with the numbers that decided. */
export function explain(explanation: Explanation): string {
  const { context, forecast, now, outcome, placeAt, trust, gates, weighing, moved } = explanation;
  const { name } = context.profile;
  if (forecast === null) return `${name}: ${trust.reason} Nothing is ordered without knowing.`;
  const { timeZone } = context.calendar;
  const base = `${lasts(context, forecast, now)}${shiftOf(explanation.model, now, timeZone)}`;
  const risk = weighing === null ? 0 : weighing.emptyBeforeArrival;
  switch (outcome) {
    case 'wait':
      return `${base} An order is on its way.`;
    case 'nothing':
      return `${base} ${whyNothing(explanation, forecast)}`;
    case 'order': {
      const at = placeAt === null ? '' : ` on ${spokenDate(placeAt, now, context.calendar.timeZone)}`;
      const verb =
        context.strategy === 'automatic' ? `It is ordered${at}` : 'We prepared an order for you to approve';
      const why = `waiting longer would risk running out before delivery (${Math.max(Math.round(risk * 100), 1)} % today).`;
      return moved == null ? `${base} ${verb}: ${why}` : `${base} ${moved} ${verb}: ${why}`;
    }
    case 'ask':
    case 'defer':
    case 'blocked': {
      const why = refusals(gates);
      return why === ''
        ? `${base} It is time to order a new one.`
        : `${base} It is time to order, but: ${why}`;
    }
  }
}
