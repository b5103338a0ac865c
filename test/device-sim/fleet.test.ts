import fc from 'fast-check';
import { expect, test } from 'vitest';
import { telemetrySchema } from '../../contracts/mqtt.ts';
import { chanceOf } from '../../device-sim/backtest/chance.ts';
import { CATALOGUE } from '../../device-sim/catalogue/catalogue.ts';
import { kindOfCatalogue, type SlotKind } from '../../device-sim/fleet/device-kind.ts';
import { measure } from '../../device-sim/fleet/gauge.ts';
import { SimDevice } from '../../device-sim/fleet/sim-device.ts';
import { SimSlot } from '../../device-sim/fleet/sim-slot.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = 6 * HOUR_MS;
const START = Date.parse('2027-03-01T00:00:00Z');
const KINDS = CATALOGUE.map(kindOfCatalogue);

const [SLOT] = KINDS.flatMap((kind) => kind.slots);
if (SLOT === undefined) throw new Error('the catalogue is empty');
const slotKind: SlotKind = { ...SLOT, yieldUses: 100, shareOfUses: 1 };
const aSlot = (level: number) => new SimSlot(slotKind, { level, yieldFactor: 1, swapBelow: 0 });

test('a slot runs dry at the moment between two instants when its filling is used up', () => {
  const slot = aSlot(0.1);
  slot.use(5, 0, HOUR_MS);
  expect(slot.level).toBeCloseTo(0.05);
  slot.use(10, HOUR_MS, 2 * HOUR_MS);
  expect(slot.emptySince).toBe(1.5 * HOUR_MS);
  expect(slot.stockouts).toEqual([1.5 * HOUR_MS]);
});

test('a spare that lay there before is no stockout; one that came later ends it, and says how late', () => {
  const stocked = aSlot(0.05);
  stocked.receive('order-1', 0, 1);
  stocked.use(10, 0, HOUR_MS);
  stocked.install(HOUR_MS);
  expect(stocked.stockouts).toEqual([]);
  expect(stocked.cycles[0]).toMatchObject({ stockout: false, orderId: 'order-1' });
  const late = aSlot(0.05);
  late.use(10, 0, HOUR_MS);
  late.receive('order-2', 24.5 * HOUR_MS, 2);
  late.install(25 * HOUR_MS);
  expect(late.cycles[0]).toMatchObject({ stockout: true, orderId: 'order-2', daysEarly: -1 });
  expect([late.level, late.shelf.length]).toEqual([1, 1]);
});

test('a gauge reads in its steps, near the truth, and nothing when empty', () => {
  const slot = fc.constantFrom(...KINDS.flatMap((kind) => kind.slots));
  fc.assert(
    fc.property(slot, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer(), (kind, level, seed) => {
      const read = measure(level, kind, chanceOf(seed, 'gauge'));
      const steps = read / kind.gaugeQuantum;
      expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-3);
      expect(Math.abs(read - level)).toBeLessThanOrEqual(kind.gaugeQuantum / 2 + 8 * kind.gaugeNoise + 1e-6);
      expect(measure(0, kind, chanceOf(seed, 'gauge'))).toBe(0);
    }),
  );
});

function deviceOf(index: number, seed: number): SimDevice {
  const kind = KINDS[index % KINDS.length];
  if (kind === undefined) throw new Error('the catalogue is empty');
  const plan = {
    name: `device ${index}`,
    kind,
    habits: 'home' as const,
    usesPerDay: 40,
    levels: {},
    patienceDays: 1,
    notifiesSwap: true,
    tellsSerial: index % 2 === 0,
  };
  return new SimDevice(plan, seed, 'Europe/Lisbon');
}

test('the same seed lives the same life, in messages that keep the protocol; absence uses nothing', () => {
  fc.assert(
    fc.property(fc.nat(KINDS.length - 1), fc.integer(), (index, seed) => {
      const [one, two] = [deviceOf(index, seed), deviceOf(index, seed)];
      for (let step = 0; step < 40; step += 1) {
        const [from, to] = [START + step * QUARTER_MS, START + (step + 1) * QUARTER_MS];
        const absent = step >= 20 && step < 30;
        const before = one.slots.map((slot) => slot.level);
        one.live(from, to, absent);
        two.live(from, to, absent);
        if (absent) expect(one.slots.map((slot) => slot.level)).toEqual(before);
        const told = one.telemetry(to);
        expect(two.telemetry(to)).toEqual(told);
        expect(telemetrySchema.safeParse(told).error).toBeUndefined();
      }
    }),
    { numRuns: 40 },
  );
});
