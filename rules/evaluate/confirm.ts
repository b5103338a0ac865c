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
} from './evaluation.ts';

/**
 * Decides once more, under locks, for the consumables that want to commit the customer's money: with the
 * consents, holds, halts and the month's spend of this very moment, one after the other, so that each
 * sees what the one before it spent.
 */
export async function confirmAnnouncements(
  db: Queryable,
  evaluations: readonly Evaluation[],
  policy: Policy,
  now: Instant,
): Promise<readonly (Evaluation | FailedEvaluation)[]> {
  const wanting = evaluations.filter((evaluation) => proposalOf(evaluation)?.status === 'announced');
  if (wanting.length === 0) return evaluations;
  await lockCustomers(
    db,
    wanting.flatMap(({ context }) => context.about.customerId ?? []),
  );
  await lockConsents(
    db,
    wanting.flatMap((evaluation) => proposalOf(evaluation)?.consentId ?? []),
  );
  const wanted = wanting.map(({ claimed }) => ({ consumableId: claimed.consumableId, order: null }));
  const contexts = await loadContexts(db, wanted, policy, now);
  const spentNow = new Map<string, { minor: number; orders: number }>();
  return evaluations.map((evaluation) => {
    const context = contexts.of.get(evaluation.claimed.consumableId);
    if (context === undefined) return evaluation;
    const { customerId } = context.about;
    const spent = (customerId === null ? undefined : spentNow.get(customerId)) ?? { minor: 0, orders: 0 };
    const confirmed = evaluate({ ...evaluation, context: afterSpending(context, spent) }, now);
    if (failed(confirmed)) return confirmed;
    const proposal = proposalOf(confirmed);
    if (proposal?.status === 'announced' && customerId !== null) {
      const minor = spent.minor + totalOf(proposal, context.step);
      spentNow.set(customerId, { minor, orders: spent.orders + 1 });
    }
    return confirmed;
  });
}

/** Terms for one consumable count its own orders only, and it has only one in a batch. */
function afterSpending(context: Context, spent: { minor: number; orders: number }): Context {
  if (context.scope !== 'customer') return context;
  const { spend } = context.step;
  const after = { ...spend, minor: spend.minor + spent.minor, orders: spend.orders + spent.orders };
  return { ...context, step: { ...context.step, spend: after } };
}
