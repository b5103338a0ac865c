import { type RankedItem, rankBySpend } from '../../core/spend-ranking.ts';
import type { Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { type Context, loadContexts } from '../context/load-contexts.ts';
import { lockConsents, lockCustomers } from '../locks.ts';
import type { Policy } from '../policy.ts';
import {
  type Evaluation,
  evaluate,
  type FailedEvaluation,
  failed,
  proposalOf,
  totalOf,
  withdrawalOf,
} from './evaluation.ts';

/**
 * Decides once more, under locks, for the consumables that want to commit the customer's money: with the
 * consents, holds, halts and the month's spend of this very moment, one after the other, so that each
 * sees what the one before it spent. Where a limit does not cover all, those come first that avoid most
 * for their money.
 */
export async function confirmAnnouncements(
  db: Queryable,
  evaluations: readonly Evaluation[],
  policy: Policy,
  now: Instant,
): Promise<readonly (Evaluation | FailedEvaluation)[]> {
  const wanting = evaluations.filter((evaluation) => proposalOf(evaluation)?.status === 'announced');
  // Their customers may just be answering.
  const withdrawing = evaluations.filter(
    (evaluation) => withdrawalOf(evaluation) !== undefined && !wanting.includes(evaluation),
  );
  const unsure = [...wanting, ...withdrawing];
  if (unsure.length === 0) return evaluations;
  await lockCustomers(
    db,
    unsure.flatMap(({ context }) => context.about.customerId ?? []),
  );
  await lockConsents(
    db,
    wanting.flatMap((evaluation) => proposalOf(evaluation)?.consentId ?? []),
  );
  const wanted = unsure.map(({ claimed }) => ({ consumableId: claimed.consumableId, order: null }));
  const contexts = await loadContexts(db, wanted, policy, now);
  // By customer and by device: terms count what is spent within their scope.
  const spentNow = new Map<string, Spent>();
  const confirmed = new Map<string, Evaluation | FailedEvaluation>();
  for (const evaluation of [...bestFirst(wanting, contexts.of), ...withdrawing]) {
    const { consumableId } = evaluation.claimed;
    const context = contexts.of.get(consumableId);
    if (context !== undefined) confirmed.set(consumableId, confirm(evaluation, context, spentNow, now));
  }
  return evaluations.map((evaluation) => confirmed.get(evaluation.claimed.consumableId) ?? evaluation);
}

/** Decides with what the ones before spent, and adds what this one spends. */
function confirm(
  evaluation: Evaluation,
  context: Context,
  spentNow: Map<string, Spent>,
  now: Instant,
): Evaluation | FailedEvaluation {
  const { customerId, deviceId } = context.about;
  const spent =
    (context.scope === 'device' ? spentNow.get(deviceId) : spentNow.get(customerId ?? '')) ?? NONE;
  const confirmed = evaluate({ ...evaluation, context: afterSpending(context, spent) }, now);
  if (failed(confirmed)) return confirmed;
  const proposal = proposalOf(confirmed);
  if (proposal?.status === 'announced' && customerId !== null) {
    for (const id of [customerId, deviceId]) {
      const { minor, orders } = spentNow.get(id) ?? NONE;
      spentNow.set(id, { minor: minor + totalOf(proposal, context.step), orders: orders + 1 });
    }
  }
  return confirmed;
}

/** Under each consent, the orders in the ranking of what is left of its limit: those that fit, then the rest. */
function bestFirst(
  wanting: readonly Evaluation[],
  contexts: ReadonlyMap<string, Context>,
): readonly Evaluation[] {
  const byId = new Map(wanting.map((evaluation) => [evaluation.claimed.consumableId, evaluation]));
  const byConsent = Map.groupBy(wanting, (evaluation) => proposalOf(evaluation)?.consentId ?? '');
  return [...byConsent.values()].flatMap((members) => {
    const [first] = members;
    if (members.length < 2 || first === undefined) return members;
    const { mandate, spend, costs } = (contexts.get(first.claimed.consumableId) ?? first.context).step;
    // The shipping of the order to be decided is part of what it spends.
    const left = (mandate?.maxSpendPerMonth.minor ?? 0) - spend.minor + costs.shippingMinor;
    const { ordered, deferred } = rankBySpend(members.flatMap(rankedItem), left);
    return [...ordered, ...deferred].flatMap(({ id }) => byId.get(id) ?? []);
  });
}

function rankedItem(evaluation: Evaluation): RankedItem[] {
  const proposal = proposalOf(evaluation);
  if (proposal === undefined) return [];
  const { avoidedMinor, emptyBeforeArrival } = proposal;
  const spendMinor = totalOf(proposal, evaluation.context.step);
  return [{ id: evaluation.claimed.consumableId, avoidedMinor, emptyBeforeArrival, spendMinor }];
}

interface Spent {
  readonly minor: number;
  readonly orders: number;
}

const NONE: Spent = { minor: 0, orders: 0 };

/** Terms for one consumable count its own orders only, and it has only one in a batch. */
function afterSpending(context: Context, spent: Spent): Context {
  if (context.scope === null || context.scope === 'consumable') return context;
  const { spend } = context.step;
  const after = { ...spend, minor: spend.minor + spent.minor, orders: spend.orders + spent.orders };
  return { ...context, step: { ...context.step, spend: after } };
}
