import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../device-sim/catalogue/catalogue.ts';
import { judge } from '../../device-sim/demo/violations.ts';
import type { Customer, GivenConsent, Parcel, Place } from '../../device-sim/demo/world.ts';
import { kindOfCatalogue } from '../../device-sim/fleet/device-kind.ts';
import { SimDevice } from '../../device-sim/fleet/sim-device.ts';
import type { Purchase } from '../../device-sim/merchant/purchase.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2027-03-01T12:00:00Z');
const KEPT = { withoutConsent: 0, insideHold: 0, duplicate: 0 };

function kindOf(model: string) {
  const found = CATALOGUE.find((candidate) => candidate.model === model);
  if (found === undefined) throw new Error(`no ${model}`);
  return kindOfCatalogue(found);
}

const consent = (more: Partial<GivenConsent> = {}): GivenConsent => ({
  id: 'consent',
  grantedAt: START - DAY_MS,
  withdrawn: null,
  skus: new Set(['CF259A']),
  maxUnitPriceMinor: 9900,
  maxQuantity: 2,
  maxSpendPerMonthMinor: 20_000,
  ...more,
});

function placeOf(given: GivenConsent | null, role: Customer['plan']['role'] = 'automatic'): Place {
  const plan = {
    name: 'printer',
    kind: kindOf('LaserJet Pro M404dn'),
    habits: 'office' as const,
    usesPerDay: 10,
    levels: {},
    patienceDays: 1,
    notifiesSwap: false,
    tellsSerial: false,
  };
  const device = new SimDevice(plan, 1, 'Europe/Berlin');
  const [slot] = device.slots;
  if (slot === undefined) throw new Error('no slot');
  const customer: Customer = {
    id: 'customer',
    plan: { name: 'Office', timeZone: 'Europe/Berlin', role, devices: [plan], holds: [] },
    consent: given,
    approved: new Set(),
    declined: 0,
    toldHolds: [],
  };
  return { consumableId: 'slot', productId: null, customer, device, slot };
}

let number = 0;
function parcel(place: Place, more: Partial<Purchase> = {}): Parcel {
  const placedAt = more.placedAt ?? START;
  const purchase: Purchase = {
    reference: `P-${number}`,
    clientReference: `order-${number}`,
    sku: 'CF259A',
    quantity: 1,
    unitPriceMinor: 9900,
    totalMinor: 9900,
    shippingMinor: 0,
    box: `order-${number}`,
    currency: 'EUR',
    deliveryAddress: {},
    arrivesFrom: '2027-03-02',
    arrivesTo: '2027-03-04',
    shipsAt: placedAt + DAY_MS,
    deliversAt: placedAt + 2 * DAY_MS,
    status: 'delivered',
    updatedAt: placedAt + 2 * DAY_MS,
    ...more,
    placedAt,
  };
  number += 1;
  return {
    purchase,
    number: number - 1,
    place,
    fillings: 1,
    announcedAt: placedAt - DAY_MS,
    handedOver: true,
  };
}

test('a purchase under a live consent, away from holds, is kept promise', () => {
  expect(judge([parcel(placeOf(consent()))])).toEqual(KEPT);
});

describe('without consent', () => {
  const cases: readonly [string, GivenConsent | null, Partial<Purchase>][] = [
    ['none given', null, {}],
    ['given later', consent({ grantedAt: START + 1 }), {}],
    ['another product', consent({ skus: new Set(['INK']) }), {}],
    ['dearer than allowed', consent({ maxUnitPriceMinor: 9899 }), {}],
    ['more than allowed', consent({ maxQuantity: 1 }), { quantity: 2 }],
    ['over the budget', consent({ maxSpendPerMonthMinor: 9899 }), {}],
  ];
  test.each(cases)('%s', (_name, given, more) => {
    expect(judge([parcel(placeOf(given), more)])).toEqual({ ...KEPT, withoutConsent: 1 });
  });

  test('withdrawn before the purchase, but not after it', () => {
    const before = parcel(placeOf(consent({ withdrawn: { at: START, afterPurchase: number } })));
    expect(judge([before]).withoutConsent).toBe(1);
    const after = parcel(placeOf(consent({ withdrawn: { at: START, afterPurchase: number + 1 } })));
    expect(judge([after]).withoutConsent).toBe(0);
  });

  test('a proposal needs this customer’s own approval, whatever the consent says', () => {
    const place = placeOf(consent(), 'approves');
    const bought = parcel(place);
    expect(judge([bought]).withoutConsent).toBe(1);
    place.customer.approved.add(bought.purchase.clientReference);
    expect(judge([bought]).withoutConsent).toBe(0);
  });

  test('the budget of a month is that of the announcement', () => {
    const place = placeOf(consent({ maxSpendPerMonthMinor: 9900 }));
    const march = parcel(place, { placedAt: START + 3 * DAY_MS });
    const april = parcel(place, { placedAt: START + 35 * DAY_MS });
    expect(judge([march, april])).toEqual(KEPT);
    const alsoMarch = parcel(place, { placedAt: START + 10 * DAY_MS });
    expect(judge([march, alsoMarch]).withoutConsent).toBe(1);
  });
});

test('inside a hold: only when it was told before the purchase, and by the local date', () => {
  const place = placeOf(consent());
  const bought = parcel(place);
  const hold = { from: '2027-03-03', to: '2027-03-05', toldOnDay: 0 };
  place.customer.toldHolds.push({ hold, afterPurchase: bought.number + 1 });
  expect(judge([bought])).toEqual(KEPT);
  place.customer.toldHolds.push({ hold, afterPurchase: bought.number });
  expect(judge([bought])).toEqual({ ...KEPT, insideHold: 1 });
  expect(judge([{ ...bought, purchase: { ...bought.purchase, deliversAt: START + 5 * DAY_MS } }])).toEqual(
    KEPT,
  );
});

test('duplicate: a second purchase for a slot while the first is under way', () => {
  const place = placeOf(consent({ maxSpendPerMonthMinor: 100_000 }));
  const first = parcel(place);
  const overlapping = parcel(place, { placedAt: START + DAY_MS });
  const later = parcel(place, { placedAt: START + 2 * DAY_MS });
  expect(judge([first, overlapping]).duplicate).toBe(1);
  expect(judge([first, later]).duplicate).toBe(0);
  expect(
    judge([
      first,
      { ...later, purchase: { ...later.purchase, clientReference: first.purchase.clientReference } },
    ]).duplicate,
  ).toBe(1);
  const other = { ...placeOf(consent()), consumableId: 'another slot' };
  expect(judge([first, parcel(other, { placedAt: START + DAY_MS })]).duplicate).toBe(0);
});
