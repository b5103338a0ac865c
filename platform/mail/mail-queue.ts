import type { Clock } from '../clock.ts';
import type { Pool } from '../database.ts';
import type { Log } from '../log.ts';
import type { Mail, Mailer } from './mailer.ts';
import { addSealedMail, forgetSealedMail } from './sealed-mails.ts';

/** Longer than an attempt takes: then the rules service steps in for a process that died, or a server that was away. */
const FIRST_TRY_MS = 120_000;

export interface MailQueue {
  /**
   * Takes a mail whose secret opens something for `validMs`, and answers at once: how long sending takes must not
   * tell whether somebody exists.
   */
  readonly send: (mail: Mail, validMs: number) => void;
  /** Waits until nothing is under way. */
  readonly settled: () => Promise<void>;
  /** Gives what is under way its current attempt, then stops. */
  readonly close: () => Promise<void>;
}

export interface MailQueueDeps {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Mailer;
  /** AUTH_SECRET. */
  readonly secret: string;
}

/**
 * Mails of accounts: kept encrypted first, then tried at once. What went out is gone from the table; what did not
 * is tried again by the rules service, like every message, until its secret opens nothing any more.
 */
export function mailQueue({ pool, clock, log, mailer, secret }: MailQueueDeps): MailQueue {
  const underWay = new Set<Promise<void>>();
  const deliver = async (mail: Mail, validMs: number): Promise<void> => {
    const now = clock.now();
    try {
      const times = { at: now, dueAt: now + FIRST_TRY_MS, expiresAt: now + validMs };
      const id = await addSealedMail(pool, secret, mail, times);
      await mailer.send(mail);
      await forgetSealedMail(pool, id);
    } catch (error) {
      // The message of an error can quote what was sent; its code cannot.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      log.warn({ code }, 'a mail of an account could not be sent; it is tried again');
    }
  };
  const settled = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    send: (mail, validMs) => {
      const sending = deliver(mail, validMs).finally(() => underWay.delete(sending));
      underWay.add(sending);
    },
    settled,
    close: async () => {
      await settled();
      await mailer.close();
    },
  };
}
