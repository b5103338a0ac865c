import type { z } from 'zod';
import type { orderSchema, orderWithHistorySchema } from '../../contracts/http/orders.ts';
import type { Language, Said } from '../../core/phrases/phrase.ts';
import { wordsFor } from '../http/language.ts';

export type Order = z.output<typeof orderSchema>;
export type OrderWithHistory = z.output<typeof orderWithHistorySchema>;

const COLUMNS = `o.id, o.customer_id AS "customerId", o.consumable_id AS "consumableId", slot.name AS "consumableName",
    d.id AS "deviceId", d.name AS "deviceName", o.product_id AS "productId", p.name AS "productName", p.sku,
    o.merchant_id AS "merchantId", m.name AS "merchantName", o.merchant_reference AS "merchantReference",
    o.consent_id AS "consentId", o.decision_id AS "decisionId", o.status, o.status_reason AS "statusReason", o.status_said AS "statusSaid",
    o.quantity, o.fillings, o.unit_price_minor AS "unitPriceMinor", o.shipping_minor AS "shippingMinor",
    o.total_minor AS "totalMinor", o.currency, o.created_at AS "createdAt", o.cancel_until AS "cancelUntil",
    o.due_at AS "dueAt", o.announced_at AS "announcedAt", o.placed_at AS "placedAt", o.accepted_at AS "acceptedAt",
    o.arrives_from::text AS "arrivesFrom", o.arrives_to::text AS "arrivesTo", o.shipped_at AS "shippedAt",
    o.delivered_at AS "deliveredAt", o.installed_at AS "installedAt", o.origin, o.options, o.quote_id AS "quoteId", o.parcel_id AS "parcelId",
    o.replaces_order_id AS "replacesOrderId", o.rejection_code AS "rejectionCode", o.next_step AS "nextStep",
    o.refunded_minor AS "refundedMinor",
    (SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'reason', i.reason, 'said', i.said, 'openedAt', i.opened_at)
        ORDER BY i.opened_at), '[]')
      FROM order_issue i WHERE i.order_id = o.id AND i.resolved_at IS NULL) AS issues`;

const TABLES = `FROM "order" o
  JOIN consumable c ON c.id = o.consumable_id
  JOIN device d ON d.id = c.device_id
  JOIN model_slot slot ON slot.device_model_id = c.device_model_id AND slot.key = c.key
  JOIN product p ON p.id = o.product_id
  JOIN merchant m ON m.id = o.merchant_id`;

export const READ_ORDER = `
  SELECT ${COLUMNS},
    (SELECT coalesce(json_agg(json_build_object('at', h.at, 'fromStatus', h.from_status, 'toStatus', h.to_status,
        'actor', h.actor, 'reason', h.reason, 'said', h.said) ORDER BY h.id), '[]')
      FROM order_history h WHERE h.order_id = o.id) AS history,
    (SELECT coalesce(json_agg(json_build_object('id', r.id, 'kind', r.kind, 'note', r.note, 'wants', r.wants,
        'status', r.status, 'reportedAt', r.reported_at, 'answer', r.answer, 'refundMinor', r.refund_minor,
        'settledAt', r.settled_at) ORDER BY r.reported_at, r.id), '[]')
      FROM order_problem r WHERE r.order_id = o.id) AS problems
  ${TABLES} WHERE o.id = $1`;

/**
 * With a filter, newest first along (status | customer | consumable, created_at); ids decide between
 * equals. Parameters: status, customer, consumable (each or null), last instant and id or null, limit.
 */
export const LIST_FILTERED = `
  SELECT ${COLUMNS} ${TABLES}
  WHERE ($1::order_status IS NULL OR o.status = $1) AND ($2::uuid IS NULL OR o.customer_id = $2)
    AND ($3::uuid IS NULL OR o.consumable_id = $3)
    AND ($4::timestamptz IS NULL OR (o.created_at, o.id) < ($4, $5::uuid))
  ORDER BY o.created_at DESC, o.id DESC LIMIT $6`;

/** Without a filter, along the ids, which rise with time. Parameters: last id or null, limit. */
export const LIST_ALL = `
  SELECT ${COLUMNS} ${TABLES}
  WHERE ($1::uuid IS NULL OR o.id < $1) ORDER BY o.id DESC LIMIT $2`;

type HistoryRow = Omit<OrderWithHistory['history'][number], 'at'> & { at: string; said: Said | null };
type IssueRow = Order['issues'][number] & { readonly said: Said | null };
export type OrderRow = Omit<Order, 'issues'> & {
  readonly statusSaid: Said | null;
  readonly issues: readonly IssueRow[];
};
export type OrderRowWithHistory = OrderRow &
  Pick<OrderWithHistory, 'problems'> & {
    readonly history: readonly HistoryRow[];
  };

/** The order as its reader understands it. */
export const toOrder =
  (language: Language) =>
  ({ statusSaid, issues, ...order }: OrderRow): Order => ({
    ...order,
    issues: issues.map(({ said, ...issue }) => ({
      ...issue,
      reason: wordsFor(language, said, issue.reason),
    })),
    statusReason: wordsFor(language, statusSaid, order.statusReason),
  });

/** Instants inside JSON come as text. */
export function toOrderWithHistory(
  { history, problems, ...order }: OrderRowWithHistory,
  language: Language,
): OrderWithHistory {
  return {
    ...toOrder(language)(order),
    problems,
    history: history.map(({ said, ...entry }) => ({
      ...entry,
      at: new Date(entry.at),
      reason: wordsFor(language, said, entry.reason),
    })),
  };
}
