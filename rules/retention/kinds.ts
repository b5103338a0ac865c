import { DAY_MS, type Instant } from '../../core/types.ts';
import type { RetentionKey } from '../../platform/retention/settings.ts';

/** $1: what is older goes; $2: so many rows at most. Answers nothing: the number of rows counts. */
type Statement = string;

const remove = (table: string, where: string): Statement =>
  `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM ${table} t WHERE ${where} LIMIT $2))`;

/** Last day of a year on which something of an erased customer is still needed: see cutoffOf. */
const ERASED = `EXISTS (SELECT FROM customer c WHERE c.id = t.customer_id AND c.erased_at IS NOT NULL)`;
const OLD_ORDERS = `"order" t WHERE coalesce(t.accepted_at, t.placed_at, t.created_at) < $1 AND ${ERASED}`;
const OLD_CONSENTS = `
  consent t WHERE t.actor = 'erased'
    AND EXISTS (SELECT FROM customer c WHERE c.id = t.customer_id AND c.erased_at < $1)
    AND NOT EXISTS (SELECT FROM "order" o WHERE o.consent_id = t.id)`;
const removeOf = (table: string, key: string, owners: string): Statement =>
  `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
     SELECT x.ctid FROM ${table} x WHERE x.${key} IN (SELECT t.id FROM ${owners} LIMIT $2) LIMIT $2))`;

/** In this order: what refers to others goes before them. Readings are dropped by the month instead. */
export const REMOVALS: readonly (readonly [RetentionKey, Statement])[] = [
  ['readingDayMonths', remove('consumable_day', 't.day < $1::timestamptz::date')],
  ['eventMonths', remove('consumable_event', 't.at < $1')],
  [
    'decisionMonths',
    remove('decision', 't.at < $1 AND NOT EXISTS (SELECT FROM "order" o WHERE o.decision_id = t.id)'),
  ],
  ['deadLetterDays', remove('dead_letter', 't.received_at < $1')],
  ['webhookReceiptDays', remove('webhook_receipt', 't.received_at < $1')],
  [
    'quoteDays',
    remove(
      'quote',
      'coalesce(t.valid_until, t.give_up_at) < $1 AND NOT EXISTS (SELECT FROM "order" o WHERE o.quote_id = t.id)',
    ),
  ],
  ['deviceCommandDays', remove('device_command', 't.expires_at < $1')],
  ['messageMonths', remove('message', 't.created_at < $1')],
  ['holdMonths', remove('hold', 't.ends_on < $1::timestamptz::date OR t.cancelled_at < $1')],
  ['holdMonths', remove('calendar_feed', 't.removed_at < $1')],
  // Sign-in lives in the system's time: what is in force there stays, however far the platform's clock is ahead.
  ['sessionDays', remove('auth_session', 't.expires_at < least($1, now())')],
  ['verificationDays', remove('auth_verification', 't.expires_at < least($1, now())')],
  ['attemptDays', remove('attempt', 't.window_start < $1')],
  ['invitationDays', remove('invitation', 'coalesce(t.accepted_at, t.revoked_at, t.expires_at) < $1')],
  ['claimCodeDays', remove('claim_code', 'coalesce(t.used_at, t.revoked_at, t.expires_at) < $1')],
  [
    'auditOriginDays',
    `UPDATE audit_entry SET origin_address = NULL, origin_salt = NULL WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM audit_entry WHERE at < $1 AND origin_address IS NOT NULL LIMIT $2))`,
  ],
  [
    'failedJobDays',
    remove(
      'graphile_worker._private_jobs',
      't.attempts >= t.max_attempts AND t.locked_at IS NULL AND t.updated_at < $1',
    ),
  ],
  ['erasedOrderYears', removeOf('consumable_event', 'order_id', OLD_ORDERS)],
  [
    'erasedOrderYears',
    `DELETE FROM "order" WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM ${OLD_ORDERS} LIMIT $2))`,
  ],
  ['erasedConsentYears', removeOf('consent_withdrawal', 'consent_id', OLD_CONSENTS)],
  ['erasedConsentYears', removeOf('mandate', 'consent_id', OLD_CONSENTS)],
  [
    'erasedConsentYears',
    `DELETE FROM consent WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM ${OLD_CONSENTS} LIMIT $2))`,
  ],
  [
    'erasedConsentYears',
    remove(
      'consumable',
      `${ERASED} AND $1::timestamptz IS NOT NULL AND NOT EXISTS (SELECT FROM "order" o WHERE o.consumable_id = t.id)
       AND NOT EXISTS (SELECT FROM consent k WHERE k.consumable_id = t.id)`,
    ),
  ],
  [
    'erasedConsentYears',
    remove(
      'device',
      `${ERASED} AND $1::timestamptz IS NOT NULL
       AND NOT EXISTS (SELECT FROM consumable c WHERE c.device_id = t.id)
       AND NOT EXISTS (SELECT FROM consent k WHERE k.device_id = t.id)`,
    ),
  ],
  [
    'erasedConsentYears',
    remove(
      'customer',
      `t.erased_at < $1 AND NOT EXISTS (SELECT FROM device d WHERE d.customer_id = t.id)
       AND NOT EXISTS (SELECT FROM "order" o WHERE o.customer_id = t.id)
       AND NOT EXISTS (SELECT FROM consent k WHERE k.customer_id = t.id)`,
    ),
  ],
];

/** Before when something is past its time. Years count from the end of the year in which something happened. */
export function cutoffOf(key: RetentionKey, keep: number, now: Instant): Date {
  if (key.endsWith('Days')) return new Date(now - keep * DAY_MS);
  const date = new Date(now);
  if (key.endsWith('Years')) return new Date(Date.UTC(date.getUTCFullYear() - keep, 0, 1));
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - keep, date.getUTCDate()));
}
