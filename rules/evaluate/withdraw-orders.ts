import { told } from '../../core/phrases/in-words.ts';
import type { Instant } from '../../core/types.ts';
import { type Queryable, transitionOrders } from '../../platform/order-store.ts';
import { type Evaluation, withdrawalOf } from './evaluation.ts';

/**
 * Takes back questions that need no answer any more, before anything is made in their place. Their customers are
 * locked (`confirmAnnouncements`): one that was just approved is not among them. Returns how many those were.
 */
export async function withdrawOrders(
  db: Queryable,
  evaluations: readonly Evaluation[],
  at: Instant,
): Promise<number> {
  const transitions = evaluations.flatMap((evaluation) => {
    const withdrawal = withdrawalOf(evaluation);
    if (withdrawal === undefined) return [];
    const { orderId, said } = withdrawal;
    // No message: what follows is announced, and that nothing is needed was never asked.
    return [
      {
        orderId,
        to: 'cancelled' as const,
        at,
        actor: 'evaluation' as const,
        ...told(...said),
        isTold: false,
      },
    ];
  });
  return (await transitionOrders(db, transitions)).length;
}
