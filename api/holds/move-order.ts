import type { z } from 'zod';
import type { movedOrderSchema } from '../../contracts/http/calendar-feeds.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import { noteOrder } from '../../platform/order-notes.ts';
import { transactAudited } from '../audit/within.ts';
import { actsFor, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { ApiProblem, notFound } from '../http/problem.ts';

const ASK = `
  UPDATE "order" SET take_back = 'move', due_at = $2
  WHERE id = $1 AND status = 'accepted' AND take_back IS NULL
    AND EXISTS (SELECT FROM message m WHERE m.order_id = "order".id AND m.kind = 'move-offer')
  RETURNING id`;

/**
 * The customer takes the offer to have a placed order moved: the merchant is asked to take it back, and once
 * it has, the consumable is evaluated anew and ordered for after the hold. If it cannot, the order goes on.
 */
export async function moveOrder(
  { database, clock }: ApiDeps,
  orderId: string,
  caller: Caller,
): Promise<z.output<typeof movedOrderSchema>> {
  const now = clock.now();
  return await transactAudited(database.pool, async (client) => {
    const found = await client.query<{ status: string }>('SELECT status FROM "order" WHERE id = $1', [
      orderId,
    ]);
    const { status } = found.rows[0] ?? notFound('order', orderId);
    const { rowCount } = await client.query(ASK, [orderId, new Date(now)]);
    if (rowCount === 0) throw new ApiProblem('wrong-status', { status, action: 'moved' });
    const why = told(say('order-wished-later'));
    const actor = actsFor(caller, 'customer');
    await noteOrder(client, { orderId, at: now, actor, ...why, detail: { move: 'asked' } });
    return { orderId, askedAt: new Date(now) };
  });
}
