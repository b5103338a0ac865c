import { addDays, localDate, startOfLocalDate } from './calendar.ts';
import { type DeliveryPlan, holdBetween } from './holds.ts';
import { spokenDay, spokenSpan } from './local-date.ts';
import { formatMoney } from './money.ts';
import { looksLikeCardNumber } from './payment.ts';
import {
  DAY_MS,
  type GateName,
  type GateVerdict,
  type Instant,
  type LocalDate,
  type Mandate,
  type Money,
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
  /** Unit price as announced: what may be charged, also when the list price has fallen since. */
  readonly unitPriceMinor?: number | null;
  /** Whether the latest telemetry may cause an order, and why. */
  readonly trust: { readonly trusted: boolean; readonly reason: string };
  /** Possible arrival dates; null when there is no offer to deliver. */
  readonly plan: Pick<DeliveryPlan, 'placeAt' | 'arrivesFrom' | 'arrivesTo'> | null;
  /** The order being placed: its own money and openness do not count against it. */
  readonly forOrderId: string | null;
}

type Gate = (request: GateRequest, context: GateContext, now: Instant) => Omit<GateVerdict, 'gate'>;

const passed = (reason: string) => ({ pass: true, reason });
const unchecked = (reason: string) => ({ pass: false, reason, unchecked: true as const });
const refused = (reason: string, retryAt?: Instant) =>
  retryAt === undefined ? { pass: false, reason } : { pass: false, reason, retryAt };

const total = (request: GateRequest, offer: Offer): number =>
  request.totalMinor ?? offer.unitPrice.minor * request.quantity;

/** Of binary fractions: 1.1 × 5000 is 5500.000000000001, and 5500 must pass. */
const ROUNDING = 1e-6;
const percent = (fraction: number): string => `${Math.round(fraction * 1000) / 10} %`;

/** The most that one unit may be charged at. */
const unitPrice = ({ unitPriceMinor }: GateRequest, offer: Offer): Money => ({
  minor: Math.max(offer.unitPrice.minor, unitPriceMinor ?? 0),
  currency: offer.unitPrice.currency,
});

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
    if (typeof mandate === 'string') return unchecked('Without a consent there are no limits to check.');
    if (request.offer === null) return unchecked('Without a product there is nothing to check.');
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

  product: underMandate((mandate, offer) => {
    if (mandate.productIds.includes(offer.productId)) {
      return passed(`${offer.name} is allowed by the consent.`);
    }
    return mandate.substituteProductIds?.includes(offer.productId) === true
      ? passed(`${offer.name} is allowed by the consent as a substitute.`)
      : refused(`${offer.name} is not among the products that the consent allows.`);
  }),

  merchant: underMandate(({ merchantIds }, offer) =>
    merchantIds == null || merchantIds.includes(offer.merchantId)
      ? passed('The consent allows this merchant.')
      : refused(`The merchant of ${offer.name} is not one that the consent allows.`),
  ),

  price: underMandate((mandate, offer, request) => {
    const price = unitPrice(request, offer);
    if (price.currency !== mandate.maxUnitPrice.currency) {
      return refused(`The price is in ${price.currency}, the consent in ${mandate.maxUnitPrice.currency}.`);
    }
    return price.minor <= mandate.maxUnitPrice.minor
      ? passed(`${formatMoney(price)} is within the limit of ${formatMoney(mandate.maxUnitPrice)}.`)
      : refused(`${formatMoney(price)} is above the limit of ${formatMoney(mandate.maxUnitPrice)}.`);
  }),

  'price-drift': underMandate((mandate, offer, request) => {
    const { maxPriceDrift, pricesAtGrant } = mandate;
    if (maxPriceDrift == null) return passed('The consent sets no limit on price rises.');
    const then = pricesAtGrant?.[offer.productId];
    if (then === undefined) {
      return refused(`The price of ${offer.name} when the consent was given is not known.`);
    }
    const limit = Math.floor(then * (1 + maxPriceDrift) + ROUNDING);
    const price = unitPrice(request, offer);
    const { minor, currency } = price;
    const rise = `${formatMoney({ minor: then, currency })} when you agreed`;
    return minor <= limit
      ? passed(`${formatMoney(price)} is within ${percent(maxPriceDrift)} of ${rise}.`)
      : refused(`${formatMoney(price)} is more than ${percent(maxPriceDrift)} above ${rise}.`);
  }),

  'price-notice': underMandate((mandate, offer, request, _context, now) => {
    const { priceNotice, pricesAtGrant } = mandate;
    if (priceNotice == null) return passed('No notice of price changes is due.');
    const { minor } = unitPrice(request, offer);
    const then = pricesAtGrant?.[offer.productId];
    if (then === undefined || minor <= then) return passed('The price has not risen since you agreed.');
    const told = priceNotice.told.filter(
      (notice) => notice.productId === offer.productId && notice.minor >= minor,
    );
    const first = Math.min(...told.map(({ at }) => at));
    const since = Number.isFinite(first) ? first : now;
    const from = since + priceNotice.days * DAY_MS;
    return from <= now
      ? passed('You were told of the new price in time.')
      : refused(`The price rose, and you are told ${priceNotice.days} days before it is charged.`, from);
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

  'delivery-address': underMandate(({ deliveryAddress }) =>
    deliveryAddress === null
      ? refused('The consent names no address to deliver to.')
      : passed('It goes to the address of the consent.'),
  ),

  payment: underMandate(({ paymentReference }) => {
    if (paymentReference == null) return passed('It is paid on account with the merchant.');
    return looksLikeCardNumber(paymentReference)
      ? refused('The payment reference looks like a card number, which is never passed on.')
      : passed('It is paid with the payment reference of the consent.');
  }),

  hold: ({ plan, stage }, { calendar }, now) => {
    if (plan === null) return unchecked('Without a product there is no delivery date to check.');
    const hold = holdBetween(plan.arrivesFrom, plan.arrivesTo, calendar.holds);
    if (hold !== undefined) {
      const until = hold.to === null ? undefined : startOfLocalDate(addDays(hold.to, 1), calendar.timeZone);
      return refused(
        `It could arrive ${spokenSpan(plan.arrivesFrom, plan.arrivesTo)}, while you are away ${hold.to === null ? `from ${spokenDay(hold.from)} on` : spokenSpan(hold.from, hold.to)}.`,
        until,
      );
    }
    if (stage === 'place' && plan.placeAt > now) {
      return refused('It is placed later, so that it arrives when you are back.', plan.placeAt);
    }
    return passed(`It arrives between ${plan.arrivesFrom} and ${plan.arrivesTo}; you are not away then.`);
  },
};

/** Gates of a standing consent: an order that the customer approves by itself does not need them. */
export const CONSENT_GATES = [
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
] as const satisfies readonly GateName[];

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
