/**
 * Gives devices the consumables of their model's slots that they do not have yet, each with a state row
 * that is due at once, and answers them. Parameters: device ids, their strategies, now.
 *
 * The product is the cheapest active one a filling that fits the slot, in the customer's currency; ties
 * go to the one registered first.
 */
export const CONSUMABLES_OF_DEVICES = `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::strategy[]) AS t (device_id, strategy)
  ), added AS (
    INSERT INTO consumable (device_id, device_model_id, key, customer_id, product_id, strategy, created_at)
    SELECT d.id, d.device_model_id, s.key, d.customer_id, fit.product_id, given.strategy, $3
    FROM given
    JOIN device d ON d.id = given.device_id
    JOIN model_slot s ON s.device_model_id = d.device_model_id
    LEFT JOIN customer c ON c.id = d.customer_id
    LEFT JOIN LATERAL (
      SELECT p.id AS product_id FROM product_fit f JOIN product p ON p.id = f.product_id AND p.active
      WHERE f.device_model_id = s.device_model_id AND f.slot_key = s.key
        AND (c.currency IS NULL OR p.currency = c.currency)
      ORDER BY p.unit_price_minor::float8 / p.pack_size, p.id LIMIT 1
    ) fit ON true
    ON CONFLICT (device_id, key) DO NOTHING
    RETURNING id, device_id, key, product_id, strategy
  ), states AS (
    INSERT INTO consumable_state (consumable_id, evaluate_at) SELECT id, $3 FROM added
  )
  SELECT id, device_id AS "deviceId", key, product_id AS "productId", strategy FROM added ORDER BY device_id, key`;
