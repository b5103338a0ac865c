import type { Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import {
  type Evaluation,
  type FailedEvaluation,
  failed,
  type ProposeOrder,
  proposalOf,
} from '../evaluate/evaluation.ts';
import type { Policy } from '../policy.ts';

interface Want {
  readonly evaluation: Evaluation;
  readonly proposal: ProposeOrder;
}

const WANT = `
  INSERT INTO quote (product_id, merchant_id, quantity, status, wanted_at, due_at, give_up_at)
  SELECT DISTINCT ON (product_id, quantity) product_id, merchant_id, quantity, 'wanted', $4::timestamptz, $4, $5::timestamptz
  FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS t(product_id, merchant_id, quantity)
  ORDER BY product_id, quantity
  ON CONFLICT (product_id, quantity) WHERE status = 'wanted' DO NOTHING`;

/** FOR SHARE: whoever answers the quote in this moment either sees the one who waits, or is seen here. */
const WAIT = `
  INSERT INTO quote_waiter (quote_id, consumable_id)
  SELECT q.id, t.consumable_id FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS t(product_id, quantity, consumable_id)
  JOIN quote q ON q.product_id = t.product_id AND q.quantity = t.quantity AND q.status = 'wanted'
  FOR SHARE OF q
  ON CONFLICT DO NOTHING`;

/**
 * Nothing is announced at a price that nobody has confirmed: what wants to order waits until the merchant
 * has been asked, or cannot be asked within the bounded wait. The merchant itself is called by an outbox
 * job, never in here. However many want the same product in the same quantity, it is asked once.
 */
export async function awaitQuotes(
  db: Queryable,
  evaluations: readonly Outcome[],
  policy: Policy,
  now: Instant,
): Promise<readonly Outcome[]> {
  const wants = policy.quoteWaitMs === 0 ? [] : evaluations.flatMap((outcome) => wantOf(outcome, now));
  if (wants.length === 0) return evaluations;
  await want(db, wants, policy, now);
  return postponed(evaluations, wants, now + policy.quoteWaitMs);
}

/** Of decisions made once more under locks: what they want otherwise than before is asked for at the next look. */
export function withoutUnquoted(
  evaluations: readonly Outcome[],
  policy: Policy,
  now: Instant,
): readonly Outcome[] {
  if (policy.quoteWaitMs === 0) return evaluations;
  return postponed(
    evaluations,
    evaluations.flatMap((outcome) => wantOf(outcome, now)),
    now,
  );
}

type Outcome = Evaluation | FailedEvaluation;

function wantOf(outcome: Outcome, now: Instant): Want[] {
  if (failed(outcome)) return [];
  const proposal = proposalOf(outcome);
  return proposal !== undefined && mustWait(outcome, proposal, now)
    ? [{ evaluation: outcome, proposal }]
    : [];
}

/** Those that wait come without their order; they are looked at again at `until` at the latest. */
function postponed(
  evaluations: readonly Outcome[],
  wants: readonly Want[],
  until: Instant,
): readonly Outcome[] {
  const waiting = new Set<Outcome>(wants.map(({ evaluation }) => evaluation));
  return evaluations.map((outcome) => {
    if (failed(outcome) || !waiting.has(outcome)) return outcome;
    const commands = outcome.result.commands.filter(({ type }) => type === 'installed');
    return { ...outcome, awaitsQuote: true, result: { ...outcome.result, commands, evaluateAt: until } };
  });
}

function mustWait({ context }: Evaluation, { quantity }: ProposeOrder, now: Instant): boolean {
  const known = context.quotes.get(quantity);
  if (known === undefined) return true;
  return known.status === 'wanted' && known.giveUpAt > now;
}

async function want(db: Queryable, wants: readonly Want[], policy: Policy, now: Instant): Promise<void> {
  const products = wants.map(({ proposal }) => proposal.offer.productId);
  const quantities = wants.map(({ proposal }) => proposal.quantity);
  await db.query(WANT, [
    products,
    wants.map(({ proposal }) => proposal.offer.merchantId),
    quantities,
    new Date(now),
    new Date(now + policy.quoteWaitMs),
  ]);
  await db.query(WAIT, [
    products,
    quantities,
    wants.map(({ evaluation }) => evaluation.claimed.consumableId),
  ]);
}
