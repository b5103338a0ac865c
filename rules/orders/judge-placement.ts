import { fold } from '../../core/fold.ts';
import { CONSENT_GATES, checkGates, type Notice } from '../../core/gates.ts';
import { type DeliveryPlan, planDelivery } from '../../core/holds.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import { type Said, say } from '../../core/phrases/phrase.ts';
import { offerAt } from '../../core/quantity.ts';
import type { ConsumableState, Model } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import { trustOf } from '../../core/trust.ts';
import {
  DAY_MS,
  type Decision,
  type GateName,
  type GateVerdict,
  HOUR_MS,
  type Instant,
  type Offer,
  type StepContext,
} from '../../core/types.ts';
import type { NextStep } from '../../platform/order-store.ts';
import type { DueOrder } from './due-order.ts';

/** What happens to an announced order whose time has come. */
type Next =
  | { readonly kind: 'place' }
  | { readonly kind: 'cancel' }
  /** The customer decides, or has to do something first. */
  | { readonly kind: 'ask'; readonly because: 'downgraded' | 'notice-failed'; readonly step?: NextStep }
  /** `keepsDates`: it waits for a word, not for other dates. */
  | { readonly kind: 'wait'; readonly until: Instant; readonly keepsDates?: true };

export interface Judgement {
  readonly next: Next;
  readonly plan: DeliveryPlan;
  readonly decision: Decision;
}

/** Gates of the standing consent; an order that the customer approved by itself does not need them. */
const STANDING: readonly GateName[] = ['trusted-telemetry', ...CONSENT_GATES, 'skip', 'notice'];

/** Somebody pressed the button: they know of it, and want it whatever telemetry says; every limit of the consent holds. */
export const ASKED_FOR: readonly GateName[] = ['trusted-telemetry', 'skip', 'notice'];

/** A lifted halt lets orders go within this time; asking is one indexed query for all that wait. */
export const HALT_RETRY_MS = 60_000;

/** A decision of the staff makes the order due at once; this is for one that got lost. */
const REVIEW_RETRY_MS = HOUR_MS;

/**
 * The gates, for the second time: with the world as it is when the order is about to be placed. Pure;
 * `context` is that of the order (its product on offer, its own money not counted).
 */
export function judgePlacement(
  order: DueOrder,
  state: ConsumableState | null,
  context: StepContext,
  now: Instant,
  noticeWithinMs: number,
): Judgement {
  const { tip } = fold(state, [], context, now);
  const { leadTime, calendar, settings } = context;
  const offer = offerFor(order, context.offer);
  const plan = planDelivery({ earliestPlaceAt: now, leadTime, calendar });
  const { quantity, totalMinor, unitPriceMinor } = order;
  const trust = trustOf(tip, settings, now);
  const notice = noticeOf(order, now, noticeWithinMs);
  const all = checkGates(
    {
      stage: 'place',
      offer,
      quantity,
      totalMinor,
      unitPriceMinor,
      trust,
      plan,
      notice,
      forOrderId: order.id,
    },
    context,
    now,
  );
  const needless = order.consentId === null ? STANDING : order.origin === 'button' ? ASKED_FOR : [];
  const gates = all.filter(({ gate }) => !needless.includes(gate));
  const obstacle =
    obstacleOf(order, state, tip, { ...context, offer }, now) ?? missing(order) ?? dearer(order);
  const { next, said } = obstacle ?? nextOf(gates, plan, notice, now);
  const decision: Decision = {
    outcome: OUTCOMES[next.kind],
    at: now,
    forecast: null,
    onHand: tip.readings === 0 ? 0 : tip.level,
    onShelf: tip.shelf,
    onOrder: order.fillings,
    gates,
    sentence: inWords(said),
    said,
  };
  return { next, plan, decision };
}

/** At the price of its quantity; where the merchant still stands by its quote, at that. */
function offerFor(order: DueOrder, offer: Offer | null): Offer | null {
  if (offer === null) return null;
  const priced = offerAt(offer, order.quantity);
  if (!order.priceStands) return priced;
  return { ...priced, unitPrice: { ...priced.unitPrice, minor: order.unitPriceMinor } };
}

/** An order that nobody said where to deliver never reaches a merchant. */
function missing({ hasAddress }: DueOrder): Verdict | null {
  if (hasAddress) return null;
  return {
    next: { kind: 'ask', because: 'downgraded', step: { code: 'no-delivery-address', url: null } },
    said: [say('no-delivery-address')],
  };
}

/** A yes to this very order was to its price: with the shipping of its parcel on top it is asked for again. */
function dearer({ consentId, addedShippingMinor = 0, totalMinor, currency }: DueOrder): Verdict | null {
  if (consentId !== null || addedShippingMinor === 0) return null;
  const announced = { minor: totalMinor - addedShippingMinor, currency };
  return {
    next: { kind: 'ask', because: 'downgraded' },
    said: [say('shipping-since-announced', { announced, total: { minor: totalMinor, currency } })],
  };
}

const OUTCOMES: Readonly<Record<Next['kind'], Decision['outcome']>> = {
  place: 'order',
  cancel: 'blocked',
  ask: 'ask',
  wait: 'defer',
};

interface Verdict {
  readonly next: Next;
  readonly said: Said;
}

/** Why an order is not needed by what the customer counted since it was made; null: it is, or nobody counted. */
export function enoughCounted(
  { countedAt }: Pick<DueOrder, 'countedAt'>,
  state: ConsumableState | null,
  context: StepContext,
  now: Instant,
): Said | null {
  if (countedAt === null) return null;
  const { decision } = step(state, [], { ...context, openOrder: null }, now);
  return decision.outcome === 'nothing' ? [say('enough-counted'), ...decision.said] : null;
}

/** What the gates cannot know: things that happened to this very order since it was announced. */
function obstacleOf(
  order: DueOrder,
  state: ConsumableState | null,
  tip: Model,
  context: StepContext,
  now: Instant,
): Verdict | null {
  if (order.consentId === null) return null;
  if (order.withdrawn) {
    return { next: { kind: 'cancel' }, said: [say('consent-withdrawn')] };
  }
  // Someone has put a new one in, bought elsewhere or found in a drawer.
  if (order.origin === 'evaluation' && tip.swaps > 0 && tip.fillingAt > order.createdAt) {
    const { decision } = step(state, [], { ...context, openOrder: null }, now);
    if (decision.outcome === 'nothing') {
      return {
        next: { kind: 'cancel' },
        said: [say('new-one-in'), ...decision.said],
      };
    }
  }
  const enough = enoughCounted(order, state, context, now);
  if (enough !== null) return { next: { kind: 'cancel' }, said: enough };
  const { offer } = context;
  if (offer !== null && offer.unitPrice.minor > order.unitPriceMinor) {
    const announced = { minor: order.totalMinor, currency: order.currency };
    return {
      next: { kind: 'ask', because: 'downgraded' },
      said: [say('price-since-announced', { announced, unitPrice: offer.unitPrice })],
    };
  }
  return null;
}

/** A notice that has not arrived within this time never counts: the customer is asked. */
function noticeOf(
  { announcedAt, createdAt, noticedAt, noticeFailedAt, cancelUntil }: DueOrder,
  now: Instant,
  withinMs: number,
): Notice {
  const failed = noticeFailedAt !== null || (announcedAt ?? createdAt) + withinMs <= now;
  return { deliveredAt: noticedAt, failed, cancelUntil };
}

/** A notice that is on its way is looked for again after this. */
const NOTICE_RETRY_MS = 15 * 60_000;

function nextOf(gates: readonly GateVerdict[], plan: DeliveryPlan, notice: Notice, now: Instant): Verdict {
  const failing = gates.filter(({ pass }) => !pass);
  if (failing.length === 0) return { next: { kind: 'place' }, said: [say('nothing-in-the-way')] };
  const said = failing.flatMap((verdict) => verdict.said);
  const fails = (...names: GateName[]) => failing.some(({ gate }) => names.includes(gate));
  if (fails('consent', 'offer', 'open-order')) return { next: { kind: 'cancel' }, said };
  if (fails('notice') && notice.deliveredAt === null && notice.failed) {
    return { next: { kind: 'ask', because: 'notice-failed' }, said };
  }
  if (fails('halt')) return { next: { kind: 'wait', until: now + HALT_RETRY_MS }, said };
  if (fails('review')) return { next: { kind: 'wait', until: now + REVIEW_RETRY_MS }, said };
  if (fails('hold')) {
    // Without a return date, look again daily: the customer may come back and say so.
    const until = Number.isFinite(plan.placeAt) ? plan.placeAt : now + DAY_MS;
    return {
      next: { kind: 'wait', until: Math.max(until, now + HALT_RETRY_MS) },
      said: plan.reason === null ? said : [plan.reason],
    };
  }
  if (failing.every(({ gate }) => gate === 'notice')) {
    const until = notice.deliveredAt === null ? now + NOTICE_RETRY_MS : (notice.cancelUntil ?? now);
    return { next: { kind: 'wait', until, keepsDates: true }, said };
  }
  return { next: { kind: 'ask', because: 'downgraded' }, said };
}
