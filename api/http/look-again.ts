/**
 * Asks for a new evaluation of a customer's consumables: all, or those of one device, or one.
 * Parameters: customer, device or null, consumable or null, now.
 */
export const LOOK_AGAIN_CUSTOMER = `
  INSERT INTO evaluation_queue (consumable_id, reading_at, reading_seq, event_ids, enqueued_at)
  SELECT id, '{}', '{}', '{}', $4 FROM consumable
  WHERE customer_id = $1 AND ($2::uuid IS NULL OR device_id = $2) AND ($3::uuid IS NULL OR id = $3)`;

/**
 * Held until the transaction ends. Whoever changes what a customer allows, and whoever announces or
 * places an order for them, takes it, so that neither acts on what the other is just changing. An erased
 * customer is not found: nothing new is kept about them.
 */
export const LOCK_CUSTOMER = 'SELECT id FROM customer WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE';
