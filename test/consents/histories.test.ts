import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actingStrategy, ladderOf, nextCeiling } from '../../core/ceiling.ts';
import { checkGates } from '../../core/gates.ts';
import { planDelivery } from '../../core/holds.ts';
import { say } from '../../core/phrases/phrase.ts';
import {
  DAY_MS,
  type DateSpan,
  type GateName,
  HOUR_MS,
  type Instant,
  type Mandate,
  type Offer,
  type SiteCalendar,
  type Strategy,
} from '../../core/types.ts';
import { type History, type HistoryEvent, historyArbitrary, PRODUCTS } from './history-arbitraries.ts';

/**
 * Random histories of consents, holds, prices, orders and clock jumps against the pure gates. What must hold
 * is checked by an oracle that shares no code with the gates.
 */

const START = Date.UTC(2026, 1, 20, 9);
interface Order {
  readonly offer: Offer;
  readonly quantity: number;
  readonly announcedAt: Instant;
  readonly noticedAt: Instant | null;
  /** Unusual: somebody of the staff has to approve it first. */
  readonly flagged: boolean;
  approved: boolean;
  dueAt: Instant;
  placedAt: Instant | null;
}

interface State {
  now: Instant;
  mandate: Mandate | null;
  holds: DateSpan[];
  /** Merchants halted; null: everything. */
  halts: (string | null)[];
  chosen: Strategy;
  ceiling: Strategy;
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

/** Gates, and the ceiling of autonomy. */
type Guard = GateName | 'ceiling';

/** Runs a history with some guards torn out; returns what was broken, in words, and how many orders were placed. */
function run(history: History, without: readonly Guard[] = []): { violations: string[]; orders: number } {
  const { timeZone, pmf } = history;
  const found: string[] = [];
  const state: State = {
    now: START,
    mandate: null,
    holds: [],
    halts: [],
    chosen: 'automatic',
    ceiling: 'automatic',
    prices: new Map(PRODUCTS.map((product) => [product, 1000])),
    orders: [],
  };
  const calendar = (): SiteCalendar => ({ timeZone, closures: [], holds: state.holds });
  const failing = (order: Order, stage: 'announce' | 'place'): readonly GateName[] => {
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
        halts: state.halts
          .filter((merchant) => merchant === null || merchant === order.offer.merchantId)
          .map(() => ({ scope: 'merchant' as const, reason: '' })),
        review: {
          pending: order.flagged && !order.approved ? [say('review-pending')] : null,
          pausedUntil: null,
        },
        openOrder: null,
      },
      state.now,
    );
    if (stage === 'announce') {
      order.dueAt = Math.max((order.noticedAt ?? state.now) + WINDOW_MS, plan.placeAt);
    }
    // An announcement may name a later day; that day is checked when it has come.
    const refusals = verdicts.filter(({ gate, pass }) => !pass && !without.includes(gate));
    return [...refusals.map(({ gate }) => gate), ...(Number.isFinite(order.dueAt) ? [] : ['hold' as const])];
  };
  const priceOf = (product: string) => ({ minor: state.prices.get(product) ?? 0, currency: 'EUR' });
  const totalOf = ({ offer, quantity }: Order): number => offer.unitPrice.minor * quantity;
  const placeDue = (): void => {
    for (const order of state.orders.filter((one) => one.placedAt === null && one.dueAt <= state.now)) {
      const dearer = priceOf(order.offer.productId).minor > order.offer.unitPrice.minor;
      const refused = dearer ? (['price'] as const) : failing(order, 'place');
      if (refused.length > 0 && refused.every((gate) => gate === 'halt' || gate === 'review')) {
        // It waits for people.
        order.dueAt = state.now + HOUR_MS;
      } else if (refused.length === 0) {
        order.placedAt = state.now;
        found.push(...judge(order, state, history));
      } else {
        state.orders.splice(state.orders.indexOf(order), 1);
      }
    }
  };
  for (const event of [{ type: 'grant' as const, terms: history.first }, ...history.events]) {
    if (event.type === 'order') {
      const { product: productId, merchant: merchantId, quantity, flagged, notice } = event;
      if (!without.includes('ceiling') && actingOf(state) !== 'automatic') continue;
      const offer: Offer = {
        ...{ productId, merchantId, sku: productId, name: productId },
        ...{ unitPrice: priceOf(productId), packSize: 1, minimumQuantity: 1 },
      };
      const noticedAt = notice === null ? null : state.now + notice * HOUR_MS;
      const order: Order = {
        ...{ offer, quantity, flagged, approved: false, noticedAt },
        ...{ announcedAt: state.now, dueAt: 0, placedAt: null },
      };
      if (failing(order, 'announce').length === 0) {
        state.orders.push(order);
        // The oracle of the ladder: who did not choose it, or may not have it, gets no automatic order.
        if (state.chosen !== 'automatic' || state.ceiling !== 'automatic') found.push('ceiling');
      }
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
    case 'halt':
      state.halts = [...state.halts, event.merchant];
      break;
    case 'lift':
      state.halts = [];
      break;
    case 'review': {
      const waiting = state.orders.filter((one) => one.flagged && !one.approved && one.placedAt === null);
      const order = waiting[event.which];
      if (order === undefined) break;
      if (event.verdict === 'approve') order.approved = true;
      else state.orders.splice(state.orders.indexOf(order), 1);
      break;
    }
    case 'strategy':
      state.chosen = event.strategy;
      break;
    case 'ceiling':
      state.ceiling = event.ceiling;
      break;
    case 'price':
      state.prices.set(event.product, event.minor);
      break;
    case 'jump':
      state.now += event.hours * HOUR_MS;
  }
}

/** What the consumable does with the strategy that was chosen. */
function actingOf({ chosen, ceiling, now }: State): Strategy {
  const memory = { ...nextCeiling(null, 'automatic', now), ceiling };
  const rungs = ladderOf({
    ...{ memory, predictability: null, dear: false, hasProduct: true, reachable: true },
    jurisdiction: { name: 'Germany', strategyWithoutAnnouncement: 'curated' },
  });
  return actingStrategy(chosen, rungs).strategy;
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
  object(order.flagged && !order.approved, 'review');
  const halted = state.halts.some((merchant) => merchant === null || merchant === offer.merchantId);
  object(halted, 'halt');
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
    expect(placed).toBeGreaterThan(1_200);
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
    ['halt', 'halt'],
    ['review', 'review'],
    ['ceiling', 'ceiling'],
  ] as const)('control: without the gate %s it happens', (gate, what) => {
    // Without a consent there are no limits to check: those gates refuse too.
    const without: Guard[] =
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
