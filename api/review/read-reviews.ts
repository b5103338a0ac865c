import type { z } from 'zod';
import type { reviewItemSchema, reviewSummarySchema } from '../../contracts/http/review.ts';
import { inWords } from '../../core/phrases/in-words.ts';
import type { Language, Phrase, Said } from '../../core/phrases/phrase.ts';
import type { ReviewFlag } from '../../core/review.ts';
import { prepared } from '../../platform/prepared.ts';
import { wordsFor } from '../http/language.ts';

export type ReviewItem = z.output<typeof reviewItemSchema>;
export type ReviewSummary = z.output<typeof reviewSummarySchema>;

/** What waits for nobody any more: cancelled, or its customer decides. Housekeeping marks it as moot later. */
const STILL_WAITS = `o.status = 'announced' AND o.consent_id IS NOT NULL`;

/** Everything that staff want to know of one order, gathered for the page of reviews that is shown. */
const ITEM = `
  SELECT r.order_id AS "orderId", r.status, r.flags, r.created_at AS "createdAt", r.decide_by AS "decideBy",
    r.status = 'pending' AND r.decide_by < $1 AS late, r.decided_at AS "decidedAt",
    r.approvals_needed AS "approvalsNeeded",
    (SELECT coalesce(json_agg(json_build_object('actor', v.actor, 'verdict', v.verdict, 'reason', v.reason,
        'at', v.at) ORDER BY v.at), '[]') FROM review_vote v WHERE v.order_id = r.order_id) AS votes,
    json_build_object('status', o.status, 'customerId', o.customer_id, 'customerName', cu.name,
      'consumableId', o.consumable_id, 'consumableName', slot.name, 'deviceId', d.id, 'deviceName', d.name,
      'deviceModel', dm.make || ' ' || dm.model, 'firmware', d.firmware, 'productId', o.product_id,
      'productName', p.name, 'merchantName', mc.name, 'quantity', o.quantity, 'unitPriceMinor', o.unit_price_minor,
      'totalMinor', o.total_minor, 'currency', o.currency, 'announcedAt', o.announced_at,
      'cancelUntil', o.cancel_until) AS "order",
    CASE WHEN dec.id IS NOT NULL THEN json_build_object('sentence', dec.sentence, 'said', dec.said,
      'level', dec.forecast -> 'level', 'perDay', dec.forecast -> 'perDay', 'p10', dec.forecast ->> 'p10',
      'p50', dec.forecast ->> 'p50', 'p90', dec.forecast ->> 'p90', 'score', cs.predictability -> 'score') END AS forecast,
    (SELECT coalesce(json_object_agg(status, n), '{}') FROM (
      SELECT status, count(*)::int AS n FROM "order" WHERE customer_id = o.customer_id GROUP BY status
    ) counted) AS "customerOrders",
    CASE WHEN m.consent_id IS NOT NULL THEN json_build_object('consentId', k.id, 'grantedAt', k.granted_at,
      'maxUnitPriceMinor', m.max_unit_price_minor, 'maxQuantity', m.max_quantity,
      'maxSpendPerMonthMinor', m.max_spend_per_month_minor, 'maxOrdersPerMonth', m.max_orders_per_month,
      'currency', m.currency) END AS mandate,
    (SELECT coalesce(json_agg(json_build_object('at', past.created_at, 'unitPriceMinor', past.unit_price_minor)
        ORDER BY past.created_at DESC), '[]') FROM (
      SELECT created_at, unit_price_minor FROM "order" WHERE product_id = o.product_id AND id <> o.id
      ORDER BY created_at DESC LIMIT 10
    ) past) AS "priceHistory"
  FROM order_review r
  JOIN "order" o ON o.id = r.order_id
  JOIN customer cu ON cu.id = o.customer_id
  JOIN consumable c ON c.id = o.consumable_id
  JOIN device d ON d.id = c.device_id
  JOIN device_model dm ON dm.id = c.device_model_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  JOIN product p ON p.id = o.product_id
  JOIN merchant mc ON mc.id = o.merchant_id
  LEFT JOIN decision dec ON dec.id = o.decision_id
  LEFT JOIN consumable_state cs ON cs.consumable_id = o.consumable_id
  LEFT JOIN consent k ON k.id = o.consent_id
  LEFT JOIN mandate m ON m.consent_id = k.id`;

/** Parameters: now, order. */
export const READ_REVIEW = `${ITEM} WHERE r.order_id = $2`;

/** Most urgent first. Parameters: now, late or null, last instant and order or null, limit. */
export const LIST_PENDING = prepared(`${ITEM}
  WHERE r.status = 'pending' AND ${STILL_WAITS} AND ($2::boolean IS NULL OR (r.decide_by < $1) = $2)
    AND ($3::timestamptz IS NULL OR (r.decide_by, r.order_id) > ($3, $4::uuid))
  ORDER BY r.decide_by, r.order_id LIMIT $5`);

/** Newest first. Parameters: now, status, last instant and order or null, limit. */
export const LIST_DECIDED = `${ITEM}
  WHERE r.status = $2 AND ($3::timestamptz IS NULL OR (r.decide_by, r.order_id) < ($3, $4::uuid))
  ORDER BY r.decide_by DESC, r.order_id DESC LIMIT $5`;

/** Parameter: now. */
export const SUMMARISE = `
  WITH waiting AS (
    SELECT r.flags, r.decide_by, r.created_at FROM order_review r JOIN "order" o ON o.id = r.order_id
    WHERE r.status = 'pending' AND ${STILL_WAITS}
  )
  SELECT (SELECT count(*)::int FROM waiting) AS pending,
    (SELECT count(*)::int FROM waiting WHERE decide_by < $1) AS late,
    (SELECT min(created_at) FROM waiting) AS "oldestAt",
    (SELECT coalesce(json_object_agg(flag, n), '{}') FROM (
      SELECT f ->> 'flag' AS flag, count(*)::int AS n FROM waiting CROSS JOIN jsonb_array_elements(flags) AS f GROUP BY 1
    ) by_flag) AS flags`;

type Texts<Shape, Keys extends keyof Shape> = Omit<Shape, Keys> & { readonly [Key in Keys]: string };
type Forecast = NonNullable<ReviewItem['forecast']>;

/** Instants inside JSON come as text, reasons as codes and facts. */
export interface ReviewRow
  extends Omit<ReviewItem, 'flags' | 'votes' | 'order' | 'forecast' | 'mandate' | 'priceHistory'> {
  readonly flags: readonly { readonly flag: ReviewFlag; readonly said: Phrase }[];
  readonly votes: readonly Texts<ReviewItem['votes'][number], 'at'>[];
  readonly order: Omit<ReviewItem['order'], 'announcedAt' | 'cancelUntil'> & {
    readonly announcedAt: string | null;
    readonly cancelUntil: string | null;
  };
  readonly forecast:
    | (Omit<Forecast, 'p10' | 'p50' | 'p90'> & {
        readonly said: Said | null;
        readonly p10: string | null;
        readonly p50: string | null;
        readonly p90: string | null;
      })
    | null;
  readonly mandate: Texts<NonNullable<ReviewItem['mandate']>, 'grantedAt'> | null;
  readonly priceHistory: readonly Texts<ReviewItem['priceHistory'][number], 'at'>[];
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

export function toReviewItem(row: ReviewRow, language: Language): ReviewItem {
  const { flags, votes, order, forecast, mandate, priceHistory, ...rest } = row;
  return {
    ...rest,
    flags: flags.map(({ flag, said }) => ({ flag, reason: inWords([said], language) })),
    votes: votes.map((vote) => ({ ...vote, at: new Date(vote.at) })),
    order: { ...order, announcedAt: date(order.announcedAt), cancelUntil: date(order.cancelUntil) },
    forecast: forecast === null ? null : forecastIn(forecast, language),
    mandate: mandate === null ? null : { ...mandate, grantedAt: new Date(mandate.grantedAt) },
    priceHistory: priceHistory.map((past) => ({ ...past, at: new Date(past.at) })),
  };
}

function forecastIn(
  { said, sentence, p10, p50, p90, ...forecast }: NonNullable<ReviewRow['forecast']>,
  language: Language,
): Forecast {
  const words = wordsFor(language, said, sentence);
  return { ...forecast, sentence: words, p10: date(p10), p50: date(p50), p90: date(p90) };
}
