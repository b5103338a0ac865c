import type { z } from 'zod';
import type { startedErasureSchema } from '../../contracts/http/erasure.ts';
import type { PoolClient } from '../../platform/database.ts';
import { auditWithin } from '../audit/within.ts';
import { actorName, actsFor, type Caller } from '../auth/caller.ts';
import type { IdentityDeps } from '../auth/deps.ts';
import { newToken } from '../auth/keys.ts';
import { ApiProblem, notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { endConsentsAndOrders, releaseDevices } from './end-everything.ts';
import { previewErasure } from './preview.ts';
import { accountsOf } from './subject.ts';

type Started = z.output<typeof startedErasureSchema>;

const LOCK = `
  SELECT name, language, erased_at AS "erasedAt" FROM customer WHERE id = $1 FOR NO KEY UPDATE`;
const REMEMBER = `
  INSERT INTO erasure (customer_id, user_ids, requested_by, requested_at, language, token_hash, due_at)
  VALUES ($1, $2, $3, $4, $5, $6, $4) RETURNING id`;
const FORGET_NAME = `UPDATE customer SET name = 'erased', email = NULL, erased_at = $2 WHERE id = $1`;

/**
 * Begins an erasure. At once and together: consents end, what is not bought is cancelled, devices are
 * released, name and address are gone, nobody can sign in for the customer any more. The rest, which may be
 * millions of readings, follows in batches (rules/erasure).
 */
export async function requestErasure(
  deps: IdentityDeps,
  customerId: string,
  { confirm, caller }: { readonly confirm: string; readonly caller: Caller },
): Promise<Started> {
  const now = deps.clock.now();
  const actor = { name: actorName(caller), actingFor: actsFor(caller, 'customer') };
  const started = await transact(deps.database.pool, async (client) => {
    const language = await confirmed(client, customerId, confirm);
    const { deletes, keeps } = await previewErasure(client, deps, customerId);
    const ending = { customerId, actor, now };
    const orders = await endConsentsAndOrders(client, ending);
    const releasedDevices = await releaseDevices(client, deps, ending);
    const userIds = await accountsOf(client, customerId);
    await client.query('DELETE FROM auth_user WHERE id = ANY ($1::uuid[])', [userIds]);
    await client.query('DELETE FROM member WHERE customer_id = $1', [customerId]);
    await client.query('DELETE FROM invitation WHERE customer_id = $1', [customerId]);
    await client.query(FORGET_NAME, [customerId, new Date(now)]);
    const { token, hash } = newToken();
    const { rows } = await client.query<{ id: string }>(REMEMBER, [
      customerId,
      userIds,
      actor.actingFor,
      new Date(now),
      language,
      hash,
    ]);
    const erasureId = rows[0]?.id ?? notFound('erasure', '');
    await auditWithin(client, { id: erasureId, customerId });
    const requestedAt = new Date(now);
    return { erasureId, receiptToken: token, requestedAt, deletes, keeps, ...orders, releasedDevices };
  });
  deps.metrics.orders.inc({ status: 'cancelled' }, started.cancelledOrderIds.length);
  return started;
}

/** The customer's language, if the name was typed right. */
async function confirmed(client: PoolClient, customerId: string, confirm: string): Promise<string> {
  type Row = { name: string; language: string; erasedAt: Date | null };
  const { rows } = await client.query<Row>(LOCK, [customerId]);
  const { name, language, erasedAt } = rows[0] ?? notFound('customer', customerId);
  if (erasedAt !== null) throw new ApiProblem('already-erased', {});
  if (confirm.trim() !== name.trim()) throw new ApiProblem('confirmation-mismatch', {});
  return language;
}
