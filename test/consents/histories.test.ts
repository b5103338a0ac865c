import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkGates } from '../../core/gates.ts';
import { planDelivery } from '../../core/holds.ts';
import {
  DAY_MS,
  type DateSpan,
  type GateName,
  HOUR_MS,
  type Instant,
  type Mandate,
  type Offer,
  type SiteCalendar,
} from '../../core/types.ts';

/**
 * Random histories of consents, holds, prices, orders and clock jumps against the pure gates. What must hold
 * is checked by an oracle that shares no code with the gates.
 */

const START = Date.UTC(2026, 1, 20, 9);
const ZONES = ['Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Auckland'];
const PRODUCTS = ['p0', 'p1', 'p2', 'p3'];

const mandateArbitrary = fc.record({
  productIds: fc.subarray(PRODUCTS, { minLength: 2 }),
  substituteProductIds: fc.subarray(PRODUCTS),
  merchantIds: fc.option(fc.subarray(['m0', 'm1'], { minLength: 1 })),
  maxUnitPrice: fc.integer({ min: 950, max: 2500 }),
  maxPriceDrift: fc.option(fc.constantFrom(0, 0.05, 0.1, 0.5)),
  maxQuantity: fc.integer({ min: 1, max: 3 }),
  maxSpend: fc.integer({ min: 2000, max: 9000 }),
  maxOrders: fc.option(fc.integer({ min: 1, max: 3 })),
  minDays: fc.option(fc.integer({ min: 0, max: 10 })),
  validDays: fc.option(fc.integer({ min: 1, max: 40 })),
});

const eventArbitrary = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant('grant' as const), terms: mandateArbitrary }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('withdraw' as const) }) },
  { weight: 3, arbitrary: fc.constant({ type: 'jump' as const, hours: 25 }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('hold' as const),
      inDays: fc.integer({ min: -3, max: 25 }),
      days: fc.option(fc.integer({ min: 0, max: 15 }), { freq: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unhold' as const), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('price' as const),
      product: fc.constantFrom(...PRODUCTS),
      minor: fc.integer({ min: 800, max: 3000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('jump' as const), hours: fc.integer({ min: 1, max: 240 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('order' as const),
      product: fc.constantFrom(...PRODUCTS),
      merchant: fc.constantFrom('m0', 'm1'),
      quantity: fc.constantFrom(1, 1, 1, 2, 4),
      /** Hours until its announcement arrives; null: it never does. */
      notice: fc.constantFrom(0, 0, 0, 6, 30, null),
    }),
  },
);
type HistoryEvent = typeof eventArbitrary extends fc.Arbitrary<infer Event> ? Event : never;

const historyArbitrary = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  pmf: fc.constantFrom([0, 0.5, 0.5], [0.2, 0.8], [0, 0, 0, 0.4, 0.6]),
  first: mandateArbitrary,
  events: fc.array(eventArbitrary, { minLength: 4, maxLength: 16 }),
});
type History = typeof historyArbitrary extends fc.Arbitrary<infer Whole> ? Whole : never;

interface Order {
  readonly offer: Offer;
  readonly quantity: number;
  readonly announcedAt: Instant;
  readonly noticedAt: Instant | null;
  dueAt: Instant;
  placedAt: Instant | null;
}

interface State {
  now: Instant;
  mandate: Mandate | null;
  holds: DateSpan[];
  readonly prices: Map<string, number>;
  readonly orders: Order[];
}

const WINDOW_MS = 24 * HOUR_MS;
const isoDay = (at: Instant, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** What is known of its announcement at an instant; the time to cancel begins when it arrives. */
function noticeOf({ noticedAt }: Order, now: Instant) {
  const arrived = noticedAt !== null && noticedAt <= now;
  const cancelUntil = noticedAt === null ? null : noticedAt + WINDOW_MS;
  return { deliveredAt: arrived ? noticedAt : null, failed: false, cancelUntil };
}

/** Runs a history with some gates torn out; returns what was broken, in words, and how many orders were placed. */
function run(history: History, without: readonly GateName[] = []): { violations: string[]; orders: number } {
  const { timeZone, pmf } = history;
  const found: string[] = [];
  const state: State = {
    now: START,
    mandate: null,
    holds: [],
    prices: new Map(PRODUCTS.map((product) => [product, 1000])),
    orders: [],
  };
  const calendar = (): SiteCalendar => ({ timeZone, closures: [], holds: state.holds });
  const passes = (order: Order, stage: 'announce' | 'place'): boolean => {
    const plan = planDelivery({
      earliestPlaceAt: stage === 'place' ? state.now : state.now + WINDOW_MS,
      leadTime: { pmf },
      calendar: without.includes('hold') ? { ...calendar(), holds: [] } : calendar(),
    });
    const month = isoDay(state.now, timeZone).slice(0, 7);
    const committed = state.orders.filter(
      (one) => one !== order && isoDay(one.announcedAt, timeZone).slice(0, 7) === month,
    );
    const others = state.orders.filter((one) => one !== order);
    const verdicts = checkGates(
      {
        stage,
        offer: { ...order.offer, unitPrice: priceOf(order.offer.productId) },
        quantity: order.quantity,
        unitPriceMinor: order.offer.unitPrice.minor,
        totalMinor: totalOf(order),
        trust: { trusted: true, said: [] },
        plan,
        notice: noticeOf(order, state.now),
        forOrderId: 'own',
      },
      {
        calendar: calendar(),
        mandate: state.mandate,
        spend: {
          minor: committed.reduce((sum, one) => sum + totalOf(one), 0),
          orders: committed.length,
          lastOrderAt:
            others.length === 0 ? null : Math.max(...others.map((one) => one.placedAt ?? one.announcedAt)),
        },
        halts: [],
        openOrder: null,
      },
      state.now,
    );
    if (stage === 'announce') {
      order.dueAt = Math.max((order.noticedAt ?? state.now) + WINDOW_MS, plan.placeAt);
    }
    // An announcement may name a later day; that day is checked when it has come.
    const relevant = verdicts.filter(({ gate }) => !without.includes(gate));
    return relevant.every(({ pass }) => pass) && Number.isFinite(order.dueAt);
  };
  const priceOf = (product: string) => ({ minor: state.prices.get(product) ?? 0, currency: 'EUR' });
  const totalOf = ({ offer, quantity }: Order): number => offer.unitPrice.minor * quantity;
  const placeDue = (): void => {
    for (const order of state.orders.filter((one) => one.placedAt === null && one.dueAt <= state.now)) {
      const dearer = priceOf(order.offer.productId).minor > order.offer.unitPrice.minor;
      if (!dearer && passes(order, 'place')) {
        order.placedAt = state.now;
        found.push(...judge(order, state, history));
      } else {
        state.orders.splice(state.orders.indexOf(order), 1);
      }
    }
  };
  for (const event of [{ type: 'grant' as const, terms: history.first }, ...history.events]) {
    if (event.type === 'order') {
      const { product: productId, merchant: merchantId, quantity, notice } = event;
      const offer: Offer = {
        ...{ productId, merchantId, sku: productId, name: productId },
        ...{ unitPrice: priceOf(productId), packSize: 1, minimumQuantity: 1 },
      };
      const noticedAt = notice === null ? null : state.now + notice * HOUR_MS;
      const order: Order = { offer, quantity, announcedAt: state.now, noticedAt, dueAt: 0, placedAt: null };
      if (passes(order, 'announce')) state.orders.push(order);
    } else {
      apply(state, event, timeZone);
    }
    placeDue();
  }
  return { violations: found, orders: state.orders.filter(({ placedAt }) => placedAt !== null).length };
}

function apply(state: State, event: Exclude<HistoryEvent, { type: 'order' }>, timeZone: string): void {
  switch (event.type) {
    case 'grant': {
      const { terms } = event;
      state.mandate = {
        consentId: 'c',
        productIds: terms.productIds,
        substituteProductIds: terms.substituteProductIds,
        merchantIds: terms.merchantIds,
        maxUnitPrice: { minor: terms.maxUnitPrice, currency: 'EUR' },
        maxPriceDrift: terms.maxPriceDrift,
        pricesAtGrant: Object.fromEntries(state.prices),
        maxQuantity: terms.maxQuantity,
        maxSpendPerMonth: { minor: terms.maxSpend, currency: 'EUR' },
        maxOrdersPerMonth: terms.maxOrders,
        minDaysBetweenOrders: terms.minDays,
        grantedAt: state.now,
        validUntil: terms.validDays === null ? null : state.now + terms.validDays * DAY_MS,
      };
      break;
    }
    case 'withdraw':
      state.mandate = null;
      break;
    case 'hold': {
      const from = dayAfter(isoDay(state.now, timeZone), event.inDays);
      state.holds = [...state.holds, { from, to: event.days === null ? null : dayAfter(from, event.days) }];
      break;
    }
    case 'unhold':
      state.holds = state.holds.filter((_, index) => index !== event.which);
      break;
    case 'price':
      state.prices.set(event.product, event.minor);
      break;
    case 'jump':
      state.now += event.hours * HOUR_MS;
  }
}

/** The oracle: what the customer would object to about an order that was just placed. */
function judge(order: Order, state: State, { timeZone, pmf }: History): string[] {
  const { mandate, now } = state;
  if (mandate === null || (mandate.validUntil !== null && now >= mandate.validUntil)) return ['no consent'];
  const { offer, quantity } = order;
  const price = offer.unitPrice.minor;
  const objections: string[] = [];
  const object = (isBroken: boolean, what: string) => isBroken && objections.push(what);
  const allowed = [...mandate.productIds, ...(mandate.substituteProductIds ?? [])];
  object(!allowed.includes(offer.productId), 'product');
  object(mandate.merchantIds != null && !mandate.merchantIds.includes(offer.merchantId), 'merchant');
  object(price > mandate.maxUnitPrice.minor, 'price');
  const then = mandate.pricesAtGrant?.[offer.productId] ?? 0;
  object(mandate.maxPriceDrift != null && price > then * (1 + mandate.maxPriceDrift) + 0.5, 'price-drift');
  object(quantity > mandate.maxQuantity, 'quantity');
  const month = isoDay(now, timeZone).slice(0, 7);
  const others = state.orders.filter((one) => one !== order);
  const inMonth = others.filter((one) => isoDay(one.announcedAt, timeZone).slice(0, 7) === month);
  const spent = [order, ...inMonth].reduce((sum, one) => sum + one.offer.unitPrice.minor * one.quantity, 0);
  object(spent > mandate.maxSpendPerMonth.minor, 'spend');
  const { maxOrdersPerMonth, minDaysBetweenOrders } = mandate;
  object(maxOrdersPerMonth !== null && inMonth.length + 1 > maxOrdersPerMonth, 'frequency');
  const tooSoon = others.some(
    (one) =>
      minDaysBetweenOrders !== null &&
      now - (one.placedAt ?? one.announcedAt) < minDaysBetweenOrders * DAY_MS,
  );
  object(tooSoon, 'frequency');
  const away = daysItMayArrive(now, timeZone, pmf).some((day) =>
    state.holds.some((hold) => day >= hold.from && (hold.to === null || day <= hold.to)),
  );
  object(away, 'hold');
  object(order.noticedAt === null || now < order.noticedAt + WINDOW_MS, 'notice');
  return objections;
}

/** Every day on which a parcel sent now may come: n working days later, or, with none, the next working day. */
function daysItMayArrive(now: Instant, timeZone: string, pmf: readonly number[]): string[] {
  const isWorkday = (day: string): boolean => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
  const today = isoDay(now, timeZone);
  const later = Array.from({ length: 30 }, (_, i) => dayAfter(today, i + 1)).filter(isWorkday);
  const sameDay = isWorkday(today) ? today : (later[0] ?? today);
  return pmf.flatMap((p, days) => (p > 0 ? [days === 0 ? sameDay : (later[days - 1] ?? today)] : []));
}

describe('histories against the pure gates', () => {
  test('10,000: no order breaks a mandate, arrives inside a hold or goes without notice', {
    timeout: 120_000,
  }, () => {
    let placed = 0;
    fc.assert(
      fc.property(historyArbitrary, (history) => {
        const { violations, orders } = run(history);
        expect(violations).toEqual([]);
        placed += orders;
      }),
      { numRuns: 10_000 },
    );
    // Histories in which nothing is ordered would prove nothing.
    expect(placed).toBeGreaterThan(2_000);
  });

  test.each([
    ['consent', 'no consent'],
    ['product', 'product'],
    ['merchant', 'merchant'],
    ['price', 'price'],
    ['price-drift', 'price-drift'],
    ['quantity', 'quantity'],
    ['spend', 'spend'],
    ['frequency', 'frequency'],
    ['hold', 'hold'],
    ['notice', 'notice'],
  ] as const)('control: without the gate %s it happens', (gate, what) => {
    // Without a consent there are no limits to check: those gates refuse too.
    const without: GateName[] =
      gate === 'consent'
        ? [
            'consent',
            'product',
            'merchant',
            'price',
            'price-drift',
            'price-notice',
            'quantity',
            'spend',
            'frequency',
            'delivery-address',
            'payment',
          ]
        : [gate];
    const { failed } = fc.check(
      fc.property(historyArbitrary, (history) => !run(history, without).violations.includes(what)),
      { numRuns: 5_000, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });
});
