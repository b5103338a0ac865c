import { performance } from 'node:perf_hooks';
import type { ReviewFlag } from '../../core/review.ts';
import type { Instant, OrderStatus } from '../../core/types.ts';
import { inTransaction } from '../../platform/database.ts';
import { openSupplyIssues } from '../../platform/order-issues.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { guardRates } from '../breaker/guard-rates.ts';
import { recordTrips } from '../breaker/record-trips.ts';
import type { Trip } from '../breaker/trip.ts';
import { loadContexts } from '../context/load-contexts.ts';
import type { RulesDeps } from '../deps.ts';
import { consolidate } from '../parcels/consolidate.ts';
import { currentPolicy, type Policy } from '../policy.ts';
import { writeScores } from '../population/calibration.ts';
import { awaitQuotes, withoutUnquoted } from '../quotes/await-quotes.ts';
import { type Announcement, prepareReviews } from '../review/raise-reviews.ts';
import { scheduleReminders } from '../strategies/schedule-reminders.ts';
import {
  type Announcements,
  type ClaimedState,
  type ClaimOptions,
  claimConsumables,
  takeAnnouncements,
} from './claim.ts';
import { confirmAnnouncements } from './confirm.ts';
import { digestOf } from './digest.ts';
import {
  type Evaluation,
  evaluateInTurns,
  type FailedEvaluation,
  failed,
  type Inputs,
  proposalOf,
  scoresOf,
  stateOf,
  succeeded,
  swapsOf,
} from './evaluation.ts';
import { installOrders } from './install-orders.ts';
import { loadEvents } from './load-events.ts';
import { replay } from './replay.ts';
import { withdrawOrders } from './withdraw-orders.ts';
import { type DecisionRow, newId, writeDecisions } from './write-decisions.ts';
import { type NewOrder, tellNewOrders, writeOrders } from './write-orders.ts';
import { setAside, writeStates } from './write-states.ts';

/** Enough to share the cost of a dozen statements, few enough that a batch takes well under a second. */
const BATCH_CONSUMABLES = 500;

/** What one batch did. */
export interface BatchReport {
  readonly claimed: number;
  readonly evaluated: number;
  /** Enqueueing of the oldest announcement taken; null if none was. */
  readonly oldestAt: Instant | null;
  readonly decisions: readonly DecisionRow[];
  readonly orders: readonly OrderStatus[];
  readonly installed: number;
  /** Fillings thrown away, in fractions, and those that no order brought. */
  readonly wasted: number;
  readonly offChannel: number;
  /** Of orders that now wait for the staff. */
  readonly flags: readonly ReviewFlag[];
  readonly failures: readonly FailedEvaluation[];
  /** Halts that the rate of orders caused. */
  readonly trips: readonly Trip[];
}

/** Claims, evaluates and writes one batch in one transaction. Returns the number of consumables claimed. */
export async function evaluateBatch(deps: RulesDeps, spacingMs: number): Promise<number> {
  const started = performance.now();
  const now = deps.clock.now();
  const policy = await currentPolicy(deps.database.pool, deps.config);
  const report = await inTransaction(deps.database.pool, (db) =>
    runBatch(db, policy, now, {
      ...{ limit: BATCH_CONSUMABLES, spacingMs, coachEveryDays: deps.config.COACH_EVERY_DAYS },
    }),
  );
  if (report.claimed > 0) record(deps, report, (performance.now() - started) / 1000, now);
  return report.claimed;
}

export interface BatchOptions extends ClaimOptions {
  /** Days between two reminders of one consumable, at least. */
  readonly coachEveryDays?: number;
}

/** A reminder a week is advice, one a day is noise. */
const COACH_EVERY_DAYS = 7;

/** The batch inside the caller's transaction: the same number of statements for one consumable and for 500. */
export async function runBatch(
  db: Queryable,
  policy: Policy,
  now: Instant,
  options: BatchOptions,
): Promise<BatchReport> {
  const claimed = await claimConsumables(db, now, options);
  const { inputs, broken, announced } = await gather(db, claimed, policy, now);
  const first = await evaluateInTurns(inputs, now);
  const quoted = await awaitQuotes(db, first, policy, now);
  const again = await confirmAnnouncements(db, quoted.filter(succeeded), policy, now);
  const confirmed = withoutUnquoted(again, policy, now);
  const guarded = await guardRates(db, confirmed, now);
  const evaluations = guarded.evaluations.filter(succeeded);
  const failures = [...broken, ...[...first, ...guarded.evaluations].filter(failed)];
  const written = await writeEvaluations(db, evaluations, policy, now);
  await scheduleReminders(db, evaluations, options.coachEveryDays ?? COACH_EVERY_DAYS, now);
  await setAside(db, failures, now);
  return {
    claimed: claimed.size,
    evaluated: evaluations.length,
    oldestAt: announced.oldestAt,
    failures,
    trips: guarded.trips,
    ...written,
  };
}

interface Gathered {
  readonly inputs: readonly Inputs[];
  readonly broken: readonly FailedEvaluation[];
  readonly announced: Announcements;
}

/** State, news and surroundings of the claimed consumables. */
async function gather(
  db: Queryable,
  claimed: ReadonlyMap<string, ClaimedState>,
  policy: Policy,
  now: Instant,
): Promise<Gathered> {
  const wanted = [...claimed.keys()].map((consumableId) => ({ consumableId, order: null }));
  const contexts = await loadContexts(db, wanted, policy, now);
  const states = new Map([...claimed.values()].map((row) => [row.consumableId, stateOf(row)]));
  const unknown = [...contexts.of.keys()].filter((id) => states.get(id) === null);
  const replayed = await replay(db, unknown, contexts.of, now);
  const errors = new Map([...contexts.broken, ...replayed.broken]);
  const broken = [...errors].flatMap(([id, error]) => {
    const row = claimed.get(id);
    return row === undefined ? [] : [{ claimed: row, error }];
  });
  // A long history that has to wait for another batch keeps its queue rows.
  const waits = (id: string) => states.get(id) === null && !replayed.done.has(id) && !errors.has(id);
  const announced = await takeAnnouncements(
    db,
    [...claimed.keys()].filter((id) => !waits(id)),
  );
  const events = await loadEvents(db, announced);
  const inputs = [...claimed].flatMap(([id, row]): Inputs[] => {
    const context = contexts.of.get(id);
    const nothingNew = !announced.consumableIds.has(id) && row.evaluateAt.getTime() > now;
    if (context === undefined || errors.has(id) || waits(id) || nothingNew) return [];
    const found = replayed.done.get(id);
    const before = found?.state ?? states.get(id) ?? null;
    return [
      { claimed: row, context, before, events: events.get(id) ?? [], earlierSwaps: found?.swaps ?? [] },
    ];
  });
  return { inputs, broken, announced };
}

async function writeEvaluations(
  db: Queryable,
  evaluations: readonly Evaluation[],
  policy: Policy,
  now: Instant,
): Promise<Pick<BatchReport, 'decisions' | 'orders' | 'installed' | 'wasted' | 'offChannel' | 'flags'>> {
  const decisions: DecisionRow[] = [];
  const newOrders: NewOrder[] = [];
  const announcements: Announcement[] = [];
  const states = evaluations.map((evaluation) => {
    const { claimed, context, result } = evaluation;
    const digest = digestOf(result.decision);
    const proposal = proposalOf(evaluation);
    // What waits for a quote is not decided yet: the ledger hears of it with its price.
    const same = digest === claimed.outcomeDigest && proposal === undefined;
    if (same || evaluation.awaitsQuote === true) {
      const digest = claimed.outcomeDigest;
      return { evaluation, digest, lastDecisionId: claimed.lastDecisionId };
    }
    const id = newId();
    const { decision } = result;
    decisions.push({
      id,
      consumableId: claimed.consumableId,
      stage: 'evaluation',
      decision,
      context: context.step,
    });
    if (proposal !== undefined) {
      const orderId = newId();
      const { sentence, said } = decision;
      newOrders.push({ id: orderId, proposal, context, decisionId: id, sentence, said });
      announcements.push({ orderId, evaluation });
    }
    return { evaluation, digest, lastDecisionId: id };
  });
  await writeDecisions(db, decisions);
  const withdrawn = await withdrawOrders(db, evaluations, now);
  const raiseReviews = await prepareReviews(db, announcements, now);
  const made = await writeOrders(db, newOrders, now);
  await consolidate(db, made, newOrders, policy, now);
  const flags = (await raiseReviews()).map(({ flag }) => flag);
  await writeStates(db, states, now);
  await tellNewOrders(db, made, newOrders, now);
  await openSupplyIssues(db, evaluations.flatMap(unobtainable), now);
  await writeScores(db, evaluations.map(scoresOf), now);
  const swaps = evaluations.flatMap((evaluation) => {
    const seen = swapsOf(evaluation);
    return seen.length === 0 ? [] : [[evaluation.claimed.consumableId, seen] as const];
  });
  const seen = await installOrders(db, new Map(swaps));
  const entered = [...made.map(({ status }) => status), ...Array<OrderStatus>(withdrawn).fill('cancelled')];
  return { decisions, orders: entered, ...seen, flags };
}

/** An order is due, and neither the product nor anything in its place can be had. */
function unobtainable({ context, claimed, result }: Evaluation) {
  const { outcome, gates, sentence, said } = result.decision;
  const isMissing = outcome === 'blocked' && gates.some(({ gate, pass }) => gate === 'offer' && !pass);
  return isMissing && context.about.unobtainable
    ? [{ consumableId: claimed.consumableId, reason: sentence, said }]
    : [];
}

/** After the commit only: what was rolled back did not happen. */
function record({ metrics, log }: RulesDeps, report: BatchReport, seconds: number, now: Instant): void {
  recordTrips({ metrics, log }, report.trips);
  metrics.evaluated.inc(report.evaluated);
  metrics.evaluationSeconds.observe(seconds);
  metrics.evaluationLagSeconds.set(report.oldestAt === null ? 0 : Math.max(now - report.oldestAt, 0) / 1000);
  for (const { decision } of report.decisions) {
    metrics.decisions.inc({ outcome: decision.outcome });
    for (const { gate, pass } of decision.gates) if (!pass) metrics.gateRefusals.inc({ gate });
  }
  for (const status of report.orders) metrics.orders.inc({ status });
  for (const flag of report.flags) metrics.reviewFlags.inc({ flag });
  metrics.wastedFillings.inc(report.wasted);
  metrics.offChannelFillings.inc(report.offChannel);
  if (report.installed > 0) metrics.orders.inc({ status: 'installed' }, report.installed);
  for (const { claimed, error } of report.failures) {
    log.error({ err: error, consumableId: claimed.consumableId }, 'an evaluation failed and was set aside');
  }
}
