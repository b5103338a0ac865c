import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fetchDueFeeds } from './calendar/due-feeds.ts';
import type { RulesDeps } from './deps.ts';
import { whatIsDue } from './due.ts';
import { eraseDue } from './erasure/erase-due.ts';
import { evaluateBatch } from './evaluate/evaluate-batch.ts';
import { sendMessages } from './messages/send-messages.ts';
import { processDueOrders } from './orders/process-due-orders.ts';
import { requestDueReturns } from './problems/due-problems.ts';
import { requestDueQuotes } from './quotes/due-quotes.ts';
import { answerPresses } from './requests/answer-presses.ts';
import { evaluateShadows } from './shadow/evaluate-shadows.ts';
import { sendReminders } from './strategies/send-reminders.ts';
import { watchOrders } from './watch/watch-orders.ts';

/** Evaluates what is queued or due and acts on due orders until neither is left; returns whether there was any. */
export async function sweep(deps: RulesDeps): Promise<boolean> {
  let busy = false;
  while ((await sweepOnce(deps, 0)) || (await evaluateShadows(deps)) > 0) busy = true;
  return busy;
}

/** What one part makes due for another is found by the next sweep, which follows at once. */
async function sweepOnce(deps: RulesDeps, spacingMs: number): Promise<boolean> {
  const due = await whatIsDue(deps.database.pool, deps.clock.now());
  const { messages, deliveries, mails } = due;
  let done = 0;
  if (due.evaluations) done += await evaluateBatch(deps, spacingMs);
  if (due.presses) done += await answerPresses(deps);
  if (due.reminders) done += await sendReminders(deps);
  if (due.orders) done += await processDueOrders(deps);
  if (due.feeds) done += await fetchDueFeeds(deps);
  if (due.erasures) done += await eraseDue(deps);
  if (due.quotes) done += await requestDueQuotes(deps);
  if (due.watched) done += await watchOrders(deps);
  if (due.returns) done += await requestDueReturns(deps);
  if (messages || deliveries || mails) done += await sendMessages(deps, { messages, deliveries, mails });
  return done > 0;
}

/** A batch of trials at most so often, however busy or idle it is: they must not slow what is real. */
const SHADOW_EVERY_MS = 1_000;

/**
 * Sweeps until aborted. A database that is away is an error line and another try, not the end.
 * A process that has other roles too gives evaluation half of its time at most: under a flood of
 * readings more of them coalesce into one evaluation, and acknowledgements stay quick.
 */
export async function sweepForEver(deps: RulesDeps, signal: AbortSignal): Promise<void> {
  const { config, log } = deps;
  const sharesProcess = config.NEVEROUT_ROLES.length > 1;
  const spacingMs = config.EVALUATE_SPACING_SECONDS * 1000;
  let shadowsAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const started = performance.now();
    const busy = await sweepOnce(deps, spacingMs).catch((error: unknown) => {
      log.error({ err: error }, 'a sweep failed; the next one starts anew');
      return false;
    });
    if (started - shadowsAt >= SHADOW_EVERY_MS) {
      shadowsAt = started;
      await evaluateShadows(deps).catch((error: unknown) => {
        log.error({ err: error }, 'trials could not be evaluated; they are tried again');
      });
    }
    const pauseMs = busy ? (sharesProcess ? performance.now() - started : 0) : config.EVALUATE_EVERY_MS;
    await wait(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
