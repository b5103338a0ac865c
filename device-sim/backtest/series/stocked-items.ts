import { normalQuantile } from '../policies/ewma.ts';
import { fixed, textTable } from '../text-table.ts';
import { demandForecaster } from './item-demand.ts';
import type { StockedItem } from './read-series.ts';

/**
 * A stockroom with weekly review: what arrives is put on the shelf, the week's demand is served or
 * backordered, and an order of Q (at least the firm's minimum, whole packages) is placed when the inventory
 * position is at or below s. The policies differ in s only; both learn from the same past.
 */

/** Weeks of history before the first decision, and what s is estimated from: at most the last year. */
const TRAINING_WEEKS = 35;
const WINDOW_WEEKS = 52;
const WEEKS_PER_YEAR = 52;
/** Weeks between two estimates of s. */
const ESTIMATE_EVERY_WEEKS = 4;

export interface StockPolicyFigures {
  readonly name: string;
  readonly setting: string;
  /** Euro over the test weeks, all items. */
  readonly holdingCost: number;
  readonly orderCost: number;
  readonly totalCost: number;
  readonly orders: number;
  /** Demand served from stock at once, per cent of units, of value, and the mean over items. */
  readonly fillRatePct: number;
  readonly valueFillRatePct: number;
  readonly meanItemFillRatePct: number;
}

/** s: what demand over lead time and review exceeds with the chance 1 − service. */
interface Estimate {
  readonly reorderPoint: number;
}

interface StockPolicy {
  readonly name: string;
  readonly setting: string;
  readonly family: 'normal' | 'engine';
  /** Cycle service: the chance that a cycle passes without a shortage. */
  readonly level: number;
}

const services = (name: string, family: StockPolicy['family'], levels: readonly number[]): StockPolicy[] =>
  levels.map((level) => ({ name, setting: `cycle service ${100 * level} %`, family, level }));

const STOCK_POLICIES: readonly StockPolicy[] = [
  ...services('(s,Q) normal', 'normal', [0.8, 0.9, 0.95, 0.975, 0.99]),
  ...services('neverout', 'engine', [0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]),
];

/** The past that both policies estimate from. */
const recent = (item: StockedItem, week: number): Float64Array =>
  item.weekly.slice(Math.max(0, week - WINDOW_WEEKS), week);

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/** Economic order quantity, at least the minimum, in whole packages. */
function lotOf(item: StockedItem, perWeek: number): number {
  const yearly = perWeek * WEEKS_PER_YEAR;
  const economic = Math.sqrt((2 * yearly * item.orderCost) / Math.max(item.holdingPerUnitYear, 1e-9));
  const packages = Math.ceil(Math.max(economic, item.minimumOrder, 1) / item.unitsPerPackage);
  return packages * item.unitsPerPackage;
}

interface Ledger {
  holding: number;
  orders: number;
  demanded: number;
  served: number;
  demandedValue: number;
  servedValue: number;
  itemFillRates: number[];
}

const emptyLedger = (): Ledger => ({
  holding: 0,
  orders: 0,
  demanded: 0,
  served: 0,
  demandedValue: 0,
  servedValue: 0,
  itemFillRates: [],
});

function estimates(item: StockedItem, policies: readonly StockPolicy[]): Map<number, Estimate[]> {
  const byWeek = new Map<number, Estimate[]>();
  const forecaster = demandForecaster(item.weekly.slice(0, TRAINING_WEEKS));
  const span = item.leadWeeks + 1;
  for (let week = TRAINING_WEEKS; week < item.weekly.length; week += ESTIMATE_EVERY_WEEKS) {
    forecaster.learnUntil(item.weekly, week);
    const past = recent(item, week);
    const average = mean(past);
    const sd = Math.sqrt(past.reduce((sum, x) => sum + (x - average) ** 2, 0) / (past.length - 1));
    const distribution = forecaster.demandOver(span);
    byWeek.set(
      week,
      policies.map(({ family, level }) => ({
        reorderPoint:
          family === 'normal'
            ? average * span + normalQuantile(level) * sd * Math.sqrt(span)
            : distribution.quantile(level),
      })),
    );
  }
  return byWeek;
}

/** Lives the test weeks of one item under one policy. */
function liveItem(
  item: StockedItem,
  index: number,
  byWeek: ReadonlyMap<number, Estimate[]>,
  ledger: Ledger,
): void {
  const trained = mean(item.weekly.slice(0, TRAINING_WEEKS));
  let lot = lotOf(item, trained);
  // Every policy starts with the same stock: lead-time demand and half a lot. What follows until its first
  // own order can arrive is not its doing and does not count.
  let onHand = Math.ceil(trained * (item.leadWeeks + 1) + lot / 2);
  let estimate: Estimate | undefined;
  const arriving = new Map<number, number>();
  let onOrder = 0;
  let demanded = 0;
  let served = 0;
  for (let week = TRAINING_WEEKS; week < item.weekly.length; week++) {
    const arrived = arriving.get(week) ?? 0;
    onHand += arrived;
    onOrder -= arrived;
    const demand = item.weekly[week] ?? 0;
    const counts = week > TRAINING_WEEKS + item.leadWeeks;
    if (counts) {
      demanded += demand;
      served += Math.min(demand, Math.max(0, onHand));
    }
    onHand -= demand;
    if (counts) ledger.holding += (Math.max(0, onHand) * item.holdingPerUnitYear) / WEEKS_PER_YEAR;
    const fresh = byWeek.get(week);
    if (fresh !== undefined) {
      estimate = fresh[index];
      lot = lotOf(item, mean(recent(item, week)));
    }
    const reorderPoint = estimate?.reorderPoint ?? 0;
    const short = reorderPoint - (onHand + onOrder);
    if (short < 0 || (short === 0 && reorderPoint === 0)) continue;
    const lots = Math.max(1, Math.ceil(short / lot));
    if (counts) ledger.orders++;
    onOrder += lots * lot;
    const due = week + item.leadWeeks;
    arriving.set(due, (arriving.get(due) ?? 0) + lots * lot);
  }
  ledger.demanded += demanded;
  ledger.served += served;
  ledger.demandedValue += demanded * item.unitCost;
  ledger.servedValue += served * item.unitCost;
  if (demanded > 0) ledger.itemFillRates.push(served / demanded);
}

/** Total cost and fill rate of every stock policy over all items. */
export function compareStockPolicies(
  items: readonly StockedItem[],
  onProgress: (done: number, total: number) => void,
): StockPolicyFigures[] {
  const ledgers = STOCK_POLICIES.map(emptyLedger);
  items.forEach((item, i) => {
    const byWeek = estimates(item, STOCK_POLICIES);
    ledgers.forEach((ledger, p) => {
      liveItem(item, p, byWeek, ledger);
    });
    onProgress(i + 1, items.length);
  });
  const orderCost = items[0]?.orderCost ?? 0;
  return STOCK_POLICIES.map(({ name, setting }, p) => {
    const ledger = ledgers[p] ?? emptyLedger();
    const rates = Float64Array.from(ledger.itemFillRates);
    return {
      name,
      setting,
      holdingCost: ledger.holding,
      orderCost: ledger.orders * orderCost,
      totalCost: ledger.holding + ledger.orders * orderCost,
      orders: ledger.orders,
      fillRatePct: (100 * ledger.served) / Math.max(1, ledger.demanded),
      valueFillRatePct: (100 * ledger.servedValue) / Math.max(1, ledger.demandedValue),
      meanItemFillRatePct: 100 * mean(rates),
    };
  });
}

type FillRate = 'fillRatePct' | 'valueFillRatePct' | 'meanItemFillRatePct';

/** Cost of `name` at a fill rate, between its two neighbouring settings; null outside its range. */
function costAtFillRate(
  figures: readonly StockPolicyFigures[],
  name: string,
  measure: FillRate,
  fillRatePct: number,
): number | null {
  const own = figures.filter((one) => one.name === name).sort((a, b) => a[measure] - b[measure]);
  for (let i = 1; i < own.length; i++) {
    const [low, high] = [own[i - 1], own[i]];
    if (low === undefined || high === undefined) continue;
    if (low[measure] > fillRatePct || high[measure] < fillRatePct) continue;
    const share = (fillRatePct - low[measure]) / Math.max(1e-9, high[measure] - low[measure]);
    return low.totalCost + share * (high.totalCost - low.totalCost);
  }
  return null;
}

export function renderStockPolicies(figures: readonly StockPolicyFigures[]): string {
  const table = textTable(
    [
      'policy',
      'setting',
      'holding €',
      'orders €',
      'total €',
      'fill % units',
      'fill % value',
      'fill % mean item',
    ],
    figures.map((one) => [
      one.name,
      one.setting,
      fixed(one.holdingCost, 0),
      fixed(one.orderCost, 0),
      fixed(one.totalCost, 0),
      fixed(one.fillRatePct, 2),
      fixed(one.valueFillRatePct, 2),
      fixed(one.meanItemFillRatePct, 2),
    ]),
  );
  const measures = [
    ['units', 'fillRatePct'],
    ['value', 'valueFillRatePct'],
    ['mean item', 'meanItemFillRatePct'],
  ] as const;
  const comparisons = figures.flatMap((one) => {
    if (one.name === 'neverout') return [];
    const changes = measures.map(([label, measure]) => {
      const ours = costAtFillRate(figures, 'neverout', measure, one[measure]);
      return ours === null ? `${label} –` : `${label} ${fixed(100 * (ours / one.totalCost - 1), 1)} %`;
    });
    return [
      `Total cost of neverout at the fill rate of (s,Q) with ${one.setting}, by fill rate of: ${changes.join(', ')}.`,
    ];
  });
  return [table, ...comparisons].join('\n');
}
