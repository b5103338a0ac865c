import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalWindow, holdBetween } from '../../core/holds.ts';
import type { ConsumableState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { type ConsumableEvent, DAY_MS, HOUR_MS, type StepContext } from '../../core/types.ts';
import {
  contextWith,
  daily,
  measured,
  morning,
  openOrder,
  proposalOf,
  questionOf,
  reading,
  START,
  steady,
} from './engine-support.ts';

const SETTINGS = contextWith().settings;
/** Toner at 40 % after 40 days of one and a half percent a day; then nothing is heard. */
const { state: SILENT } = step(null, daily(steady(1, 0.015, 41)), contextWith(), morning(40) + HOUR_MS);
const later = (day: number, context: Partial<StepContext> = {}, state: ConsumableState | null = SILENT) =>
  step(state, [], contextWith(context), morning(day) + HOUR_MS);
/** As if every reading were young enough: what the guard keeps from ordering. */
const unguarded = { settings: { ...SETTINGS, cancelWindowMs: 0, staleAfterMs: 900 * DAY_MS } };
const firstDay = (from: number, is: (day: number) => boolean): number => {
  for (let day = from; day < from + 60; day += 1) if (is(day)) return day;
  throw new Error('never');
};

describe('a question where the level is not seen', () => {
  const strategies = ['respond', 'coach', 'curated', 'automatic'] as const;
  // Silent for more than a week counts as stale, so that there is time for an answer.
  const stale = { settings: { ...SETTINGS, staleAfterMs: 7 * DAY_MS } };
  const asked = firstDay(41, (day) => later(day, stale).decision.outcome === 'ask');

  it('is a proposal without consent, asked before a trusted device would be ordered for, and for now', () => {
    const question = questionOf(later(asked, stale));
    expect(question).toMatchObject({ status: 'proposed', consentId: null, because: 'not-seen', quantity: 1 });
    const would = firstDay(asked, (day) => later(day, unguarded).decision.outcome === 'order');
    expect(would).toBeGreaterThan(asked);
    expect(question?.placeAt).toBe(morning(asked) + HOUR_MS + SETTINGS.cancelWindowMs);
  });

  it('says what is not seen, what is believed, and asks; no day to order on', () => {
    expect(later(asked, stale).decision.sentence).toMatch(
      /^Black toner: no reading has come since 11 October, so we .* By what is usual it lasts until about .* Shall we order one now, so that it is there in time\?$/,
    );
  });

  it('is put to who wants orders, not to who wants reminders or the button', () => {
    const put = strategies.map(
      (strategy) => questionOf(later(asked + 30, { ...stale, strategy })) !== undefined,
    );
    expect(put).toEqual([false, false, true, true]);
  });

  it('is not put where something else refuses, or nobody sells it; nor where the device will say by itself', () => {
    const ask = (context: Partial<StepContext>) => questionOf(later(asked + 30, { ...stale, ...context }));
    expect(ask({})).toBeDefined();
    expect(ask({ mandate: null })).toBeUndefined();
    expect(ask({ offer: null })).toBeUndefined();
    expect(ask({ skipUntil: morning(200) })).toBeUndefined();
    expect(ask({ halts: [{ scope: 'global', reason: 'a recall' }] })).toBeUndefined();
    const first = step(null, daily([0.05]), contextWith(), morning(0) + HOUR_MS);
    expect([first.decision.outcome, questionOf(first)]).toEqual(['ask', undefined]);
    const fallen = step(
      SILENT,
      [reading(morning(41), 42, measured(0.03))],
      contextWith(),
      morning(41) + HOUR_MS,
    );
    expect(questionOf(fallen)).toBeUndefined();
  });

  it('is about an order of which no parcel comes while the customer is away', () => {
    const calendar = {
      ...{ timeZone: 'Europe/Berlin', closures: [] },
      holds: [{ from: '2026-10-27', to: '2026-11-15' }],
    };
    const days = Array.from({ length: 60 }, (_, i) => later(48 + i, { ...stale, calendar }));
    const put = days.flatMap((result) => questionOf(result) ?? []);
    expect(put.length).toBeGreaterThan(20);
    for (const { placeAt } of put) {
      const { from, to } = arrivalWindow(placeAt, contextWith().leadTime, calendar);
      expect(holdBetween(from, to, calendar.holds)).toBeUndefined();
    }
    expect(days.some(({ decision }) => decision.sentence.includes('You are away'))).toBe(true);
  });

  it('whatever is heard and however: untrusted telemetry is never announced, and a question is for now', () => {
    const level = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }).map(measured),
      fc.constantFrom({ kind: 'some' as const }, { kind: 'unknown' as const }),
    );
    const heard = fc.tuple(level, fc.boolean(), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(
        fc.array(heard, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...strategies),
        (events, strategy) => {
          let state: ConsumableState | null = SILENT;
          let day = 40;
          for (const [seen, historical, days] of events) {
            day += days;
            const event = reading(morning(day), day, seen, { historical });
            const result = step(state, [event], contextWith({ strategy }), morning(day) + HOUR_MS);
            state = result.state;
            if (!result.trusted) expect(proposalOf(result)).toBeUndefined();
            const question = questionOf(result);
            if (question === undefined) continue;
            expect(result.trusted).toBe(false);
            expect(question.status).toBe('proposed');
            const delay = strategy === 'automatic' ? SETTINGS.cancelWindowMs : 0;
            expect(question.placeAt).toBe(morning(day) + HOUR_MS + delay);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('control: without the guard the same silence is announced', () => {
    expect(proposalOf(later(asked + 30, unguarded))?.status).toBe('announced');
  });
});

describe('a question that nobody has answered', () => {
  const unanswered = { ...openOrder(morning(50)), status: 'proposed' as const, unanswered: true };
  const whenOpen = (event: ConsumableEvent[], context: Partial<StepContext> = {}) => {
    const now = Math.max(START, ...event.map(({ at }) => at)) + HOUR_MS;
    return step(SILENT, event, contextWith({ openOrder: unanswered, ...context }), now);
  };
  const types = ({ commands }: ReturnType<typeof step>) => commands.map(({ type }) => type);
  const read = (levels: readonly number[], from = 52) => daily(levels, from);

  it('gives way to the order that the engine can make again', () => {
    const low = whenOpen(read([0.12, 0.11]));
    expect(types(low)).toEqual(['withdraw-order', 'propose-order']);
    expect(proposalOf(low)?.status).toBe('announced');
    expect(low.commands[0]).toMatchObject({ orderId: 'order-1', said: [['level-known', {}]] });
  });

  it('is withdrawn when the level is fine, but not when it would be put again were the level lost', () => {
    const fine = whenOpen(read([0.39, 0.385], 41), { openOrder: { ...unanswered, createdAt: morning(40) } });
    expect([fine.decision.outcome, ...types(fine)]).toEqual(['nothing', 'withdraw-order']);
    const soon = whenOpen(read([0.225, 0.22]));
    expect(step(SILENT, read([0.225, 0.22]), contextWith(), morning(53) + HOUR_MS).decision.outcome).toBe(
      'nothing',
    );
    expect([soon.decision.outcome, ...types(soon)]).toEqual(['wait']);
    expect(soon.evaluateAt).toBeLessThanOrEqual(morning(53) + HOUR_MS + 7 * DAY_MS);
  });

  it('is withdrawn when a new one was put in, or the consent is gone', () => {
    expect(types(whenOpen([{ type: 'replaced', at: morning(55) }]))).toContain('withdraw-order');
    const gone = whenOpen([reading(morning(60), 61, { kind: 'some' })], { mandate: null });
    expect(types(gone)).toEqual(['withdraw-order']);
    expect(gone.commands[0]).toMatchObject({ said: [['no-consent', {}]] });
  });

  it('stays as long as nothing is seen, and what is known again but may not be ordered by itself', () => {
    const vague = whenOpen([reading(morning(60), 61, { kind: 'some' })]);
    expect([vague.decision.outcome, ...types(vague)]).toEqual(['wait']);
    expect(vague.decision.sentence).toContain('wait for your answer');
    const spent = whenOpen(read([0.12, 0.11]), { spend: { minor: 40_000, orders: 1, lastOrderAt: null } });
    expect([spent.decision.outcome, ...types(spent)]).toEqual(['wait']);
    expect(spent.evaluateAt).toBeLessThanOrEqual(morning(54) + HOUR_MS);
  });

  it('control: one that was answered stays, whatever is seen', () => {
    const answered = { ...unanswered, unanswered: false };
    expect(types(whenOpen(read([0.12, 0.11]), { openOrder: answered }))).toEqual([]);
    expect(types(whenOpen(read([0.39, 0.385], 41), { openOrder: answered }))).toEqual([]);
  });
});
