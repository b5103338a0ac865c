import { told } from '../../core/phrases/in-words.ts';
import { type Phrase, say } from '../../core/phrases/phrase.ts';
import { replan } from '../../core/replan.ts';
import { DAY_MS, type Instant, type OrderStatus } from '../../core/types.ts';
import type { PoolClient } from '../../platform/database.ts';
import { tellOrderUpdates } from '../../platform/messages/order-messages.ts';
import { noteOrder } from '../../platform/order-notes.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { loadSiteCalendar } from '../../platform/site-calendar.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { countSpares } from './count-spares.ts';
import { takeOption } from './take-option.ts';

/** What people may do about an order that is not yet being placed. */
export type Act =
  | { readonly action: 'cancel' | 'decline' | 'skip' | 'arrived' }
  /** `productId`: another one of the options of a proposal. */
  | { readonly action: 'approve'; readonly productId?: string | null }
  | { readonly action: 'delay'; readonly days: number }
  /** Spares that the customer has, in fillings. */
  | { readonly action: 'have'; readonly quantity: number };

export interface By {
  readonly actor: 'customer' | 'ops';
  /** Their own words; null: the usual ones. */
  readonly reason: string | null;
}

/** From which statuses each act is possible; the participle is for the refusal: "it can no longer be …". */
const POSSIBLE: Readonly<Record<Act['action'], readonly [participle: string, from: readonly OrderStatus[]]>> =
  {
    cancel: ['cancelled', ['proposed', 'announced']],
    approve: ['approved', ['proposed', 'announced']],
    decline: ['declined', ['proposed']],
    skip: ['skipped', ['proposed', 'announced']],
    arrived: ['said to have arrived', ['accepted', 'shipped', 'lost']],
    delay: ['delayed', ['announced']],
    have: ['thought over', ['proposed', 'announced']],
  };

export const isPossible = (action: Act['action'], status: OrderStatus): boolean =>
  POSSIBLE[action][1].includes(status);

interface LockedOrder {
  readonly id: string;
  readonly customerId: string;
  readonly consumableId: string;
  readonly deviceId: string;
  readonly status: OrderStatus;
  readonly dueAt: Date | null;
  readonly cancelUntil: Date | null;
  readonly arrivesFrom: string | null;
  readonly arrivesTo: string | null;
  readonly runOut: Date | null;
}

const OWNER = 'SELECT customer_id AS "customerId" FROM "order" WHERE id = $1';
const LOCK = `
  SELECT o.id, o.customer_id AS "customerId", o.consumable_id AS "consumableId", c.device_id AS "deviceId",
    o.status, o.due_at AS "dueAt", o.cancel_until AS "cancelUntil", o.arrives_from::text AS "arrivesFrom",
    o.arrives_to::text AS "arrivesTo", s.run_out_p50 AS "runOut"
  FROM "order" o JOIN consumable c ON c.id = o.consumable_id
  LEFT JOIN consumable_state s ON s.consumable_id = o.consumable_id
  WHERE o.id = $1 FOR NO KEY UPDATE OF o`;

/**
 * Does it in the caller's transaction, or refuses because the order has moved on. The customer's row is locked first,
 * as for every announcement, so that the month's limits hold. Returns the status that the order entered, if it did.
 */
export async function actOnOrder(
  client: PoolClient,
  orderId: string,
  act: Act,
  by: By,
  now: Instant,
): Promise<OrderStatus | null> {
  const owner = await client.query<{ customerId: string }>(OWNER, [orderId]);
  const { customerId } = owner.rows[0] ?? notFound('order', orderId);
  await client.query(LOCK_CUSTOMER, [customerId]);
  // Read under its lock: a worker may have been faster.
  const { rows } = await client.query<LockedOrder>(LOCK, [orderId]);
  const order = rows[0] ?? notFound('order', orderId);
  const { status } = order;
  if (!isPossible(act.action, status)) {
    throw new ApiProblem('wrong-status', { status, action: POSSIBLE[act.action][0] });
  }
  switch (act.action) {
    case 'approve':
      if (status === 'announced') return await placeNow(client, order, by, now);
      if (act.productId != null) await takeOption(client, orderId, act.productId);
      return await move(client, order, 'announced', by, say('order-approved'), now);
    case 'cancel':
      await pause(client, order, by, now + PAUSE_MS);
      return await move(client, order, 'cancelled', by, say('order-cancelled'), now);
    case 'decline':
      await pause(client, order, by, now + PAUSE_MS);
      return await move(client, order, 'declined', by, say('order-declined'), now);
    case 'skip':
      await pause(client, order, by, skippedUntil(order, now));
      return await move(client, order, 'declined', by, say('order-skipped'), now);
    case 'arrived':
      return await move(client, order, 'delivered', by, say('order-arrived-said'), now);
    case 'delay':
      return await delay(client, order, act.days, by, now);
    case 'have':
      await countSpares(client, order.consumableId, act.quantity, now);
      return null;
  }
}

/** Somebody's own words, or the usual ones in every language. */
const inTheirWords = (reason: string | null, usual: Phrase) => (reason === null ? told(usual) : { reason });

async function move(
  client: PoolClient,
  { id: orderId }: LockedOrder,
  to: OrderStatus,
  { actor, reason }: By,
  usual: Phrase,
  at: Instant,
): Promise<OrderStatus> {
  // An approved order is due at once; its gates are checked when the rules service places it.
  const dueAt = to === 'announced' ? at : null;
  await transitionOrder(client, { orderId, to, at, actor, ...inTheirWords(reason, usual), dueAt });
  return to;
}

/** Who says no is not asked again the same day. */
const PAUSE_MS = 3 * DAY_MS;
/** Where no run-out is in sight a skipped order is thought over after this. */
const SKIP_MS = 14 * DAY_MS;

/** A skipped order comes again when what is in the device now is used up. */
const skippedUntil = ({ runOut }: LockedOrder, now: Instant): Instant =>
  Math.max(runOut?.getTime() ?? now + SKIP_MS, now + PAUSE_MS);

const PAUSE = `UPDATE consumable SET skip_until = greatest(skip_until, $2) WHERE id = $1`;

/** Staff who cancel stop one order; what the customer wants they do not know. */
async function pause(client: PoolClient, { consumableId }: LockedOrder, { actor }: By, until: Instant) {
  if (actor === 'customer') await client.query(PAUSE, [consumableId, new Date(until)]);
}

/** Who says so now was told, and waives the rest of the time to cancel. */
const PLACE_NOW = `
  UPDATE "order" SET cancel_until = $2, due_at = $2, noticed_at = coalesce(noticed_at, $2) WHERE id = $1`;

async function placeNow(client: PoolClient, order: LockedOrder, { actor, reason }: By, at: Instant) {
  const { id: orderId, status, cancelUntil } = order;
  // It was approved before, and is about to be placed.
  if (cancelUntil === null || cancelUntil.getTime() <= at) {
    throw new ApiProblem('wrong-status', { status, action: POSSIBLE.approve[0] });
  }
  await client.query(PLACE_NOW, [orderId, new Date(at)]);
  const why = inTheirWords(reason, say('order-approved-early'));
  await noteOrder(client, { orderId, at, actor, ...why, detail: { approved: true } });
  return null;
}

const DELAY = `
  UPDATE "order" SET due_at = $2, cancel_until = $2, arrives_from = coalesce($3::date, arrives_from),
    arrives_to = coalesce($4::date, arrives_to)
  WHERE id = $1`;

/** Placed, and therefore there, so many days later, or after a hold that lies there; to be cancelled until then. */
async function delay(
  client: PoolClient,
  order: LockedOrder,
  days: number,
  { actor, reason }: By,
  at: Instant,
) {
  const { id: orderId, deviceId, dueAt, arrivesFrom, arrivesTo } = order;
  const planned = Math.max(dueAt?.getTime() ?? at, at);
  const wanted = planned + days * DAY_MS;
  const calendar = await loadSiteCalendar(client, deviceId, at);
  const plan =
    arrivesFrom === null || arrivesTo === null || calendar === null
      ? null
      : replan({ placeAt: planned, arrivesFrom, arrivesTo }, wanted, calendar);
  // Under a hold without an end the rules service waits anyway.
  const placeAt = plan === null || !Number.isFinite(plan.placeAt) ? wanted : plan.placeAt;
  const arrives = placeAt === plan?.placeAt ? [plan.arrivesFrom, plan.arrivesTo] : [null, null];
  await client.query(DELAY, [orderId, new Date(placeAt), ...arrives]);
  const why = inTheirWords(reason, say('order-delayed', { days }));
  await noteOrder(client, { orderId, at, actor, ...why, detail: { delayedDays: days } });
  await tellOrderUpdates(client, [{ orderId, change: 'moved', by: actor, reason: null }], at);
  return null;
}
