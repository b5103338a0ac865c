import { type FittingProduct, type OrderOption, orderOptions } from '../../core/options.ts';
import type { Alternative, ProposalReason } from '../../platform/messages/order-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { NewOrder } from '../evaluate/write-orders.ts';

/** Products looked at for one slot, the cheapest first: a market place may know hundreds. */
const LOOKED_AT = 20;

const FITTING = `
  SELECT w.order_id AS "orderId", p.id AS "productId", p.merchant_id AS "merchantId", p.name,
    json_build_object('minor', p.unit_price_minor, 'currency', p.currency) AS "unitPrice", p.pack_size AS "packSize",
    p.minimum_quantity AS "minimumQuantity", p.yield_uses AS "yieldUses"
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS w(order_id, device_model_id, slot_key)
  CROSS JOIN LATERAL (
    SELECT product.* FROM product_fit f JOIN product ON product.id = f.product_id AND product.active
    WHERE f.device_model_id = w.device_model_id AND f.slot_key = w.slot_key
    ORDER BY product.unit_price_minor / greatest(product.pack_size, 1), product.id LIMIT ${LOOKED_AT}
  ) p`;

const WRITE = `
  UPDATE "order" o SET options = t.options FROM jsonb_to_recordset($1::jsonb) AS t(id uuid, options jsonb)
  WHERE o.id = t.id AND o.status = 'proposed'`;

/** What a proposal's message tells beside its order. */
export interface Asked {
  readonly because: ProposalReason;
  readonly alternatives: readonly Alternative[];
}

/**
 * Prepares for each proposed order what else would do, with the price of each use, and keeps it with the order so
 * that any of it can be approved. Returns what the customers are told, by order.
 */
export async function offerOptions(
  db: Queryable,
  orders: readonly NewOrder[],
): Promise<ReadonlyMap<string, Asked>> {
  const proposed = orders.filter(({ proposal }) => proposal.status === 'proposed');
  if (proposed.length === 0) return new Map();
  const { rows } = await db.query<FittingProduct & { orderId: string }>(FITTING, [
    proposed.map(({ id }) => id),
    proposed.map(({ context }) => context.about.deviceModelId),
    proposed.map(({ context }) => context.about.profile.key),
  ]);
  const byOrder = Map.groupBy(rows, ({ orderId }) => orderId);
  const options = new Map(proposed.map((order) => [order.id, optionsOf(order, byOrder.get(order.id) ?? [])]));
  const written = [...options].map(([id, offered]) => ({ id, options: offered }));
  await db.query(WRITE, [JSON.stringify(written)]);
  return new Map(
    proposed.map(({ id, context }) => {
      const because = context.step.limited == null ? 'prepared' : 'downgraded';
      const [, ...others] = options.get(id) ?? [];
      return [
        id,
        { because, alternatives: others.map((one) => told(one, context.step.costs.shippingMinor)) },
      ];
    }),
  );
}

function optionsOf(
  { proposal, context }: NewOrder,
  fitting: readonly FittingProduct[],
): readonly OrderOption[] {
  const { offer, quantity } = proposal;
  const chosen = fitting.find(({ productId }) => productId === offer.productId) ?? {
    ...offer,
    yieldUses: null,
  };
  return orderOptions({ chosen, quantity, others: fitting, slotYield: context.about.profile.yieldUses });
}

const told = (option: OrderOption, shippingMinor: number): Alternative => ({
  product: option.product,
  quantity: option.quantity,
  totalMinor: option.goodsMinor + shippingMinor,
  currency: option.currency,
  perUseMinor: option.perUseMinor,
});
