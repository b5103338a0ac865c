/**
 * The facts of an order that its messages freeze (`orderFacts` in contracts/messages/details.ts), as SQL. `o` is
 * a row of "order", or one that has its columns.
 */
export const ORDER_FACTS = `jsonb_build_object(
    'orderId', o.id, 'consumable', slot.name, 'device', d.name, 'product', p.name, 'merchant', mc.name,
    'quantity', o.quantity, 'fillings', o.fillings, 'unitPriceMinor', o.unit_price_minor,
    'shippingMinor', o.shipping_minor, 'totalMinor', o.total_minor, 'currency', o.currency,
    'arrivesFrom', o.arrives_from, 'arrivesTo', o.arrives_to, 'cancelUntil', o.cancel_until, 'dueAt', o.due_at,
    'runOut', jsonb_build_object('p10', cs.run_out_p10, 'p50', cs.run_out_p50, 'p90', cs.run_out_p90),
    'why', coalesce(o.status_said, to_jsonb(o.status_reason)))`;

export const ORDER_NEIGHBOURS = `
  JOIN consumable c ON c.id = o.consumable_id
  JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  JOIN product p ON p.id = o.product_id
  JOIN merchant mc ON mc.id = o.merchant_id
  LEFT JOIN consumable_state cs ON cs.consumable_id = o.consumable_id`;
