import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsumableState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { type ConsumableEvent, DAY_MS, HOUR_MS, type Level } from '../../core/types.ts';
import {
  contextWith,
  daily,
  firstOrderDay,
  history,
  measured,
  morning,
  openOrder,
  proposalOf,
  reading,
  steady,
} from './engine-support.ts';

/** Each guard stands beside a control: the same history without what the guard looks at does order. */
const healthy = steady(0.85, 0.01, 30);
const then = (levels: readonly (Level | number)[], from = 30): ConsumableEvent[] =>
  levels.map((level, i) =>
    reading(morning(from + i), from + i + 1, typeof level === 'number' ? measured(level) : level),
  );
const ordersAfter = (levels: readonly (Level | number)[]): boolean =>
  firstOrderDay(history([...daily(healthy), ...then(levels)])) !== null;

describe('no order without trusted telemetry', () => {
  it('a false zero does not order; a zero that stays does', () => {
    expect(ordersAfter([0])).toBe(false);
    expect(ordersAfter([0, 0.54, 0.53])).toBe(false);
    expect(ordersAfter([0, 0, 0, 0])).toBe(true);
  });

  it('one sudden fall does not order; a confirmed one does', () => {
    expect(ordersAfter([0.1, 0.54])).toBe(false);
    expect(ordersAfter([0.1, 0.1, 0.1, 0.1])).toBe(true);
  });

  it('"some" and "unknown" never order, however low it was; the same level measured does', () => {
    const low = steady(0.85, 0.025, 25);
    const run = (level: Level) => {
      let state: ConsumableState | null = null;
      for (const event of daily(low)) {
        state = step(
          state,
          [event],
          contextWith({ openOrder: openOrder(event.at) }),
          event.at + HOUR_MS,
        ).state;
      }
      return step(state, [reading(morning(25), 26, level)], contextWith(), morning(25) + HOUR_MS);
    };
    for (const kind of ['some', 'unknown'] as const) {
      const result = run({ kind });
      expect(proposalOf(result)).toBeUndefined();
      expect(result.decision.outcome).toBe('ask');
    }
    expect(proposalOf(run(measured(0.2)))).toBeDefined();
  });

  it('a device that never measures orders nothing, whatever time passes', () => {
    const vague = Array.from({ length: 200 }, (_, i) => reading(morning(i), i + 1, { kind: 'some' }));
    expect(firstOrderDay(history(vague))).toBeNull();
  });

  it('historical readings are evidence of use but never order; live ones do', () => {
    const past = daily(steady(0.5, 0.02, 22)).map((event) => ({ ...event, historical: true }));
    const context = contextWith();
    const read = step(null, past, context, morning(22));
    expect(read.decision.outcome).toBe('ask');
    expect(read.state.model.rate).toBeGreaterThan(0.015);
    expect(proposalOf(step(null, daily(steady(0.5, 0.02, 22)), context, morning(22)))).toBeDefined();
  });

  it('a swap told late is learned from and orders nothing by itself; a live reading after it lets it act', () => {
    const late = (at: number, historical: boolean): ConsumableEvent => ({ type: 'replaced', at, historical });
    const used = daily(steady(0.36, 0.02, 15));
    const later = morning(18) + HOUR_MS;
    const run = (historical: boolean, more: readonly ConsumableEvent[] = []) =>
      step(null, [...used, late(morning(15), historical), ...more], contextWith(), later);
    expect(run(true).decision.onHand).toBeGreaterThan(0.9);
    expect(run(true).trusted).toBe(false);
    expect(run(false).trusted).toBe(true);
    const seen = [reading(morning(17), 18, measured(0.96))];
    expect(run(true, seen)).toEqual({ ...run(false, seen), state: run(true, seen).state });
    expect(run(true, seen).trusted).toBe(true);
  });

  it('whatever is told late: without a live reading after it there is no order', () => {
    const low = daily([0.3, 0.24, 0.18, 0.12]);
    const event = fc.record({
      type: fc.constant('replaced' as const),
      at: fc.integer({ min: morning(3) + 1, max: morning(9) }),
      historical: fc.constant(true),
    });
    const context = contextWith();
    expect(proposalOf(step(null, low, context, morning(4)))).toBeDefined();
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (events, level) => {
          const past = reading(morning(9) + 1, 10, measured(level), { historical: true });
          for (const told of [events, [...events, past]]) {
            const { state } = step(null, low, context, morning(4));
            expect(proposalOf(step(state, told, context, morning(10)))).toBeUndefined();
          }
        },
      ),
    );
  });

  it('stale readings ask instead of ordering', () => {
    const { state } = step(null, daily(steady(0.6, 0.012, 20)), contextWith(), morning(20));
    const silent = step(state, [], contextWith(), morning(40));
    expect(silent.decision.outcome).toBe('ask');
    expect(
      proposalOf(
        step(
          state,
          [],
          contextWith({ settings: { ...contextWith().settings, staleAfterMs: 60 * DAY_MS } }),
          morning(40),
        ),
      ),
    ).toBeDefined();
  });

  it('the first reading of a new device orders nothing by itself; the second of a low one does', () => {
    const [first, second] = history(daily([0.05, 0.05]));
    expect(first?.result.decision.outcome).toBe('ask');
    expect(second === undefined ? undefined : proposalOf(second.result)).toBeDefined();
    expect(history(daily([0.8]))[0]?.result.decision.outcome).toBe('nothing');
  });

  it('a reading from the future is not evidence', () => {
    const future = reading(morning(200), 99, measured(0));
    const a = step(null, [...daily(healthy), future], contextWith(), morning(30));
    const b = step(null, daily(healthy), contextWith(), morning(30));
    expect(a.state).toEqual(b.state);
  });
});

describe('swaps and spares', () => {
  const filled = (events: readonly ConsumableEvent[]) =>
    history(events).filter(({ result }) => result.commands.some(({ type }) => type === 'installed'));

  it('a shaken cartridge is not a swap; a new one is, once', () => {
    expect(filled([...daily(healthy), ...then([0.62, 0.61, 0.55, 0.54])])).toHaveLength(0);
    expect(filled([...daily(healthy), ...then([0.99, 0.98, 0.97])])).toHaveLength(1);
    expect(filled([...daily(healthy), ...then([0.8, 0.79, 0.78])])).toHaveLength(1);
  });

  it('a false fall that comes back is no swap and takes no spare; a new filling after it is and does', () => {
    const wild = { ...contextWith().profile, gaugeQuantum: 0.1, gaugeNoise: 0.01 };
    const shelf: ConsumableEvent = { type: 'shelf-count', at: morning(0) - HOUR_MS, quantity: 1 };
    const bars = steady(0.85, 0.012, 30).map((level) => Math.round(level * 10) / 10);
    const run = (levels: readonly number[]) =>
      history([shelf, ...daily(bars), ...then(levels)], contextWith({ profile: wild })).at(-1)?.result
        .decision.onShelf;
    expect(run([0, 0.5, 0.5, 0.5])).toBe(1);
    expect(run([0, 0, 0.9, 0.9])).toBe(0);
  });

  it('another serial is a swap even at the same level', () => {
    const named = (serial: string) => (event: ConsumableEvent) =>
      event.type === 'reading' ? { ...event, supplySerial: serial } : event;
    const events = [...daily(healthy).map(named('A')), ...then([0.55, 0.54]).map(named('B'))];
    expect(filled(events)).toHaveLength(1);
    expect(filled([...daily(healthy).map(named('A')), ...then([0.55, 0.54]).map(named('A'))])).toHaveLength(
      0,
    );
  });

  it('the customer saying "replaced" and the gauge showing it are one swap', () => {
    const events = [
      ...daily(healthy),
      { type: 'replaced' as const, at: morning(30) },
      ...then([0.99, 0.98], 31),
    ];
    expect(filled(events)).toHaveLength(1);
  });

  it('a whole cartridge printed during silence is a swap by the page counter, not without one', () => {
    const pages = (counts: boolean) => (event: ConsumableEvent, i: number) =>
      event.type === 'reading'
        ? {
            ...event,
            useCounter: counts ? 1000 + Math.round((event.at - morning(0)) / DAY_MS) * 25 : null,
            seq: i,
          }
        : event;
    // 90 days of silence at 25 pages a day: 2,250 of 2,500 pages, yet the level is nearly where it was.
    const events = [...daily(healthy), ...then([0.66, 0.65], 120)];
    const profile = { ...contextWith().profile, yieldUses: 2500 };
    const swaps = (counts: boolean) =>
      history(events.map(pages(counts)), contextWith({ profile })).filter(({ result }) =>
        result.commands.some(({ type }) => type === 'installed'),
      ).length;
    expect(swaps(true)).toBe(1);
  });

  it('a spare on the shelf holds the order back; an empty device beside it speaks against the spare', () => {
    const low = daily(steady(0.4, 0.02, 20));
    const context = contextWith();
    const shelf: ConsumableEvent = { type: 'shelf-count', at: morning(0) - HOUR_MS, quantity: 1 };
    expect(firstOrderDay(history(low, context))).not.toBeNull();
    expect(firstOrderDay(history([shelf, ...low], context))).toBeNull();
    const empty = then(new Array<number>(10).fill(0), 20);
    expect(firstOrderDay(history([shelf, ...low, ...empty], context))).toBeGreaterThan(20);
  });

  it('a delivery told twice is one spare', () => {
    const delivery: ConsumableEvent = { type: 'delivered', at: morning(3), orderId: 'o1', quantity: 1 };
    const events = [...daily(healthy.slice(0, 12)), delivery];
    const once = step(null, events, contextWith(), morning(12));
    expect(once.decision.onShelf).toBe(1);
    expect(step(once.state, [delivery], contextWith(), morning(13)).decision.onShelf).toBe(1);
  });
});

describe('one order at a time, and only when allowed', () => {
  // Day 15 is a Wednesday: an order decided then arrives earlier than one decided on Thursday.
  const low = steady(0.36, 0.02, 15);

  it('an open order means waiting; without it the same state orders', () => {
    const { state } = step(null, daily(low), contextWith({ openOrder: openOrder(morning(1)) }), morning(15));
    expect(
      step(state, [], contextWith({ openOrder: openOrder(morning(1)) }), morning(15)).decision.outcome,
    ).toBe('wait');
    expect(step(state, [], contextWith(), morning(15)).decision.outcome).toBe('order');
  });

  it('strategies decide how far it goes', () => {
    const outcome = (strategy: 'respond' | 'coach' | 'curated' | 'automatic') =>
      step(null, daily(low), contextWith({ strategy }), morning(15));
    expect(outcome('respond').decision.outcome).toBe('nothing');
    expect(outcome('coach').decision.outcome).toBe('ask');
    expect(proposalOf(outcome('curated'))?.status).toBe('proposed');
    expect(proposalOf(outcome('automatic'))?.status).toBe('announced');
    expect(proposalOf(outcome('automatic'))?.placeAt).toBeGreaterThanOrEqual(morning(15) + DAY_MS);
  });

  it('a halt blocks and says why', () => {
    const halted = step(
      null,
      daily(low),
      contextWith({ halts: [{ scope: 'global', reason: 'price error' }] }),
      morning(15),
    );
    expect(halted.decision.outcome).toBe('blocked');
    expect(halted.decision.sentence).toContain('price error');
  });
});
