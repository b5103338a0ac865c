import type { Halt } from '../../core/types.ts';
import type { Queryable } from '../../platform/order-store.ts';

interface HaltRow {
  readonly productId: string | null;
  readonly deviceModelId: string | null;
  readonly firmware: string | null;
  readonly merchantId: string | null;
  readonly customerId: string | null;
  readonly reason: string;
}

/** Halts of single customers may be many: only those of the customers in question are read. */
const HALTS = `
  SELECT product_id AS "productId", device_model_id AS "deviceModelId", firmware, merchant_id AS "merchantId",
    customer_id AS "customerId", reason
  FROM halt WHERE lifted_at IS NULL AND (customer_id IS NULL OR customer_id = ANY ($1::uuid[])) ORDER BY created_at`;

/** What an order touches. */
interface HaltSubject {
  readonly productId: string | null;
  readonly merchantId: string | null;
  readonly deviceModelId: string;
  readonly firmware: string | null;
  readonly customerId: string | null;
}

export type HaltsOf = (subject: HaltSubject) => readonly Halt[];

export async function loadHalts(db: Queryable, customerIds: readonly string[]): Promise<HaltsOf> {
  const { rows } = await db.query<HaltRow>(HALTS, [customerIds]);
  return (subject) =>
    rows
      .filter(
        (halt) =>
          covers(halt.productId, subject.productId) &&
          covers(halt.merchantId, subject.merchantId) &&
          covers(halt.deviceModelId, subject.deviceModelId) &&
          covers(halt.firmware, subject.firmware) &&
          covers(halt.customerId, subject.customerId),
      )
      .map((halt) => ({ scope: scopeOf(halt), reason: halt.reason }));
}

const covers = (narrowedTo: string | null, subject: string | null): boolean =>
  narrowedTo === null || narrowedTo === subject;

/** The narrowest of what a halt names is what people call it by. */
function scopeOf(halt: HaltRow): Halt['scope'] {
  if (halt.customerId !== null) return 'customer';
  if (halt.productId !== null) return 'product';
  if (halt.firmware !== null) return 'firmware';
  if (halt.deviceModelId !== null) return 'device-model';
  return halt.merchantId === null ? 'global' : 'merchant';
}

/** The first halt in force that touches one order, asked at the last moment before it is bought. */
const HALT_OF_ORDER = `
  SELECT h.reason FROM "order" o JOIN consumable c ON c.id = o.consumable_id JOIN device d ON d.id = c.device_id
  JOIN halt h ON h.lifted_at IS NULL AND (h.product_id IS NULL OR h.product_id = o.product_id)
    AND (h.merchant_id IS NULL OR h.merchant_id = o.merchant_id)
    AND (h.customer_id IS NULL OR h.customer_id = o.customer_id)
    AND (h.device_model_id IS NULL OR h.device_model_id = c.device_model_id)
    AND (h.firmware IS NULL OR h.firmware = d.firmware)
  WHERE o.id = $1 ORDER BY h.created_at LIMIT 1`;

/** Why an order may not be bought now; null: nothing is halted. */
export async function haltOfOrder(db: Queryable, orderId: string): Promise<string | null> {
  const { rows } = await db.query<{ reason: string }>(HALT_OF_ORDER, [orderId]);
  return rows[0]?.reason ?? null;
}
