import { createHash } from 'node:crypto';
import { type ConsumableState, encodeState } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import {
  type ConsumableEvent,
  DAY_MS,
  HOUR_MS,
  type Instant,
  type Level,
  type OpenOrder,
  type Population,
  type StepContext,
  type StepResult,
} from '../../core/types.ts';
import { emptyBy, foldEvents, tipOf } from './engine-view.ts';
import type { RequestOf } from './requests.ts';

const CENTS = 100;

/** A caller without limits of its own: the filter answers what the engine would do, gates left open. */
function contextOf(init: RequestOf<'init'>): StepContext {
  const { model, gauge, costs, calendar, settings, offer } = init;
  const money = (value: number) => ({ minor: Math.round(value * CENTS), currency: costs.currency });
  return {
    profile: {
      key: init.id,
      name: model.name,
      polarity: model.polarity,
      gaugeQuantum: gauge.quantum,
      gaugeNoise: gauge.noise,
      yieldUses: model.yieldUses ?? null,
      typicalLifeDays: model.typicalLifeDays,
      shelfLifeDays: model.shelfLifeDays ?? null,
    },
    calendar,
    leadTime: { pmf: init.leadTime },
    costs: {
      stockoutMinor: costs.stockout * CENTS,
      stockoutPerDayMinor: costs.stockoutPerDay * CENTS,
      holdingPerDayMinor: costs.holdingPerDay * CENTS,
      shippingMinor: costs.shipping * CENTS,
    },
    settings: {
      reviewPeriodMs: settings.reviewHours * HOUR_MS,
      cancelWindowMs: 0,
      staleAfterMs: settings.staleAfterDays * DAY_MS,
    },
    strategy: 'automatic',
    offer: {
      productId: 'product',
      merchantId: 'merchant',
      sku: 'sku',
      name: model.name,
      unitPrice: money(costs.unitPrice),
      packSize: offer.packSize,
      minimumQuantity: offer.minimumQuantity,
    },
    openOrder: null,
    mandate: {
      consentId: 'caller',
      productIds: ['product'],
      maxUnitPrice: { minor: Number.MAX_SAFE_INTEGER, currency: costs.currency },
      maxQuantity: Number.MAX_SAFE_INTEGER,
      maxSpendPerMonth: { minor: Number.MAX_SAFE_INTEGER, currency: costs.currency },
      maxOrdersPerMonth: null,
      minDaysBetweenOrders: null,
      grantedAt: 0,
      validUntil: null,
    },
    spend: { minor: 0, orders: 0, lastOrderAt: null },
    halts: [],
    population: populationOf(init),
  };
}

function populationOf({ population }: RequestOf<'init'>): Population | null {
  if (population === null || population === undefined) return null;
  const { dayWeights, earlySwapPerDay, temptedBelow, monthFactors, ...rest } = population;
  return {
    ...rest,
    ...(dayWeights === undefined ? {} : { dayWeights }),
    ...(earlySwapPerDay === undefined ? {} : { earlySwapPerDay }),
    ...(temptedBelow === undefined ? {} : { temptedBelow }),
    ...(monthFactors === undefined ? {} : { monthFactors }),
  };
}

const levelOf = (level: RequestOf<'reading'>['level']): Level => {
  if (typeof level === 'number') return { kind: 'measured', value: level };
  return { kind: level === 'some' ? 'some' : 'unknown' };
};

const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());

/** One consumable of a caller: its state, and the order that a `decide` opened. */
export class Consumable {
  readonly #context: StepContext;
  #state: ConsumableState | null = null;
  #openOrder: OpenOrder | null = null;
  #lastOrderAt: Instant | null = null;
  #orders = 0;
  #seq = 0;

  constructor(init: RequestOf<'init'>) {
    this.#context = contextOf(init);
  }

  #contextNow(): StepContext {
    const spend = { minor: 0, orders: 0, lastOrderAt: this.#lastOrderAt };
    return { ...this.#context, openOrder: this.#openOrder, spend };
  }

  #take(event: ConsumableEvent, now: Instant): object {
    this.#state = foldEvents(this.#state, [event], this.#contextNow(), now);
    return { state: this.#digest() };
  }

  /** The first 16 hex digits of the encoded state's SHA-256: equal states, equal digests. */
  #digest(): string | null {
    if (this.#state === null) return null;
    return createHash('sha256').update(encodeState(this.#state)).digest('hex').slice(0, 16);
  }

  reading(request: RequestOf<'reading'>): object {
    this.#seq = Math.max(this.#seq + 1, request.seq ?? 0);
    const event: ConsumableEvent = {
      type: 'reading',
      at: request.at,
      seq: request.seq ?? this.#seq,
      level: levelOf(request.level),
      useCounter: request.counter ?? null,
      supplySerial: request.serial ?? null,
      historical: request.historical,
    };
    return this.#take(event, Math.max(request.at, request.receivedAt ?? request.at));
  }

  delivered({ at, quantity, orderId }: RequestOf<'delivered'>): object {
    const known = this.#openOrder?.orderId;
    this.#openOrder = null;
    return this.#take({ type: 'delivered', at, quantity, orderId: orderId ?? known ?? `delivery-${at}` }, at);
  }

  replaced({ at }: RequestOf<'replaced'>): object {
    return this.#take({ type: 'replaced', at }, at);
  }

  shelfCount({ at, quantity }: RequestOf<'shelf-count'>): object {
    return this.#take({ type: 'shelf-count', at, quantity }, at);
  }

  cancelled(): object {
    this.#openOrder = null;
    return { state: this.#digest() };
  }

  decide({ at, dates, commit }: RequestOf<'decide'>): object {
    const context = this.#contextNow();
    const result = step(this.#state, [], context, at);
    const { decision } = result;
    const proposal = this.#proposal(result);
    const order = proposal?.asks === false ? proposal : null;
    if (commit) {
      this.#state = result.state;
      if (order !== null) this.#open(order.quantity, at);
    }
    const probability = emptyBy(tipOf(result.state, context, at), context);
    return {
      order: order !== null,
      quantity: proposal?.units ?? 0,
      outcome: decision.outcome,
      placeAt: iso(proposal?.placeAt ?? null),
      level: decision.forecast?.level ?? null,
      perDay: decision.forecast?.perDay ?? null,
      onShelf: decision.onShelf,
      onOrder: decision.onOrder,
      p10: iso(decision.forecast?.p10 ?? null),
      p50: iso(decision.forecast?.p50 ?? null),
      p90: iso(decision.forecast?.p90 ?? null),
      emptyBy: dates.map((until) => ({ at: iso(until), probability: probability(until) })),
      sentence: decision.sentence,
      gates: decision.gates.filter(({ pass }) => !pass),
      evaluateAt: iso(result.evaluateAt),
      state: this.#digest(),
    };
  }

  #proposal({ commands }: StepResult<ConsumableState>) {
    const proposal = commands.find((command) => command.type === 'propose-order');
    if (proposal === undefined) return null;
    const { quantity: units, offer, placeAt, because } = proposal;
    return { units, quantity: units * offer.packSize, placeAt, asks: because !== undefined };
  }

  #open(quantity: number, at: Instant): void {
    this.#orders++;
    this.#lastOrderAt = at;
    this.#openOrder = {
      orderId: `order-${this.#orders}`,
      status: 'accepted',
      quantity,
      createdAt: at,
      expectedBy: null,
    };
  }
}
