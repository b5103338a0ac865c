import { leadQuantile } from '../../core/lead-time.ts';
import type { ConsumableState } from '../../core/state.ts';
import { DAY_MS, type Instant, type OpenOrder, type StepContext } from '../../core/types.ts';

/** A trial's look at one consumable: what it and the live policy ordered since it began. */
export interface ShadowBook {
  readonly consumableId: string;
  /** Fillings that the trial would have ordered. */
  readonly ordered: number;
  readonly orderedAt: Instant | null;
  /** Fillings that were ordered, and that came, in fact. */
  readonly liveOrdered: number;
  readonly liveDelivered: number;
}

export interface ShadowView {
  readonly state: ConsumableState;
  readonly openOrder: OpenOrder | null;
}

const CALENDAR_PER_BUSINESS_DAY = 7 / 5;

/**
 * The consumable as it would stand had the trial's orders been placed instead of the live ones. What was
 * ordered in fact and not by the trial is taken off the shelf again (below nothing: the device would have
 * been empty); what the trial ordered and nobody else is on its way, and then on the shelf.
 */
export function viewOf(
  book: ShadowBook,
  state: ConsumableState,
  context: Pick<StepContext, 'leadTime' | 'openOrder'>,
  now: Instant,
): ShadowView {
  const ahead = book.liveOrdered - book.ordered;
  if (ahead > 0) {
    const came = Math.min(ahead, book.liveDelivered);
    // What is on its way in fact may still cover an order of the trial.
    const stillToCome = context.openOrder !== null && book.liveOrdered - book.liveDelivered > ahead;
    return { state: withShelf(state, -came), openOrder: stillToCome ? context.openOrder : null };
  }
  if (ahead === 0) return { state, openOrder: context.openOrder };
  const orderedAt = book.orderedAt ?? now;
  const arrivesAt = orderedAt + leadQuantile(context.leadTime, 0.5) * CALENDAR_PER_BUSINESS_DAY * DAY_MS;
  if (now >= arrivesAt) return { state: withShelf(state, -ahead), openOrder: context.openOrder };
  const openOrder: OpenOrder = {
    orderId: book.consumableId,
    status: 'accepted',
    quantity: -ahead,
    createdAt: orderedAt,
    expectedBy: arrivesAt,
  };
  return { state, openOrder };
}

const withShelf = (state: ConsumableState, spares: number): ConsumableState => ({
  ...state,
  model: { ...state.model, shelf: state.model.shelf + spares },
});
