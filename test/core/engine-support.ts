import type { ConsumableState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import {
  type ConsumableEvent,
  type ConsumableProfile,
  DAY_MS,
  HOUR_MS,
  type Instant,
  type Level,
  type OpenOrder,
  type ReadingEvent,
  type StepContext,
  type StepResult,
} from '../../core/types.ts';

/** A Tuesday. */
export const START: Instant = Date.UTC(2026, 8, 1);

export const TONER: ConsumableProfile = {
  key: 'black',
  name: 'Black toner',
  polarity: 'depletes',
  gaugeQuantum: 0.01,
  gaugeNoise: 0.004,
  yieldUses: null,
  typicalLifeDays: 90,
  shelfLifeDays: null,
};

const euro = (minor: number) => ({ minor, currency: 'EUR' });

/** A customer who lets toner be ordered by itself, with room in every limit. */
export function contextWith(change: Partial<StepContext> = {}): StepContext {
  return {
    profile: TONER,
    calendar: { timeZone: 'Europe/Berlin', closures: [], holds: [] },
    leadTime: { pmf: [0, 0, 0.3, 0.35, 0.2, 0.12, 0.03] },
    costs: { stockoutMinor: 2500, stockoutPerDayMinor: 4000, holdingPerDayMinor: 6, shippingMinor: 0 },
    settings: { reviewPeriodMs: DAY_MS, cancelWindowMs: DAY_MS, staleAfterMs: 14 * DAY_MS },
    strategy: 'automatic',
    offer: {
      productId: 'toner',
      merchantId: 'merchant',
      sku: 'TN-1',
      name: 'Toner TN-1',
      unitPrice: euro(8000),
      packSize: 1,
      minimumQuantity: 1,
    },
    openOrder: null,
    mandate: {
      consentId: 'consent',
      productIds: ['toner'],
      maxUnitPrice: euro(9000),
      maxQuantity: 2,
      maxSpendPerMonth: euro(40_000),
      maxOrdersPerMonth: null,
      minDaysBetweenOrders: null,
      grantedAt: 0,
      validUntil: null,
    },
    spend: { minor: 0, orders: 0, lastOrderAt: null },
    halts: [],
    population: null,
    ...change,
  };
}

export const measured = (value: number): Level => ({ kind: 'measured', value });

export function reading(
  at: Instant,
  seq: number,
  level: Level,
  more: Partial<ReadingEvent> = {},
): ReadingEvent {
  return {
    type: 'reading',
    at,
    seq,
    level,
    useCounter: null,
    supplySerial: null,
    historical: false,
    ...more,
  };
}

/** Ten in the morning of the n-th day. */
export const morning = (day: number): Instant => START + day * DAY_MS + 10 * HOUR_MS;

/** One reading a day of these levels, from day `from` on. */
export const daily = (levels: readonly number[], from = 0): ReadingEvent[] =>
  levels.map((level, i) => reading(morning(from + i), from + i + 1, measured(level)));

/** Levels of steady use: from `start`, `perDay` a day, `days` days, as a percent gauge shows them. */
export const steady = (start: number, perDay: number, days: number): number[] =>
  Array.from({ length: days }, (_, i) => Math.max(Math.round((start - i * perDay) * 100) / 100, 0));

export interface Evaluation {
  readonly day: number;
  readonly result: StepResult<ConsumableState>;
}

/** Evaluates after every event, an hour later; orders stay unfulfilled unless `openOrder` says otherwise. */
export function history(
  events: readonly ConsumableEvent[],
  context: StepContext | ((day: number) => StepContext) = contextWith(),
): Evaluation[] {
  let state: ConsumableState | null = null;
  return events.map((event) => {
    const day = Math.floor((event.at - START) / DAY_MS);
    const result = step(
      state,
      [event],
      typeof context === 'function' ? context(day) : context,
      event.at + HOUR_MS,
    );
    state = result.state;
    return { day, result };
  });
}

/** What is ordered, or prepared for the customer; a question asked because the level is not seen is neither. */
export const proposalOf = (result: StepResult<ConsumableState>) =>
  proposals(result).find(({ because }) => because === undefined);

export const questionOf = (result: StepResult<ConsumableState>) =>
  proposals(result).find(({ because }) => because === 'not-seen');

const proposals = ({ commands }: StepResult<ConsumableState>) =>
  commands.filter((command) => command.type === 'propose-order');

/** The day of the first proposal; null: none. */
export const firstOrderDay = (evaluations: readonly Evaluation[]): number | null =>
  evaluations.find(({ result }) => proposalOf(result) !== undefined)?.day ?? null;

export const openOrder = (createdAt: Instant): OpenOrder => ({
  orderId: 'order-1',
  status: 'accepted',
  quantity: 1,
  createdAt,
  expectedBy: null,
});
