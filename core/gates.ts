import { addDays, localDate, startOfLocalDate } from './calendar.ts';
import { type DeliveryPlan, holdBetween } from './holds.ts';
import { looksLikeCardNumber } from './payment.ts';
import { inWords } from './phrases/in-words.ts';
import { type Phrase, type Said, say } from './phrases/phrase.ts';
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
export type GateContext = Pick<
  StepContext,
  'calendar' | 'mandate' | 'spend' | 'halts' | 'openOrder' | 'review' | 'skipUntil'
>;

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
  readonly trust: { readonly trusted: boolean; readonly said: Said };
  /** Possible arrival dates; null when there is no offer to deliver. */
  readonly plan: Pick<DeliveryPlan, 'placeAt' | 'arrivesFrom' | 'arrivesTo'> | null;
  /** Of an order being placed: what became of its announcement; absent or null: there was none. */
  readonly notice?: Notice | null;
  /** The order being placed: its own money and openness do not count against it. */
  readonly forOrderId: string | null;
}

/** An announcement and how far it came. */
export interface Notice {
  /** When it reached the customer; null: it has not. */
  readonly deliveredAt: Instant | null;
  /** Whether every way to the customer has failed, or the time for it is over. */
  readonly failed: boolean;
  readonly cancelUntil: Instant | null;
}

type Gate = (request: GateRequest, context: GateContext, now: Instant) => Omit<GateVerdict, 'gate'>;

const verdict = (pass: boolean, said: Said) => ({ pass, reason: inWords(said), said });
const passed = (...said: Phrase[]) => verdict(true, said);
const unchecked = (phrase: Phrase) => ({ ...verdict(false, [phrase]), unchecked: true as const });
const refused = (phrase: Phrase, retryAt?: Instant) =>
  retryAt === undefined ? verdict(false, [phrase]) : { ...verdict(false, [phrase]), retryAt };

const total = (request: GateRequest, offer: Offer): number =>
  request.totalMinor ?? offer.unitPrice.minor * request.quantity;

/** Of binary fractions: 1.1 × 5000 is 5500.000000000001, and 5500 must pass. */
const ROUNDING = 1e-6;

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
function liveMandate(mandate: Mandate | null, now: Instant): Mandate | Phrase {
  if (mandate === null) return say('no-consent');
  if (mandate.validUntil !== null && mandate.validUntil <= now) {
    return say('consent-expired');
  }
  if (mandate.grantedAt > now) return say('consent-not-yet');
  return mandate;
}

const isPhrase = (value: Mandate | Phrase): value is Phrase => Array.isArray(value);

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
    if (isPhrase(mandate)) return unchecked(say('no-limits'));
    if (request.offer === null) return unchecked(say('no-product'));
    return check(mandate, request.offer, request, context, now);
  };
}

/** The name of the gate beside its rule, in the order in which people ask. */
const GATES: Readonly<Record<GateName, Gate>> = {
  offer: ({ offer }) =>
    offer === null
      ? refused(say('no-offer'))
      : passed(say('offer', { name: offer.name, price: offer.unitPrice })),

  halt: (_request, { halts }) => {
    const halt = halts[0];
    return halt === undefined
      ? passed(say('no-halt'))
      : refused(say('halted', { scope: halt.scope, reason: halt.reason }));
  },

  review: ({ stage }, { review }, now) => {
    if (stage === 'place' && review?.pending != null) {
      return verdict(false, [say('review-pending'), ...review.pending]);
    }
    const pausedUntil = stage === 'announce' ? (review?.pausedUntil ?? now) : now;
    return pausedUntil > now ? refused(say('review-paused'), pausedUntil) : passed(say('no-review'));
  },

  'open-order': ({ forOrderId }, { openOrder }) =>
    openOrder === null || openOrder.orderId === forOrderId
      ? passed(say('no-open-order'))
      : refused(say('open-order', { orderId: openOrder.orderId, status: openOrder.status })),

  'trusted-telemetry': ({ trust }) => verdict(trust.trusted, trust.said),

  consent: (_request, { mandate }, now) => {
    const live = liveMandate(mandate, now);
    return isPhrase(live) ? refused(live) : passed(say('consent'));
  },

  product: underMandate((mandate, offer) => {
    if (mandate.productIds.includes(offer.productId)) {
      return passed(say('product-allowed', { name: offer.name }));
    }
    return mandate.substituteProductIds?.includes(offer.productId) === true
      ? passed(say('product-substitute', { name: offer.name }))
      : refused(say('product-not-allowed', { name: offer.name }));
  }),

  merchant: underMandate(({ merchantIds }, offer) =>
    merchantIds == null || merchantIds.includes(offer.merchantId)
      ? passed(say('merchant-allowed'))
      : refused(say('merchant-not-allowed', { name: offer.name })),
  ),

  price: underMandate((mandate, offer, request) => {
    const price = unitPrice(request, offer);
    if (price.currency !== mandate.maxUnitPrice.currency) {
      return refused(
        say('other-currency', { price: price.currency, consent: mandate.maxUnitPrice.currency }),
      );
    }
    return price.minor <= mandate.maxUnitPrice.minor
      ? passed(say('price-within', { price, limit: mandate.maxUnitPrice }))
      : refused(say('price-above', { price, limit: mandate.maxUnitPrice }));
  }),

  'price-drift': underMandate((mandate, offer, request) => {
    const { maxPriceDrift, pricesAtGrant } = mandate;
    if (maxPriceDrift == null) return passed(say('no-drift-limit'));
    const then = pricesAtGrant?.[offer.productId];
    if (then === undefined) {
      return refused(say('price-then-unknown', { name: offer.name }));
    }
    const limit = Math.floor(then * (1 + maxPriceDrift) + ROUNDING);
    const price = unitPrice(request, offer);
    const facts = { price, drift: maxPriceDrift, agreed: { minor: then, currency: price.currency } };
    return price.minor <= limit ? passed(say('drift-within', facts)) : refused(say('drift-above', facts));
  }),

  'price-notice': underMandate((mandate, offer, request, _context, now) => {
    const { priceNotice, pricesAtGrant } = mandate;
    if (priceNotice == null) return passed(say('no-notice-due'));
    const { minor } = unitPrice(request, offer);
    const then = pricesAtGrant?.[offer.productId];
    if (then === undefined || minor <= then) return passed(say('price-not-risen'));
    const told = priceNotice.told.filter(
      (notice) => notice.productId === offer.productId && notice.minor >= minor,
    );
    const first = Math.min(...told.map(({ at }) => at));
    const since = Number.isFinite(first) ? first : now;
    const from = since + priceNotice.days * DAY_MS;
    return from <= now
      ? passed(say('told-in-time'))
      : refused(say('price-notice', { days: priceNotice.days }), from);
  }),

  quantity: underMandate((mandate, offer, { quantity }) => {
    if (quantity < offer.minimumQuantity) {
      return refused(say('below-minimum', { minimum: offer.minimumQuantity, quantity }));
    }
    return quantity >= 1 && quantity <= mandate.maxQuantity
      ? passed(say('quantity-within', { quantity, limit: mandate.maxQuantity }))
      : refused(say('quantity-outside', { quantity, limit: mandate.maxQuantity }));
  }),

  spend: underMandate((mandate, offer, request, { spend, calendar }, now) => {
    const limit = mandate.maxSpendPerMonth;
    const after = { minor: spend.minor + total(request, offer), currency: limit.currency };
    return after.minor <= limit.minor
      ? passed(say('spend-within', { after, limit }))
      : refused(say('spend-above', { after, limit }), startOfNextMonth(now, calendar.timeZone));
  }),

  frequency: underMandate((mandate, _offer, _request, { spend, calendar }, now) => {
    const { maxOrdersPerMonth, minDaysBetweenOrders } = mandate;
    if (maxOrdersPerMonth !== null && spend.orders >= maxOrdersPerMonth) {
      return refused(
        say('too-many-orders', { orders: spend.orders, limit: maxOrdersPerMonth }),
        startOfNextMonth(now, calendar.timeZone),
      );
    }
    if (minDaysBetweenOrders !== null && spend.lastOrderAt !== null) {
      const next = spend.lastOrderAt + minDaysBetweenOrders * DAY_MS;
      if (next > now) {
        return refused(say('too-soon', { days: minDaysBetweenOrders }), next);
      }
    }
    return passed(say('not-too-many'));
  }),

  'delivery-address': underMandate(({ deliveryAddress }) =>
    deliveryAddress === null ? refused(say('no-address')) : passed(say('address')),
  ),

  payment: underMandate(({ paymentReference }) => {
    if (paymentReference == null) return passed(say('on-account'));
    return looksLikeCardNumber(paymentReference)
      ? refused(say('card-number'))
      : passed(say('payment-reference'));
  }),

  skip: (_request, { skipUntil, calendar }, now) =>
    skipUntil == null || skipUntil <= now
      ? passed(say('not-skipped'))
      : refused(say('skipped', { until: localDate(skipUntil, calendar.timeZone) }), skipUntil),

  // "No notice, no order" (DESIGN §4.5).
  notice: ({ stage, notice }, _context, now) => {
    if (stage === 'announce') return passed(say('told-before'));
    if (notice == null || notice.deliveredAt === null) {
      return refused(say(notice?.failed === true ? 'cannot-be-told' : 'not-told'));
    }
    const { cancelUntil } = notice;
    return cancelUntil !== null && cancelUntil > now
      ? refused(say('may-still-cancel'), cancelUntil)
      : passed(say('told'));
  },

  hold: ({ plan, stage }, { calendar }, now) => {
    if (plan === null) return unchecked(say('no-delivery-date'));
    const arrival = { first: plan.arrivesFrom, last: plan.arrivesTo };
    const hold = holdBetween(arrival.first, arrival.last, calendar.holds);
    if (hold !== undefined) {
      const until = hold.to === null ? undefined : startOfLocalDate(addDays(hold.to, 1), calendar.timeZone);
      return refused(say('arrives-while-away', { ...arrival, from: hold.from, to: hold.to }), until);
    }
    if (stage === 'place' && plan.placeAt > now) {
      return refused(say('placed-later'), plan.placeAt);
    }
    return passed(say('arrives-at-home', arrival));
  },
};

/** Gates of a standing consent: an order that the customer approves by itself does not need them. */
export const CONSENT_GATES = [
  'review',
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
