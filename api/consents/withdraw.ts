import type { z } from 'zod';
import type { withdrawConsentSchema, withdrawnConsentSchema } from '../../contracts/http/consents.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrder } from '../../platform/order-store.ts';
import { actorName, actsFor, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER, LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { type ConsentRow, READ_CONSENT, toConsent } from './read-consents.ts';

type Withdrawn = z.output<typeof withdrawnConsentSchema>;

const INSERT_WITHDRAWAL = `
  INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method, reason)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT (consent_id) DO NOTHING`;

const NOT_YET_ACCEPTED = `
  SELECT id, status FROM "order"
  WHERE consent_id = $1 AND customer_id = $2 AND status IN ('proposed', 'announced', 'placing')
  ORDER BY id FOR NO KEY UPDATE`;

/**
 * Ends a consent and, in the same transaction, every order under it that the merchant has not been asked
 * for (DESIGN §4.3). The customer's row is locked first: an order announced at the same moment is either
 * seen here or sees the withdrawal. Orders just being placed are left to the rules service, which alone
 * knows what the merchant answered; it cancels them there. Withdrawing twice changes nothing.
 */
export async function withdrawConsent(
  { database, clock, metrics }: ApiDeps,
  consentId: string,
  { method, reason }: z.output<typeof withdrawConsentSchema>,
  caller: Caller,
): Promise<Withdrawn> {
  const now = clock.now();
  const withdrawn = await transact(database.pool, async (client) => {
    const { customerId, consumableId } = await readConsent(client, consentId);
    await client.query(LOCK_CUSTOMER, [customerId]);
    await client.query(INSERT_WITHDRAWAL, [consentId, new Date(now), actorName(caller), method, reason]);
    const { rows } = await client.query<{ id: string; status: string }>(NOT_YET_ACCEPTED, [
      consentId,
      customerId,
    ]);
    const cancelledOrderIds = rows.filter(({ status }) => status !== 'placing').map(({ id }) => id);
    for (const orderId of cancelledOrderIds) {
      await transitionOrder(client, {
        orderId,
        to: 'cancelled',
        at: now,
        actor: actsFor(caller, 'customer'),
        reason: 'The consent to order automatically was withdrawn.',
      });
    }
    const placingOrderIds = rows.filter(({ status }) => status === 'placing').map(({ id }) => id);
    await client.query(LOOK_AGAIN_CUSTOMER, [customerId, null, consumableId, new Date(now)]);
    return { consent: await readConsent(client, consentId), cancelledOrderIds, placingOrderIds };
  });
  metrics.orders.inc({ status: 'cancelled' }, withdrawn.cancelledOrderIds.length);
  return withdrawn;
}

async function readConsent(client: PoolClient, id: string) {
  const { rows } = await client.query<ConsentRow>(READ_CONSENT, [id]);
  return toConsent(rows[0] ?? notFound('consent', id));
}
