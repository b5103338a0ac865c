import { REVIEW_SETTING, reviewSettingsSchema } from '../../contracts/http/review.ts';
import { type RaisedFlag, reviewFlags, useRiseOf } from '../../core/review.ts';
import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { readSetting } from '../../platform/settings/staff-settings.ts';
import { type Evaluation, type ProposeOrder, proposalOf, totalOf } from '../evaluate/evaluation.ts';
import { loadHistoryFacts } from './facts.ts';

/** An order that is about to be announced. */
export interface Announcement {
  readonly orderId: string;
  readonly evaluation: Evaluation;
}

interface Raised {
  readonly announcement: Announcement;
  readonly proposal: ProposeOrder;
  readonly flags: readonly RaisedFlag[];
}

/** Only of orders that were really made: one that lost against another open order has nothing to review. */
const RAISE = `
  INSERT INTO order_review (order_id, customer_id, flags, status, approvals_needed, created_at, decide_by)
  SELECT t.id, o.customer_id, t.flags::jsonb, 'pending', t.approvals, $2, t.decide_by
  FROM unnest($1::uuid[], $3::text[], $4::int[], $5::timestamptz[]) AS t(id, flags, approvals, decide_by)
  JOIN "order" o ON o.id = t.id AND o.status = 'announced'
  RETURNING flags`;

/**
 * What is unusual about the orders of a batch, asked before they are written so that they do not count
 * themselves. Returns what to call once they are: it has them wait for the staff, and tells which flags were raised.
 */
export async function prepareReviews(
  db: Queryable,
  announcements: readonly Announcement[],
  now: Instant,
): Promise<() => Promise<readonly RaisedFlag[]>> {
  const announced = announcements.filter(({ evaluation }) => proposalOf(evaluation)?.status === 'announced');
  if (announced.length === 0) return () => Promise.resolve([]);
  const settings = await readSetting(db, REVIEW_SETTING, reviewSettingsSchema);
  const facts = await loadHistoryFacts(db, announced.flatMap(subjectOf), now);
  const raised = announced.flatMap((announcement): Raised[] => {
    const { orderId, evaluation } = announcement;
    const proposal = proposalOf(evaluation);
    const history = facts.get(orderId);
    if (proposal === undefined || history === undefined) return [];
    const { step } = evaluation.context;
    const { quantity, offer } = proposal;
    const flags = reviewFlags(
      {
        ...history,
        quantity,
        unitPriceMinor: offer.unitPrice.minor,
        currency: offer.unitPrice.currency,
        totalMinor: totalOf(proposal, step),
        useRise: useRiseOf(evaluation.result.state, step, now),
      },
      settings,
    );
    return flags.length === 0 ? [] : [{ announcement, proposal, flags }];
  });
  if (raised.length === 0) return () => Promise.resolve([]);
  const latest = now + settings.decideWithinHours * HOUR_MS;
  const { twoPersonMinor } = settings;
  return async () => {
    const { rows } = await db.query<{ flags: RaisedFlag[] }>(RAISE, [
      raised.map(({ announcement }) => announcement.orderId),
      new Date(now),
      raised.map(({ flags }) => JSON.stringify(flags)),
      raised.map(({ announcement, proposal }) => {
        const total = totalOf(proposal, announcement.evaluation.context.step);
        return twoPersonMinor !== null && total >= twoPersonMinor ? 2 : 1;
      }),
      raised.map(({ proposal }) => new Date(Math.min(proposal.placeAt, latest))),
    ]);
    return rows.flatMap(({ flags }) => flags);
  };
}

function subjectOf({ orderId, evaluation }: Announcement) {
  const { customerId, consumableId, deviceId, deviceModelId } = evaluation.context.about;
  const proposal = proposalOf(evaluation);
  if (customerId === null || proposal === undefined) return [];
  const { productId } = proposal.offer;
  return [{ orderId, customerId, consumableId, deviceId, deviceModelId, productId }];
}
