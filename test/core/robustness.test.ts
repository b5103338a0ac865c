import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsumableState, decodeState, encodeState, isOutdated } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { type ConsumableEvent, DAY_MS, HOUR_MS, type Level } from '../../core/types.ts';
import { contextWith, START, TONER } from './engine-support.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const level: fc.Arbitrary<Level> = fc.oneof(
  number(-0.5, 2).map((value) => ({ kind: 'measured' as const, value })),
  fc.constantFrom<Level>({ kind: 'some' }, { kind: 'unknown' }, { kind: 'measured', value: Number.NaN }),
);

/** Whatever a device, a merchant or a customer may ever send, in any order. */
const event: fc.Arbitrary<ConsumableEvent> = fc.integer({ min: 0, max: 400 * 24 }).chain((hour) => {
  const at = START + hour * HOUR_MS;
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('reading' as const),
        at: fc.constant(at),
        seq: fc.nat({ max: 2 ** 32 - 1 }),
        level,
        useCounter: fc.option(number(-10, 1e9)),
        supplySerial: fc.option(fc.constantFrom('', 'A', 'B')),
        historical: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'replaced' as const, at }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('delivered' as const),
        at: fc.constant(at),
        orderId: fc.string(),
        quantity: fc.integer({ min: 1, max: 50 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('shelf-count' as const),
        at: fc.constant(at),
        quantity: fc.nat({ max: 50 }),
      }),
    },
  );
});

const context = fc
  .record({
    gaugeQuantum: fc.constantFrom(0, 0.01, 0.05, 0.1, 0.2, 0.5, 1),
    gaugeNoise: fc.constantFrom(0, 0.005, 0.05, 0.3),
    yieldUses: fc.option(number(1, 1e6)),
    typicalLifeDays: number(0.1, 5000),
    pmf: fc.constantFrom([1], [0, 1], [0, 0, 0.5, 0.5], [0, 0, 0.2, 0.3, 0.3, 0.1, 0.05, 0, 0, 0.05]),
    hold: fc.constantFrom(null, { from: '2026-10-01', to: '2026-10-20' }, { from: '2026-11-01', to: null }),
    stockoutMinor: fc.nat({ max: 1e6 }),
    holdingPerDayMinor: fc.nat({ max: 1000 }),
    shelfLifeDays: fc.option(number(1, 60)),
    packSize: fc.integer({ min: 1, max: 12 }),
  })
  .map(
    ({
      gaugeQuantum,
      gaugeNoise,
      yieldUses,
      typicalLifeDays,
      pmf,
      hold,
      stockoutMinor,
      holdingPerDayMinor,
      shelfLifeDays,
      packSize,
    }) => {
      const base = contextWith();
      return contextWith({
        profile: { ...TONER, gaugeQuantum, gaugeNoise, yieldUses, typicalLifeDays, shelfLifeDays },
        leadTime: { pmf },
        calendar: { ...base.calendar, holds: hold === null ? [] : [hold] },
        costs: { ...base.costs, stockoutMinor, holdingPerDayMinor },
        offer: base.offer === null ? null : { ...base.offer, packSize },
      });
    },
  );

describe('any history, any setting', () => {
  it('gives finite numbers, a sentence, a later look, and a state that encodes', () => {
    fc.assert(
      fc.property(
        context,
        fc.array(fc.array(event, { maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        (settings, batches) => {
          let state: ConsumableState | null = null;
          for (const [i, batch] of batches.entries()) {
            const now = START + (i + 1) * 50 * DAY_MS;
            const { decision, evaluateAt, state: next } = step(state, batch, settings, now);
            expect(evaluateAt).toBeGreaterThan(now);
            expect(Number.isFinite(evaluateAt)).toBe(true);
            expect(decision.sentence).not.toMatch(/NaN|Infinity|undefined|null/);
            expect(decision.onHand).toBeGreaterThanOrEqual(0);
            expect(decision.onHand).toBeLessThanOrEqual(1);
            expect(decision.onShelf).toBeGreaterThanOrEqual(0);
            const { forecast } = decision;
            if (forecast !== null) {
              expect(Number.isFinite(forecast.perDay)).toBe(true);
              expect(forecast.p10 ?? 0).toBeLessThanOrEqual(forecast.p50 ?? Number.POSITIVE_INFINITY);
              expect(forecast.p50 ?? 0).toBeLessThanOrEqual(forecast.p90 ?? Number.POSITIVE_INFINITY);
            }
            const decoded = decodeState(encodeState(next));
            if (isOutdated(decoded)) throw new Error('a fresh encoding is not outdated');
            expect(decoded).toEqual(next);
            state = decoded;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
