import { HOUR_MS, type Instant } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';

/** A parcel that is just being made up for a customer, and that more may join. */
export interface MadeUpParcel {
  readonly parcelId: string;
  /** Whether one of its orders pays for the shipping already. */
  readonly carriesShipping: boolean;
}

/** Joined later than this, the others would have to wait for it, or it would leave without its cancel window. */
const JOIN_WITHIN_MS = HOUR_MS;

const JOINABLE = prepared(`
  SELECT customer_id AS "customerId", merchant_id AS "merchantId", parcel_id AS "parcelId",
    bool_or(shipping_minor > 0) AS "carriesShipping"
  FROM "order"
  WHERE customer_id = ANY ($1::uuid[]) AND announced_at >= $2 AND status = 'announced' AND due_at > $3
    AND parcel_id IS NOT NULL AND consent_id IS NOT NULL
  GROUP BY 1, 2, 3 ORDER BY max(announced_at)`);

interface Row extends MadeUpParcel {
  readonly customerId: string;
  readonly merchantId: string;
}

export type ParcelOf = (customerId: string | null, merchantId: string | null) => MadeUpParcel | null;

/** The newest announced parcel of each customer and merchant that others may still join. */
export async function loadJoinable(
  db: Queryable,
  customerIds: readonly string[],
  now: Instant,
): Promise<ParcelOf> {
  const since = new Date(now - JOIN_WITHIN_MS);
  const { rows } = await db.query<Row>(JOINABLE, [customerIds, since, new Date(now)]);
  const byPair = new Map(rows.map((row) => [`${row.customerId} ${row.merchantId}`, row]));
  return (customerId, merchantId) => byPair.get(`${customerId} ${merchantId}`) ?? null;
}
