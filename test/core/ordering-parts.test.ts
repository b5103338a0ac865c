import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBusinessDays, startOfLocalDate } from '../../core/calendar.ts';
import { dateOfDay, dayOf, dayStart, gridOf } from '../../core/day-grid.ts';
import {
  arrivals,
  leadQuantile,
  remainingLeadTime,
  shrinkLeadTime,
  workdayAfter,
} from '../../core/lead-time.ts';
import { OpTimeline, opDays, PRIOR_DAY_WEIGHTS } from '../../core/op-clock.ts';
import { predictabilityOf } from '../../core/predictability.ts';
import { orderQuantity, type QuantityRequest } from '../../core/quantity.ts';
import { moreThan, sharedRunOut } from '../../core/shared-shelf.ts';
import { rankBySpend } from '../../core/spend-ranking.ts';
import { DAY_MS, HOUR_MS, type SiteCalendar } from '../../core/types.ts';
import { contextWith, morning, START } from './engine-support.ts';

const calendar: SiteCalendar = {
  timeZone: 'Europe/Berlin',
  closures: [
    { from: '2026-10-03', to: '2026-10-03' },
    { from: '2026-12-24', to: '2027-01-01' },
  ],
  holds: [{ from: '2026-10-19', to: '2026-10-30' }],
};
const grid = gridOf(calendar);
/** Both DST changes and the turn of the year lie inside. */
const instant = fc.integer({ min: Date.UTC(2026, 8, 1), max: Date.UTC(2027, 4, 1) });

describe('days by number agree with days by date', () => {
  it('starts, dates and business days', () => {
    fc.assert(
      fc.property(instant, fc.nat({ max: 12 }), (at, n) => {
        const day = dayOf(at, calendar.timeZone);
        expect(dayStart(day, calendar.timeZone)).toBe(startOfLocalDate(dateOfDay(day), calendar.timeZone));
        expect(dayStart(day, calendar.timeZone)).toBeLessThanOrEqual(at);
        expect(dateOfDay(workdayAfter(day, n, grid))).toBe(addBusinessDays(at, n, calendar));
      }),
    );
  });
});

describe('op-time', () => {
  const weights = PRIOR_DAY_WEIGHTS;

  it('adds up, never runs back, and the timeline agrees with it both ways', () => {
    fc.assert(
      fc.property(instant, fc.nat({ max: 80 * DAY_MS }), fc.nat({ max: 80 * DAY_MS }), (from, a, b) => {
        const timeline = new OpTimeline(from, grid, weights);
        const whole = opDays(from, from + a + b, grid, weights);
        expect(whole).toBeCloseTo(
          opDays(from, from + a, grid, weights) + opDays(from + a, from + a + b, grid, weights),
          8,
        );
        expect(timeline.tauAt(from + a + b)).toBeCloseTo(whole, 8);
        const back = timeline.instantAt(whole);
        if (whole > 0.01 && back !== null) expect(timeline.tauAt(back)).toBeCloseTo(whole, 5);
      }),
    );
  });

  it('holds hardly count, a week without them is seven op-days', () => {
    const week = (day: string) => startOfLocalDate(day, calendar.timeZone);
    expect(opDays(week('2026-11-02'), week('2026-11-09'), grid, weights)).toBeCloseTo(7, 2);
    expect(opDays(week('2026-10-19'), week('2026-10-26'), grid, weights)).toBeLessThan(0.5);
  });

  it('degree-days make a January day longer than a July day', () => {
    const normals = [18, 16, 13, 9, 4, 1, 0, 0, 3, 8, 13, 17];
    const heating = gridOf({ ...calendar, holds: [], closures: [], degreeDays: { normals } });
    const month = (name: number) =>
      opDays(Date.UTC(2026, name, 5), Date.UTC(2026, name, 26), heating, new Array(9).fill(1));
    expect(month(0)).toBeGreaterThan(20 * month(6));
    const cold = { from: '2026-07-05', values: new Array<number>(21).fill(18) };
    const observed = gridOf({
      ...calendar,
      holds: [],
      closures: [],
      degreeDays: { normals, observed: cold },
    });
    expect(
      opDays(Date.UTC(2026, 6, 6), Date.UTC(2026, 6, 20), observed, new Array(9).fill(1)),
    ).toBeGreaterThan(20);
  });
});

describe('lead times', () => {
  const parent = { pmf: [0, 0.5, 0.3, 0.2] };

  it('a few parcels move the parent a little, many make their own distribution', () => {
    expect(shrinkLeadTime(parent, { delivered: [0, 0, 0, 2], openAges: [] }).pmf[3]).toBeCloseTo(
      (4 + 2) / 22,
      9,
    );
    expect(shrinkLeadTime(parent, { delivered: [0, 0, 0, 2000], openAges: [] }).pmf[3]).toBeGreaterThan(0.98);
  });

  it('parcels still under way count as at least so long', () => {
    const seen = { delivered: [0, 30, 0, 0], openAges: [2, 2, 2, 2, 2] };
    const censored = shrinkLeadTime(parent, seen).pmf;
    const ignored = shrinkLeadTime(parent, { ...seen, openAges: [] }).pmf;
    expect(censored[3]).toBeGreaterThan(ignored[3] ?? 1);
    expect(censored.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  });

  it('what is left of a delivery is conditioned on its age; beyond all that was seen it is unknown', () => {
    expect(remainingLeadTime(parent, 1)?.pmf).toEqual([0, 0.6, 0.4]);
    expect(remainingLeadTime(parent, 3)).toBeNull();
    expect(leadQuantile(parent, 0.5)).toBe(1);
    expect(leadQuantile(parent, 0.95)).toBe(3);
    expect(arrivals(morning(0), parent, grid).map(({ probability }) => probability)).toEqual([0.5, 0.3, 0.2]);
  });
});

describe('quantity', () => {
  const context = contextWith();
  const offer = context.offer;
  if (offer === null) throw new Error('the context has an offer');
  const base: QuantityRequest = {
    offer,
    costs: { ...context.costs, shippingMinor: 0 },
    experts: [{ weight: 1, v: 5, shape: 400, scale: 0.8 }],
    ratePerDay: 0.01,
    shelfLifeDays: null,
    stock: 0,
    maxQuantity: 20,
  };

  it('is one without a reason for more, the merchant’s minimum at least, the customer’s limit at most', () => {
    expect(orderQuantity(base)).toBe(1);
    expect(orderQuantity({ ...base, offer: { ...offer, minimumQuantity: 3 } })).toBe(3);
    const dear = { ...base, costs: { ...base.costs, shippingMinor: 100_000 } };
    expect(orderQuantity({ ...dear, maxQuantity: 4 })).toBe(4);
  });

  it('shipping and price breaks make it more, holding makes it less', () => {
    const costs = { ...base.costs, shippingMinor: 3000 };
    const more = orderQuantity({ ...base, costs });
    expect(more).toBeGreaterThan(1);
    expect(orderQuantity({ ...base, costs: { ...costs, holdingPerDayMinor: 60 } })).toBeLessThan(more);
    const priceBreaks = [{ quantity: 6, unitPrice: { minor: 5000, currency: 'EUR' } }];
    expect(orderQuantity({ ...base, offer: { ...offer, priceBreaks } })).toBe(6);
  });

  it('milk is not bought to spoil', () => {
    const costs = { ...base.costs, shippingMinor: 100_000, holdingPerDayMinor: 0 };
    // About 0.5 cartons a day, seven days: three are surely drunk, ten are not.
    const milk = { ...base, costs, ratePerDay: 0.5, experts: [{ weight: 1, v: 5, shape: 200, scale: 20 }] };
    const bounded = orderQuantity({ ...milk, shelfLifeDays: 7 });
    expect(bounded).toBeGreaterThanOrEqual(1);
    expect(bounded).toBeLessThanOrEqual(3);
    expect(orderQuantity({ ...milk, shelfLifeDays: null })).toBe(20);
  });
});

describe('a shelf and a budget that are shared', () => {
  it('counts how many call at once', () => {
    expect(moreThan([0.5, 0.5], 0)).toBeCloseTo(0.75, 12);
    expect(moreThan([0.5, 0.5], 1)).toBeCloseTo(0.25, 12);
    expect(moreThan([0.5, 0.5], 2)).toBe(0);
    expect(moreThan([0.1, 0.2, 0.3], 1)).toBeCloseTo(
      0.1 * 0.2 * 0.7 + 0.1 * 0.8 * 0.3 + 0.9 * 0.2 * 0.3 + 0.1 * 0.2 * 0.3,
      12,
    );
  });

  it('two devices at one spare run short when both have called; the quantile agrees', () => {
    // Each is empty on a day between 0 and 100, evenly.
    const even = {
      probabilityEmptyBy: (at: number) => Math.min(Math.max((at - START) / (100 * DAY_MS), 0), 1),
      quantile: (p: number) => START + p * 100 * DAY_MS,
      expectedLevel: () => 0.5,
    };
    const shared = sharedRunOut([even, even], 1);
    expect(shared.probabilityEmptyBy(START + 30 * DAY_MS)).toBeCloseTo(0.09, 9);
    const median = shared.quantile(0.25);
    expect(((median ?? 0) - START) / DAY_MS).toBeCloseTo(50, 3);
    expect(sharedRunOut([even, even], 2).quantile(0.5)).toBeNull();
  });

  it('spends first where it avoids most per euro, whatever the order given, and says what the rest risks', () => {
    const item = (id: string, avoidedMinor: number, spendMinor: number) => ({
      id,
      avoidedMinor,
      spendMinor,
      emptyBeforeArrival: 0.12,
    });
    const items = [item('a', 100, 5000), item('b', 400, 8000), item('c', 90, 1000), item('d', 0, 10)];
    const ranking = rankBySpend(items, 9500);
    expect(ranking.ordered.map(({ id }) => id)).toEqual(['c', 'b']);
    expect(ranking.leftMinor).toBe(500);
    expect(ranking.deferred.find(({ id }) => id === 'a')?.reason).toContain('12 %');
    expect(rankBySpend(items.toReversed(), 9500)).toEqual(ranking);
  });
});

describe('predictability', () => {
  const { leadTime, costs, offer } = contextWith();
  const forecast = (width: number) => ({
    measured: true,
    level: 0.4,
    levelAt: START,
    perDay: 0.02,
    p10: START + 20 * DAY_MS,
    p50: START + (20 + width / 2) * DAY_MS,
    p90: START + (20 + width) * DAY_MS,
  });
  const of = (width: number, trusted = true) =>
    predictabilityOf({ forecast: forecast(width), trusted, leadTime, costs, offer, now: START + HOUR_MS });

  it('a narrow run-out may be automatic, a wide one is curated or only advised', () => {
    expect(of(6).ceiling).toBe('automatic');
    expect(of(400).ceiling).not.toBe('automatic');
    expect(of(6).score).toBeGreaterThan(of(60).score);
    expect(of(6, false).ceiling).toBe('coach');
    expect(of(400).reason).toContain('days');
  });
});
