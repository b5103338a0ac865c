import { ENDED_WITHOUT_GOODS } from '../../core/order-lifecycle.ts';
import type { DateSpan, Instant, LeadTime, LocalDate, OrderStatus, SiteCalendar } from '../../core/types.ts';
import { DELIVERY_PLACE } from '../../platform/delivery-place.ts';
import type { IssueKind } from '../../platform/order-issues.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import { loadPublicHolidays, type Place } from '../../platform/public-holidays.ts';
import { leadTimeScopes } from '../population/lead-times.ts';

/** An order whose progress is to be looked at, locked by this transaction. */
export interface WatchedOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly merchantName: string;
  /** Whether the merchant tells by webhook what becomes of it. */
  readonly merchantTells: boolean;
  readonly placedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly deliveredAt: Instant | null;
  /** When it came to its end without goods, or back to its customer; null: it did not. */
  readonly endedAt: Instant | null;
  readonly promisedBy: LocalDate | null;
  readonly leadTime: LeadTime;
  readonly calendar: SiteCalendar;
  /** By its last trusted level, read since the delivery, or by a forecast that leaves hardly a chance. */
  readonly deviceIsEmpty: boolean;
  /** Open ones. */
  readonly issues: readonly { readonly kind: IssueKind; readonly openedAt: Instant }[];
}

/** Below this a gauge that is honest says empty. */
const EMPTY_LEVEL = 0.02;

const CLAIM = prepared(`
  SELECT o.id, o.status, o.merchant_id AS "merchantId", o.product_id AS "productId", m.name AS "merchantName", m.adapter,
    m.lead_time_pmf AS prior, o.placed_at AS "placedAt", o.accepted_at AS "acceptedAt",
    coalesce(o.shipped_at, o.placed_at, o.created_at) AS "startedAt", o.delivered_at AS "deliveredAt",
    -- What the merchant promised, not what it was corrected to since.
    CASE WHEN EXISTS (SELECT FROM order_issue i WHERE i.order_id = o.id AND i.kind = 'late') THEN NULL
      ELSE o.arrives_to::text END AS "promisedBy",
    cu.time_zone AS "customerZone", place.time_zone AS "timeZone", place.country, place.region,
    CASE WHEN o.status = ANY ($3::order_status[]) THEN (
      SELECT max(h.at) FROM order_history h WHERE h.order_id = o.id AND h.to_status = o.status AND h.from_status <> o.status
    ) END AS "endedAt",
    coalesce(s.level <= ${EMPTY_LEVEL} AND s.level_at > o.delivered_at, false) OR coalesce(s.run_out_p90 < $1, false) AS "deviceIsEmpty",
    (SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'openedAt', i.opened_at)), '[]')
     FROM order_issue i WHERE i.order_id = o.id AND i.resolved_at IS NULL) AS issues
  FROM (SELECT * FROM "order" WHERE watch_at <= $1 ORDER BY watch_at LIMIT $2 FOR UPDATE SKIP LOCKED) o
  JOIN merchant m ON m.id = o.merchant_id JOIN customer cu ON cu.id = o.customer_id
  JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
  ${DELIVERY_PLACE}
  LEFT JOIN consumable_state s ON s.consumable_id = o.consumable_id`);

interface Row {
  readonly id: string;
  readonly status: OrderStatus;
  readonly merchantId: string;
  readonly productId: string;
  readonly merchantName: string;
  readonly adapter: string;
  readonly prior: readonly number[];
  readonly placedAt: Date | null;
  readonly acceptedAt: Date | null;
  readonly startedAt: Date;
  readonly deliveredAt: Date | null;
  readonly endedAt: Date | null;
  readonly promisedBy: string | null;
  /** Lead times are learned by it. */
  readonly customerZone: string;
  readonly timeZone: string;
  readonly country: string | null;
  readonly region: string | null;
  readonly deviceIsEmpty: boolean;
  readonly issues: readonly { readonly kind: IssueKind; readonly openedAt: string }[];
}

/** Locks at most `limit` orders that are to be looked at, with what deliveries have taught of their merchants. */
export async function claimWatched(
  db: Queryable,
  now: Instant,
  limit: number,
): Promise<readonly WatchedOrder[]> {
  const { rows } = await db.query<Row>(CLAIM, [new Date(now), limit, ['proposed', ...ENDED_WITHOUT_GOODS]]);
  if (rows.length === 0) return [];
  const scopes = [...new Set(rows.flatMap(scopesOf))];
  const learned = await db.query<LeadTime & { scope: string }>(
    'SELECT scope, pmf FROM lead_time WHERE scope = ANY ($1::text[])',
    [scopes],
  );
  const byScope = new Map(learned.rows.map(({ scope, pmf }) => [scope, { pmf }]));
  const closuresOf = await loadPublicHolidays(rows.map(placeOf), now);
  return rows.map((row) => {
    const known = scopesOf(row).find((scope) => byScope.has(scope));
    return watchedOf(
      row,
      (known === undefined ? undefined : byScope.get(known)) ?? { pmf: row.prior },
      closuresOf(placeOf(row)),
    );
  });
}

const scopesOf = (row: Row): readonly string[] => leadTimeScopes({ ...row, region: row.customerZone });

const time = (date: Date | null): Instant | null => date?.getTime() ?? null;

const placeOf = ({ country, region }: Row): Place | null => (country === null ? null : { country, region });

function watchedOf(row: Row, leadTime: LeadTime, closures: readonly DateSpan[]): WatchedOrder {
  const { id, status, merchantName, promisedBy, deviceIsEmpty, timeZone } = row;
  return {
    id,
    status,
    merchantName,
    merchantTells: row.adapter === 'open-contract',
    placedAt: time(row.placedAt),
    // A webhook that overtook the acceptance: it was accepted when it was placed.
    acceptedAt: time(row.acceptedAt) ?? row.startedAt.getTime(),
    deliveredAt: time(row.deliveredAt),
    endedAt: time(row.endedAt),
    promisedBy,
    leadTime,
    calendar: { timeZone, closures, holds: [] },
    deviceIsEmpty,
    issues: row.issues.map(({ kind, openedAt }) => ({ kind, openedAt: Date.parse(openedAt) })),
  };
}
