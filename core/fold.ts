import { gridOf } from './day-grid.ts';
import { priorOf } from './depletion.ts';
import {
  compareEvents,
  DELIVERED,
  insertInto,
  isHistorical,
  kindOfEvent,
  MEASURED,
  REPLACED,
  SHELF_COUNT,
  toRingEvent,
} from './event-ring.ts';
import { type FoldEnvironment, startFilling } from './filling.ts';
import { acceptReading } from './level-filter.ts';
import {
  type ConsumableState,
  copyModel,
  initialState,
  type Model,
  type RingEvent,
  roundModel,
} from './state.ts';
import { type ConsumableEvent, HOUR_MS, type Instant, type StepContext } from './types.ts';

export interface Folded {
  readonly state: ConsumableState;
  /** The model with the ring's events folded in: what decisions look at. */
  readonly tip: Model;
  /** Swaps seen in the events folded now, ascending; some may have been told before. */
  readonly swaps: readonly Instant[];
}

/** A device's clock may run ahead a little; what claims to come from later than this is not evidence. */
const FUTURE_TOLERANCE_MS = HOUR_MS;
/** The largest number of fillings that any count or delivery is believed. */
const SHELF_MAX = 1000;

function applyEvent(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const kind = kindOfEvent(event);
  if (kind === MEASURED) acceptReading(model, event, env);
  else if (kind === REPLACED) replaced(model, event.at, env);
  else if (kind === DELIVERED) delivered(model, event);
  else if (kind === SHELF_COUNT) counted(model, event);
  else if (!isHistorical(event) && model.vagueAt === 0) model.vagueAt = event.at;
  model.frontierAt = event.at;
  model.frontierSeq = event.seq;
  roundModel(model);
}

/** Telemetry and the customer's word about one swap arrive within this of each other. */
const SAME_SWAP_MS = 48 * HOUR_MS;

function replaced(model: Model, at: Instant, env: FoldEnvironment): void {
  const alreadySeen = model.swaps > 0 && at - model.fillingAt < SAME_SWAP_MS;
  if (alreadySeen) return;
  startFilling(model, at, 1, env);
  model.lastLevel = 1;
}

function delivered(model: Model, event: RingEvent): void {
  model.deliveredAt = Math.max(model.deliveredAt, event.at);
  if (event.at <= model.countedAt) return;
  model.shelf = Math.min(model.shelf + event.amount, SHELF_MAX);
}

function counted(model: Model, event: RingEvent): void {
  model.countedAt = event.at;
  model.shelf = Math.min(Math.max(event.amount, 0), SHELF_MAX);
}

/**
 * What comes too late for the ring is old news, except a delivery: deliveries of one consumable follow
 * one another, so one that is newer than the last counted is not a repetition.
 */
function acceptLate(model: Model, event: RingEvent): void {
  if (kindOfEvent(event) === DELIVERED && event.at > model.deliveredAt) delivered(model, event);
}

const isSettled = (model: Model, event: RingEvent): boolean =>
  event.at < model.frontierAt || (event.at === model.frontierAt && event.seq <= model.frontierSeq);

/**
 * Folds events into the state: sorted, each once. The result is the same however the events were
 * batched, repeated, or permuted by less than the ring's size.
 */
export function fold(
  previous: ConsumableState | null,
  events: readonly ConsumableEvent[],
  context: Pick<StepContext, 'calendar' | 'profile' | 'population'>,
  now: Instant,
): Folded {
  const start = previous ?? initialState();
  const env: FoldEnvironment = {
    grid: gridOf(context.calendar),
    prior: priorOf(context.profile, context.population),
    profile: context.profile,
    swaps: [],
  };
  const model = copyModel(start.model);
  const ring = start.ring.slice();
  const incoming: RingEvent[] = [];
  for (const event of events) {
    if (event.at <= now + FUTURE_TOLERANCE_MS) incoming.push(toRingEvent(event));
  }
  if (incoming.length > 1) incoming.sort(compareEvents);
  for (const event of incoming) {
    if (isSettled(model, event)) {
      acceptLate(model, event);
      continue;
    }
    const oldest = insertInto(ring, event);
    if (oldest !== undefined) applyEvent(model, oldest, env);
  }
  const tip = copyModel(model);
  for (const event of ring) applyEvent(tip, event, env);
  return { state: { model, ring, installedAt: start.installedAt }, tip, swaps: env.swaps };
}
