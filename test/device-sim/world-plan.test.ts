import { expect, test } from 'vitest';
import { goodsOf, kindsOf } from '../../device-sim/demo/goods.ts';
import { MISDEEDS } from '../../device-sim/demo/misdeeds.ts';
import { termsOf } from '../../device-sim/demo/roles.ts';
import { planWorld } from '../../device-sim/demo/world-plan.ts';
import type { DeviceKind } from '../../device-sim/fleet/device-kind.ts';

const START = Date.parse('2027-03-01T00:00:00Z');

const captured: DeviceKind[] = Array.from({ length: 12 }, (_, i) => ({
  make: 'Real',
  model: `P${i}`,
  family: 'captured printer',
  counterKey: 'pages',
  slots: [
    {
      key: 'black',
      name: 'Black toner',
      polarity: 'depletes',
      gaugeQuantum: 0.01,
      gaugeNoise: 0,
      yieldUses: 3000,
      shareOfUses: 1,
      typicalLifeDays: 60,
      product: { sku: `P${i}-BLACK`, name: 'Black toner', unitPriceMinor: 5000, packSize: 1 },
      tells: 'level',
    },
  ],
  capture: `walk-${i}.snmprec`,
  capturedLevels: { black: 0.42 },
  capturedCounter: 100,
}));

const plan = (seed: number, devices: number) =>
  planWorld({ seed, start: START, days: 60, devices, captured });

test('a seed is one world; another is another', () => {
  expect(plan(1, 20)).toEqual(plan(1, 20));
  expect(plan(2, 20)).not.toEqual({ ...plan(1, 20), seed: 2 });
});

test.each([1, 2, 8, 20, 50])('%i devices: all there, each name once, captures among them', (devices) => {
  const world = plan(1, devices);
  const all = world.customers.flatMap((customer) => customer.devices);
  expect(all).toHaveLength(devices);
  expect(new Set(all.map(({ name }) => name)).size).toBe(devices);
  const real = all.filter(({ kind }) => kind.capture !== null);
  expect(real.length).toBe(Math.min(devices, devices === 50 ? 12 : 8));
  expect(real.every(({ levels }) => levels['black'] === 0.42)).toBe(true);
  const skus = goodsOf(world).map((item) => item.sku);
  for (const kind of kindsOf(world)) {
    for (const { product } of kind.slots) expect(skus).toContain(product.sku);
  }
});

test('twenty devices tell every story: consent missing, limited and withdrawn, holds, approvals, every fault', () => {
  const { customers, misdeeds } = plan(1, 20);
  const terms = customers.map(({ role }) => termsOf(role));
  for (const consent of ['full', 'none', 'low-price', 'budget']) {
    expect(terms.some((term) => term.consent === consent)).toBe(true);
  }
  expect(terms.some(({ withdraws }) => withdraws)).toBe(true);
  expect(terms.some(({ answers }) => answers === 'approves')).toBe(true);
  expect(customers.some(({ holds }) => holds.some(({ toldOnDay }) => toldOnDay === 0))).toBe(true);
  expect(customers.some(({ holds }) => holds.some(({ toldOnDay }) => toldOnDay > 0))).toBe(true);
  for (const kind of [...MISDEEDS, 'outage']) expect(misdeeds.map((misdeed) => misdeed.kind)).toContain(kind);
  const names = customers.flatMap((customer) => customer.devices.map(({ name }) => name));
  expect(misdeeds.every(({ device }) => names.includes(device))).toBe(true);
});
