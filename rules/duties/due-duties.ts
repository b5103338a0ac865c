import { PROFILES } from '../../core/jurisdiction-profiles.ts';
import { type JurisdictionProfile, profileOf } from '../../core/jurisdictions.ts';
import { inTransaction } from '../../platform/database.ts';
import { addMessages, type NewMessage } from '../../platform/messages/add-messages.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';

const BATCH = 500;

/** Parameters: now, codes with a profile, those of them without the duty. */
const OBLIGED = `
  (CASE WHEN cu.jurisdiction = ANY ($2::text[]) THEN cu.jurisdiction ELSE split_part(cu.jurisdiction, '-', 1) END)
    <> ALL ($3::text[])`;

const LIVE = `
  FROM consent k JOIN customer cu ON cu.id = k.customer_id JOIN mandate m ON m.consent_id = k.id
  WHERE k.purpose = 'automatic-order' AND (k.valid_until IS NULL OR k.valid_until > $1)
    AND NOT EXISTS (SELECT FROM consent_withdrawal w WHERE w.consent_id = k.id)`;

/** Consents whose last anniversary, in the customer's zone, has not become a duty yet. */
const REMIND = `
  INSERT INTO duty (customer_id, consent_id, kind, jurisdiction, subject, due_at, created_at)
  SELECT t.customer_id, t.id, 'annual-reminder', t.jurisdiction, t.years::text,
    (t.granted + make_interval(years => t.years)) AT TIME ZONE t.time_zone, $1
  FROM (
    SELECT k.id, k.customer_id, cu.jurisdiction, cu.time_zone, k.granted_at AT TIME ZONE cu.time_zone AS granted,
      extract(year FROM age($1 AT TIME ZONE cu.time_zone, k.granted_at AT TIME ZONE cu.time_zone))::int AS years
    ${LIVE} AND k.granted_at <= $1 - interval '1 year' AND ${OBLIGED}
  ) t
  WHERE t.years >= 1
  ON CONFLICT DO NOTHING`;

/** Prices above those at grant, of products that the consent allows, which nobody has been told of. */
const NOTICE = `
  INSERT INTO duty (customer_id, consent_id, kind, jurisdiction, subject, detail, due_at, created_at)
  SELECT k.customer_id, k.id, 'fee-change-notice', cu.jurisdiction, p.id || ':' || p.unit_price_minor,
    jsonb_build_object('productId', p.id, 'name', p.name, 'minor', p.unit_price_minor, 'currency', p.currency,
      'before', (m.prices_at_grant ->> p.id::text)::int), $1, $1
  ${LIVE.replace(
    'WHERE',
    `JOIN product p ON p.id = ANY (m.product_ids || m.substitute_product_ids) AND p.active
    AND p.unit_price_minor > (m.prices_at_grant ->> p.id::text)::int WHERE`,
  )} AND ${OBLIGED}
  ON CONFLICT DO NOTHING`;

interface DutyRow {
  readonly id: string;
  readonly customerId: string;
  readonly kind: string;
  readonly jurisdiction: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

const DUE = `
  SELECT id, customer_id AS "customerId", kind, jurisdiction, detail FROM duty
  WHERE due_at <= $1 AND fulfilled_at IS NULL ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED`;
const FULFIL = `
  UPDATE duty SET fulfilled_at = $3, message_id = t.message, detail = coalesce(detail, '{}') || jsonb_build_object('at', $4::text)
  FROM unnest($1::uuid[], $2::uuid[]) AS t(id, message) WHERE duty.id = t.id`;

const codesOf = (without: (profile: JurisdictionProfile) => boolean): string[][] => [
  PROFILES.map(({ code }) => code),
  PROFILES.filter(without).map(({ code }) => code),
];

/** What the law obliges to tell becomes a duty, and what is due is told. Idempotent, and by the clock alone. */
export async function fulfilDuties({ database, log }: RulesDeps, now: number): Promise<void> {
  const { pool } = database;
  const at = new Date(now);
  await pool.query(REMIND, [at, ...codesOf(({ annualReminder }) => !annualReminder)]);
  await pool.query(NOTICE, [at, ...codesOf(({ feeChangeNotice }) => feeChangeNotice === null)]);
  let told = 0;
  for (let batch = BATCH; batch === BATCH; told += batch) {
    batch = await inTransaction(pool, (db) => tellDue(db, at));
  }
  if (told > 0) log.info({ told }, 'duties of notice fulfilled');
}

async function tellDue(db: Queryable, at: Date): Promise<number> {
  const { rows } = await db.query<DutyRow>(DUE, [at, BATCH]);
  if (rows.length === 0) return 0;
  const told = await addMessages(db, rows.map(messageOf), at.getTime());
  await db.query(FULFIL, [rows.map(({ id }) => id), told, at, at.toISOString()]);
  return rows.length;
}

function messageOf({ id: dutyId, customerId, kind, jurisdiction, detail }: DutyRow): NewMessage {
  if (kind === 'annual-reminder') return { kind, customerId, detail: { dutyId } };
  const { productId, name, minor, before, currency } = detail ?? {};
  return {
    kind: 'fee-change-notice',
    customerId,
    detail: {
      dutyId,
      productId: String(productId),
      name: String(name),
      minor: Number(minor),
      before: Number(before),
      currency: String(currency),
      days: profileOf(jurisdiction).feeChangeNotice?.minDays ?? 0,
    },
  };
}
