import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localDate, startOfLocalDate } from '../../core/calendar.ts';
import {
  allPass,
  checkGates,
  GATE_NAMES,
  type GateContext,
  type GateRequest,
  startOfNextMonth,
} from '../../core/gates.ts';
import { say } from '../../core/phrases/phrase.ts';
import { DAY_MS, type GateName, type Mandate, type Offer } from '../../core/types.ts';
import { instants, zones } from './arbitraries.ts';

const NOW = Date.UTC(2026, 8, 7, 10);

const offer: Offer = {
  productId: 'toner',
  merchantId: 'shop',
  sku: 'TN-1',
  name: 'Black toner TN-1',
  unitPrice: { minor: 5000, currency: 'EUR' },
  packSize: 1,
  minimumQuantity: 1,
};

const mandate: Mandate = {
  consentId: 'consent',
  productIds: ['toner'],
  maxUnitPrice: { minor: 6000, currency: 'EUR' },
  maxQuantity: 2,
  maxSpendPerMonth: { minor: 10_000, currency: 'EUR' },
  maxOrdersPerMonth: 3,
  minDaysBetweenOrders: 5,
  grantedAt: NOW - DAY_MS,
  validUntil: null,
};

const context: GateContext = {
  calendar: { timeZone: 'Europe/Berlin', closures: [], holds: [] },
  mandate,
  spend: { minor: 0, orders: 0, lastOrderAt: null },
  halts: [],
  openOrder: null,
};

const request: GateRequest = {
  stage: 'announce',
  offer,
  quantity: 1,
  trust: { trusted: true, said: [say('read', { level: 0.08, hours: null })] },
  plan: { placeAt: NOW, arrivesFrom: '2026-09-09', arrivesTo: '2026-09-10' },
  notice: { deliveredAt: NOW - DAY_MS, failed: false, cancelUntil: NOW },
  forOrderId: null,
};

const failing = (
  changes: Partial<GateRequest>,
  surroundings: Partial<GateContext> = {},
  now = NOW,
): readonly GateName[] =>
  checkGates({ ...request, ...changes }, { ...context, ...surroundings }, now)
    .filter(({ pass }) => !pass)
    .map(({ gate }) => gate);

const retryOf = (gate: GateName, surroundings: Partial<GateContext>, changes: Partial<GateRequest> = {}) =>
  checkGates({ ...request, ...changes }, { ...context, ...surroundings }, NOW).find((v) => v.gate === gate)
    ?.retryAt;

/** Gates that speak of the terms of a consent: without one, or without a product, they have nothing to pass. */
const ofTheTerms = failing({}, { mandate: null }).filter((gate) => gate !== 'consent');

describe('the gates', () => {
  test('all pass where nothing stands in the way, each with a sentence', () => {
    const verdicts = checkGates(request, context, NOW);
    expect(allPass(verdicts)).toBe(true);
    expect(verdicts.map(({ gate }) => gate)).toEqual(GATE_NAMES);
    for (const { reason } of verdicts) expect(reason).toMatch(/^[A-Z0-9€].*\.$/);
  });

  test('the control of all of them: each one that is taken away lets its order through', () => {
    const refusals: Partial<Record<GateName, [Partial<GateRequest>, Partial<GateContext>]>> = {
      offer: [{ offer: null, plan: request.plan }, {}],
      halt: [{}, { halts: [{ scope: 'global', reason: 'a recall' }] }],
      'open-order': [
        {},
        { openOrder: { orderId: 'o', status: 'accepted', quantity: 1, createdAt: NOW, expectedBy: null } },
      ],
      'trusted-telemetry': [{ trust: { trusted: false, said: [say('stale', { hours: 480 })] } }, {}],
      consent: [{}, { mandate: null }],
      product: [{}, { mandate: { ...mandate, productIds: ['another'] } }],
      price: [{}, { mandate: { ...mandate, maxUnitPrice: { minor: 4999, currency: 'EUR' } } }],
      quantity: [
        { quantity: 3 },
        { mandate: { ...mandate, maxSpendPerMonth: { minor: 99_000, currency: 'EUR' } } },
      ],
      spend: [{}, { spend: { minor: 5001, orders: 1, lastOrderAt: null } }],
      frequency: [{}, { spend: { minor: 0, orders: 3, lastOrderAt: null } }],
      hold: [{}, { calendar: { ...context.calendar, holds: [{ from: '2026-09-10', to: '2026-09-20' }] } }],
    };
    expect(Object.keys(refusals).length).toBeGreaterThan(10);
    for (const [name, [changes, surroundings]] of Object.entries(refusals)) {
      const gate = name as GateName;
      const refused = failing(changes, surroundings);
      expect([gate, refused.includes(gate)]).toEqual([gate, true]);
      const others = refused.filter((other) => other !== gate);
      expect([gate, others]).toEqual([gate, gate === 'offer' || gate === 'consent' ? ofTheTerms : []]);
    }
  });

  test('a consent counts from its grant to its end', () => {
    const at = (changes: Partial<Mandate>) => failing({}, { mandate: { ...mandate, ...changes } });
    expect(at({ grantedAt: NOW, validUntil: NOW + 1 })).toEqual([]);
    expect(at({ grantedAt: NOW + 1 })).toContain('consent');
    expect(at({ validUntil: NOW })).toContain('consent');
  });

  test('money of another currency is not compared', () => {
    const yen = { ...mandate, maxUnitPrice: { minor: 1_000_000, currency: 'JPY' } };
    expect(failing({}, { mandate: yen })).toEqual(['price']);
  });

  test('the order being placed does not stand in its own way, another does', () => {
    const openOrder = {
      orderId: 'o',
      status: 'announced',
      quantity: 1,
      createdAt: NOW,
      expectedBy: null,
    } as const;
    expect(failing({ stage: 'place', forOrderId: 'o' }, { openOrder })).toEqual([]);
    expect(failing({ stage: 'place', forOrderId: 'p' }, { openOrder })).toEqual(['open-order']);
  });

  test('the announced total counts, with its shipping', () => {
    expect(failing({ totalMinor: 10_000 })).toEqual([]);
    expect(failing({ totalMinor: 10_001 })).toEqual(['spend']);
  });

  test('less than the merchant sells is not ordered', () => {
    expect(failing({ quantity: 1, offer: { ...offer, minimumQuantity: 2 } })).toEqual(['quantity']);
  });

  test('no notice, no order: an announcement has to arrive, and leave time to cancel', () => {
    const place = (notice: GateRequest['notice']) => failing({ stage: 'place', notice: notice ?? null });
    const told = { deliveredAt: NOW - DAY_MS, failed: false, cancelUntil: NOW };
    expect(place(told)).toEqual([]);
    expect(place(null)).toEqual(['notice']);
    expect(place({ ...told, deliveredAt: null })).toEqual(['notice']);
    expect(place({ ...told, deliveredAt: null, failed: true })).toEqual(['notice']);
    const later = { ...told, cancelUntil: NOW + 1 };
    expect(place(later)).toEqual(['notice']);
    expect(retryOf('notice', {}, { stage: 'place', notice: later })).toBe(NOW + 1);
    expect(failing({ stage: 'announce', notice: null })).toEqual([]);
  });

  test('what the customer skipped comes again when they said', () => {
    expect(failing({}, { skipUntil: NOW + 1 })).toEqual(['skip']);
    expect(retryOf('skip', { skipUntil: NOW + 1 })).toBe(NOW + 1);
    expect(failing({}, { skipUntil: NOW })).toEqual([]);
  });

  test('an order placed later for a hold does not go yet', () => {
    const plan = { placeAt: NOW + DAY_MS, arrivesFrom: '2026-09-22', arrivesTo: '2026-09-23' };
    expect(failing({ stage: 'announce', plan })).toEqual([]);
    expect(failing({ stage: 'place', plan })).toEqual(['hold']);
    expect(retryOf('hold', {}, { stage: 'place', plan })).toBe(NOW + DAY_MS);
  });

  test('what time alone can lift says when', () => {
    const october = startOfLocalDate('2026-10-01', 'Europe/Berlin');
    expect(retryOf('spend', { spend: { minor: 9000, orders: 1, lastOrderAt: null } })).toBe(october);
    expect(retryOf('frequency', { spend: { minor: 0, orders: 3, lastOrderAt: null } })).toBe(october);
    expect(retryOf('frequency', { spend: { minor: 0, orders: 1, lastOrderAt: NOW - DAY_MS } })).toBe(
      NOW + 4 * DAY_MS,
    );
    const holds = [{ from: '2026-09-10', to: '2026-09-20' }];
    const returned = startOfLocalDate('2026-09-21', 'Europe/Berlin');
    expect(retryOf('hold', { calendar: { ...context.calendar, holds } })).toBe(returned);
    expect(retryOf('consent', { mandate: null })).toBeUndefined();
  });
});

describe('limits, whatever the figures', () => {
  const money = fc.integer({ min: 0, max: 100_000 });

  test('an order that passes never breaks a term of its mandate', () => {
    fc.assert(
      fc.property(
        fc.record({ price: money, limit: money, spent: money, month: money }),
        fc.record({ quantity: fc.integer({ min: -1, max: 6 }), most: fc.integer({ min: 1, max: 5 }) }),
        fc.record({ orders: fc.integer({ min: 0, max: 4 }), allowed: fc.integer({ min: 0, max: 4 }) }),
        ({ price, limit, spent, month }, { quantity, most }, { orders, allowed }) => {
          const terms: Mandate = {
            ...mandate,
            maxUnitPrice: { minor: limit, currency: 'EUR' },
            maxQuantity: most,
            maxSpendPerMonth: { minor: month, currency: 'EUR' },
            maxOrdersPerMonth: allowed,
          };
          const refused = failing(
            { quantity, offer: { ...offer, unitPrice: { minor: price, currency: 'EUR' } } },
            { mandate: terms, spend: { minor: spent, orders, lastOrderAt: null } },
          );
          const keeps =
            price <= limit &&
            quantity >= 1 &&
            quantity <= most &&
            spent + price * quantity <= month &&
            orders < allowed;
          expect(refused.length === 0).toBe(keeps);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('the next month begins with the first instant of the next first, in every zone', () => {
    fc.assert(
      fc.property(instants, zones, (now, zone) => {
        const next = startOfNextMonth(now, zone);
        expect(next).toBeGreaterThan(now);
        expect(localDate(next, zone).slice(8)).toBe('01');
        expect(localDate(next - 1, zone).slice(0, 7)).toBe(localDate(now, zone).slice(0, 7));
      }),
      { numRuns: 2000 },
    );
  });
});
