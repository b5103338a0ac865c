import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { type Evaluation, evaluate, type FailedEvaluation, proposalOf } from '../evaluate/evaluation.ts';
import { countOrders, loadUnexplained } from './rates.ts';
import { SCOPE_KINDS, scopeOf, scopesOf } from './scopes.ts';
import { breakerSettings, halt, haltOf, type Trip, tripOf } from './trip.ts';

export interface Guarded {
  readonly evaluations: readonly (Evaluation | FailedEvaluation)[];
  /** New halts of this batch. */
  readonly trips: readonly Trip[];
}

/**
 * Counts what a batch is about to announce, before anything is written, and stops by a halt what is far above
 * its own history: those that would be announced under it are decided anew, as blocked. The narrowest scope that
 * explains the surplus is halted, so that one firmware's fault does not stop the fleet.
 */
export async function guardRates(
  db: Queryable,
  evaluations: readonly (Evaluation | FailedEvaluation)[],
  now: Instant,
): Promise<Guarded> {
  const scopes = new Map(evaluations.flatMap((one) => announcedScopes(one)));
  if (scopes.size === 0) return { evaluations, trips: [] };
  const settings = await breakerSettings(db);
  await countOrders(db, countsOf(scopes), now);
  if (!settings.enabled) return { evaluations, trips: [] };
  const keys = [...new Set([...scopes.values()].flat())];
  const histories = await loadUnexplained(db, keys, settings.graceHours * HOUR_MS, now);
  const stopped = new Map<Evaluation, Trip>();
  const tripped: Trip[] = [];
  for (const kind of SCOPE_KINDS) {
    for (const [key, known] of [...histories].filter(([candidate]) => scopeOf(candidate).kind === kind)) {
      const within = [...scopes].filter(([, own]) => own.includes(key)).map(([one]) => one);
      const others = within.filter((one) => stopped.has(one)).length;
      const history = { ...known, observed: known.observed - others };
      const trip = tripOf(key, history, settings);
      if (trip === null) continue;
      tripped.push(trip);
      for (const one of within) if (!stopped.has(one)) stopped.set(one, trip);
    }
  }
  if (stopped.size === 0) return { evaluations, trips: [] };
  // What is not announced after all does not count.
  const uncounted = countsOf(new Map([...scopes].filter(([one]) => stopped.has(one))));
  await countOrders(db, new Map([...uncounted].map(([key, n]) => [key, -n])), now);
  const trips = await halt(db, tripped, now);
  return { evaluations: evaluations.map((one) => blocked(one, stopped, now)), trips };
}

function announcedScopes(one: Evaluation | FailedEvaluation): [Evaluation, readonly string[]][] {
  if (!('result' in one)) return [];
  const proposal = proposalOf(one);
  if (proposal?.status !== 'announced') return [];
  return [[one, scopesOf({ ...one.context.about, productId: proposal.offer.productId })]];
}

function countsOf(scopes: ReadonlyMap<Evaluation, readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of [...scopes.values()].flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The same evaluation with the halt in its context: core says why nothing is ordered. */
function blocked(
  one: Evaluation | FailedEvaluation,
  stopped: ReadonlyMap<Evaluation | FailedEvaluation, Trip>,
  now: Instant,
): Evaluation | FailedEvaluation {
  const trip = stopped.get(one);
  if (trip === undefined || !('result' in one)) return one;
  const { step } = one.context;
  const context = { ...one.context, step: { ...step, halts: [...step.halts, haltOf(trip)] } };
  return evaluate({ ...one, context }, now);
}
