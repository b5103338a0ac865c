import { gridOf } from './day-grid.ts';
import { type RunOut, runOut } from './depletion.ts';
import { fold } from './fold.ts';
import { CONSENT_GATES, checkGates } from './gates.ts';
import { beforeLeaving, type DeliveryPlan, isLastChance, planDelivery } from './holds.ts';
import { outline } from './lead-time.ts';
import { posteriors, priorOf } from './mixture.ts';
import { opDays } from './op-clock.ts';
import { inWords } from './phrases/in-words.ts';
import type { Phrase, Said } from './phrases/phrase.ts';
import { offerAt, orderQuantity } from './quantity.ts';
import { earlyCostOf, positionShort, type Weighing } from './reorder.ts';
import { explain } from './sentence.ts';
import type { ConsumableState, Model } from './state.ts';
import { type Trust, trustOf } from './trust.ts';
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
  type StepContext,
  type StepResult,
} from './types.ts';
import { joins, LONG_WEEKEND_REVIEWS, placementDelay, type View, weighAt, weighNow } from './when-due.ts';

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

/** Even a consumable that nothing can happen to is looked at this often. */
const LONGEST_SLEEP_MS = 30 * DAY_MS;
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

function decide(model: Model, context: StepContext, now: Instant): Verdict {
  const { settings } = context;
  const trust = trustOf(model, settings, now);
  if (model.levelAt === 0) {
    const base = { outcome: 'nothing' as const, forecast: null, gates: [] };
    const said = explain({ ...base, weighing: null, trust, model, placeAt: null, context, now });
    return { ...base, said, commands: [], evaluateAt: now + LONGEST_SLEEP_MS };
  }
  const prior = priorOf(context.profile, context.population);
  const grid = gridOf(context.calendar, context.population);
  const future = runOut(model, prior, grid, context.population?.recalibration ?? []);
  const forecast = forecastOf(model, future, context, now);
  const view: View = {
    model,
    future,
    early: earlyCostOf(model, context.costs, context.offer, context.population),
  };
  const weighing = weighNow(view, context, now);
  const open = context.openOrder !== null;
  const short = positionShort(model, context.leadTime);
  const due = weighing.due || (short && joins(view, context, now));
  if (open || !short || !due || suspendedByWarmUp(model, weighing)) {
    const outcome = open ? 'wait' : 'nothing';
    const said = explain({
      outcome,
      forecast,
      gates: [],
      weighing,
      trust,
      model,
      placeAt: null,
      context,
      now,
    });
    return {
      outcome,
      forecast,
      gates: [],
      said,
      commands: [],
      evaluateAt: open
        ? nextLookAtOpen(context, now)
        : short
          ? nextLook(view, context, now)
          : now + LONGEST_SLEEP_MS,
    };
  }
  return act(view, trust, forecast, weighing, context, now);
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
function act(
  view: View,
  trust: Trust,
  forecast: Forecast,
  weighing: Weighing,
  context: StepContext,
  now: Instant,
): Verdict {
  const { settings, strategy, leadTime, calendar } = context;
  const automatic = strategy === 'automatic';
  const earliestPlaceAt = now + (automatic ? settings.cancelWindowMs : 0);
  const plan = context.offer === null ? null : planDelivery({ earliestPlaceAt, leadTime, calendar });
  const quantity = context.offer === null ? 1 : quantityOf(view, context.offer, context);
  const offer = context.offer === null ? null : offerAt(context.offer, quantity);
  const all = checkGates({ stage: 'announce', offer, quantity, trust, plan, forOrderId: null }, context, now);
  const gates = automatic ? all : all.filter((verdict) => !STANDING.includes(verdict.gate));
  const failing = gates.filter((verdict) => !verdict.pass);
  const outcome = outcomeOf(failing, strategy, plan?.placeAt ?? now);
  const commands: Command[] = [];
  if (outcome === 'order' && offer !== null && plan !== null) {
    commands.push({
      type: 'propose-order',
      quantity,
      offer,
      status: automatic ? 'announced' : 'proposed',
      placeAt: Math.max(earliestPlaceAt, plan.placeAt),
      consentId: context.mandate?.consentId ?? null,
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

/**
 * The first review at which the decision could change if nothing is heard: the same weighing, later.
 * Until then the consumable costs nothing; a reading wakes it anyway. By bisection on reviews.
 */
function nextLook(view: View, context: StepContext, now: Instant): Instant {
  const review = context.settings.reviewPeriodMs;
  const rough = outline(context.leadTime);
  const dueAfter = (reviews: number): boolean =>
    weighAt(view, context, now + reviews * review, now + (reviews + 1) * review, rough).due;
  // On the eve of a weekend waiting is free and nothing is due: only beyond it does "due" stay due.
  for (let soon = 1; soon <= LONG_WEEKEND_REVIEWS; soon += 1) {
    if (dueAfter(soon)) return now + soon * review;
  }
  let low = 1;
  let high = reviewsUntilAway(context, now);
  if (!dueAfter(high)) return now + high * review;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (dueAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return now + low * review;
}

/** Reviews until the last one from which an order still arrives before a hold: there the answer can jump. */
function reviewsUntilAway(context: StepContext, now: Instant): number {
  const { settings, leadTime, calendar } = context;
  const longest = Math.max(Math.ceil(LONGEST_SLEEP_MS / settings.reviewPeriodMs), 1);
  if (calendar.holds.length === 0) return longest;
  const start = now + placementDelay(context);
  for (let reviews = 1; reviews < longest; reviews += 1) {
    const placeAt = start + reviews * settings.reviewPeriodMs;
    if (isLastChance(placeAt, placeAt + settings.reviewPeriodMs, leadTime, calendar)) return reviews;
  }
  return longest;
}
