import type { Channel } from '../../contracts/messages/kinds.ts';
import type { OrderStatus } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { IS_CURRENT } from './notice.ts';

/** A delivery with everything that sending it needs to know. */
export interface Delivery {
  readonly id: string;
  readonly channel: Channel;
  readonly target: string;
  readonly attempts: number;
  readonly messageId: string;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly orderId: string | null;
  readonly customer: Customer | null;
  readonly order: OrderNow | null;
  /** Whether no later message of the kind speaks of the same order. */
  readonly isCurrent: boolean;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  /** Where mails go. */
  readonly addresses: readonly string[];
}

/** The order as it is now. */
interface OrderNow {
  readonly status: OrderStatus;
  readonly consentId: string | null;
  readonly deviceId: string;
  readonly cancelUntil: string | null;
  readonly dueAt: string | null;
  readonly noticedAt: string | null;
  readonly arrivesFrom: string | null;
  readonly arrivesTo: string | null;
}

/** The customer's own address, else those of its owners. */
const ADDRESSES = `
  CASE WHEN cu.email IS NOT NULL THEN jsonb_build_array(cu.email) ELSE (
    SELECT coalesce(jsonb_agg(u.email ORDER BY u.email), '[]') FROM member mb JOIN auth_user u ON u.id = mb.user_id
    WHERE mb.customer_id = cu.id AND mb.role = 'owner' AND u.email_verified AND u.disabled_at IS NULL) END`;

const COLUMNS = `x.id, x.channel, x.target, x.attempts, m.id AS "messageId", m.kind, m.detail, m.created_at AS "createdAt",
    m.order_id AS "orderId", ${IS_CURRENT} AS "isCurrent",
    CASE WHEN cu.id IS NOT NULL THEN jsonb_build_object('id', cu.id, 'name', cu.name, 'language', cu.language,
      'timeZone', cu.time_zone, 'jurisdiction', cu.jurisdiction, 'addresses', ${ADDRESSES}) END AS customer,
    CASE WHEN o.id IS NOT NULL THEN jsonb_build_object('status', o.status, 'consentId', o.consent_id,
      'deviceId', c.device_id, 'cancelUntil', o.cancel_until, 'dueAt', o.due_at, 'noticedAt', o.noticed_at,
      'arrivesFrom', o.arrives_from, 'arrivesTo', o.arrives_to) END AS "order"`;
const TABLES = `message m LEFT JOIN customer cu ON cu.id = m.customer_id
  LEFT JOIN "order" o ON o.id = m.order_id LEFT JOIN consumable c ON c.id = o.consumable_id`;

/** The attempt is taken by whoever counts it: of two jobs for the same attempt, one finds nothing. */
const TAKE = prepared(`
  WITH x AS (
    UPDATE message_delivery SET attempts = attempts + 1
    WHERE id = $1 AND status = 'pending' AND attempts = $2 RETURNING *
  )
  SELECT ${COLUMNS} FROM ${TABLES} JOIN x ON x.message_id = m.id`);

export async function takeDelivery(db: Queryable, id: string, attempt: number): Promise<Delivery | null> {
  const { rows } = await db.query<Delivery>(TAKE, [id, attempt]);
  return rows[0] ?? null;
}

const TAKE_DIGEST = prepared(`
  WITH x AS (
    UPDATE message_delivery SET attempts = attempts + 1
    WHERE id IN (
      SELECT d.id FROM message_delivery d JOIN message dm ON dm.id = d.message_id
      WHERE dm.customer_id = $1 AND d.status = 'pending' AND d.digest AND d.attempts = $2
      ORDER BY d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED)
    RETURNING *
  )
  SELECT ${COLUMNS} FROM ${TABLES} JOIN x ON x.message_id = m.id ORDER BY m.created_at, m.id`);

/** More than this nobody reads in one mail; the rest comes as another, minutes later. */
const DIGEST_MAX = 50;

/** What waits for a customer's daily mail. */
export async function takeDigest(
  db: Queryable,
  customerId: string,
  attempt: number,
): Promise<readonly Delivery[]> {
  const { rows } = await db.query<Delivery>(TAKE_DIGEST, [customerId, attempt, DIGEST_MAX]);
  return rows;
}

const STAFF = `
  SELECT email FROM auth_user WHERE role IN ('ops', 'admin') AND email_verified AND disabled_at IS NULL ORDER BY email LIMIT 100`;

export async function staffAddresses(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ email: string }>(STAFF, []);
  return rows.map(({ email }) => email);
}
