import { gridOf } from './day-grid.ts';
import { type RunOut, runOut } from './depletion.ts';
import { fold } from './fold.ts';
import { CONSENT_GATES, checkGates } from './gates.ts';
import { beforeLeaving, type DeliveryPlan, isLastChance, planDelivery } from './holds.ts';
import { posteriors, priorOf } from './mixture.ts';
import { LONGEST_SLEEP_MS, nextLook } from './next-look.ts';
import { opDays } from './op-clock.ts';
import { inWords } from './phrases/in-words.ts';
import { type Phrase, type Said, say } from './phrases/phrase.ts';
import { offerAt, orderQuantity } from './quantity.ts';
import { correctionFor } from './recalibration.ts';
import { earlyCostOf, positionShort, type Weighing } from './reorder.ts';
import { explain } from './sentence.ts';
import type { ConsumableState, Model } from './state.ts';
import { needsAnswer, type Trust, trustOf } from './trust.ts';
import {
  type Command,
  type ConsumableEvent,
  DAY_MS,
  type DecisionOutcome,
  type Forecast,
  type GateName,
  type GateVerdict,
  type Instant,
  type Offer,
  type OpenOrder,
  type StepContext,
  type StepResult,
} from './types.ts';
import { joins, placementDelay, type View, weighNow } from './when-due.ts';

/**
 * One evaluation of a consumable: folds the events, forecasts, decides, asks the gates, and says what
 * the shell has to do and when to look again. Pure: the same arguments give the same result.
 */
export function step(
  state: ConsumableState | null,
  events: readonly ConsumableEvent[],
  context: StepContext,
  now: Instant,
): StepResult<ConsumableState> {
  const folded = fold(state, events, context, now);
  const told = folded.state.installedAt;
  const swaps = [...new Set(folded.swaps)].filter((at) => at > told).sort((a, b) => a - b);
  const installed: Command[] = swaps.map((at) => ({
    type: 'installed',
    at,
    left: folded.swapNotes.get(at)?.left ?? null,
    spare: folded.swapNotes.get(at)?.spare ?? true,
  }));
  const verdict = decide(folded.tip, context, now);
  const { tip } = folded;
  return {
    state: { ...folded.state, installedAt: swaps.at(-1) ?? told },
    decision: {
      outcome: verdict.outcome,
      at: now,
      forecast: verdict.forecast,
      onHand: tip.readings === 0 ? 0 : Math.max(verdict.forecast?.level ?? 0, 0),
      onShelf: tip.shelf,
      onOrder: context.openOrder?.quantity ?? 0,
      gates: verdict.gates,
      sentence: inWords(verdict.said),
      said: verdict.said,
    },
    commands: [...installed, ...verdict.commands],
    trusted: trustOf(tip, context.settings, now).trusted,
    evaluateAt: verdict.evaluateAt,
    blockScores: folded.scores,
  };
}

interface Verdict {
  readonly outcome: DecisionOutcome;
  readonly forecast: Forecast | null;
  readonly gates: readonly GateVerdict[];
  readonly said: Said;
  readonly commands: readonly Command[];
  readonly evaluateAt: Instant;
}

const WEEK_MS = 7 * DAY_MS;

function forecastOf(model: Model, future: RunOut, context: StepContext, now: Instant): Forecast {
  const grid = gridOf(context.calendar, context.population);
  const used = model.rate * opDays(model.levelAt, now, grid, model.dayWeights);
  return {
    level: Math.min(Math.max(model.level - used, 0), 1),
    measured: model.readings > 0 && model.vagueAt === 0,
    levelAt: model.levelAt,
    perDay: (model.rate * opDays(now, now + WEEK_MS, grid, model.dayWeights)) / 7,
    p10: future.quantile(0.1),
    p50: future.quantile(0.5),
    p90: future.quantile(0.9),
  };
}

/** What every decision about a consumable looks at. */
interface Look {
  readonly view: View;
  readonly trust: Trust;
  readonly forecast: Forecast;
  readonly weighing: Weighing;
}

function decide(model: Model, context: StepContext, now: Instant): Verdict {
  const trust = trustOf(model, context.settings, now);
  if (model.levelAt === 0) {
    const base = { outcome: 'nothing' as const, forecast: null, gates: [] };
    const said = explain({ ...base, weighing: null, trust, model, placeAt: null, context, now });
    return { ...base, said, commands: [], evaluateAt: now + LONGEST_SLEEP_MS };
  }
  const prior = priorOf(context.profile, context.population);
  const grid = gridOf(context.calendar, context.population);
  const future = runOut(model, prior, grid, correctionFor(model.jitter, context.population));
  const forecast = forecastOf(model, future, context, now);
  const early = earlyCostOf(model, context.costs, context.offer, context.population);
  const view: View = { model, future, early };
  const look: Look = { view, trust, forecast, weighing: weighNow(view, context, now) };
  const { openOrder } = context;
  if (openOrder === null) return decideFreely(look, context, now);
  const waits = still(look, 'wait', nextLookAtOpen(context, now), context, now);
  return openOrder.unanswered === true ? whileUnanswered(look, waits, openOrder, context, now) : waits;
}

/** With no order open. */
function decideFreely(look: Look, context: StepContext, now: Instant): Verdict {
  const { view, weighing } = look;
  const short = positionShort(view.model, context.leadTime);
  const due = weighing.due || (short && joins(view, context, now));
  if (short && due && !suspendedByWarmUp(view.model, weighing)) return act(look, context, now);
  const evaluateAt = short ? nextLook(view, context, now) : now + LONGEST_SLEEP_MS;
  return still(look, 'nothing', evaluateAt, context, now);
}

/** Nothing happens. */
function still(
  { view: { model }, trust, forecast, weighing }: Look,
  outcome: 'wait' | 'nothing',
  evaluateAt: Instant,
  context: StepContext,
  now: Instant,
): Verdict {
  const base = { outcome, forecast, gates: [] };
  const said = explain({ ...base, weighing, trust, model, placeAt: null, context, now });
  return { ...base, said, commands: [], evaluateAt };
}

/**
 * A question that was put because the level is not seen stands in nobody's way: with the level known again the
 * engine decides by itself. What it cannot order by itself, the customer may still.
 */
function whileUnanswered(
  look: Look,
  waits: Verdict,
  openOrder: OpenOrder,
  context: StepContext,
  now: Instant,
): Verdict {
  const free = decideFreely(look, { ...context, openOrder: null }, now);
  const said = whyWithdrawn(look, free, openOrder, context, now);
  if (said !== null) {
    return {
      ...free,
      commands: [{ type: 'withdraw-order', orderId: openOrder.orderId, said }, ...free.commands],
    };
  }
  return look.trust.trusted ? { ...waits, evaluateAt: Math.min(waits.evaluateAt, free.evaluateAt) } : waits;
}

function whyWithdrawn(
  { view, trust }: Look,
  { outcome, gates }: Verdict,
  { createdAt }: OpenOrder,
  context: StepContext,
  now: Instant,
): Said | null {
  const consent = gates.find(({ gate, pass }) => gate === 'consent' && !pass);
  if (consent !== undefined) return consent.said;
  if (outcome === 'nothing' && view.model.swaps > 0 && view.model.fillingAt > createdAt)
    return [say('new-one-in')];
  if (!trust.trusted) return null;
  if (outcome === 'order') return [say('level-known')];
  // Were the level lost again at once, the same question would be put again: it is asked once.
  return outcome === 'nothing' && !weighNow({ ...view, answer: 'needed' }, context, now).due
    ? [say('level-known')]
    : null;
}

/** With an order on its way there is nothing to decide before it should be there. */
function nextLookAtOpen({ openOrder }: StepContext, now: Instant): Instant {
  const expected = openOrder?.expectedBy ?? now + WEEK_MS;
  return expected > now ? Math.min(expected, now + WEEK_MS) : now + WEEK_MS;
}

/**
 * A wide prior alone must not order: until the device's own use is known, only a real risk or a low
 * level does. Waiting a week then teaches more than it costs.
 */
const WARM_UP_OP_DAYS = 14;
/** At the first reading; it falls in a straight line to a quarter of that. */
const WARM_UP_RISK = 0.02;
const WARM_UP_LEVEL = 0.12;

function suspendedByWarmUp(model: Model, weighing: Weighing): boolean {
  const known = (model.exposure.at(-1) ?? 0) / WARM_UP_OP_DAYS;
  if (known >= 1) return false;
  return weighing.emptyBeforeArrival < WARM_UP_RISK * (1 - 0.75 * known) && model.level > WARM_UP_LEVEL;
}

/** Of a standing consent; a proposal asks for the consent itself. */
const STANDING: readonly GateName[] = CONSENT_GATES;

/** An order is due: asks the gates and turns their answer into an outcome. */
function act({ view, trust, forecast, weighing }: Look, context: StepContext, now: Instant): Verdict {
  const { settings, strategy, leadTime, calendar } = context;
  const automatic = strategy === 'automatic';
  const asks = isForTheCustomer(view.model, trust, context, now);
  const earliestPlaceAt = now + placementDelay(context);
  const plan = context.offer === null ? null : planDelivery({ earliestPlaceAt, leadTime, calendar });
  const quantity = context.offer === null ? 1 : quantityOf(view, context.offer, context);
  const offer = context.offer === null ? null : offerAt(context.offer, quantity);
  const all = checkGates({ stage: 'announce', offer, quantity, trust, plan, forOrderId: null }, context, now);
  const gates = automatic ? all : all.filter((verdict) => !STANDING.includes(verdict.gate));
  const failing = gates.filter((verdict) => !verdict.pass);
  const outcome = outcomeOf(failing, strategy, plan?.placeAt ?? now);
  // Of an order that nothing but the telemetry keeps back the customer is asked.
  const question = asks && outcome === 'ask' && failing.length === 1;
  const commands: Command[] = [];
  if ((outcome === 'order' || question) && offer !== null && plan !== null) {
    commands.push({
      type: 'propose-order',
      quantity,
      offer,
      status: automatic && !question ? 'announced' : 'proposed',
      placeAt: Math.max(earliestPlaceAt, plan.placeAt),
      ...(question ? { because: 'not-seen' as const } : {}),
      consentId: question ? null : (context.mandate?.consentId ?? null),
      avoidedMinor: weighing.risk - weighing.saved,
      emptyBeforeArrival: weighing.emptyBeforeArrival,
    });
  }
  const placeAt = plan?.placeAt ?? null;
  const said = explain({
    outcome,
    forecast,
    gates,
    weighing,
    trust,
    model: view.model,
    asksFor: question ? quantity : null,
    placeAt,
    moved: plan === null ? null : (plan.reason ?? soonAway(plan, context, now)),
    context,
    now,
  });
  const retries = failing.flatMap((verdict) => (verdict.retryAt === undefined ? [] : [verdict.retryAt]));
  const evaluateAt = Math.max(
    Math.min(now + settings.reviewPeriodMs, ...retries),
    now + settings.reviewPeriodMs / 4,
  );
  return { outcome, forecast, gates, said, commands, evaluateAt };
}

/**
 * Whether what telemetry may not decide is put to the customer. A device that is only to confirm what it said is
 * waited for; who chose reminders, or the button, is not asked about an order.
 */
function isForTheCustomer(model: Model, trust: Trust, context: StepContext, now: Instant): boolean {
  const { strategy, settings, offer } = context;
  const decides = strategy === 'automatic' || strategy === 'curated';
  return decides && offer !== null && !trust.trusted && needsAnswer(model, settings, now);
}

function quantityOf(view: View, offer: Offer, context: StepContext): number {
  const { model } = view;
  return orderQuantity({
    offer,
    costs: context.costs,
    experts: posteriors(model, priorOf(context.profile, context.population), 0.02),
    ratePerDay: model.rate,
    shelfLifeDays: context.profile.shelfLifeDays,
    stock: model.level + model.shelf,
    maxQuantity: context.strategy === 'automatic' ? (context.mandate?.maxQuantity ?? null) : null,
  });
}

/** Why an order is early: at the next review it could no longer arrive before a hold. */
function soonAway(
  plan: DeliveryPlan,
  { leadTime, calendar, settings }: StepContext,
  now: Instant,
): Phrase | null {
  const next = Math.max(plan.placeAt, now) + settings.reviewPeriodMs;
  return isLastChance(plan.placeAt, next, leadTime, calendar) ? beforeLeaving(plan, calendar.holds) : null;
}

function outcomeOf(
  failing: readonly GateVerdict[],
  strategy: StepContext['strategy'],
  placeAt: Instant,
): DecisionOutcome {
  if (strategy === 'respond') return 'nothing';
  if (strategy === 'coach') return 'ask';
  if (failing.some((verdict) => verdict.gate === 'halt')) return 'blocked';
  if (failing.some((verdict) => verdict.gate === 'offer')) return 'blocked';
  if (failing.some((verdict) => verdict.gate === 'trusted-telemetry')) return 'ask';
  if (!Number.isFinite(placeAt)) return 'defer';
  if (failing.length === 0) return 'order';
  return failing.every((verdict) => verdict.retryAt !== undefined) ? 'defer' : 'blocked';
}
