import { setTimeout as wait } from 'node:timers/promises';
import type { RulesDeps } from './deps.ts';
import { evaluateBatch } from './evaluate/evaluate-batch.ts';
import { processDueOrders } from './orders/process-due-orders.ts';

/** Evaluates what is queued or due and acts on due orders until neither is left; returns whether there was any. */
export async function sweep(deps: RulesDeps, signal?: AbortSignal): Promise<boolean> {
  let busy = false;
  while (signal?.aborted !== true) {
    const evaluated = await evaluateBatch(deps);
    const due = await processDueOrders(deps);
    if (evaluated + due === 0) break;
    busy = true;
  }
  return busy;
}

/** Sweeps until aborted. A database that is away is an error line and another try, not the end. */
export async function sweepForEver(deps: RulesDeps, signal: AbortSignal): Promise<void> {
  const { config, log } = deps;
  while (!signal.aborted) {
    try {
      await sweep(deps, signal);
    } catch (error) {
      log.error({ err: error }, 'a sweep failed; the next one starts anew');
    }
    await wait(config.EVALUATE_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
