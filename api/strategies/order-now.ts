import type { z } from 'zod';
import type { orderNowSchema } from '../../contracts/http/strategies.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import { type Language, type Said, say } from '../../core/phrases/phrase.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { readThresholds } from '../../platform/thresholds.ts';
import { transactAudited } from '../audit/within.ts';
import { actsFor, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

interface Subject {
  readonly deviceId: string;
  readonly customerId: string | null;
  readonly productId: string | null;
}

const SUBJECT = `
  SELECT c.device_id AS "deviceId", c.customer_id AS "customerId",
    CASE WHEN $2::uuid IS NULL THEN (SELECT id FROM product WHERE id = c.product_id AND active)
      ELSE (SELECT p.id FROM product p JOIN product_fit f ON f.product_id = p.id AND f.device_model_id = c.device_model_id
        AND f.slot_key = c.key WHERE p.id = $2 AND p.active) END AS "productId"
  FROM consumable c WHERE c.id = $1`;

const BY_KEY = `SELECT order_id AS "orderId" FROM order_request WHERE consumable_id = $1 AND key = $2`;

const OPEN = `
  SELECT id, status FROM "order" WHERE consumable_id = $1
    AND status IN ('proposed', 'announced', 'placing', 'accepted', 'shipped') FOR NO KEY UPDATE`;

/** Due at once: every gate that a person's own order needs is asked when it is placed. */
const MAKE = `
  WITH made AS (
    INSERT INTO "order" (customer_id, consumable_id, product_id, merchant_id, status, status_reason, status_said,
      quantity, fillings, unit_price_minor, shipping_minor, total_minor, currency, created_at, announced_at, due_at, origin)
    SELECT $1, $2, p.id, p.merchant_id, 'announced', $5, $6::jsonb, n.units, n.units * p.pack_size,
      p.unit_price_minor, $7, n.units * p.unit_price_minor + $7, p.currency, $8, $8, $8, 'customer'
    FROM product p CROSS JOIN LATERAL (SELECT greatest($4::int, p.minimum_quantity) AS units) n WHERE p.id = $3
    RETURNING id, status, status_reason, status_said
  )
  INSERT INTO order_history (order_id, at, to_status, actor, reason, said)
  SELECT id, $8, status, $9, status_reason, status_said FROM made RETURNING order_id AS id`;

const REMEMBER = `
  INSERT INTO order_request (consumable_id, device_id, customer_id, source, key, at, outcome, order_id, said)
  VALUES ($1, $2, $3, 'api', $4, $5, $6, $7, $8::jsonb)`;

export interface OrderNow {
  readonly consumableId: string;
  readonly wanted: z.output<typeof orderNowSchema>;
  /** The caller's own key; undefined: each call is a request of its own. */
  readonly key: string | undefined;
  readonly caller: Caller;
  readonly language: Language;
}

/**
 * A person's own order, at once. An open proposal is approved by it; while an order is open, or when the same key
 * comes again, nothing more is ordered. Answers the order, and whether this call caused it.
 */
export async function orderNow(
  { database, clock, config, metrics }: ApiDeps,
  request: OrderNow,
): Promise<{ orderId: string; isNew: boolean }> {
  const now = clock.now();
  const done = await transactAudited(database.pool, async (client) => {
    const subject = await findSubject(client, request);
    const { customerId } = subject;
    if (customerId === null) return refuse([say('press-unowned')], request.language);
    await client.query(LOCK_CUSTOMER, [customerId]);
    const known = await orderOfKey(client, request);
    if (known !== null) return { orderId: known, isNew: false };
    const { rows } = await client.query<{ id: string; status: OrderStatus }>(OPEN, [request.consumableId]);
    const [open] = rows;
    const actor = actsFor(request.caller, 'customer');
    if (open?.status === 'proposed') {
      const said = [say('you-ordered')];
      const reason = inWords(said);
      await transitionOrder(client, {
        orderId: open.id,
        to: 'announced',
        at: now,
        actor,
        reason,
        said,
        dueAt: now,
      });
    }
    const isNew = open === undefined || open.status === 'proposed';
    const shipping = (await readThresholds(client, config)).costShippingMinor;
    const orderId = open?.id ?? (await make(client, subject, request, { shipping, now, actor }));
    const said = [say(isNew ? 'you-ordered' : 'press-repeated')];
    await client.query(REMEMBER, [
      ...[request.consumableId, subject.deviceId, customerId, request.key ?? null, new Date(now)],
      ...[isNew ? 'ordered' : 'repeated', orderId, JSON.stringify(said)],
    ]);
    return { orderId, isNew };
  });
  if (done.isNew) metrics.orders.inc({ status: 'announced' });
  return done;
}

async function findSubject(client: PoolClient, { consumableId, wanted }: OrderNow): Promise<Subject> {
  const { rows } = await client.query<Subject>(SUBJECT, [consumableId, wanted.productId]);
  const subject = rows[0] ?? notFound('consumable', consumableId);
  if (wanted.productId !== null && subject.productId === null) throw new ApiProblem('does-not-fit', {});
  return subject;
}

async function orderOfKey(client: PoolClient, { consumableId, key }: OrderNow): Promise<string | null> {
  if (key === undefined) return null;
  const { rows } = await client.query<{ orderId: string | null }>(BY_KEY, [consumableId, key]);
  return rows[0]?.orderId ?? null;
}

async function make(
  client: PoolClient,
  { customerId, productId }: Subject,
  { consumableId, wanted, language }: OrderNow,
  { shipping, now, actor }: { shipping: number; now: number; actor: 'customer' | 'ops' },
): Promise<string> {
  if (productId === null) return refuse([say('no-offer')], language);
  const said = [say('you-ordered')];
  const { rows } = await client.query<{ id: string }>(MAKE, [
    ...[customerId, consumableId, productId, wanted.quantity ?? 1],
    ...[inWords(said), JSON.stringify(said), shipping, new Date(now), actor],
  ]);
  const [made] = rows;
  if (made === undefined) throw new Error('an order was not made');
  return made.id;
}

function refuse(said: Said, language: Language): never {
  throw new ApiProblem('nothing-to-order', { reason: inWords(said, language) });
}
