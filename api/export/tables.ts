/** What an export has of a customer: files of rows, each with the customer as its only parameter. */
export interface ExportTable {
  readonly name: string;
  readonly sql: string;
}

/**
 * Columns are named one by one, so that a new one is not exported unseen. Left out, because they open
 * something: secrets and hashes of devices, tokens of invitations and claim codes, payment references, and
 * addresses of calendars, whose owners mean them to be secret.
 * Calendar dates are text: a driver would make instants of them.
 */
export const EXPORT_TABLES: readonly ExportTable[] = [
  {
    name: 'customer',
    sql: 'SELECT id, name, email, time_zone, language, jurisdiction, currency, delivery_address, combine_orders, created_at, erased_at FROM customer WHERE id = $1',
  },
  {
    name: 'members',
    sql: `SELECT m.user_id, u.name, u.email, m.role, m.created_at FROM member m JOIN auth_user u ON u.id = m.user_id
      WHERE m.customer_id = $1 ORDER BY m.user_id`,
  },
  {
    name: 'invitations',
    sql: `SELECT id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at FROM invitation
      WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'devices',
    sql: `SELECT d.id, d.name, d.serial, d.firmware, d.device_model_id, m.make, m.model, m.family, d.presence, d.presence_at,
        d.address_id, d.created_at, d.revoked_at, d.released_at
      FROM device d JOIN device_model m ON m.id = d.device_model_id WHERE d.customer_id = $1 ORDER BY d.id`,
  },
  {
    name: 'provisionings',
    sql: `SELECT p.device_id, p.serial, p.provisioned_at, p.reset_at
      FROM provisioned_serial p JOIN device d ON d.id = p.device_id WHERE d.customer_id = $1 ORDER BY p.device_id`,
  },
  {
    name: 'claim-codes',
    sql: `SELECT k.id, k.device_id, k.created_at, k.expires_at, k.used_at, k.used_by, k.revoked_at
      FROM claim_code k JOIN device d ON d.id = k.device_id WHERE d.customer_id = $1 ORDER BY k.id`,
  },
  {
    name: 'consumables',
    sql: `SELECT c.id, c.device_id, c.key, c.product_id, c.strategy, c.skip_until, c.paused_at, c.paused_reason, c.created_at, s.level, s.level_at, s.on_shelf,
        s.run_out_p10, s.run_out_p50, s.run_out_p90, s.outcome, s.sentence, s.predictability, s.ceiling,
        s.evaluated_at
      FROM consumable c LEFT JOIN consumable_state s ON s.consumable_id = c.id WHERE c.customer_id = $1 ORDER BY c.id`,
  },
  {
    name: 'readings',
    sql: `SELECT r.consumable_id, r.at, r.seq, r.received_at, r.level_kind, r.level, r.use_counter, r.supply_serial,
        r.historical
      FROM consumable c JOIN reading r ON r.consumable_id = c.id WHERE c.customer_id = $1`,
  },
  {
    name: 'days',
    sql: `SELECT t.consumable_id, t.day::text, t.level_first, t.level_last, t.level_min, t.used, t.counted, t.readings
      FROM consumable c JOIN consumable_day t ON t.consumable_id = c.id WHERE c.customer_id = $1`,
  },
  {
    name: 'events',
    sql: `SELECT e.id, e.device_id, e.consumable_id, e.type, e.at, e.seq, e.received_at, e.quantity, e.order_id, e.handled_at, e.detail,
        e.historical
      FROM consumable_event e JOIN device d ON d.id = e.device_id WHERE d.customer_id = $1`,
  },
  {
    name: 'device-commands',
    sql: `SELECT t.id, t.device_id, t.order_id, t.type, t.payload, t.created_at, t.expires_at, t.sent_at, t.delivered_at
      FROM device d JOIN device_command t ON t.device_id = d.id WHERE d.customer_id = $1`,
  },
  {
    name: 'refused-input',
    sql: `SELECT l.id, l.device_id, l.received_at, l.client_id, l.topic, l.reason, l.detail, encode(l.payload, 'escape') AS payload,
        l.replay_at, l.replayed_at
      FROM dead_letter l JOIN device d ON d.id = l.device_id WHERE d.customer_id = $1`,
  },
  {
    name: 'consents',
    sql: `SELECT c.id, c.purpose, c.consumable_id, c.device_id, c.version, c.text, c.text_hash, c.language, c.method,
        c.actor, c.origin_address, c.granted_at, c.valid_until, w.withdrawn_at, w.actor AS withdrawn_by,
        w.method AS withdrawn_how, w.reason AS withdrawn_why, w.origin_address AS withdrawn_from
      FROM consent c LEFT JOIN consent_withdrawal w ON w.consent_id = c.id WHERE c.customer_id = $1 ORDER BY c.id`,
  },
  {
    name: 'mandates',
    sql: `SELECT m.consent_id, m.product_ids, m.substitute_product_ids, m.merchant_ids, m.currency,
        m.max_unit_price_minor, m.max_quantity, m.max_spend_per_month_minor, m.max_orders_per_month,
        m.min_days_between_orders, m.max_price_drift, m.prices_at_grant, m.delivery_address, m.address_id
      FROM mandate m JOIN consent c ON c.id = m.consent_id WHERE c.customer_id = $1 ORDER BY m.consent_id`,
  },
  {
    name: 'addresses',
    sql: `SELECT id, name, recipient, street, postal_code, city, region, country, time_zone, degree_days, created_at,
        removed_at
      FROM address WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'holds',
    sql: `SELECT id, device_id, address_id, starts_on::text, ends_on::text, reason, created_at, cancelled_at, feed_id, event_key
      FROM hold
      WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'calendars',
    sql: `SELECT id, device_id, address_id, name, rule, keyword, content, status, last_error, last_fetched_at, created_at, removed_at
      FROM calendar_feed WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'decisions',
    sql: `SELECT d.id, d.consumable_id, d.at, d.stage, d.outcome, d.sentence, d.inputs, d.forecast, d.gates
      FROM consumable c JOIN decision d ON d.consumable_id = c.id WHERE c.customer_id = $1`,
  },
  {
    name: 'forecasts',
    sql: `SELECT f.consumable_id, f.taken_on::text, f.used, f.use_p10, f.use_p50, f.use_p90, f.run_out_p50
      FROM consumable c JOIN forecast_snapshot f ON f.consumable_id = c.id WHERE c.customer_id = $1`,
  },
  {
    name: 'trial-decisions',
    sql: `SELECT t.id, t.consumable_id, p.name AS policy, p.started_at, p.stopped_at, s.ordered, s.ordered_at, t.at, t.outcome,
        t.sentence, t.said, t.gates, t.quantity, t.fillings, t.total_minor, t.currency, t.place_at, t.empty_before_arrival
      FROM consumable c JOIN shadow_subject s ON s.consumable_id = c.id JOIN shadow_policy p ON p.id = s.shadow_id
      JOIN shadow_decision t ON t.shadow_id = s.shadow_id AND t.consumable_id = s.consumable_id
      WHERE c.customer_id = $1`,
  },
  {
    name: 'orders',
    sql: `SELECT o.id, o.consumable_id, o.product_id, p.name AS product, o.merchant_id, m.name AS merchant, o.consent_id,
        o.decision_id, o.status, o.status_reason, o.quantity, o.fillings, o.unit_price_minor, o.shipping_minor,
        o.total_minor, o.currency, o.merchant_reference, o.created_at, o.cancel_until, o.announced_at, o.placed_at,
        o.accepted_at, o.arrives_from::text, o.arrives_to::text, o.shipped_at, o.delivered_at, o.installed_at, o.take_back,
        o.noticed_at, o.notice_failed_at,
        o.quote_id, o.parcel_id, o.replaces_order_id, o.rejection_code, o.next_step, o.refunded_minor,
        o.origin, o.options
      FROM "order" o JOIN product p ON p.id = o.product_id JOIN merchant m ON m.id = o.merchant_id
      WHERE o.customer_id = $1`,
  },
  {
    name: 'order-history',
    sql: `SELECT h.order_id, h.at, h.from_status, h.to_status, h.actor, h.reason, h.detail
      FROM "order" o JOIN order_history h ON h.order_id = o.id WHERE o.customer_id = $1`,
  },
  {
    name: 'order-requests',
    sql: `SELECT r.id, r.consumable_id, r.device_id, r.customer_id, r.source, r.key, r.at, r.outcome, r.order_id, r.said
      FROM order_request r JOIN device d ON d.id = r.device_id WHERE d.customer_id = $1 ORDER BY r.id`,
  },
  {
    name: 'suggestions',
    sql: `SELECT g.id, g.consumable_id, g.from_strategy, g.to_strategy, g.said, g.created_at, g.dismissed_at, g.ended_at
      FROM suggestion g JOIN consumable c ON c.id = g.consumable_id WHERE c.customer_id = $1 ORDER BY g.id`,
  },
  {
    name: 'reminders',
    sql: `SELECT r.id, r.consumable_id, r.created_at, r.due_at, r.tip, r.sent_at, r.dropped_at, r.dropped_why
      FROM reminder r JOIN consumable c ON c.id = r.consumable_id WHERE c.customer_id = $1 ORDER BY r.id`,
  },
  {
    name: 'order-reviews',
    sql: `SELECT order_id, flags, status, approvals_needed, created_at, decide_by, decided_at FROM order_review
      WHERE customer_id = $1 ORDER BY order_id`,
  },
  {
    // Who of the staff it was is theirs, not the customer's.
    name: 'review-votes',
    sql: `SELECT v.order_id, v.verdict, v.reason, v.at FROM review_vote v JOIN order_review r ON r.order_id = v.order_id
      WHERE r.customer_id = $1 ORDER BY v.order_id, v.at`,
  },
  {
    name: 'halts',
    sql: `SELECT id, reason, created_at, lifted_at, product_id, device_model_id, firmware, merchant_id, detail FROM halt
      WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'replenishments',
    sql: `SELECT r.order_id, r.delivered_at, r.installed_at, r.level_at_delivery, r.empty_since, r.level_at_swap
      FROM "order" o JOIN replenishment_outcome r ON r.order_id = o.id WHERE o.customer_id = $1`,
  },
  {
    name: 'order-problems',
    sql: `SELECT p.id, p.order_id, p.kind, p.note, p.wants, p.status, p.actor, p.reported_at, p.merchant_reference,
        p.answer, p.refund_minor, p.settled_at
      FROM order_problem p JOIN "order" o ON o.id = p.order_id WHERE o.customer_id = $1`,
  },
  {
    name: 'order-issues',
    sql: `SELECT id, consumable_id, order_id, kind, audience, reason, said, opened_at, resolved_at FROM order_issue
      WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'contract-withdrawals',
    sql: `SELECT w.order_id, w.name, w.contact, w.stated_at, w.confirmed_at, w.actor, w.acknowledgement
      FROM contract_withdrawal w JOIN "order" o ON o.id = w.order_id WHERE o.customer_id = $1`,
  },
  {
    name: 'messages',
    sql: `SELECT id, order_id, kind, detail, created_at, read_at FROM message
      WHERE customer_id = $1 ORDER BY created_at, id`,
  },
  {
    name: 'message-deliveries',
    sql: `SELECT x.id, x.message_id, x.channel, x.status, x.digest, x.attempts, x.created_at, x.sent_at, x.last_error
      FROM message_delivery x JOIN message m ON m.id = x.message_id WHERE m.customer_id = $1 ORDER BY x.id`,
  },
  {
    name: 'message-preferences',
    sql: 'SELECT kind, channel, enabled FROM message_preference WHERE customer_id = $1 ORDER BY kind, channel',
  },
  {
    name: 'message-settings',
    sql: 'SELECT quiet_from, quiet_to, digest_at, updated_at FROM message_setting WHERE customer_id = $1',
  },
  {
    name: 'push-subscriptions',
    sql: 'SELECT id, created_at, ended_at FROM push_subscription WHERE customer_id = $1 ORDER BY id',
  },
  {
    name: 'webhook-endpoints',
    sql: `SELECT id, url, kinds, created_at, disabled_at, disabled_reason FROM webhook_endpoint
      WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'delivery-feed',
    sql: 'SELECT created_at FROM delivery_feed WHERE customer_id = $1',
  },
  {
    name: 'used-links',
    sql: `SELECT u.order_id, u.used_at FROM used_link u JOIN "order" o ON o.id = u.order_id
      WHERE o.customer_id = $1 ORDER BY u.used_at`,
  },
  {
    name: 'duties',
    sql: `SELECT id, consent_id, kind, jurisdiction, subject, detail, due_at, created_at, fulfilled_at, message_id
      FROM duty
      WHERE customer_id = $1 ORDER BY id`,
  },
  {
    name: 'audit-entries',
    sql: `SELECT seq, at, actor_kind, actor_id, operation, object_kind, object_id, request_id, outcome, origin_address
      FROM audit_entry WHERE customer_id = $1 ORDER BY seq`,
  },
];
