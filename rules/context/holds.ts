import { DAY_MS, type DateSpan } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';
import { prepared } from '../../platform/prepared.ts';
import type { Surroundings } from './surroundings.ts';

interface HoldRow {
  readonly customerId: string;
  readonly deviceId: string | null;
  readonly addressId: string | null;
  readonly from: string;
  readonly to: string | null;
}

/** Past holds explain past weeks of little use; older ones than this explain nothing any more. */
const LOOK_BACK_MS = 400 * DAY_MS;

const HOLDS = prepared(`
  SELECT customer_id AS "customerId", device_id AS "deviceId", address_id AS "addressId", starts_on::text AS "from", ends_on::text AS "to"
  FROM hold
  WHERE customer_id = ANY ($1::uuid[]) AND cancelled_at IS NULL AND (ends_on IS NULL OR ends_on >= $2::date)
  ORDER BY starts_on, id`);

/** Whose holds: of a device that stands at an address, or at none that was said. */
type Held = Pick<Surroundings, 'customerId' | 'deviceId' | 'addressId'>;
/** The holds that concern a device: its own, those of its address, and those of its whole customer. */
export type HoldsOf = (device: Held) => readonly DateSpan[];

export async function loadHolds(
  db: Queryable,
  customerIds: readonly string[],
  now: number,
): Promise<HoldsOf> {
  const since = new Date(now - LOOK_BACK_MS).toISOString().slice(0, 10);
  const { rows } = await db.query<HoldRow>(HOLDS, [customerIds, since]);
  const byCustomer = Map.groupBy(rows, ({ customerId }) => customerId);
  return ({ customerId, deviceId, addressId }) => {
    const own = customerId === null ? undefined : byCustomer.get(customerId);
    if (own === undefined) return [];
    return own
      .filter((hold) => hold.deviceId === null || hold.deviceId === deviceId)
      .filter((hold) => hold.addressId === null || hold.addressId === addressId)
      .map(({ from, to }) => ({ from, to }));
  };
}
