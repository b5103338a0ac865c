import type { Instant } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import type { Queryable } from '../../platform/order-store.ts';
import type { RulesDeps } from '../deps.ts';
import { loadReach } from './load-reach.ts';
import { failNotices } from './notice.ts';
import { type DueMessage, type PlannedDelivery, planDeliveries } from './plan-deliveries.ts';

const BATCH = 500;

interface MessageRow extends Omit<DueMessage, 'cancelUntil'> {
  readonly cancelUntil: string | null;
  readonly to: string | null;
}

const CLAIM = `
  UPDATE message SET due_at = NULL WHERE id IN (
    SELECT id FROM message WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ) RETURNING id, customer_id AS "customerId", order_id AS "orderId", kind, detail->>'cancelUntil' AS "cancelUntil",
    detail->>'to' AS "to"`;

const MAKE = `
  INSERT INTO message_delivery (message_id, channel, target, status, digest, due_at, created_at)
  SELECT "messageId", channel, target, 'pending', digest, "dueAt", $2
  FROM jsonb_to_recordset($1::jsonb) AS t("messageId" uuid, channel text, target text, digest boolean, "dueAt" timestamptz)
  ON CONFLICT DO NOTHING`;

/** Makes the deliveries of new messages; returns how many messages those were. */
export async function fanOut({ database, clock, metrics }: RulesDeps): Promise<number> {
  const now = clock.now();
  const { claimed, unreachable } = await inTransaction(database.pool, (db) => runFanOut(db, now));
  if (unreachable > 0) metrics.notices.inc({ outcome: 'unreachable' }, unreachable);
  return claimed;
}

async function runFanOut(db: Queryable, now: Instant): Promise<{ claimed: number; unreachable: number }> {
  const { rows } = await db.query<MessageRow>(CLAIM, [new Date(now), BATCH]);
  if (rows.length === 0) return { claimed: 0, unreachable: 0 };
  const customerIds = [...new Set(rows.flatMap(({ customerId }) => customerId ?? []))];
  const reaches = await loadReach(db, customerIds);
  const planned: PlannedDelivery[] = [];
  const lost: string[] = [];
  for (const row of rows) {
    const message = { ...row, cancelUntil: row.cancelUntil === null ? null : Date.parse(row.cancelUntil) };
    const reach = reaches.of(row.customerId);
    if (reach === undefined) continue;
    // A message may name its own receiver: where a withdrawal is to be acknowledged to.
    const own = planDeliveries(message, row.to === null ? reach : { ...reach, hasMail: true }, now);
    if (own.length === 0 && row.kind === 'announcement' && row.orderId !== null) lost.push(row.orderId);
    planned.push(...own);
    if (row.customerId === null) continue;
    const overheard = {
      ...reach,
      hasMail: false,
      pushIds: [],
      endpoints: reaches.staffEndpoints,
      preferences: [],
    };
    planned.push(...planDeliveries(message, overheard, now));
  }
  const deliveries = planned.map((delivery) => ({ ...delivery, dueAt: new Date(delivery.dueAt) }));
  if (deliveries.length > 0) await db.query(MAKE, [JSON.stringify(deliveries), new Date(now)]);
  const unreachable = await failNotices(db, lost, now);
  return { claimed: rows.length, unreachable };
}
