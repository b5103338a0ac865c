import type { ConsumableState } from '../../../core/state.ts';
import { step } from '../../../core/step.ts';
import {
  type ConsumableEvent,
  DAY_MS,
  type Decision,
  HOUR_MS,
  type Instant,
  type Population,
  type SiteCalendar,
  type StepContext,
  type StepResult,
} from '../../../core/types.ts';
import { useForecast } from '../../../core/use-forecast.ts';
import { type DeviceWorld, monthlyDegreeDays } from '../device-world.ts';
import type { Policy, PolicyRun, Review, UseForecast, Verdict } from '../policy.ts';
import { profileOf, reviewAt } from '../reading-path.ts';
import { arrivalDay } from '../simulate.ts';
import type { WorldCosts } from '../world-parameters.ts';
import { leadPmf } from './future-cost.ts';
import { tableForecast } from './table-forecast.ts';

/** Hears every step: how the fleet's priors are learned, and states are had to measure with. */
export type StepListener = (
  world: DeviceWorld,
  result: StepResult<ConsumableState>,
  context: StepContext,
  now: Instant,
) => void;

/** By device model: a family with a gauge. */
export type Populations = Readonly<Record<string, Population>>;

/** The model's name among the populations. */
export const modelOf = (world: DeviceWorld): string => `${world.family}, ${world.gauge.name}`;

const CENTS = 100;
const CURRENCY = 'EUR';
/** The merchant promises what an ordinary parcel takes. */
const PROMISED_BUSINESS_DAYS = 5;

/** A tenant that lets the engine order by itself, without any limit that could hide its mistakes. */
function contextOf(world: DeviceWorld, population: Population | null): StepContext {
  const { costs } = world.parameters;
  const price = { minor: costs.unit * CENTS, currency: CURRENCY };
  const unlimited = { minor: 1e9, currency: CURRENCY };
  return {
    profile: profileOf(world),
    calendar: calendarOf(world),
    leadTime: { pmf: leadPmf(world) },
    costs: costsInMinor(costs),
    settings: { reviewPeriodMs: DAY_MS, cancelWindowMs: 0, staleAfterMs: 14 * DAY_MS },
    strategy: 'automatic',
    offer: {
      productId: 'toner',
      merchantId: 'merchant',
      sku: 'TN-1',
      name: 'Black toner',
      unitPrice: price,
      packSize: 1,
      minimumQuantity: 1,
    },
    openOrder: null,
    mandate: {
      consentId: 'consent',
      productIds: ['toner'],
      maxUnitPrice: price,
      maxQuantity: 10,
      maxSpendPerMonth: unlimited,
      maxOrdersPerMonth: null,
      minDaysBetweenOrders: null,
      grantedAt: 0,
      validUntil: null,
    },
    spend: { minor: 0, orders: 0, lastOrderAt: null },
    halts: [],
    population,
  };
}

/** What is known of the site: its published closures; for heating, the climate's normals. */
function calendarOf(world: DeviceWorld): SiteCalendar {
  const base = { timeZone: 'UTC', closures: world.closures, holds: [] };
  return world.process.archetype.degreeDays
    ? { ...base, degreeDays: { normals: monthlyDegreeDays() } }
    : base;
}

const costsInMinor = (costs: WorldCosts) => ({
  stockoutMinor: costs.stockout * CENTS,
  stockoutPerDayMinor: costs.lostWorkingDay * CENTS,
  holdingPerDayMinor: costs.shelfDay * CENTS,
  shippingMinor: 0,
});

const withoutCounter = (event: ConsumableEvent): ConsumableEvent =>
  event.type === 'reading' ? { ...event, useCounter: null } : event;

/** Runs production's `step` as the rules service does: when something was heard, or when it asked to be woken. */
class EngineRun implements PolicyRun {
  readonly #world: DeviceWorld;
  readonly #base: StepContext;
  readonly #counters: boolean;
  readonly #onStep: StepListener;
  #state: ConsumableState | null = null;
  #evaluateAt: Instant = 0;
  #verdict: Verdict = { quantity: 0, asks: false, expectedDays: null, believedShelf: 0 };
  #hadOrder = false;
  #lastOrderAt: Instant | null = null;

  constructor(world: DeviceWorld, counters: boolean, population: Population | null, onStep: StepListener) {
    this.#world = world;
    this.#counters = counters;
    this.#onStep = onStep;
    this.#base = contextOf(world, population);
  }

  review(review: Review): Verdict {
    const hasOrder = review.openOrder !== null;
    const due = review.events.length > 0 || review.now >= this.#evaluateAt || hasOrder !== this.#hadOrder;
    this.#hadOrder = hasOrder;
    // A question stays with the customer until the engine thinks again.
    if (!due) return this.#verdict.asks ? this.#verdict : { ...this.#verdict, quantity: 0 };
    const events = this.#counters ? review.events : review.events.map(withoutCounter);
    const context = this.#context(review);
    const result = step(this.#state, events, context, review.now);
    this.#state = result.state;
    this.#onStep(this.#world, result, context, review.now);
    this.#evaluateAt = result.evaluateAt;
    this.#verdict = verdictOf(result, review.now);
    if (this.#verdict.quantity > 0 && !this.#verdict.asks) this.#lastOrderAt = review.now;
    return this.#verdict;
  }

  #context(review: Review): StepContext {
    const open = review.openOrder;
    const spend = { ...this.#base.spend, lastOrderAt: this.#lastOrderAt };
    if (open === null) return { ...this.#base, spend };
    const placedDay = Math.round((open.placedAt - reviewAt(this.#world, 0)) / DAY_MS);
    const promised = arrivalDay(this.#world, placedDay, PROMISED_BUSINESS_DAYS);
    const order = {
      orderId: open.orderId,
      status: 'accepted' as const,
      quantity: open.quantity,
      createdAt: open.placedAt,
      expectedBy: reviewAt(this.#world, promised),
    };
    return { ...this.#base, spend, openOrder: order };
  }

  forecast(review: Review, _truth: unknown, days: number): UseForecast {
    const until = reviewAt(this.#world, review.day + days);
    const { cdf, mean } = useForecast(this.#state, this.#base, review.now, until);
    return tableForecast(cdf, mean);
  }
}

function verdictOf(result: StepResult<ConsumableState>, now: Instant): Verdict {
  const { decision, commands } = result;
  const proposal = commands.find((command) => command.type === 'propose-order');
  const announced = proposal?.status === 'announced' && proposal.placeAt <= now + 12 * HOUR_MS;
  const placed = announced ? proposal : undefined;
  // What may not be ordered on such telemetry is asked: one filling, if the customer agrees.
  const asks = placed === undefined && decision.outcome === 'ask';
  return {
    quantity: placed === undefined ? (asks ? 1 : 0) : placed.quantity * placed.offer.packSize,
    asks,
    expectedDays: expectedDays(decision, now),
    believedShelf: decision.onShelf,
  };
}

function expectedDays(decision: Decision, now: Instant): number | null {
  const median = decision.forecast?.p50 ?? null;
  return median === null ? null : Math.max(0, (median - now) / DAY_MS);
}

/** Our engine, with or without the page counter; `populations` are the fleet's priors by device model. */
export function neveroutPolicy(
  name: string,
  counters: boolean,
  populations: Populations,
  onStep: StepListener = () => undefined,
): Policy {
  return {
    name,
    start: (world) => new EngineRun(world, counters, populations[modelOf(world)] ?? null, onStep),
  };
}
