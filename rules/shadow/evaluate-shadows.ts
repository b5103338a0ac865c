import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { someThresholds, THRESHOLD_KEYS, type Thresholds } from '../../contracts/http/ops/thresholds.ts';
import { decodeState, isOutdated } from '../../core/state.ts';
import { step } from '../../core/step.ts';
import type { Instant, StepResult } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { readThresholds } from '../../platform/thresholds.ts';
import { type Context, loadContexts } from '../context/load-contexts.ts';
import type { RulesDeps } from '../deps.ts';
import { digestOf } from '../evaluate/digest.ts';
import { policyFrom } from '../policy.ts';
import { viewOf } from './shadow-state.ts';
import {
  claimShadows,
  type DueSubject,
  type ShadowOrder,
  type ShadowWrite,
  writeShadows,
} from './shadow-store.ts';

/** Small: beside a busy platform one batch a second is all that trials get. */
const BATCH_SUBJECTS = 100;
const TURN_MS = 5;
const SHORTEST_SLEEP_MS = 60_000;

/**
 * Lets running trials decide about consumables that the live policy has looked at since, or that they want
 * to see again. The same pure step with other thresholds; nothing is written but the trial's own decisions:
 * no order, no message, no job, and no row that the live evaluation locks. Returns how many were looked at.
 */
export async function evaluateShadows(deps: RulesDeps): Promise<number> {
  const { database, config, clock, log } = deps;
  const now = clock.now();
  return await inTransaction(database.pool, async (db) => {
    const due = await claimShadows(db, now, BATCH_SUBJECTS);
    if (due.length === 0) return 0;
    const live = await readThresholds(db, config);
    const writes: ShadowWrite[] = [];
    for (const [, subjects] of Map.groupBy(due, ({ shadowId }) => shadowId)) {
      const [first] = subjects;
      if (first === undefined) continue;
      const thresholds = changed(live, first.settings);
      const wanted = subjects.map(({ consumableId }) => ({ consumableId, order: null }));
      const { of } = await loadContexts(db, wanted, policyFrom(thresholds, config), now);
      writes.push(
        ...(await decideAll(subjects, of, now, (error) => log.warn({ err: error }, 'a trial failed'))),
      );
    }
    await writeShadows(db, writes, now);
    return due.length;
  });
}

/** A trial that an older version of the platform began may name thresholds that are no more. */
function changed(live: Thresholds, settings: unknown): Thresholds {
  const parsed = someThresholds.safeParse(settings);
  if (!parsed.success) return live;
  const given = Object.entries(parsed.data).filter(([key]) => THRESHOLD_KEYS.some((known) => known === key));
  return { ...live, ...(Object.fromEntries(given) as Partial<Thresholds>) };
}

async function decideAll(
  subjects: readonly DueSubject[],
  contexts: ReadonlyMap<string, Context>,
  now: Instant,
  failed: (error: unknown) => void,
): Promise<ShadowWrite[]> {
  const writes: ShadowWrite[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const subject of subjects) {
    const context = contexts.get(subject.consumableId);
    try {
      writes.push(context === undefined ? idle(subject, now) : decide(subject, context, now));
    } catch (error) {
      failed(error);
      writes.push(idle(subject, now));
    }
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return writes;
}

/** Nothing can be said of it: looked at again when the live policy has. */
const idle = ({ shadowId, consumableId, digest }: DueSubject, now: Instant): ShadowWrite => ({
  shadowId,
  consumableId,
  evaluateAt: now + 24 * 60 * SHORTEST_SLEEP_MS,
  outcome: null,
  digest,
  decision: null,
  order: null,
});

function decide(subject: DueSubject, context: Context, now: Instant): ShadowWrite {
  const { shadowId, consumableId } = subject;
  const state = subject.state === null ? null : decodeState(subject.state);
  if (state === null || isOutdated(state)) return idle(subject, now);
  const view = viewOf(subject, state, context.step, now);
  const result = step(view.state, [], { ...context.step, openOrder: view.openOrder }, now);
  const digest = digestOf(result.decision);
  const order = orderOf(result, context);
  const isNews = order !== null || digest !== subject.digest;
  return {
    shadowId,
    consumableId,
    evaluateAt: Math.max(result.evaluateAt, now + SHORTEST_SLEEP_MS),
    outcome: result.decision.outcome,
    digest,
    decision: isNews ? result.decision : null,
    order,
  };
}

function orderOf(result: StepResult<unknown>, { step: context }: Context): ShadowOrder | null {
  const proposal = result.commands.find((command) => command.type === 'propose-order');
  if (proposal === undefined) return null;
  const { quantity, offer, placeAt, emptyBeforeArrival } = proposal;
  return {
    quantity,
    fillings: quantity * offer.packSize,
    totalMinor: quantity * offer.unitPrice.minor + context.costs.shippingMinor,
    currency: offer.unitPrice.currency,
    placeAt,
    emptyBeforeArrival,
  };
}
