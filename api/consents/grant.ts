import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { newConsentSchema } from '../../contracts/http/consents.ts';
import type { PoolClient } from '../../platform/database.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER, LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { type Consent, type ConsentRow, READ_CONSENT, toConsent } from './read-consents.ts';

type NewConsent = z.output<typeof newConsentSchema>;

const INSERT_CONSENT = `
  INSERT INTO consent (customer_id, purpose, consumable_id, version, text, text_hash, language, method, actor,
    granted_at, valid_until)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`;

const INSERT_MANDATE = `
  INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity,
    max_spend_per_month_minor, max_orders_per_month, min_days_between_orders, delivery_address, payment_reference)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** What the consent refers to, looked up together: customer, consumable, products. */
const REFERENCES = `
  SELECT EXISTS (SELECT FROM consumable WHERE id = $2 AND customer_id = $1) AS "ownsConsumable",
    (SELECT count(*) FROM product WHERE id = ANY ($3::uuid[])) AS products`;

/** Appends the consent, with its mandate, and lets the consumables it covers be evaluated anew. */
export async function grantConsent(
  { database, clock }: ApiDeps,
  consent: NewConsent,
  actor: string,
): Promise<Consent> {
  const now = new Date(clock.now());
  const { customerId, consumableId, text } = consent;
  return await transact(database.pool, async (client) => {
    await checkReferences(client, consent);
    const inserted = await client.query<{ id: string }>(INSERT_CONSENT, [
      customerId,
      consent.purpose,
      consumableId,
      consent.version,
      text,
      createHash('sha256').update(text, 'utf8').digest('hex'),
      consent.language,
      consent.method,
      actor,
      now,
      consent.validUntil,
    ]);
    const id = inserted.rows[0]?.id ?? '';
    if (consent.mandate !== undefined) await insertMandate(client, id, consent.mandate);
    await client.query(LOOK_AGAIN_CUSTOMER, [customerId, null, consumableId, now]);
    const { rows } = await client.query<ConsentRow>(READ_CONSENT, [id]);
    const [row] = rows;
    if (row === undefined) throw new Error('a consent vanished in its own transaction');
    return toConsent(row);
  });
}

async function checkReferences(client: PoolClient, { customerId, consumableId, mandate }: NewConsent) {
  const locked = await client.query(LOCK_CUSTOMER, [customerId]);
  if (locked.rowCount === 0) throw new ApiProblem('unknown-reference', { field: 'customerId' });
  const productIds = [...new Set(mandate?.productIds ?? [])];
  const { rows } = await client.query<{ ownsConsumable: boolean; products: number }>(REFERENCES, [
    customerId,
    consumableId,
    productIds,
  ]);
  if (consumableId !== null && rows[0]?.ownsConsumable !== true) {
    throw new ApiProblem('foreign-object', { field: 'consumableId' });
  }
  if (rows[0]?.products !== productIds.length) {
    throw new ApiProblem('unknown-reference', { field: 'mandate.productIds' });
  }
}

async function insertMandate(
  client: PoolClient,
  consentId: string,
  mandate: NonNullable<NewConsent['mandate']>,
) {
  await client.query(INSERT_MANDATE, [
    consentId,
    mandate.productIds,
    mandate.currency,
    mandate.maxUnitPriceMinor,
    mandate.maxQuantity,
    mandate.maxSpendPerMonthMinor,
    mandate.maxOrdersPerMonth,
    mandate.minDaysBetweenOrders,
    JSON.stringify(mandate.deliveryAddress),
    mandate.paymentReference,
  ]);
}
