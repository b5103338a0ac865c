import type { z } from 'zod';
import type { newProblemSchema } from '../../contracts/http/orders.ts';
import type { ProblemKind } from '../../contracts/merchant.ts';
import { localDate } from '../../core/calendar.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { PoolClient } from '../../platform/database.ts';
import { lookAgain, transitionOrder } from '../../platform/order-store.ts';
import { transactAudited } from '../audit/within.ts';
import { actorName, actsFor, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

type NewProblem = z.output<typeof newProblemSchema>;

/** In which status each thing can be said of an order. */
const SAID_OF: Readonly<Record<ProblemKind, readonly OrderStatus[]>> = {
  wrong: ['delivered', 'installed'],
  damaged: ['delivered', 'installed'],
  'never-came': ['accepted', 'shipped', 'delivered'],
  'not-needed': ['proposed', 'announced', 'placing', 'accepted', 'shipped', 'delivered'],
};

interface OrderRow {
  readonly id: string;
  readonly customerId: string;
  readonly consumableId: string;
  readonly status: OrderStatus;
  readonly arrivesTo: string | null;
  readonly timeZone: string;
}

const READ = `
  SELECT o.id, o.customer_id AS "customerId", o.consumable_id AS "consumableId", o.status, o.arrives_to::text AS "arrivesTo",
    cu.time_zone AS "timeZone"
  FROM "order" o JOIN customer cu ON cu.id = o.customer_id WHERE o.id = $1`;

/** `$6`: when the merchant is asked; null: there is nothing to ask, or it is asked to cancel first. */
const ADD = `
  INSERT INTO order_problem (order_id, kind, note, wants, status, actor, reported_at, due_at, settled_at)
  VALUES ($1, $2, $3, $4, $7, $5, $8, $6, CASE WHEN $7 = 'settled' THEN $8::timestamptz END)
  ON CONFLICT (order_id) WHERE status IN ('open', 'agreed') DO NOTHING`;

/**
 * Keeps what the customer says is wrong, and does what follows at once: what never came is lost and ordered
 * anew, what is not needed is cancelled or taken back and makes its consumable ask from now on, what is wrong
 * or damaged is no spare any more. The merchant is asked by an outbox job.
 */
export async function reportProblem(
  { database, clock, metrics }: ApiDeps,
  orderId: string,
  report: NewProblem,
  caller: Caller,
): Promise<void> {
  const now = clock.now();
  const moved = await transactAudited(database.pool, async (client) => {
    const found = await client.query<OrderRow>(READ, [orderId]);
    const { customerId } = found.rows[0] ?? notFound('order', orderId);
    await client.query(LOCK_CUSTOMER, [customerId]);
    const locked = await client.query<OrderRow>(`${READ} FOR NO KEY UPDATE OF o`, [orderId]);
    const order = locked.rows[0] ?? notFound('order', orderId);
    requireSayable(order, report.kind, now);
    const follow = await followUp(client, order, report, caller, now);
    const { rowCount } = await client.query(ADD, [
      orderId,
      report.kind,
      report.note,
      report.wants,
      actorName(caller),
      follow.asksMerchant ? new Date(now) : null,
      follow.settled ? 'settled' : 'open',
      new Date(now),
    ]);
    if (rowCount === 0) throw new ApiProblem('already-exists', { fields: 'orderId' });
    return follow.to;
  });
  if (moved !== null) metrics.orders.inc({ status: moved });
}

function requireSayable({ status, arrivesTo, timeZone }: OrderRow, kind: ProblemKind, now: number): void {
  if (!SAID_OF[kind].includes(status))
    throw new ApiProblem('wrong-status', { status, action: 'complained about' });
  const underway = status === 'accepted' || status === 'shipped';
  if (kind !== 'never-came' || !underway || arrivesTo === null) return;
  if (localDate(now, timeZone) <= arrivesTo) throw new ApiProblem('not-yet-due', { date: arrivesTo });
}

interface FollowUp {
  readonly to: OrderStatus | null;
  readonly asksMerchant: boolean;
  /** Nothing was bought: with the cancellation all is said. */
  readonly settled: boolean;
}

function followUp(
  client: PoolClient,
  order: OrderRow,
  report: NewProblem,
  caller: Caller,
  now: number,
): Promise<FollowUp> {
  switch (report.kind) {
    case 'never-came':
      return giveUp(client, order, report, caller, now);
    case 'not-needed':
      return unwind(client, order, report, caller, now);
    case 'wrong':
    case 'damaged':
      return setAside(client, order, report, now);
  }
}

/** Lost: its money counts no more, and the need is reckoned anew. */
async function giveUp(
  client: PoolClient,
  order: OrderRow,
  { actingFor }: NewProblem,
  caller: Caller,
  now: number,
): Promise<FollowUp> {
  if (order.status === 'delivered') await lessOnShelf(client, order, now);
  const why = told(say('order-never-came-said'));
  const actor = actsFor(caller, actingFor);
  await transitionOrder(client, { orderId: order.id, to: 'lost', at: now, actor, ...why });
  return { to: 'lost', asksMerchant: true, settled: false };
}

const PAUSE = `
  UPDATE consumable SET paused_at = coalesce(paused_at, $2), paused_reason = 'not-needed' WHERE id = $1`;
const TAKE_BACK = `UPDATE "order" SET take_back = coalesce(take_back, 'not-needed'), due_at = $2 WHERE id = $1`;

/** Cancelled here, or at the merchant, or sent back; nothing more is ordered for it without asking. */
async function unwind(
  client: PoolClient,
  { id: orderId, consumableId, status }: OrderRow,
  { actingFor }: NewProblem,
  caller: Caller,
  now: number,
): Promise<FollowUp> {
  await client.query(PAUSE, [consumableId, new Date(now)]);
  await lookAgain(client, [consumableId], now);
  if (status === 'proposed' || status === 'announced') {
    const actor = actsFor(caller, actingFor);
    const why = told(say('order-not-needed'));
    await transitionOrder(client, { orderId, to: 'cancelled', at: now, actor, ...why });
    return { to: 'cancelled', asksMerchant: false, settled: true };
  }
  if (status === 'placing' || status === 'accepted') {
    await client.query(TAKE_BACK, [orderId, new Date(now)]);
    return { to: null, asksMerchant: false, settled: false };
  }
  return { to: null, asksMerchant: true, settled: false };
}

/** What cannot be used is no spare; of a replacement nothing changes until it is there. */
async function setAside(
  client: PoolClient,
  order: OrderRow,
  { wants }: NewProblem,
  now: number,
): Promise<FollowUp> {
  if (order.status === 'delivered') await lessOnShelf(client, order, now);
  else if (wants === 'refund') await lookAgain(client, [order.consumableId], now);
  return { to: null, asksMerchant: true, settled: false };
}

const LESS_ON_SHELF = `
  WITH event AS (
    INSERT INTO consumable_event (device_id, consumable_id, type, at, received_at, quantity)
    SELECT c.device_id, c.id, 'shelf-count', $2, $2, greatest(coalesce(s.on_shelf, 0) - o.fillings, 0)
    FROM "order" o JOIN consumable c ON c.id = o.consumable_id LEFT JOIN consumable_state s ON s.consumable_id = c.id
    WHERE o.id = $1 RETURNING id, consumable_id
  )
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT consumable_id, '{}', '{}', ARRAY[id], $2 FROM event`;

async function lessOnShelf(client: PoolClient, { id }: OrderRow, now: number): Promise<void> {
  await client.query(LESS_ON_SHELF, [id, new Date(now)]);
}
