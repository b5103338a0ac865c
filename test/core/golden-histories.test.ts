import { describe, expect, it } from 'vitest';
import type { ConsumableState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { type ConsumableEvent, DAY_MS, HOUR_MS, type OpenOrder, type StepContext } from '../../core/types.ts';
import {
  contextWith,
  daily,
  measured,
  morning,
  openOrder,
  reading,
  steady,
  TONER,
} from './engine-support.ts';

/**
 * One series of readings in, the whole series of decisions out, by day: outcome, level, shelf, run-out
 * dates, commands, next look, sentence. A change of the engine shows here in the customer's words.
 * Orders are delivered `LEAD_DAYS` after their placement, as the shell would tell.
 */
const LEAD_DAYS = 5;

function decisions(events: readonly ConsumableEvent[], context: StepContext): string {
  let state: ConsumableState | null = null;
  let open: (OpenOrder & { arrivesAt: number }) | null = null;
  const lines: string[] = [];
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    const now = event.at + HOUR_MS;
    const batch: ConsumableEvent[] = [event];
    if (open !== null && open.arrivesAt <= event.at) {
      batch.unshift({
        type: 'delivered',
        at: open.arrivesAt,
        orderId: open.orderId,
        quantity: open.quantity,
      });
      open = null;
    }
    const result = step(state, batch, { ...context, openOrder: open }, now);
    state = result.state;
    lines.push(line(result, now));
    for (const command of result.commands) {
      if (command.type !== 'propose-order') continue;
      open = {
        ...openOrder(now),
        orderId: `order-${now}`,
        quantity: command.quantity,
        arrivesAt: command.placeAt + LEAD_DAYS * DAY_MS,
      };
    }
  }
  return `${lines.join('\n')}\n`;
}

const date = (at: number | null): string => (at === null ? '-' : new Date(at).toISOString().slice(0, 10));

function line({ decision, commands, evaluateAt }: ReturnType<typeof step>, now: number): string {
  const { forecast } = decision;
  const dates = forecast === null ? '-' : [forecast.p10, forecast.p50, forecast.p90].map(date).join(' ');
  const told = commands.map((command) => {
    if (command.type === 'installed') return `installed ${date(command.at)}`;
    if (command.type === 'withdraw-order') return `withdraw ${command.orderId}`;
    return `${command.because === undefined ? command.status : 'asked'} ×${command.quantity} ${date(command.placeAt)}`;
  });
  const level = `${Math.round(decision.onHand * 1000) / 10} % +${decision.onShelf}`;
  const look = `look ${date(evaluateAt)}`;
  return [date(now), decision.outcome, level, dates, told.join(', ') || '-', look, decision.sentence].join(
    ' | ',
  );
}

const printer = { ...TONER, yieldUses: 2500 };
const pages = (levels: readonly number[], perLevel: number, from: number): ConsumableEvent[] =>
  levels.map((level, i) =>
    reading(morning(from + i), from + i + 1, measured(level), { useCounter: 1000 + (from + i) * perLevel }),
  );

const CASES: Readonly<Record<string, { events: ConsumableEvent[]; context: StepContext }>> = {
  'steady-use-to-order-and-swap': {
    events: daily([...steady(0.6, 0.015, 40), ...steady(1, 0.015, 20)]),
    context: contextWith(),
  },
  'first-reading-already-low': { events: daily(steady(0.07, 0.01, 6)), context: contextWith() },
  'false-zero-and-rebound': {
    events: daily([0.5, 0.49, 0, 0.48, 0.47, 0.46, 0.46, 0.52, 0.51, 0.45, 0.44]),
    context: contextWith(),
  },
  'some-and-unknown-never-order': {
    events: [
      ...daily(steady(0.2, 0.01, 8)),
      ...[8, 9, 10, 11, 12].map((day) =>
        reading(morning(day), day + 1, { kind: day % 2 === 0 ? 'some' : 'unknown' }),
      ),
    ],
    context: contextWith(),
  },
  'ten-percent-gauge': {
    events: daily(steady(0.9, 0.018, 52).map((level) => Math.round(level * 10) / 10)),
    context: contextWith({ profile: { ...TONER, gaugeQuantum: 0.1, gaugeNoise: 0.01 } }),
  },
  'page-counter-through-a-silence': {
    events: [...pages(steady(0.9, 0.02, 25), 50, 0), ...pages(steady(0.7, 0.02, 8), 50, 65)],
    context: contextWith({ profile: printer }),
  },
  'vacation-hold': {
    events: daily(steady(0.5, 0.015, 30)),
    context: contextWith({
      calendar: {
        timeZone: 'Europe/Berlin',
        closures: [],
        holds: [{ from: '2026-09-25', to: '2026-10-11' }],
      },
    }),
  },
  'no-consent': { events: daily(steady(0.3, 0.02, 14)), context: contextWith({ mandate: null }) },
  'curated-proposal': {
    events: daily(steady(0.3, 0.02, 14)),
    context: contextWith({ strategy: 'curated', mandate: null }),
  },
};

describe('golden histories', () => {
  for (const [name, { events, context }] of Object.entries(CASES)) {
    it(name, async () => {
      await expect(decisions(events, context)).toMatchFileSnapshot(`golden/${name}.txt`);
    });
  }
});
