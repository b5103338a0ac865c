import { randomBytes } from 'node:crypto';
import { openMailer } from '../platform/mail/open-mailer.ts';
import { openLinks } from '../platform/messages/links.ts';
import { publicUrlOf } from '../platform/public-url.ts';
import type { RulesDeps } from './deps.ts';
import { createHousekeeping } from './housekeeping/housekeeping.ts';
import { openOutbox } from './outbox/outbox.ts';
import { sweep, sweepForEver } from './sweep.ts';

export interface Rules {
  /** Works by itself until closed. */
  readonly start: () => void;
  /** Does everything that is due at the clock's now; also beside other processes that do the same. */
  readonly drain: () => Promise<void>;
  /** Takes nothing new, finishes the batch and the calls in flight. */
  readonly close: () => Promise<void>;
}

/** The rules service: evaluates, gates, orders, keeps house. Any number of processes may run it. */
export async function buildRules(deps: RulesDeps): Promise<Rules> {
  const { config, clock } = deps;
  // Without AUTH_SECRET links live as long as this process: good for a throw-away platform.
  const secret = config.AUTH_SECRET ?? randomBytes(32).toString('base64url');
  const publicUrl = publicUrlOf(config);
  const mailer = openMailer(config, clock);
  const links = openLinks(secret, publicUrl);
  const outbox = await openOutbox({ ...deps, mailer, links, secret, publicUrl });
  const housekeeping = createHousekeeping(deps);
  const stop = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();
  return {
    start: () => {
      sweeping = sweepForEver(deps, stop.signal);
      outbox.start();
      housekeeping.start();
    },
    drain: async () => {
      await housekeeping.runDue();
      let busy = true;
      while (busy) {
        const swept = await sweep(deps);
        const delivered = await outbox.drain();
        busy = swept || delivered;
      }
    },
    close: async () => {
      stop.abort();
      await housekeeping.close();
      await sweeping;
      await outbox.close();
      await mailer.close();
    },
  };
}
