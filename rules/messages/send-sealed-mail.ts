import { inTransaction } from '../../platform/database.ts';
import { unseal } from '../../platform/mail/sealed-mails.ts';
import type { RulesDeps } from '../deps.ts';
import { addJobs } from '../outbox/jobs.ts';
import { nextAttemptAt } from './back-off.ts';
import type { MessageDeps } from './deps.ts';
import { handOver } from './send-mail.ts';

const PATIENCE_MS = 120_000;
const BATCH = 200;

/** What opens nothing any more is not sent either. */
const FORGET = 'DELETE FROM sealed_mail WHERE due_at <= $1 AND expires_at <= $1';
const CLAIM = `
  UPDATE sealed_mail SET due_at = $2 WHERE id IN (
    SELECT id FROM sealed_mail WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
  ) RETURNING id, attempts`;

/** Has the mails of accounts sent whose time has come; returns how many those are. */
export async function sendDueMails({ database, clock }: RulesDeps): Promise<number> {
  const now = clock.now();
  return await inTransaction(database.pool, async (db) => {
    await db.query(FORGET, [new Date(now)]);
    const claimed = await db.query<{ id: string; attempts: number }>(CLAIM, [
      new Date(now),
      new Date(now + PATIENCE_MS),
      BATCH,
    ]);
    await addJobs(
      db,
      claimed.rows.map(({ id: mailId, attempts: attempt }) => ({
        name: 'send-sealed-mail',
        payload: { mailId, attempt },
      })),
    );
    return claimed.rows.length;
  });
}

const TAKE = `UPDATE sealed_mail SET attempts = attempts + 1 WHERE id = $1 AND attempts = $2 RETURNING sealed, attempts`;
const LATER = 'UPDATE sealed_mail SET due_at = $2 WHERE id = $1';
const DONE = 'DELETE FROM sealed_mail WHERE id = $1';

/** Job send-sealed-mail: one attempt. What is sent, refused for good or unreadable is gone from the table. */
export async function sendSealedMail(deps: MessageDeps, mailId: string, attempt: number): Promise<void> {
  const { database, clock, secret, log, metrics } = deps;
  const { pool } = database;
  const { rows } = await pool.query<{ sealed: Buffer; attempts: number }>(TAKE, [mailId, attempt]);
  const [row] = rows;
  if (row === undefined) return;
  const mail = readable(secret, row.sealed);
  if (mail === null) {
    log.error(
      { mailId },
      'a mail of an account cannot be read: AUTH_SECRET is not the one it was written with',
    );
    await pool.query(DONE, [mailId]);
    return;
  }
  const outcome = await handOver(deps, mail);
  metrics.messageDeliveries.inc({ channel: 'account-mail', outcome: outcome.outcome });
  const retryAt = outcome.outcome === 'later' ? nextAttemptAt('e-mail', row.attempts, clock.now()) : null;
  if (retryAt !== null) await pool.query(LATER, [mailId, new Date(retryAt)]);
  else await pool.query(DONE, [mailId]);
}

function readable(secret: string, sealed: Buffer): ReturnType<typeof unseal> | null {
  try {
    return unseal(secret, sealed);
  } catch {
    return null;
  }
}
