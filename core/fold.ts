import type { BlockScore } from './block-score.ts';
import { anticipateBlock } from './blocks.ts';
import { gridOf } from './day-grid.ts';
import {
  compareEvents,
  DELIVERED,
  insertInto,
  isHistorical,
  kindOfEvent,
  REPLACED,
  SHELF_COUNT,
  toRingEvent,
} from './event-ring.ts';
import { counted, delivered, type FoldEnvironment, type SwapNote, startFilling } from './filling.ts';
import { acceptReading } from './level-filter.ts';
import { priorOf } from './mixture.ts';
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
  readonly swapNotes: ReadonlyMap<Instant, SwapNote>;
  /** Scores of the blocks that became final now: each block once, however often it is looked at. */
  readonly scores: readonly BlockScore[];
}

/** A device's clock may run ahead a little; what claims to come from later than this is not evidence. */
const FUTURE_TOLERANCE_MS = HOUR_MS;
function applyEvent(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const kind = kindOfEvent(event);
  if (kind === REPLACED) replaced(model, event, env);
  else if (kind === DELIVERED) delivered(model, event.at, event.amount);
  else if (kind === SHELF_COUNT) counted(model, event.at, event.amount);
  else acceptReading(model, event, env);
  model.frontierAt = event.at;
  model.frontierSeq = event.seq;
  roundModel(model);
}

/** Telemetry and the customer's word about one swap arrive within this of each other. */
const SAME_SWAP_MS = 48 * HOUR_MS;

function replaced(model: Model, event: RingEvent, env: FoldEnvironment): void {
  const alreadySeen = model.swaps > 0 && event.at - model.fillingAt < SAME_SWAP_MS;
  if (alreadySeen) return;
  startFilling(model, event.at, 1, env);
  // What was read live was the filling before; the past alone is never a reason to order.
  if (isHistorical(event)) model.liveAt = 0;
}

/**
 * What comes too late for the ring is old news, except a delivery: deliveries of one consumable follow
 * one another, so one that is newer than the last counted is not a repetition.
 */
function acceptLate(model: Model, event: RingEvent): void {
  if (kindOfEvent(event) !== DELIVERED || event.at <= model.deliveredAt) return;
  delivered(model, event.at, event.amount);
  roundModel(model);
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
    grid: gridOf(context.calendar, context.population),
    prior: priorOf(context.profile, context.population),
    profile: context.profile,
    swaps: [],
    swapNotes: new Map(),
    scores: [],
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
  const scores = env.scores.slice();
  const tip = copyModel(model);
  for (const event of ring) applyEvent(tip, event, env);
  anticipateBlock(tip, env);
  return {
    state: { model, ring, installedAt: start.installedAt },
    tip,
    swaps: env.swaps,
    swapNotes: env.swapNotes,
    scores,
  };
}
