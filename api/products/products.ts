import type { z } from 'zod';
import type {
  fitSchema,
  newProductSchema,
  productPatchSchema,
  productSchema,
} from '../../contracts/http/products.ts';
import type { PoolClient } from '../../platform/database.ts';
import type { ApiDeps } from '../http/deps.ts';
import { transact } from '../http/transaction.ts';

export type Product = z.output<typeof productSchema>;
type Fit = z.output<typeof fitSchema>;

const PRODUCT = `
  SELECT p.id, p.merchant_id AS "merchantId", p.sku, p.name, p.unit_price_minor AS "unitPriceMinor", p.currency,
    p.pack_size AS "packSize", p.minimum_quantity AS "minimumQuantity", p.yield_uses AS "yieldUses", p.active, p.created_at AS "createdAt",
    (SELECT coalesce(json_agg(json_build_object('quantity', b.quantity, 'unitPriceMinor', b.unit_price_minor)
        ORDER BY b.quantity), '[]')
      FROM product_price_break b WHERE b.product_id = p.id) AS "priceBreaks",
    (SELECT coalesce(json_agg(json_build_object('deviceModelId', f.device_model_id, 'slotKey', f.slot_key)
        ORDER BY f.device_model_id, f.slot_key), '[]')
      FROM product_fit f WHERE f.product_id = p.id) AS fits
  FROM product p`;

export const READ_PRODUCT = `${PRODUCT} WHERE p.id = $1`;

/** Parameters: merchant or null, active or null, last id or null, limit. */
export const LIST_PRODUCTS = `${PRODUCT}
  WHERE ($1::uuid IS NULL OR p.merchant_id = $1) AND ($2::boolean IS NULL OR p.active = $2)
    AND ($3::uuid IS NULL OR p.id < $3)
  ORDER BY p.id DESC LIMIT $4`;

const INSERT_PRODUCT = `
  INSERT INTO product (merchant_id, sku, name, unit_price_minor, currency, pack_size, minimum_quantity, created_at,
    yield_uses)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`;

const INSERT_FITS = `
  INSERT INTO product_fit (product_id, device_model_id, slot_key)
  SELECT $1, model, slot FROM unnest($2::uuid[], $3::text[]) AS t (model, slot) ON CONFLICT DO NOTHING`;

/** Fills gaps only: a product that was chosen, by the rule or by people, stays. */
const FILL_GAPS = `
  WITH filled AS (
    UPDATE consumable c SET product_id = p.id
    FROM product p, unnest($2::uuid[], $3::text[]) AS t (model, slot)
    WHERE p.id = $1 AND p.active AND c.device_model_id = t.model AND c.key = t.slot AND c.product_id IS NULL
      AND (c.customer_id IS NULL
        OR p.currency = (SELECT owner.currency FROM customer owner WHERE owner.id = c.customer_id))
    RETURNING c.id
  )
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT id, '{}', '{}', '{}', $4 FROM filled`;

async function insertFits(client: PoolClient, productId: string, fits: readonly Fit[], now: Date) {
  if (fits.length === 0) return;
  const models = fits.map(({ deviceModelId }) => deviceModelId);
  const slots = fits.map(({ slotKey }) => slotKey);
  await client.query(INSERT_FITS, [productId, models, slots]);
  await client.query(FILL_GAPS, [productId, models, slots, now]);
}

type PriceBreaks = z.output<typeof newProductSchema>['priceBreaks'];

const CLEAR_BREAKS = 'DELETE FROM product_price_break WHERE product_id = $1';
const ADD_BREAKS = `
  INSERT INTO product_price_break (product_id, quantity, unit_price_minor)
  SELECT $1, quantity, price FROM unnest($2::int[], $3::int[]) AS t (quantity, price)`;

/** The breaks as given take the place of those there were. */
async function putPriceBreaks(client: PoolClient, productId: string, breaks: PriceBreaks): Promise<void> {
  await client.query(CLEAR_BREAKS, [productId]);
  if (breaks.length === 0) return;
  const quantities = breaks.map(({ quantity }) => quantity);
  await client.query(ADD_BREAKS, [productId, quantities, breaks.map(({ unitPriceMinor }) => unitPriceMinor)]);
}

/** Returns the id of the new product. */
export async function addProduct(
  { database, clock }: ApiDeps,
  product: z.output<typeof newProductSchema>,
): Promise<string> {
  const now = new Date(clock.now());
  const {
    merchantId,
    sku,
    name,
    unitPriceMinor,
    currency,
    packSize,
    minimumQuantity,
    yieldUses,
    fits,
    priceBreaks,
  } = product;
  return await transact(database.pool, async (client) => {
    const values = [
      merchantId,
      sku,
      name,
      unitPriceMinor,
      currency,
      packSize,
      minimumQuantity,
      now,
      yieldUses,
    ];
    const { rows } = await client.query<{ id: string }>(INSERT_PRODUCT, values);
    const id = rows[0]?.id ?? '';
    await insertFits(client, id, fits, now);
    await putPriceBreaks(client, id, priceBreaks);
    return id;
  });
}

export async function addFits(
  { database, clock }: ApiDeps,
  productId: string,
  fits: readonly Fit[],
): Promise<void> {
  await transact(database.pool, (client) => insertFits(client, productId, fits, new Date(clock.now())));
}

const CHANGE_PRODUCT = `
  UPDATE product SET name = coalesce($2, name), unit_price_minor = coalesce($3, unit_price_minor),
    minimum_quantity = coalesce($4, minimum_quantity), active = coalesce($5, active),
    yield_uses = CASE WHEN $7 THEN $6::float8 ELSE yield_uses END
  WHERE id = $1`;

const LOOK_AGAIN = `
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT id, '{}', '{}', '{}', $2 FROM consumable WHERE product_id = $1`;

export async function changeProduct(
  { database, clock }: ApiDeps,
  productId: string,
  {
    name,
    unitPriceMinor,
    minimumQuantity,
    active,
    yieldUses,
    priceBreaks,
  }: z.output<typeof productPatchSchema>,
): Promise<void> {
  await transact(database.pool, async (client) => {
    await client.query(CHANGE_PRODUCT, [
      productId,
      name ?? null,
      unitPriceMinor ?? null,
      minimumQuantity ?? null,
      active ?? null,
      yieldUses ?? null,
      yieldUses !== undefined,
    ]);
    if (priceBreaks !== undefined) await putPriceBreaks(client, productId, priceBreaks);
    await client.query(LOOK_AGAIN, [productId, new Date(clock.now())]);
  });
}
