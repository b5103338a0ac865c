import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Mail, Mailer } from './mailer.ts';

/** A mail server's short trouble is over within a minute or is no short trouble. */
const PAUSES_MS = [0, 1_000, 5_000, 30_000];

export interface MailQueue {
  /** Takes the mail and answers at once: how long sending takes must not tell whether somebody exists. */
  readonly send: (mail: Mail) => void;
  /** Waits until nothing is under way. */
  readonly settled: () => Promise<void>;
  /** Gives what is under way its current attempt, then stops. */
  readonly close: () => Promise<void>;
}

/**
 * Sends in the background and tries again a few times. Kept in memory only: a mail that a crash loses is
 * asked for again by whoever waits for it, and no table keeps the secrets in its links.
 */
export function mailQueue(mailer: Mailer, log: Log): MailQueue {
  const underWay = new Set<Promise<void>>();
  const stop = new AbortController();
  const deliver = async (mail: Mail): Promise<void> => {
    for (const [attempt, pauseMs] of PAUSES_MS.entries()) {
      try {
        if (pauseMs > 0) await pause(pauseMs, undefined, { signal: stop.signal });
        await mailer.send(mail);
        return;
      } catch (error) {
        const isLast = attempt === PAUSES_MS.length - 1 || stop.signal.aborted;
        // The message of an error can quote what was sent; its code cannot.
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        log[isLast ? 'error' : 'warn']({ code, attempt: attempt + 1 }, 'a mail could not be sent');
        if (isLast) return;
      }
    }
  };
  const settled = async () => {
    while (underWay.size > 0) await Promise.all(underWay);
  };
  return {
    send: (mail) => {
      const sending = deliver(mail).finally(() => underWay.delete(sending));
      underWay.add(sending);
    },
    settled,
    close: async () => {
      stop.abort();
      await settled();
      await mailer.close();
    },
  };
}
