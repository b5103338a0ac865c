import type { PoolClient } from '../../platform/database.ts';
import { ApiProblem } from '../http/problem.ts';

/** At the price that the proposal named; the merchant is asked for no more than that. */
const TAKE_OPTION = `
  UPDATE "order" o SET product_id = t."productId", merchant_id = t."merchantId", quantity = t.quantity,
    fillings = t.fillings, unit_price_minor = t."unitPriceMinor", total_minor = t."goodsMinor" + o.shipping_minor,
    quote_id = CASE WHEN o.product_id = t."productId" THEN o.quote_id END
  FROM jsonb_to_recordset((SELECT options FROM "order" WHERE id = $1)) AS t("productId" uuid, "merchantId" uuid,
    quantity int, fillings int, "unitPriceMinor" int, "goodsMinor" int)
  WHERE o.id = $1 AND t."productId" = $2`;

/** Makes the order one for another product that its proposal offered. */
export async function takeOption(client: PoolClient, orderId: string, productId: string): Promise<void> {
  const { rowCount } = await client.query(TAKE_OPTION, [orderId, productId]);
  if (rowCount === 0) throw new ApiProblem('not-an-option', {});
}
