import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { newConsentSchema } from '../../contracts/http/consents.ts';
import type { PoolClient } from '../../platform/database.ts';
import { requireOwnAddress } from '../addresses/own-address.ts';
import { auditWithin } from '../audit/within.ts';
import { actorName, type Caller } from '../auth/caller.ts';
import type { ApiDeps } from '../http/deps.ts';
import { LOCK_CUSTOMER, LOOK_AGAIN_CUSTOMER } from '../http/look-again.ts';
import { ApiProblem } from '../http/problem.ts';
import { transact } from '../http/transaction.ts';
import { type Consent, type ConsentRow, READ_CONSENT, toConsent } from './read-consents.ts';

type NewConsent = z.output<typeof newConsentSchema>;

const INSERT_CONSENT = `
  INSERT INTO consent (customer_id, purpose, consumable_id, version, text, text_hash, language, method, actor,
    granted_at, valid_until, device_id, origin_address)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`;

const INSERT_MANDATE = `
  INSERT INTO mandate (consent_id, product_ids, currency, max_unit_price_minor, max_quantity,
    max_spend_per_month_minor, max_orders_per_month, min_days_between_orders, delivery_address, payment_reference,
    substitute_product_ids, merchant_ids, max_price_drift, address_id, prices_at_grant)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, coalesce(jsonb_object_agg(id, unit_price_minor), '{}')
  FROM product WHERE currency = $3 AND (id = ANY ($2::uuid[]) OR id = ANY ($11::uuid[]))`;

/** What the consent refers to, looked up together. */
const REFERENCES = `
  SELECT EXISTS (SELECT FROM consumable WHERE id = $2 AND customer_id = $1) AS "ownsConsumable",
    EXISTS (SELECT FROM device WHERE id = $3 AND customer_id = $1) AS "ownsDevice",
    (SELECT count(*) FROM product WHERE id = ANY ($4::uuid[])) AS products,
    (SELECT count(*) FROM product WHERE id = ANY ($5::uuid[])) AS substitutes,
    (SELECT count(*) FROM merchant WHERE id = ANY ($6::uuid[])) AS merchants`;

interface References {
  readonly ownsConsumable: boolean;
  readonly ownsDevice: boolean;
  readonly products: number;
  readonly substitutes: number;
  readonly merchants: number;
}

/** Who gives or takes back a consent, and from which network address. */
export interface Origin {
  readonly caller: Caller;
  readonly address: string | null;
}
/** Appends the consent, with its mandate, and lets the consumables it covers be evaluated anew. */
export async function grantConsent(
  { database, clock }: ApiDeps,
  consent: NewConsent,
  { caller, address }: Origin,
): Promise<Consent> {
  const now = new Date(clock.now());
  const { customerId, consumableId, deviceId, text } = consent;
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
      actorName(caller),
      now,
      consent.validUntil,
      deviceId,
      address,
    ]);
    const id = inserted.rows[0]?.id ?? '';
    if (consent.mandate !== undefined) await insertMandate(client, id, customerId, consent.mandate);
    await client.query(LOOK_AGAIN_CUSTOMER, [customerId, deviceId, consumableId, now]);
    const { rows } = await client.query<ConsentRow>(READ_CONSENT, [id]);
    const [row] = rows;
    if (row === undefined) throw new Error('a consent vanished in its own transaction');
    await auditWithin(client, { id, customerId });
    return toConsent(row);
  });
}

async function checkReferences(
  client: PoolClient,
  { customerId, consumableId, deviceId, mandate }: NewConsent,
): Promise<void> {
  const locked = await client.query(LOCK_CUSTOMER, [customerId]);
  if (locked.rowCount === 0) throw new ApiProblem('unknown-reference', { field: 'customerId' });
  const named = {
    products: [...new Set(mandate?.productIds ?? [])],
    substitutes: [...new Set(mandate?.substituteProductIds ?? [])],
    merchants: [...new Set(mandate?.merchantIds ?? [])],
  };
  const { rows } = await client.query<References>(REFERENCES, [
    customerId,
    consumableId,
    deviceId,
    named.products,
    named.substitutes,
    named.merchants,
  ]);
  const [found] = rows;
  if (consumableId !== null && found?.ownsConsumable !== true) {
    throw new ApiProblem('foreign-object', { field: 'consumableId' });
  }
  if (deviceId !== null && found?.ownsDevice !== true) {
    throw new ApiProblem('foreign-object', { field: 'deviceId' });
  }
  for (const [what, field] of NAMED) {
    if (found?.[what] !== named[what].length) {
      throw new ApiProblem('unknown-reference', { field: `mandate.${field}` });
    }
  }
}

const NAMED = [
  ['products', 'productIds'],
  ['substitutes', 'substituteProductIds'],
  ['merchants', 'merchantIds'],
] as const;

async function insertMandate(
  client: PoolClient,
  consentId: string,
  customerId: string,
  mandate: NonNullable<NewConsent['mandate']>,
) {
  const { addressId = null } = mandate;
  // A copy: what changes at the address later is nothing that was agreed to.
  const deliveryAddress =
    addressId === null
      ? mandate.deliveryAddress
      : await requireOwnAddress(client, customerId, addressId, 'mandate.addressId');
  await client.query(INSERT_MANDATE, [
    consentId,
    mandate.productIds,
    mandate.currency,
    mandate.maxUnitPriceMinor,
    mandate.maxQuantity,
    mandate.maxSpendPerMonthMinor,
    mandate.maxOrdersPerMonth,
    mandate.minDaysBetweenOrders,
    JSON.stringify(deliveryAddress),
    mandate.paymentReference,
    mandate.substituteProductIds,
    mandate.merchantIds,
    mandate.maxPriceDrift,
    addressId,
  ]);
}
