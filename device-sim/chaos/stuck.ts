import type { Instant } from '../../core/types.ts';
import { type ChaosDevice, readingKey } from './chaos-device.ts';
import type { ChaosPostgres } from './postgres.ts';

/**
 * What still waits for a worker at `now` ($1): each row is something that nobody does although it is due. A job
 * whose worker was killed stays locked in the outbox for hours; it is superseded when its order goes on without
 * it, so it is the orders that are looked at.
 */
const WAITING = `
  SELECT 'orders that are being placed' AS what, count(*)::int AS n FROM "order" WHERE status = 'placing'
  UNION ALL SELECT 'orders whose time has come', count(*) FROM "order" WHERE due_at <= $1
  UNION ALL SELECT 'jobs of the outbox that nobody takes', count(*) FROM graphile_worker.jobs
    WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now()
  UNION ALL SELECT 'announcements in the evaluation queue', count(*) FROM evaluation_queue
  UNION ALL SELECT 'consumables that should have been looked at', count(*) FROM consumable_state WHERE evaluate_at <= $1
  UNION ALL SELECT 'messages whose deliveries are not made', count(*) FROM message WHERE due_at <= $1
  UNION ALL SELECT 'deliveries of messages that are due', count(*) FROM message_delivery WHERE due_at <= $1`;

export interface Waiting {
  readonly what: string;
  readonly n: number;
}

export async function waitingAt(postgres: ChaosPostgres, now: Instant): Promise<Waiting[]> {
  const rows = await postgres.rows<Waiting>(WAITING, [new Date(now)]);
  return rows.filter(({ n }) => n > 0);
}

export const checkStuck = (waiting: readonly Waiting[]): string[] =>
  waiting.map(({ what, n }) => `${n} ${what}`);

const READINGS = `
  SELECT c.device_id AS "deviceId", (extract(epoch FROM r.at) * 1000)::bigint AS at, r.seq, count(*)::int AS n
  FROM reading r JOIN consumable c ON c.id = r.consumable_id GROUP BY 1, 2, 3`;

/** Every acknowledged reading is stored, of each slot once, and nothing that was never sent. */
export async function checkReadings(
  postgres: ChaosPostgres,
  devices: readonly ChaosDevice[],
): Promise<{ found: string[]; acknowledged: number }> {
  const rows = await postgres.rows<{ deviceId: string; at: number; seq: number; n: number }>(READINGS);
  const stored = new Map(
    rows.map(({ deviceId, at, seq, n }) => [`${deviceId} ${readingKey({ at, seq })}`, n]),
  );
  const found: string[] = [];
  let acknowledged = 0;
  let lost = 0;
  let partial = 0;
  for (const { account, sent, acknowledged: keys } of devices) {
    const slots = account.consumables.size;
    for (const key of keys) {
      const n = stored.get(`${account.id} ${key}`);
      acknowledged += 1;
      if (n === undefined) lost += 1;
      else if (n !== slots) partial += 1;
    }
    for (const key of sent) stored.delete(`${account.id} ${key}`);
  }
  if (lost > 0) found.push(`${lost} acknowledged reports are not stored`);
  if (partial > 0) found.push(`${partial} acknowledged reports are stored in part, or twice`);
  if (stored.size > 0) found.push(`${stored.size} stored reports were never sent`);
  return { found, acknowledged };
}

/** An automatic order without a notice that reached the customer: `noticed_at` is when one did. */
const UNNOTICED = `
  SELECT o.id FROM "order" o JOIN LATERAL (
    SELECT max(h.at) AS at FROM order_history h WHERE h.order_id = o.id AND h.to_status = 'placing'
  ) sent ON sent.at IS NOT NULL
  WHERE o.consent_id IS NOT NULL AND (o.noticed_at IS NULL OR o.noticed_at > sent.at + interval '13 hours')`;

/** DESIGN §4.5: no notice, no order. */
export async function checkNotices(postgres: ChaosPostgres): Promise<string[]> {
  const rows = await postgres.rows<{ id: string }>(UNNOTICED);
  return rows.map(({ id }) => `Order ${id} was placed and its announcement had not been delivered`);
}
