import { HOUR_MS, type Instant } from '../../core/types.ts';
import { inTransaction, type PoolClient } from '../../platform/database.ts';
import { type ErasedRows, type ErasureSubject, eraseSome } from '../../platform/erasure/erase.ts';
import { writeErasureReceipt } from '../../platform/erasure/receipt.ts';
import { readRetention } from '../../platform/retention/settings.ts';
import type { RulesDeps } from '../deps.ts';

/** Rows of one transaction: enough to get on, few enough that nobody waits for its locks for long. */
const BATCH_ROWS = 5_000;
/** What brokers and other workers had in hand when it began is written by then: it is looked for once more. */
const LAST_PASS_AFTER_MS = 10 * 60_000;
/** Another look while a merchant has not answered, or a job is being worked on. */
const LOOK_AGAIN_MS = HOUR_MS;
const JOB_BUSY_MS = 60_000;

interface Erasure extends ErasureSubject {
  readonly id: string;
  readonly requestedAt: Date;
  readonly language: string;
  readonly removed: ErasedRows;
  readonly sweptAt: Date | null;
}

const CLAIM = `
  SELECT id, customer_id AS "customerId", user_ids AS "userIds", requested_at AS "requestedAt", language, removed,
    swept_at AS "sweptAt"
  FROM erasure WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
const SAVE = `UPDATE erasure SET removed = $2, due_at = $3, swept_at = $4 WHERE id = $1`;
const LOCK_CUSTOMER = 'SELECT FROM customer WHERE id = $1 FOR NO KEY UPDATE';
const IS_PLACING = `SELECT FROM "order" WHERE customer_id = $1 AND status = 'placing' LIMIT 1`;

/**
 * Jobs that name the customer, or anything of theirs that is about to go: their payloads and errors may say
 * more than an id. One that is being worked on is waited for.
 */
const FORGET_JOBS = `
  WITH named AS MATERIALIZED (
    SELECT $1::text AS id
    UNION ALL SELECT id::text FROM message WHERE customer_id = $1::uuid
    UNION ALL SELECT id::text FROM calendar_feed WHERE customer_id = $1::uuid
    UNION ALL SELECT id::text FROM "order" WHERE customer_id = $1::uuid AND status <> 'placing' AND take_back IS NULL
  ), found AS MATERIALIZED (
    SELECT j.id, j.locked_at IS NOT NULL AS busy FROM graphile_worker._private_jobs j
    WHERE EXISTS (SELECT FROM jsonb_path_query(j.payload::jsonb, '$.**') v JOIN named ON named.id = v #>> '{}')
  ), gone AS (
    DELETE FROM graphile_worker._private_jobs j USING found f WHERE j.id = f.id AND NOT f.busy AND j.locked_at IS NULL
  )
  SELECT count(*) FILTER (WHERE busy)::int AS busy FROM found`;

/** Goes on with the erasures that are due, one batch each call; returns how many were worked on. */
export async function eraseDue(deps: RulesDeps): Promise<number> {
  const now = deps.clock.now();
  return await inTransaction(deps.database.pool, async (db) => {
    const { rows } = await db.query<Erasure>(CLAIM, [new Date(now)]);
    const [erasure] = rows;
    if (erasure === undefined) return 0;
    // Before anything else of theirs, as everybody who changes what a customer allows.
    await db.query(LOCK_CUSTOMER, [erasure.customerId]);
    await proceed(deps, db, erasure, now);
    return 1;
  });
}

async function proceed(deps: RulesDeps, db: PoolClient, erasure: Erasure, now: Instant): Promise<void> {
  const save = (dueAt: Instant, removed = erasure.removed, sweptAt = erasure.sweptAt) =>
    db.query(SAVE, [erasure.id, JSON.stringify(removed), new Date(dueAt), sweptAt]);
  const jobs = await db.query<{ busy: number }>(FORGET_JOBS, [erasure.customerId]);
  if ((jobs.rows[0]?.busy ?? 0) > 0) {
    await save(now + JOB_BUSY_MS);
    return;
  }
  const gone = await eraseSome(db, erasure, BATCH_ROWS);
  for (const [group, rows] of Object.entries(gone)) deps.metrics.erasedRows.inc({ group }, rows);
  if (Object.keys(gone).length > 0) {
    await save(now, add(erasure.removed, gone), null);
    return;
  }
  const placing = await db.query(IS_PLACING, [erasure.customerId]);
  if (placing.rowCount !== 0) {
    await save(now + LOOK_AGAIN_MS);
    return;
  }
  if (erasure.sweptAt === null) {
    await save(now + LAST_PASS_AFTER_MS, erasure.removed, new Date(now));
    return;
  }
  const retention = await readRetention(db, deps.config);
  await writeErasureReceipt(db, { ...erasure, retention, at: now });
  deps.log.info({ erasureId: erasure.id }, 'a customer is erased');
}

function add(before: ErasedRows, more: ErasedRows): ErasedRows {
  const groups = [...new Set([...Object.keys(before), ...Object.keys(more)])] as (keyof ErasedRows)[];
  return Object.fromEntries(groups.map((group) => [group, (before[group] ?? 0) + (more[group] ?? 0)]));
}
