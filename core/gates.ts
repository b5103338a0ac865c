import { addDays, localDate, startOfLocalDate } from './calendar.ts';
import { type DeliveryPlan, holdBetween } from './holds.ts';
import { formatMoney } from './money.ts';
import {
  DAY_MS,
  type GateName,
  type GateVerdict,
  type Instant,
  type LocalDate,
  type Mandate,
  type Offer,
  type StepContext,
} from './types.ts';

/** What the gates need to know of the consumable's surroundings. */
export type GateContext = Pick<StepContext, 'calendar' | 'mandate' | 'spend' | 'halts' | 'openOrder'>;

export interface GateRequest {
  /** Every order passes twice: when announced and again when placed. */
  readonly stage: 'announce' | 'place';
  readonly offer: Offer | null;
  /** Units of the offer. */
  readonly quantity: number;
  /** Price of the whole order as announced or quoted; null: quantity times unit price. */
  readonly totalMinor?: number | null;
  /** Whether the latest telemetry may cause an order, and why. */
  readonly trust: { readonly trusted: boolean; readonly reason: string };
  /** Possible arrival dates; null when there is no offer to deliver. */
  readonly plan: Pick<DeliveryPlan, 'placeAt' | 'arrivesFrom' | 'arrivesTo'> | null;
  /** The order being placed: its own money and openness do not count against it. */
  readonly forOrderId: string | null;
}

type Gate = (request: GateRequest, context: GateContext, now: Instant) => Omit<GateVerdict, 'gate'>;

const passed = (reason: string) => ({ pass: true, reason });
const refused = (reason: string, retryAt?: Instant) =>
  retryAt === undefined ? { pass: false, reason } : { pass: false, reason, retryAt };

const total = (request: GateRequest, offer: Offer): number =>
  request.totalMinor ?? offer.unitPrice.minor * request.quantity;

/** First instant of the next calendar month in the zone: when monthly limits start anew. */
export function startOfNextMonth(now: Instant, timeZone: string): Instant {
  const firstOfMonth: LocalDate = `${localDate(now, timeZone).slice(0, 7)}-01`;
  const next = addDays(firstOfMonth, 31).slice(0, 7);
  return startOfLocalDate(`${next}-01`, timeZone);
}

/** A consent is live from its grant until its end; withdrawn ones never reach core. */
function liveMandate(mandate: Mandate | null, now: Instant): Mandate | string {
  if (mandate === null) return 'There is no consent to order this automatically.';
  if (mandate.validUntil !== null && mandate.validUntil <= now) {
    return 'The consent to order automatically has expired.';
  }
  if (mandate.grantedAt > now) return 'The consent to order automatically is not valid yet.';
  return mandate;
}

/** Gates that need a live mandate and an offer; without them the consent and offer gates speak. */
function underMandate(
  check: (
    mandate: Mandate,
    offer: Offer,
    request: GateRequest,
    context: GateContext,
    now: Instant,
  ) => Omit<GateVerdict, 'gate'>,
): Gate {
  return (request, context, now) => {
    const mandate = liveMandate(context.mandate, now);
    if (typeof mandate === 'string') return refused('Without a consent there are no limits to check.');
    if (request.offer === null) return refused('Without a product there is nothing to check.');
    return check(mandate, request.offer, request, context, now);
  };
}

/** The name of the gate beside its rule, in the order in which people ask. */
const GATES: Readonly<Record<GateName, Gate>> = {
  offer: ({ offer }) =>
    offer === null
      ? refused('No merchant offers a product for this consumable.')
      : passed(`${offer.name} at ${formatMoney(offer.unitPrice)}.`),

  halt: (_request, { halts }) => {
    const halt = halts[0];
    return halt === undefined
      ? passed('Nothing is halted.')
      : refused(`Orders are halted (${halt.scope}): ${halt.reason}`);
  },

  'open-order': ({ forOrderId }, { openOrder }) =>
    openOrder === null || openOrder.orderId === forOrderId
      ? passed('No other order is open.')
      : refused(`Order ${openOrder.orderId} is already ${openOrder.status}.`),

  'trusted-telemetry': ({ trust }) => (trust.trusted ? passed(trust.reason) : refused(trust.reason)),

  consent: (_request, { mandate }, now) => {
    const live = liveMandate(mandate, now);
    return typeof live === 'string' ? refused(live) : passed('A consent to order automatically is in force.');
  },

  product: underMandate((mandate, offer) =>
    mandate.productIds.includes(offer.productId)
      ? passed(`${offer.name} is allowed by the consent.`)
      : refused(`${offer.name} is not among the products that the consent allows.`),
  ),

  price: underMandate((mandate, offer) => {
    const { unitPrice } = offer;
    if (unitPrice.currency !== mandate.maxUnitPrice.currency) {
      return refused(
        `The price is in ${unitPrice.currency}, the consent in ${mandate.maxUnitPrice.currency}.`,
      );
    }
    return unitPrice.minor <= mandate.maxUnitPrice.minor
      ? passed(`${formatMoney(unitPrice)} is within the limit of ${formatMoney(mandate.maxUnitPrice)}.`)
      : refused(`${formatMoney(unitPrice)} is above the limit of ${formatMoney(mandate.maxUnitPrice)}.`);
  }),

  quantity: underMandate((mandate, offer, { quantity }) => {
    if (quantity < offer.minimumQuantity) {
      return refused(`The merchant sells at least ${offer.minimumQuantity}, not ${quantity}.`);
    }
    return quantity >= 1 && quantity <= mandate.maxQuantity
      ? passed(`${quantity} of at most ${mandate.maxQuantity} an order.`)
      : refused(`${quantity} is not between 1 and the limit of ${mandate.maxQuantity} an order.`);
  }),

  spend: underMandate((mandate, offer, request, { spend, calendar }, now) => {
    const limit = mandate.maxSpendPerMonth;
    const after = { minor: spend.minor + total(request, offer), currency: limit.currency };
    return after.minor <= limit.minor
      ? passed(`${formatMoney(after)} of ${formatMoney(limit)} this month.`)
      : refused(
          `It would bring this month to ${formatMoney(after)}, above the limit of ${formatMoney(limit)}.`,
          startOfNextMonth(now, calendar.timeZone),
        );
  }),

  frequency: underMandate((mandate, _offer, _request, { spend, calendar }, now) => {
    const { maxOrdersPerMonth, minDaysBetweenOrders } = mandate;
    if (maxOrdersPerMonth !== null && spend.orders >= maxOrdersPerMonth) {
      return refused(
        `There were already ${spend.orders} orders this month; the limit is ${maxOrdersPerMonth}.`,
        startOfNextMonth(now, calendar.timeZone),
      );
    }
    if (minDaysBetweenOrders !== null && spend.lastOrderAt !== null) {
      const next = spend.lastOrderAt + minDaysBetweenOrders * DAY_MS;
      if (next > now) {
        return refused(`The last order is less than ${minDaysBetweenOrders} days ago.`, next);
      }
    }
    return passed('Not too many orders.');
  }),

  hold: ({ plan, stage }, { calendar }, now) => {
    if (plan === null) return refused('Without a product there is no delivery date to check.');
    const hold = holdBetween(plan.arrivesFrom, plan.arrivesTo, calendar.holds);
    if (hold !== undefined) {
      const until = hold.to === null ? undefined : startOfLocalDate(addDays(hold.to, 1), calendar.timeZone);
      return refused(
        `It could arrive between ${plan.arrivesFrom} and ${plan.arrivesTo}, while you are away ${hold.from} to ${hold.to ?? 'an open date'}.`,
        until,
      );
    }
    if (stage === 'place' && plan.placeAt > now) {
      return refused('It is placed later, so that it arrives when you are back.', plan.placeAt);
    }
    return passed(`It arrives between ${plan.arrivesFrom} and ${plan.arrivesTo}; you are not away then.`);
  },
};

export const GATE_NAMES = Object.keys(GATES) as readonly GateName[];

/**
 * Every gate's verdict on one order, in a fixed order; all of them, so that the decision can tell all
 * reasons at once. An order goes on only if all pass.
 */
export function checkGates(request: GateRequest, context: GateContext, now: Instant): readonly GateVerdict[] {
  return GATE_NAMES.map((gate) => ({ gate, ...GATES[gate](request, context, now) }));
}

export function allPass(verdicts: readonly GateVerdict[]): boolean {
  return verdicts.every((verdict) => verdict.pass);
}
