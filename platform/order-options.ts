import { type FittingProduct, type OrderOption, orderOptions } from '../core/options.ts';
import type { Queryable } from './order-store.ts';
import { prepared } from './prepared.ts';

/** Products looked at for one slot, the cheapest first: a market place may know hundreds. */
const LOOKED_AT = 20;

const PRODUCT = (
  product: string,
  price: string,
  currency: string,
) => `json_build_object('productId', ${product}.id,
  'merchantId', ${product}.merchant_id, 'name', ${product}.name,
  'unitPrice', json_build_object('minor', ${price}, 'currency', ${currency}), 'packSize', ${product}.pack_size,
  'minimumQuantity', ${product}.minimum_quantity, 'yieldUses', ${product}.yield_uses)`;

/** What only its customer can put right is no matter of another product. */
const PROPOSED = prepared(`
  SELECT o.id, o.quantity, o.shipping_minor AS "shippingMinor", slot.yield_uses AS "slotYield",
    ${PRODUCT('own', 'o.unit_price_minor', 'o.currency')} AS chosen, (
      SELECT coalesce(json_agg(${PRODUCT('p', 'p.unit_price_minor', 'p.currency')}), '[]') FROM (
        SELECT product.* FROM product_fit f JOIN product ON product.id = f.product_id AND product.active
        WHERE f.device_model_id = c.device_model_id AND f.slot_key = c.key
        ORDER BY product.unit_price_minor / greatest(product.pack_size, 1), product.id LIMIT ${LOOKED_AT}
      ) p
    ) AS others
  FROM "order" o JOIN product own ON own.id = o.product_id JOIN consumable c ON c.id = o.consumable_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  WHERE o.id = ANY ($1::uuid[]) AND o.status = 'proposed' AND o.next_step IS NULL`);

interface Proposed {
  readonly id: string;
  readonly quantity: number;
  readonly shippingMinor: number;
  readonly slotYield: number | null;
  readonly chosen: FittingProduct;
  readonly others: readonly FittingProduct[];
}

const WRITE = prepared(`
  UPDATE "order" o SET options = t.options FROM jsonb_to_recordset($1::jsonb) AS t(id uuid, options jsonb)
  WHERE o.id = t.id`);

/** A product that would do as well. */
export interface Alternative {
  readonly product: string;
  readonly quantity: number;
  readonly totalMinor: number;
  readonly currency: string;
  readonly perUseMinor: number | null;
}

/**
 * Prepares for each proposed order what else would do, with the price of each use, and keeps it with the order so
 * that any of it can be approved. Returns what the customers are told, by order; set-wise.
 */
export async function offerOptions(
  db: Queryable,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Alternative[]>> {
  if (orderIds.length === 0) return new Map();
  const { rows } = await db.query<Proposed>(PROPOSED, [orderIds]);
  const offered = rows.map((row) => ({ ...row, options: orderOptions(row) }));
  await db.query(WRITE, [JSON.stringify(offered.map(({ id, options }) => ({ id, options })))]);
  return new Map(
    offered.map(({ id, shippingMinor, options: [, ...others] }) => [
      id,
      others.map((option) => told(option, shippingMinor)),
    ]),
  );
}

const told = (option: OrderOption, shippingMinor: number): Alternative => ({
  product: option.product,
  quantity: option.quantity,
  totalMinor: option.goodsMinor + shippingMinor,
  currency: option.currency,
  perUseMinor: option.perUseMinor,
});
