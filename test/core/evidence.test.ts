import { describe, expect, it } from 'vitest';
import { fold } from '../../core/fold.ts';
import { afterAnswer } from '../../core/lead-time.ts';
import { step } from '../../core/step.ts';
import type { ConsumableEvent, Level } from '../../core/types.ts';
import { HOUR_MS } from '../../core/types.ts';
import {
  contextWith,
  daily,
  history,
  measured,
  morning,
  reading,
  START,
  steady,
  TONER,
} from './engine-support.ts';

const context = contextWith();
const delivery = (day: number, orderId: string): ConsumableEvent => ({
  type: 'delivered',
  at: morning(day) - HOUR_MS,
  orderId,
  quantity: 1,
});

/** Six weeks of use to empty beside a spare that nobody ever puts in. */
const emptied = daily([...steady(0.8, 0.025, 32), ...new Array<number>(10).fill(0)]);
const spare: ConsumableEvent = { type: 'shelf-count', at: START, quantity: 1 };
const doubtAfter = (events: readonly ConsumableEvent[]) => {
  const { tip } = fold(null, events, context, morning(80));
  return { shelf: tip.shelf, doubt: tip.shelfDoubt };
};

describe('a spare that may not be there', () => {
  it('stays doubted when what was delivered was put in instead', () => {
    const refilled = daily(steady(1, 0.02, 10), 42);
    const missing = doubtAfter([spare, ...emptied, delivery(42, 'o1'), ...refilled]);
    expect(missing.shelf).toBe(1);
    expect(missing.doubt).toBeGreaterThan(0.5);
    const present = doubtAfter([
      spare,
      ...emptied.slice(0, 32),
      delivery(32, 'o1'),
      ...daily(steady(1, 0.02, 10), 32),
    ]);
    expect(present.shelf).toBe(1);
    expect(present.doubt).toBeLessThan(0.1);
  });

  it('is believed again when the delivery is not put in either: the gauge lies, not the shelf', () => {
    const stillZero = daily(new Array<number>(6).fill(0), 42);
    expect(doubtAfter([spare, ...emptied]).doubt).toBeGreaterThan(0.5);
    expect(doubtAfter([spare, ...emptied, delivery(42, 'o1'), ...stillZero]).doubt).toBeLessThan(0.1);
  });
});

const COARSE = { ...TONER, gaugeQuantum: 0.2, gaugeNoise: 0.01, yieldUses: 2500 };
const LOW = measured(0.1);

/** Fillings of a gauge that says only OK, LOW, OUT; 40 pages a day, LOW after `okDays` days. */
function fillings(count: number, okDays: number, lowDays: number): ConsumableEvent[] {
  const life = okDays + lowDays;
  return Array.from({ length: count * life }, (_, day) => {
    const level: Level = day % life < okDays ? { kind: 'some' } : LOW;
    const read = reading(morning(day), day + 1, level, { useCounter: 1000 + 40 * day });
    const replaced: ConsumableEvent = { type: 'replaced', at: morning(day) - HOUR_MS };
    return day % life === 0 ? [replaced, read] : [read];
  }).flat();
}

describe('a gauge of OK, LOW and OUT', () => {
  const coarse = contextWith({ profile: COARSE });

  it('at the turn to LOW knows the level about, and how many pages it took to get there', () => {
    const events = fillings(2, 40, 1);
    const { tip } = fold(null, events, coarse, morning(82));
    expect(tip.level).toBeGreaterThan(0.08);
    expect(tip.level).toBeLessThan(0.2);
    // 85 % of a filling in 1,600 pages, not the maker's 2,500 a filling.
    expect(tip.wear / tip.wearUses).toBeCloseTo(0.85 / 1600, 4);
  });

  it('asks while there is time for an answer, before LOW', () => {
    const asked = history(fillings(4, 40, 6), coarse).filter(
      ({ result }) => result.decision.outcome === 'ask',
    );
    const third = asked.map(({ day }) => day - 2 * 46).filter((day) => day >= 0 && day < 46);
    expect(third[0]).toBeLessThan(38);
    expect(third[0]).toBeGreaterThan(10);
  });
});

describe('a jump whose next reading is elsewhere', () => {
  const bin = {
    ...TONER,
    polarity: 'fills' as const,
    gaugeQuantum: 0.2,
    gaugeNoise: 0.02,
    typicalLifeDays: 4,
  };
  const fillsFast = [1, 0.8, 0.6, 0.4, 0.2, 1, 0.8, 0.4, 0.2, 1, 0.8, 0.6, 0.2, 1, 0.8, 0.4, 1, 1, 0.6, 0.4];
  const swapsOf = (levels: readonly number[], profile: typeof TONER) =>
    history(daily(levels), contextWith({ profile }))
      .flatMap(({ result }) => result.commands)
      .filter(({ type }) => type === 'installed').length;

  it('was true where such use is usual: a bin that fills in a day and is emptied the next', () => {
    const before = swapsOf([...fillsFast, 1, 1, 1], bin);
    expect(swapsOf([...fillsFast, 1, 0, 1, 1], bin)).toBe(before + 1);
  });

  it('was false where it is not: a cartridge that lasts for months', () => {
    expect(swapsOf([...steady(1, 0.01, 30), 0.1, 0.69, 0.68], TONER)).toBe(0);
    expect(swapsOf([...steady(0.6, 0.01, 30), 0.9, 0.29, 0.28], TONER)).toBe(0);
  });

  it('a rise with a fall that only use explains after it was a swap', () => {
    const fast = { ...TONER, typicalLifeDays: 12 };
    const delivered: ConsumableEvent = { type: 'shelf-count', at: START, quantity: 1 };
    const levels = [...steady(1, 0.08, 10), 0.55, 0.28, 0.2];
    const seen = history([delivered, ...daily(levels)], contextWith({ profile: fast }));
    expect(seen.flatMap(({ result }) => result.commands).some(({ type }) => type === 'installed')).toBe(true);
  });
});

describe('weeks without use', () => {
  const modelOf = (isRest: (week: number) => boolean) => {
    let level = 1;
    const levels = Array.from({ length: 210 }, (_, day) => {
      level -= isRest(Math.floor(day / 7)) ? 0 : 0.03 / 7;
      return Math.max(Math.round(level * 1000) / 1000, 0.02);
    });
    return fold(null, daily(levels), context, morning(300)).tip;
  };

  it('count as rest more than as use in bursts: how steady the other weeks are is not forgotten', () => {
    const busy = modelOf(() => false);
    const resting = modelOf((week) => week % 4 >= 2);
    expect(busy.idleShare).toBeLessThan(0.05);
    expect(resting.idleShare).toBeGreaterThan(0.15);
    expect(resting.jitter).toBeLessThan(2);
  });
});

describe('an order that waits for an answer', () => {
  it('takes both waits', () => {
    const { pmf } = afterAnswer({ pmf: [0, 0.5, 0.5] });
    expect(pmf.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    const mean = (list: readonly number[]) => list.reduce((sum, p, days) => sum + p * days, 0);
    expect(mean(pmf)).toBeCloseTo(1.5 + mean(afterAnswer({ pmf: [1] }).pmf), 12);
  });

  it('of a device that falls silent goes out before the readings are too old to order by themselves', () => {
    const { state } = fold(null, daily(steady(0.75, 0.012, 20)), context, morning(20));
    const silent = Array.from({ length: 22 }, (_, i) => morning(20 + i) + HOUR_MS);
    const first = silent
      .map((now) => ({ now, outcome: stepAt(state, now) }))
      .find(({ outcome }) => outcome !== 'nothing');
    expect(first?.outcome).toBe('order');
  });
});

function stepAt(state: Parameters<typeof step>[0], now: number): string {
  return step(state, [], context, now).decision.outcome;
}

describe('the newest days', () => {
  const busy = [...steady(0.9, 0.01, 36), ...steady(0.5, 0.04, 5)];
  const rateOf = (levels: readonly number[], quantum: number) => {
    const fine = contextWith({ profile: { ...TONER, gaugeQuantum: quantum } });
    const shown = levels.map((level) => Math.round(level / quantum) * quantum);
    return fold(null, daily(shown), fine, morning(levels.length)).tip.rate;
  };

  it('count before their block is complete, as far as the gauge can tell them', () => {
    const before = rateOf(busy.slice(0, 36), 0.01);
    expect(rateOf(busy, 0.01)).toBeGreaterThan(1.1 * before);
    // Steps of a tenth say little of five days: only what a step that came told.
    const coarse = rateOf(busy.slice(0, 36), 0.1);
    expect(rateOf(busy, 0.1) / coarse).toBeLessThan((0.9 * rateOf(busy, 0.01)) / before);
  });

  it('are for decisions alone: what is kept learns from whole blocks', () => {
    const { state, tip } = fold(null, daily(busy), context, morning(41));
    const again = fold(state, [], context, morning(41));
    expect(again.state).toEqual(state);
    expect(again.tip.rate).toBe(tip.rate);
    expect(state.model.rate).toBeLessThan(tip.rate);
  });
});
