/** What the customer is told about a group of tables (texts.ts). */
export type ErasureGroup =
  | 'profile'
  | 'accounts'
  | 'people'
  | 'devices'
  | 'telemetry'
  | 'decisions'
  | 'calendars'
  | 'messages'
  | 'open-orders'
  | 'orders'
  | 'consents'
  | 'audit';

/** SQL that finds rows: what follows FROM, with the table itself as t. $1: the customer, $2: accounts that go too. */
type Rows = string;

/** One step of an erasure. Steps run in their order, which foreign keys set. */
export type ErasureStep = {
  readonly table: string;
  readonly group: ErasureGroup;
  readonly rows: Rows;
} & (
  | { readonly does: 'delete' }
  /** Column to what takes its place, as SQL; `keeps` names the others, which tell of no person. */
  | {
      readonly does: 'clear';
      readonly clear: Readonly<Record<string, string>>;
      readonly keeps: readonly string[];
    }
);

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const remove = (table: string, group: ErasureGroup, rows: Rows): ErasureStep => ({
  does: 'delete',
  table,
  group,
  rows,
});
const clear = (
  table: string,
  group: ErasureGroup,
  rows: Rows,
  values: Readonly<Record<string, string>>,
  keeps: string,
): ErasureStep => ({ does: 'clear', table, group, rows, clear: values, keeps: words(keeps) });

const own = (table: string): Rows => `${table} t WHERE t.customer_id = $1`;
const ofDevice = (table: string): Rows =>
  `${table} t JOIN device d ON d.id = t.device_id WHERE d.customer_id = $1`;
const ofConsumable = (table: string): Rows =>
  `${table} t JOIN consumable c ON c.id = t.consumable_id WHERE c.customer_id = $1`;
const ofOrder = (table: string): Rows =>
  `${table} t JOIN "order" o ON o.id = t.order_id WHERE o.customer_id = $1`;
const ofConsent = (table: string): Rows =>
  `${table} t JOIN consent k ON k.id = t.consent_id WHERE k.customer_id = $1`;
const ofUser = (table: string): Rows => `${table} t WHERE t.user_id = ANY ($2::uuid[])`;

/** Something was bought, or a merchant may know of it: trade law wants the record. */
const BOUGHT = `(t.accepted_at IS NOT NULL OR t.merchant_reference IS NOT NULL OR t.status = 'placing')`;
/** While a merchant is being asked for an order, the address goes with every repeated call. */
const NONE_PLACING = `NOT EXISTS (SELECT FROM "order" o WHERE o.customer_id = $1 AND o.status = 'placing')`;

/** Everything that is kept about a person, and what becomes of it. */
export const ERASURE_STEPS: readonly ErasureStep[] = [
  remove('consumable_state', 'telemetry', ofConsumable('consumable_state')),
  remove('evaluation_queue', 'telemetry', ofConsumable('evaluation_queue')),
  remove('reading', 'telemetry', ofConsumable('reading')),
  remove('consumable_day', 'telemetry', ofConsumable('consumable_day')),
  remove('forecast_snapshot', 'telemetry', ofConsumable('forecast_snapshot')),
  remove('shadow_decision', 'telemetry', ofConsumable('shadow_decision')),
  remove('shadow_subject', 'telemetry', ofConsumable('shadow_subject')),
  remove('replenishment_outcome', 'telemetry', ofOrder('replenishment_outcome')),
  remove('quote_waiter', 'telemetry', ofConsumable('quote_waiter')),
  remove('consumable_event', 'telemetry', ofDevice('consumable_event')),
  remove('dead_letter', 'telemetry', ofDevice('dead_letter')),
  remove('contract_withdrawal', 'open-orders', `${ofOrder('contract_withdrawal')} AND NOT ${bought('o')}`),
  clear(
    'contract_withdrawal',
    'orders',
    ofOrder('contract_withdrawal'),
    { name: `'erased'`, contact: `'erased'`, actor: `'erased'`, acknowledgement: 'NULL' },
    'order_id stated_at confirmed_at',
  ),
  remove('device_command', 'messages', ofDevice('device_command')),
  remove('order_problem', 'open-orders', `${ofOrder('order_problem')} AND NOT ${bought('o')}`),
  clear(
    'order_problem',
    'orders',
    ofOrder('order_problem'),
    { note: 'NULL', answer: 'NULL', actor: `'erased'` },
    'id order_id kind wants status reported_at due_at merchant_reference refund_minor settled_at',
  ),
  remove('order_issue', 'open-orders', own('order_issue')),
  remove('used_link', 'messages', ofOrder('used_link')),
  remove('duty', 'messages', own('duty')),
  remove(
    'message_delivery',
    'messages',
    'message_delivery t JOIN message m ON m.id = t.message_id WHERE m.customer_id = $1',
  ),
  remove('message', 'messages', own('message')),
  remove('message_preference', 'messages', own('message_preference')),
  remove('message_setting', 'messages', own('message_setting')),
  remove('push_subscription', 'messages', own('push_subscription')),
  remove('webhook_endpoint', 'messages', own('webhook_endpoint')),
  remove('delivery_feed', 'messages', own('delivery_feed')),
  remove(
    'review_vote',
    'decisions',
    'review_vote t JOIN order_review r ON r.order_id = t.order_id WHERE r.customer_id = $1',
  ),
  remove('order_review', 'decisions', own('order_review')),
  remove('halt', 'decisions', own('halt')),
  remove('suggestion', 'decisions', ofConsumable('suggestion')),
  remove('reminder', 'decisions', ofConsumable('reminder')),
  remove('order_request', 'decisions', ofDevice('order_request')),
  remove('hold', 'calendars', own('hold')),
  remove('calendar_feed', 'calendars', own('calendar_feed')),
  remove('address', 'profile', own('address')),
  remove('invitation', 'people', own('invitation')),
  clear(
    'invitation',
    'people',
    `invitation t WHERE t.invited_by = ANY (SELECT 'user:' || id FROM unnest($2::uuid[]) id)`,
    { invited_by: `'erased'` },
    'id customer_id email role token_hash created_at expires_at accepted_at revoked_at',
  ),
  remove('member', 'people', own('member')),
  remove('order_history', 'open-orders', `${ofOrder('order_history')} AND NOT ${bought('o')}`),
  clear(
    'order_history',
    'orders',
    ofOrder('order_history'),
    { reason: 'NULL', detail: 'NULL', said: 'NULL' },
    'id order_id at from_status to_status actor',
  ),
  remove('order', 'open-orders', `"order" t WHERE t.customer_id = $1 AND NOT ${BOUGHT}`),
  clear(
    'order',
    'orders',
    '"order" t WHERE t.customer_id = $1',
    { status_reason: 'NULL', status_said: 'NULL', decision_id: 'NULL', next_step: 'NULL', options: 'NULL' },
    `id customer_id consumable_id product_id merchant_id consent_id status quantity fillings unit_price_minor
     shipping_minor total_minor currency merchant_reference created_at cancel_until due_at announced_at placed_at
     accepted_at arrives_from arrives_to shipped_at delivered_at installed_at take_back
     notice_failed_at noticed_at revision quote_id parcel_id replaces_order_id rejection_code watch_at refunded_minor
     origin`,
  ),
  remove('decision', 'decisions', ofConsumable('decision')),
  clear(
    'mandate',
    'consents',
    `${ofConsent('mandate')} AND ${NONE_PLACING}`,
    { delivery_address: `'{}'`, payment_reference: 'NULL' },
    `consent_id product_ids currency max_unit_price_minor max_quantity max_spend_per_month_minor
     max_orders_per_month min_days_between_orders address_id substitute_product_ids merchant_ids max_price_drift prices_at_grant`,
  ),
  clear(
    'consent_withdrawal',
    'consents',
    ofConsent('consent_withdrawal'),
    { actor: `'erased'`, reason: 'NULL', origin_address: 'NULL' },
    'consent_id withdrawn_at method',
  ),
  clear(
    'consent',
    'consents',
    `consent t WHERE t.customer_id = $1 AND ${NONE_PLACING}`,
    { text: `'erased'`, actor: `'erased'`, origin_address: 'NULL' },
    // The hash of the text stays: whoever has the text can show that it was agreed to.
    `id customer_id purpose consumable_id device_id version text_hash language method granted_at valid_until`,
  ),
  remove('claim_code', 'devices', ofDevice('claim_code')),
  clear(
    'claim_code',
    'devices',
    `claim_code t WHERE t.used_by = ANY (SELECT 'user:' || id FROM unnest($2::uuid[]) id)`,
    { used_by: `'erased'` },
    'id device_id code_hash created_at expires_at used_at revoked_at',
  ),
  remove(
    'consumable',
    'devices',
    `consumable t WHERE t.customer_id = $1
     AND NOT EXISTS (SELECT FROM "order" o WHERE o.consumable_id = t.id)
     AND NOT EXISTS (SELECT FROM consent k WHERE k.consumable_id = t.id)`,
  ),
  clear(
    'consumable',
    'devices',
    own('consumable'),
    {
      strategy: `'respond'`,
      product_id: 'NULL',
      skip_until: 'NULL',
      paused_at: 'NULL',
      paused_reason: 'NULL',
    },
    'id device_id device_model_id key customer_id created_at',
  ),
  remove(
    'device',
    'devices',
    `device t WHERE t.customer_id = $1
     AND NOT EXISTS (SELECT FROM consumable c WHERE c.device_id = t.id)
     AND NOT EXISTS (SELECT FROM consent k WHERE k.device_id = t.id)`,
  ),
  clear(
    'device',
    'devices',
    own('device'),
    {
      name: `'erased'`,
      serial: 'NULL',
      secret_hash: 'NULL',
      certificate_fingerprint: 'NULL',
      firmware: 'NULL',
      presence_at: 'NULL',
      predecessor_id: 'NULL',
      address_id: 'NULL',
    },
    'id customer_id device_model_id revoked_at presence created_at released_at',
  ),
  // The rows that stand for the same things now: nothing leads from them to this customer.
  clear(
    'device',
    'devices',
    'device d JOIN device t ON t.predecessor_id = d.id WHERE d.customer_id = $1',
    { predecessor_id: 'NULL' },
    `id customer_id device_model_id name serial secret_hash certificate_fingerprint revoked_at presence presence_at
     firmware created_at released_at address_id`,
  ),
  remove('auth_session', 'accounts', ofUser('auth_session')),
  remove('auth_passkey', 'accounts', ofUser('auth_passkey')),
  remove('auth_two_factor', 'accounts', ofUser('auth_two_factor')),
  remove('auth_account', 'accounts', ofUser('auth_account')),
  remove('auth_user', 'accounts', 'auth_user t WHERE t.id = ANY ($2::uuid[])'),
  clear(
    'audit_entry',
    'audit',
    `audit_entry t WHERE t.origin_address IS NOT NULL AND (t.customer_id = $1 OR t.actor_id = ANY ($2::text[]))`,
    { origin_address: 'NULL', origin_salt: 'NULL' },
    // Covered by the chain of hashes: of people it has ids, of accounts that are no more.
    `seq at actor_kind actor_id operation object_kind object_id customer_id request_id outcome origin_digest
     previous_hash hash`,
  ),
  clear(
    'customer',
    'profile',
    `customer t WHERE t.id = $1 AND ${NONE_PLACING}`,
    { delivery_address: 'NULL' },
    'id name email time_zone language jurisdiction currency combine_orders created_at erased_at',
  ),
  clear(
    'customer',
    'profile',
    'customer t WHERE t.id = $1',
    { name: `'erased'`, email: 'NULL', time_zone: `'UTC'`, language: `'en'` },
    'id jurisdiction currency delivery_address combine_orders created_at erased_at',
  ),
];

/** Tables of no person, with the reason; a table that is neither here nor above fails a test. */
export const IMPERSONAL: Readonly<Record<string, string>> = {
  _prisma_migrations: 'the history of the schema',
  attempt: 'counts under keyed hashes, gone within days',
  audit_head: 'the end of the chain',
  auth_verification: 'hashed, and gone with the accounts (erase.ts)',
  calibration_count: 'sums of the fleet',
  claim_certificate: "manufacturers' certificates",
  demand_forecast: 'sums of the fleet',
  device_model: 'what manufacturers make',
  erasure: 'this record itself: ids, counts and dates',
  forecast_score: 'sums of the fleet',
  lead_time: 'sums over deliveries',
  live_watch: 'ids of who looks at a page right now; it is not even logged',
  merchant: 'firms that sell',
  model_slot: 'what manufacturers make',
  order_rate: 'sums of the fleet',
  population_version: 'sums of the fleet',
  product: 'what merchants sell',
  product_fit: 'what fits where',
  product_price_break: 'what merchants sell',
  quote: 'what merchants said of what they sell',
  provisioned_serial: 'what a manufacturer made; it leads to the row of the next owner',
  provisioning_token: "manufacturers' batches",
  sealed_mail: 'encrypted, of nobody that could be told, and gone within a day',
  setting: 'of the installation',
  setting_change: 'what staff changed',
  shadow_policy: 'what staff tries out',
  signing_key: 'of the installation',
  vapid_key: 'of the installation',
  webhook_receipt: 'ids of messages between machines',
};

function bought(alias: string): string {
  return BOUGHT.replaceAll('t.', `${alias}.`);
}
