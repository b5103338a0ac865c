import { inTransaction } from '../../platform/database.ts';
import { prepared } from '../../platform/prepared.ts';
import type { RulesDeps } from '../deps.ts';
import { addJobs, type Job } from '../outbox/jobs.ts';

/** An attempt that takes longer than this belonged to a process that died. */
const PATIENCE_MS = 120_000;
const BATCH = 200;

interface Claimed {
  readonly id: string;
  readonly attempts: number;
  readonly digest: boolean;
  readonly customerId: string | null;
  readonly kind: string;
}

const CLAIM = prepared(`
  UPDATE message_delivery x SET due_at = $2
  FROM message m WHERE m.id = x.message_id AND x.id IN (
    SELECT id FROM message_delivery WHERE due_at <= $1 AND status = 'pending' ORDER BY due_at LIMIT $3
    FOR UPDATE SKIP LOCKED
  ) RETURNING x.id, x.attempts, x.digest, m.customer_id AS "customerId", m.kind`);

/** Has the deliveries sent whose time has come; returns how many those are. */
export async function deliverDue({ database, clock }: RulesDeps): Promise<number> {
  const now = clock.now();
  return await inTransaction(database.pool, async (db) => {
    const { rows } = await db.query<Claimed>(CLAIM, [new Date(now), new Date(now + PATIENCE_MS), BATCH]);
    await addJobs(db, rows.map(jobOf));
    return rows.length;
  });
}

function jobOf({ id: deliveryId, attempts: attempt, digest, customerId, kind }: Claimed): Job {
  return digest && customerId !== null
    ? { name: 'send-digest', payload: { customerId, attempt } }
    : { name: 'deliver-message', payload: { deliveryId, attempt }, urgent: kind === 'announcement' };
}
