import type { OrderStatus } from './types.ts';

/**
 * Which status may follow which. One table for every entry (API, webhook, worker): what is not here
 * cannot happen. `rejected` can follow `accepted` because merchants take orders back; `delivered` can
 * follow `placing` and `accepted` because their webhooks get lost or overtake each other. `proposed` can
 * follow `placing` because the merchant may want something that only the customer can do; `lost` can follow
 * `delivered` because a carrier's word is not the parcel; a filling that is in the device can turn out bad.
 */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  proposed: ['announced', 'declined', 'expired', 'cancelled'],
  announced: ['placing', 'proposed', 'cancelled', 'declined', 'expired'],
  placing: ['announced', 'proposed', 'accepted', 'rejected', 'shipped', 'delivered', 'cancelled'],
  accepted: ['shipped', 'delivered', 'cancelled', 'rejected', 'lost'],
  shipped: ['delivered', 'lost', 'returned'],
  delivered: ['installed', 'returned', 'lost'],
  installed: ['returned'],
  declined: [],
  cancelled: [],
  expired: [],
  rejected: [],
  returned: [],
  lost: ['delivered'],
};

/** Statuses in which an order is on its way: at most one such order a consumable (DESIGN §4.2). */
export const OPEN_STATUSES = [
  'proposed',
  'announced',
  'placing',
  'accepted',
  'shipped',
] as const satisfies readonly OrderStatus[];

/** Statuses whose money counts against a mandate's limits. */
export const COMMITTED_STATUSES = [
  'announced',
  'placing',
  'accepted',
  'shipped',
  'delivered',
  'installed',
] as const satisfies readonly OrderStatus[];

/** Ends without goods: a purchase that turns up for one of these is taken back. */
export const ENDED_WITHOUT_GOODS = [
  'declined',
  'cancelled',
  'expired',
  'rejected',
] as const satisfies readonly OrderStatus[];

export function endedWithoutGoods(status: OrderStatus): boolean {
  return (ENDED_WITHOUT_GOODS as readonly OrderStatus[]).includes(status);
}

export function canTransition(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

export function isOpen(status: OrderStatus): boolean {
  return (OPEN_STATUSES as readonly OrderStatus[]).includes(status);
}

/** Statuses from which `to` may be entered: for a set-wise guarded UPDATE. */
export function predecessorsOf(to: OrderStatus): readonly OrderStatus[] {
  return (Object.keys(TRANSITIONS) as OrderStatus[]).filter((from) => canTransition(from, to));
}
