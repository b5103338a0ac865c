import type { z } from 'zod';
import type { withdrawConsentSchema, withdrawnConsentSchema } from '../../contracts/http/consents.ts';
import { told } from '../../core/phrases/in-words.ts';
import { say } from '../../core/phrases/phrase.ts';
import type { PoolClient } from '../../platform/database.ts';
import { transitionOrders } from '../../platform/order-store.ts';
import { auditWithin } from '../audit/within.ts';
import { actorName, actsFor } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER, LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { notFound } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import type { Origin } from './grant.ts';
import { type ConsentRow, READ_CONSENT, toConsent } from './read-consents.ts';

type Withdrawn = z.output<typeof withdrawnConsentSchema>;

const INSERT_WITHDRAWAL = `
  INSERT INTO consent_withdrawal (consent_id, withdrawn_at, actor, method, reason, origin_address)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (consent_id) DO NOTHING`;

const NOT_YET_SHIPPED = `
  SELECT id, status FROM "order"
  WHERE consent_id = $1 AND customer_id = $2 AND status IN ('proposed', 'announced', 'placing', 'accepted')
  ORDER BY id FOR NO KEY UPDATE`;

/** Due at once: the rules service asks the merchant, and writes its answer into the history. */
const ASK_MERCHANT = `
  UPDATE "order" SET take_back = 'consent-withdrawn', due_at = $2
  WHERE id = ANY ($1::uuid[]) AND take_back IS NULL RETURNING id`;

/**
 * Ends a consent and, in the same transaction, every order under it that the merchant has not been asked
 * for (DESIGN §4.3). The customer's row is locked first: an order announced at the same moment is either
 * seen here or sees the withdrawal. Orders just being placed are left to the rules service, which alone
 * knows what the merchant answered; it cancels them there. Of accepted ones the merchant is asked to cancel
 * them. Withdrawing twice changes nothing.
 */
export async function withdrawConsent(
  { database, clock, metrics }: ApiDeps,
  consentId: string,
  { method, reason }: z.output<typeof withdrawConsentSchema>,
  { caller, address }: Origin,
): Promise<Withdrawn> {
  const now = clock.now();
  const withdrawn = await transact(database.pool, async (client) => {
    const { customerId, consumableId, deviceId } = await readConsent(client, consentId);
    await client.query(LOCK_CUSTOMER, [customerId]);
    await client.query(INSERT_WITHDRAWAL, [
      consentId,
      new Date(now),
      actorName(caller),
      method,
      reason,
      address,
    ]);
    const { rows } = await client.query<{ id: string; status: string }>(NOT_YET_SHIPPED, [
      consentId,
      customerId,
    ]);
    const idsOf = (...statuses: string[]) =>
      rows.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
    const cancelledOrderIds = idsOf('proposed', 'announced');
    const why = told(say('order-consent-withdrawn'));
    const actor = actsFor(caller, 'customer');
    await transitionOrders(
      client,
      cancelledOrderIds.map((orderId) => ({ orderId, to: 'cancelled', at: now, actor, ...why })),
    );
    const asked = await client.query<{ id: string }>(ASK_MERCHANT, [idsOf('accepted'), new Date(now)]);
    await client.query(LOOK_AGAIN_CUSTOMER, [customerId, deviceId, consumableId, new Date(now)]);
    const consent = await readConsent(client, consentId);
    await auditWithin(client, { id: consentId, customerId });
    return {
      consent,
      cancelledOrderIds,
      placingOrderIds: idsOf('placing'),
      askedOrderIds: asked.rows.map(({ id }) => id),
    };
  });
  metrics.orders.inc({ status: 'cancelled' }, withdrawn.cancelledOrderIds.length);
  return withdrawn;
}

async function readConsent(client: PoolClient, id: string) {
  const { rows } = await client.query<ConsentRow>(READ_CONSENT, [id]);
  return toConsent(rows[0] ?? notFound('consent', id));
}
